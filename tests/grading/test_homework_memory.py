"""How much memory a worker holds: nothing is missed, nothing is counted twice, and too much ends it."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sandbox_runs import SLOT, command, python, said, started

from homework import cgroup, memory, process, sandbox
from homework.memory import memory_of
from homework.replies import WorkerDied

pytestmark = pytest.mark.skipif(sandbox.problem() is not None, reason="no sandbox on this machine")

MB = 1_000_000
READY = "\nprint('ready', flush=True)\n__import__('time').sleep(100)"
NOTHING = "pass"
OWN = "held = bytearray(b'x') * 200_000_000"
CHILDREN = (
    OWN + "\nimport os\nfor _ in range(5):\n    if os.fork() == 0:\n        __import__('time').sleep(100)"
)
HIDDEN = "import ctypes\nctypes.CDLL(None).prctl(4, 0)\n" + OWN  # it does not let itself be looked at
SCRATCH = "for number in range(3):\n    open(str(number), 'wb').write(bytes(70_000_000))"
SHARED = SCRATCH.replace("str(number)", "f'/dev/shm/{number}'")
FREE_OF_NAMES = "kept = open('gone', 'wb')\nkept.write(bytes(90_000_000))\n__import__('os').remove('gone')"
EMPTY_FILES = "for number in range(50_000):\n    open(str(number), 'w').close()"
TWICE_MAPPED = """
import mmap, os
file = os.open("/dev/shm/x", os.O_RDWR | os.O_CREAT)
os.ftruncate(file, 90_000_000)
maps = [mmap.mmap(file, 90_000_000) for _ in range(3)]
for one in maps:
    one[:] = bytes(90_000_000)
"""
ZEROS = """
import mmap, os
file = os.open("/dev/zero", os.O_RDWR)
try:
    mmap.mmap(file, 4096)
    print("mapped")
except OSError as error:
    print(error.strerror)
"""
MANY = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        break
held = bytearray(b"x") * 150_000_000
time.sleep(100)
"""


@dataclasses.dataclass
class Held:
    """What a program inside takes."""

    before: int = 0

    def of(self, source: str) -> float:
        """MB more than a program that holds nothing."""
        with started(command(source + READY)) as holder:
            assert holder.stdout.readline() == "ready\n"
            found = memory_of(holder.pid)
        return (found - self.before) / MB


@pytest.fixture(scope="module")
def held():
    empty = Held()
    return Held(before=int(empty.of(NOTHING) * MB))


@pytest.mark.parametrize(
    ("source", "least", "most"),
    [
        pytest.param(OWN, 195, 215, id="its own"),
        pytest.param(CHILDREN, 195, 260, id="shared with children"),
        pytest.param(HIDDEN, 195, 400, id="of a process that hides"),
        pytest.param(SCRATCH, 205, 225, id="files of the scratch folder"),
        pytest.param(SHARED, 205, 225, id="files that processes share"),
        pytest.param(FREE_OF_NAMES, 85, 105, id="a file without a name"),
        pytest.param(TWICE_MAPPED, 85, 105, id="a file that is mapped three times"),
        pytest.param(EMPTY_FILES, 80, 120, id="what the kernel keeps of empty files"),
    ],
)
def test_memory_is_counted_once(held, source, least, most):
    assert least < held.of(source) < most


def test_no_device_gives_memory_that_processes_share():
    """It would belong to none of them, and stay when none maps it."""
    assert python(ZEROS) == "mapped\n"
    assert said(ZEROS) == "No such device\n"


def test_a_process_that_cannot_be_looked_at_counts_with_all_that_it_has_in_memory(monkeypatch):
    """Root in a container may not look into the processes of others: what they reserve says nothing there."""
    real, own = memory.kilobytes, psutil.Process()

    def closed(path: Path, names: tuple[str, ...]) -> int:
        if path.name == "smaps_rollup":
            raise PermissionError
        return real(path, names)

    monkeypatch.setattr(memory, "kilobytes", closed)
    before = memory.own_memory(own)
    more = bytearray(b"x") * 240_000_000
    assert memory.own_memory(own) - before == pytest.approx(len(more), rel=0.1)
    assert memory.own_memory(own) < own.memory_info().rss


