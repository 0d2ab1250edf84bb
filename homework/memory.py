"""How much memory a worker and all that it started take, where the kernel does not count them together;
how many they are; and their end.

Memory that belongs to a process is counted once, by its share of it. Memory in files of the sandbox is
counted by the file systems; there is no other memory of several processes inside (see `homework.seccomp`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

IN_MEMORY = ("tmp/homework", "dev/shm")  # the file systems of a sandbox, below its root
PER_FILE = 2_000  # bytes that the kernel keeps of a file, even of an empty one
COUNTED = ("Pss_Anon:", "SwapPss:")
ALL_OF_IT = ("RssAnon:", "RssShmem:", "VmSwap:")  # shared or not: it can only be more


def memory_of(number: int) -> int:
    """Bytes of memory of a process and all that it started."""
    family, total = family_of(number), 0
    for process in family:
        with contextlib.suppress(psutil.Error, FileNotFoundError, ProcessLookupError):  # it has ended
            total += own_memory(process)
    return total + memory_of_files(process.pid for process in family)


def threads_of(number: int) -> int:
    """Threads of a process and all that it started: what `homework.limits` bounds as nproc."""
    total = 0
    for process in family_of(number):
        with contextlib.suppress(psutil.Error):  # it has ended
            total += process.num_threads()
    return total


def end_family(number: int) -> None:
    """End a process and all that it started: a child that stays would hold its pipes open."""
    for process in family_of(number):
        with contextlib.suppress(psutil.Error):
            process.kill()


def family_of(number: int) -> list[psutil.Process]:
    """A process and all that it started; empty when it has ended."""
    try:
        first = psutil.Process(number)
        return [first, *first.children(recursive=True)]
    except psutil.Error:
        return []


def own_memory(process: psutil.Process) -> int:
    """Bytes of one process. Of one that does not let itself be looked at, what it shares counts whole."""
    if not psutil.LINUX:
        return process.memory_info().rss
    place = Path("/proc", str(process.pid))
    try:
        shares = kilobytes(place / "smaps_rollup", COUNTED)
    except PermissionError:
        shares = kilobytes(place / "status", ALL_OF_IT)
    return 1024 * (shares + kilobytes(place / "status", ("VmPTE:",)))


def kilobytes(path: Path, names: tuple[str, ...]) -> int:
    """The sum of these lines of a file of the kernel."""
    lines = (line.split() for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return sum(int(words[1]) for words in lines if words and words[0] in names)


def memory_of_files(processes: Iterator[int]) -> int:
    """Bytes in the file systems of the sandbox; 0 when these processes run in none.

    Nothing is opened there: the two places are mount points in folders that nobody inside can change.
    """
    for number in processes:
        root = Path("/proc", str(number), "root")
        with contextlib.suppress(OSError):
            if os.path.samestat(root.stat(), Path("/").stat()):
                continue
            return sum(used(os.statvfs(root / name)) for name in IN_MEMORY)
    return 0


def used(place: os.statvfs_result) -> int:
    """Bytes that the files of a file system in memory take."""
    return (place.f_blocks - place.f_bfree) * place.f_frsize + (place.f_files - place.f_ffree) * PER_FILE
