"""A group of processes whose memory the kernel bounds together (a cgroup), where one can be made.

As root that is so on most systems; for an ordinary user where systemd has handed the tree over, as it does to
what `systemd-run --user --scope` starts. Where there is none, only `homework.memory` counts.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import subprocess
import threading
import time
from pathlib import Path

PREFIX = "course-grade"
MOUNT = Path("/sys/fs/cgroup")
JOIN = 'echo $$ >"$1"'
# All or none of a group are ended when it is full, and nothing of it goes to the disk.
SETTINGS = {"memory.oom.group": "1", "memory.swap.max": "0"}
NONE = """no group of processes with a limit of memory can be made here: memory is counted twice a second
instead. An ordinary user can have one by `systemd-run --user --scope python3 course.py grade …`."""


class Group:
    """One group, by the folder in which the kernel shows it."""

    def __init__(self, folder: Path):
        self.folder = folder

    @property
    def members(self) -> str:
        """The file that takes a process in when its number is written to it."""
        return str(self.folder / "cgroup.procs")

    def limit(self, most: int) -> None:
        """Make it, and bound its memory; raises OSError where that is not possible."""
        with contextlib.suppress(FileExistsError):
            self.folder.mkdir()
        (self.folder / "memory.max").write_text(str(most))
        for name, value in SETTINGS.items():
            with contextlib.suppress(OSError):  # an older kernel, or one without swap
                (self.folder / name).write_text(value)

    def used(self) -> int:
        """Bytes that are needed: without the copies of files that the kernel keeps at hand."""
        numbers = self.numbers("memory.stat")
        all_of_it = int((self.folder / "memory.current").read_text())
        return max(all_of_it - numbers["file"] + numbers["shmem"], 0)

    def kills(self) -> int:
        """How many processes the kernel has ended because the group was full."""
        return self.numbers("memory.events")["oom_kill"]

    def numbers(self, name: str) -> dict[str, int]:
        """The lines "name number" of one of the kernel's files."""
        lines = (line.split() for line in (self.folder / name).read_text().splitlines())
        return {words[0]: int(words[1]) for words in lines}

    def remove(self) -> bool:
        """Whether it is gone; it stays while a process is in it."""
        with contextlib.suppress(OSError):
            self.folder.rmdir()
        return not self.folder.exists()


@functools.cache
def parent() -> Path | None:
    """The nearest group above this process in which groups with a limit can be made, or None."""
    place = own()
    if place is None:
        return None
    return next(
        (folder for folder in (place, *place.parents) if MOUNT in folder.parents and works(folder)), None
    )


def own() -> Path | None:
    """The group that this process is in; None without cgroups of the second version."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:  # no Linux
        return None
    paths = [line.removeprefix("0::/") for line in lines if line.startswith("0::/")]
    return MOUNT / paths[0] if paths and (MOUNT / "cgroup.controllers").exists() else None


def works(folder: Path) -> bool:
    """Whether a group in this one takes a limit and a process."""
    trial = Group(folder / f"{PREFIX}-{os.getpid()}-trial-{threading.get_ident()}")
    try:
        trial.limit(10**9)
        return (
            subprocess.run(["/bin/sh", "-c", JOIN, "sh", trial.members], capture_output=True).returncode == 0
        )
    except OSError:
        return False
    finally:
        trial.remove()


@functools.cache
def group_of(process: int, slot: int, most: int) -> Group | None:
    """The group of a job of this process, with this limit in bytes; None where there is none."""
    above = parent()
    if above is None:
        return None
    remove_left(above)
    group = Group(above / f"{PREFIX}-{process}-{slot}")
    group.limit(most)
    atexit.register(remove_in_the_end, group)
    return group


def remove_left(above: Path) -> None:
    """Remove the groups of gradings that were killed."""
    for folder in above.glob(f"{PREFIX}-*"):
        if not Path("/proc", folder.name.removeprefix(f"{PREFIX}-").partition("-")[0]).exists():
            Group(folder).remove()


def remove_in_the_end(group: Group) -> None:
    """Its last processes may still be ending."""
    for _ in range(20):
        if group.remove():
            return
        time.sleep(0.05)