def test_without_a_sandbox_the_memory_of_the_machine_is_not_the_workers():
    with started(["sleep", "100"]) as sleeper:
        assert memory_of(sleeper.pid) < 10 * MB


def test_what_many_processes_hold_together_ends_them(monkeypatch, tmp_path):
    """Each stays below the limit of one process."""
    monkeypatch.setattr(process, "MOST_MEMORY", 600 * MB)
    slot = SLOT + 1
    argv = command(MANY, slot)
    environment = sandbox.command(slot)[1]
    worker = process.WorkerProcess(argv, environment, str(tmp_path))
    with pytest.raises(WorkerDied, match="It took more than"):
        worker.receive(60)
    worker.stop()


@pytest.mark.parametrize("part", ["{},", "[],", "1,"])
def test_a_reply_of_very_many_parts_is_not_read(monkeypatch, tmp_path, part):
    """Its objects would take thirty times the room of its bytes, in the grader."""
    monkeypatch.setattr(process, "MOST_MARKS", 3 * 1000)
    source = f"for n in (900, 3000): print('{{\"notes\":[' + {part!r} * n + '1]}}')"
    argv = [sys.executable, "-c", source]
    worker = process.WorkerProcess(argv, {}, str(tmp_path))
    assert len(worker.receive(60)["notes"]) == 901
    with pytest.raises(WorkerDied, match="no reply"):
        worker.receive(60)
    worker.stop()


@pytest.fixture
def imitation(tmp_path):
    """A group in a folder that looks like the kernel's."""
    files = {
        "memory.current": "900",
        "memory.stat": "anon 300\nfile 500\nkernel 100\nshmem 200\n",
        "memory.events": "low 0\nmax 7\noom 2\noom_kill 3\n",
        "cgroup.procs": "",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return cgroup.Group(tmp_path)


def test_copies_of_files_that_can_be_dropped_are_not_counted(imitation):
    assert imitation.used() == 600 and imitation.kills() == 3


def test_a_group_is_made_with_its_limits_and_used_by_the_worker(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroup, "parent", lambda: tmp_path)
    (tmp_path / f"{cgroup.PREFIX}-999999999-0").mkdir()  # of a grading that was killed
    cgroup.group_of.cache_clear()
    argv, environment = sandbox.command(3)
    cgroup.group_of.cache_clear()
    (folder,) = tmp_path.iterdir()
    assert folder.name == f"{cgroup.PREFIX}-{os.getpid()}-3" and environment == {process.GROUP: str(folder)}
    texts = {path.name: path.read_text() for path in folder.iterdir()}
    assert texts == {"memory.max": str(process.MOST_MEMORY), "memory.oom.group": "1", "memory.swap.max": "0"}
    assert subprocess.run([*argv[:-1], "-c", "pass"]).returncode == 0
    assert int((folder / "cgroup.procs").read_text()) > 0


def test_a_worker_that_the_kernel_ended_for_its_memory_is_told_so(imitation, tmp_path):
    worker = process.WorkerProcess(["sleep", "0.1"], {process.GROUP: str(imitation.folder)}, str(tmp_path))
    assert worker.memory() == 600
    (tmp_path / "memory.events").write_text("oom_kill 4\n")
    with pytest.raises(WorkerDied, match="It took more than 4 GB"):
        worker.receive(10)
    worker.stop()


def test_where_no_group_can_be_made_the_log_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroup, "MOUNT", tmp_path)
    cgroup.parent.cache_clear()
    assert cgroup.parent() is None and cgroup.NONE in sandbox.notes()
    cgroup.parent.cache_clear()


@pytest.mark.skipif(cgroup.parent() is None, reason="no cgroup with a limit of memory can be made here")
def test_the_kernel_ends_a_group_that_is_full():
    group = cgroup.Group(cgroup.parent() / f"{cgroup.PREFIX}-{os.getpid()}-full")
    group.limit(200 * MB)
    join = ["/bin/sh", "-c", 'echo $$ >"$1" && exec python3 -c "$2"', "sh", group.members]
    assert subprocess.run([*join, "bytearray(b'x') * 400_000_000"]).returncode != 0
    assert group.kills() >= 1
    time.sleep(0.2)
    assert group.remove()
