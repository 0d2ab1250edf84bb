"""What code inside the sandbox cannot do. Each is tried there; what is safe is shown to work outside."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time

import pytest
from sandbox_runs import command, python, run, said

from homework import sandbox, walls
from homework.folders import ROOT
from homework.process import WorkerProcess

pytestmark = pytest.mark.skipif(sandbox.problem() is not None, reason="no sandbox on this machine")

CONNECT = """
import socket
kind = socket.AF_UNIX if isinstance({address!r}, str) else socket.AF_INET
try:
    with socket.socket(kind) as link:
        link.connect({address!r})
    print("reached")
except OSError as error:
    print(type(error).__name__)
"""
SECRETS = """
import glob
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    try:
        if b"a-made-up-" + b"token" in open(path, "rb").read():
            print(path)
    except OSError:  # of another user, or gone
        pass
"""
RIGHTS = """
import os, pathlib
words = dict(line.split(":", 1) for line in open("/proc/self/status"))
caps = {int(words[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
groups = set(words["Groups"].split()) - {str(os.getgid())}
print(os.getuid() == 0, caps, words["NoNewPrivs"].strip(), words["Seccomp"].strip(), groups)
"""
SEEN = """
import os
print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
"""
WRITABLE = """
import json, os, pathlib
mounts = [line.split(" ") for line in open("/proc/self/mountinfo")]
places = {pathlib.Path(words[4]) for words in mounts if os.path.isdir(words[4])}
for place in list(places):
    places |= set(place.parents)
    if place.name in ("dev", "tmp", "shm", "homework") or str(place) == "/":
        places |= {path for path in place.iterdir() if path.is_dir() and not path.is_symlink()}
found = {}
for place in places:
    try:
        (place / "written").write_text("x")
    except OSError:
        continue
    about = os.statvfs(place)
    kind = next(words[words.index("-") + 1] for words in mounts if words[4] == str(place))
    found[str(place)] = [kind, about.f_blocks * about.f_frsize]
print(json.dumps(found))
"""
FILL = """
import os
def fill(folder):
    total = 0
    for number in range(20):
        try:
            with open(f"{folder}/{number}", "wb", buffering=0) as file:
                for _ in range(90):
                    total += file.write(bytes(1_000_000))
        except OSError as error:
            print(folder, error.strerror, total // 1_000_000)
            return
fill("/dev/shm")
fill("/tmp/homework")
"""
BIG = """
import os
try:
    with open("big", "wb", buffering=0) as file:
        for _ in range(150):
            file.write(bytes(1_000_000))
except OSError as error:
    print(error.strerror, os.path.getsize("big"), sep=": ")
"""
THREADS = """
import os, threading
over, started = threading.Event(), 0
try:
    for _ in range(400):  # the system counts threads as it counts processes
        threading.Thread(target=over.wait).start()
        started += 1
except RuntimeError as error:
    print(error, started, sep=": ", flush=True)
os._exit(0)
"""
OPEN_FILES = """
kept = []
try:
    for _ in range(2000):
        kept.append(open("/usr/bin/env", "rb"))
except OSError as error:
    print(error.strerror, len(kept), sep=": ")
"""
HOARD = """
import mmap
try:
    mmap.mmap(-1, {size}, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    print("had")
except OSError as error:
    print(error.strerror)
"""
ADDRESSES = """
import ctypes
take = ctypes.CDLL(None, use_errno=True).mmap
take.restype = ctypes.c_void_p
take.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
print(take(None, 13_000_000_000, 0, 0x22, -1, 0) == 2**64 - 1)  # of no memory, only of addresses
"""
FOLLOW = """
import os, pathlib, site, sys
line = "import builtins; builtins.followed = True"
home = pathlib.Path.home()
names = ["sitecustomize.py", "usercustomize.py", "torch.py", "json.py", "IPython.py", ".pythonrc.py"]
places = [home / name for name in names] + [home / ".ipython/profile_default/startup/00.py"]
own = pathlib.Path(site.getusersitepackages())
places += [own / name for name in ("a.pth", "usercustomize.py", "torch.py")]
places += [pathlib.Path(folder) / "a.pth" for folder in (*site.getsitepackages(), sys.prefix, "/dev/shm")]
written = 0
for place in places:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(line)
        written += 1
    except OSError:
        pass
print(written, flush=True)
os.kill(os.getpid(), 11)
"""
FOLLOWED = """
import builtins, os, torch.version
left = os.listdir(os.environ["HOME"]) + os.listdir("/dev/shm")
print(hasattr(builtins, "followed"), left)
"""
LINKS = """
import os
refused = 0
for place in ({folder!r}, "."):
    for name in ("ipython", "profile_default", "history.sqlite", "out", "result.json"):
        try:
            os.makedirs(place, exist_ok=True)
            os.symlink({target!r}, os.path.join(place, name))
        except OSError:
            refused += 1
print(refused, len(os.listdir(".")), flush=True)
"""


@pytest.fixture(params=["port", "name"])
def address(request):
    """Where somebody on this machine listens and answers: a port, and a name that is no file."""
    kind, place = (socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, f"\0course-{os.getpid()}")
    family, where = kind if request.param == "port" else place
    with socket.socket(family) as server:
        server.bind(where)
        server.listen()

        def answer() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:  # the test is over
                    return

        threading.Thread(target=answer, daemon=True).start()
        name = server.getsockname()
        yield name.decode() if isinstance(name, bytes) else name
        server.shutdown(socket.SHUT_RDWR)


def test_no_server_of_this_machine_is_reached(address):
    assert python(CONNECT.format(address=address)) == "reached\n"
    assert said(CONNECT.format(address=address)) == "ConnectionRefusedError\n"


def test_the_teachers_environment_is_nowhere_inside(monkeypatch):
    monkeypatch.setenv("A_SECRET", "a-made-up-token")
    assert "/environ" in python(SECRETS)
    assert said(SECRETS) == ""


def test_there_is_no_other_process():
    seen = json.loads(said(SEEN))
    assert len(seen) <= 2 and max(seen) < 10


def test_code_runs_without_any_right():
    root, caps, no_new_rights, filtered, groups = said(RIGHTS).split()
    assert (root, caps, no_new_rights, filtered, groups) == ("False", "{0}", "1", "2", "set()")


def test_it_is_the_first_that_the_kernel_ends_when_memory_is_short():
    assert said("print(open('/proc/self/oom_score_adj').read())").strip() == "1000"


def test_only_two_folders_can_be_written_and_both_are_bounded(monkeypatch, tmp_path):
    """They are file systems in memory: nothing that is written there lies on the disk."""
    tmp_path.chmod(0o777)  # open to everybody outside
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    found = json.loads(said(WRITABLE))
    sizes = {walls.SCRATCH: walls.SCRATCH_BYTES, walls.SHARED: walls.SHARED_BYTES}
    assert set(found) == set(sizes)
    for place, (kind, size) in found.items():
        assert kind == "tmpfs" and abs(sizes[place] - size) <= 4096  # a page


def test_a_full_folder_takes_no_more():
    lines = said(FILL).splitlines()
    assert [line.rsplit(" ", 1)[0] for line in lines] == [
        f"{place} No space left on device" for place in (walls.SHARED, walls.SCRATCH)
    ]
    assert all(290 <= int(line.rsplit(" ", 1)[1]) <= 300 for line in lines)


def test_processes_and_threads_without_end_are_stopped():
    argv = command(THREADS)  # an ordinary user's own threads count as well: as many as there are now
    most = int(next(word for word in argv if word.startswith("--nproc=")).partition("=")[2])
    words, started = subprocess.run(argv, capture_output=True, text=True).stdout.split(": ")
    assert words == "can't start new thread"
    assert 5 < int(started) <= most and sandbox.LIMITS["nproc"] <= 48


def test_a_file_stays_small():
    words, size = said(BIG).split(": ")
    assert words == "File too large"
    assert 90_000_000 < int(size) <= 100_000_000


def test_files_without_end_are_not_opened():
    words, number = said(OPEN_FILES).split(": ")
    assert words == "Too many open files" and 200 < int(number) < sandbox.LIMITS["nofile"]


def test_one_process_has_so_much_memory_and_so_many_addresses():
    assert said(HOARD.format(size=2_500_000_000)) == "had\n"
    assert said(HOARD.format(size=3_500_000_000)) == "Cannot allocate memory\n"
    assert said(ADDRESSES) == "True\n"


def test_time_of_the_processor_is_bounded(monkeypatch):
    monkeypatch.setitem(sandbox.LIMITS, "cpu", 1)
    used = time.process_time()
    done = run("import time\nwhile time.process_time() < 20:\n    pass\nprint('never stopped')")
    assert done.returncode != 0 and done.stdout == ""
    assert time.process_time() - used < 20


def test_nothing_that_a_process_wrote_meets_the_next_one():
    """A .pth, a startup file or a module beside it would run before the course's own code."""
    written = run(FOLLOW)
    assert written.returncode != 0 and int(written.stdout) >= 10
    assert said(FOLLOWED) == "False []\n"


def test_the_hosts_folder_of_a_worker_is_not_there(tmp_path):
    """The host writes and removes files there: a link in it would lead it elsewhere."""
    folder, target = tmp_path / "host", tmp_path / "target"
    folder.mkdir()
    target.mkdir()
    worker = WorkerProcess(command(LINKS.format(folder=str(folder), target=str(target))), {}, str(folder))
    assert worker.lines.get(timeout=60) == b"5 5\n"  # all links there were refused; five lie in the scratch
    worker.stop()
    assert not list(folder.iterdir()) and not list(target.iterdir())


def test_the_limits_are_those_that_the_readme_names():
    text = (ROOT / "homework" / "README.md").read_text(encoding="utf-8")
    assert f"processes ({sandbox.LIMITS['nproc']})" in text
    assert f"{sandbox.LIMITS['data'] / 1e9:.0f} GB a process" in text
    assert f"{walls.SCRATCH_BYTES // 10**6} MB" in text
