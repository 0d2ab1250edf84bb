"""Where bubblewrap may not start: students' code runs as a user of its own, beside what it must not see.

Gradescope's containers run as root and often forbid what bubblewrap needs. Then file permissions take the
place of walls: what grading knows belongs to root alone, and the other user has no rights, a filter of system
calls (no network, no tracing), the sandbox's limits, and a folder to write in. That all this holds is tried
before anything of a student's runs; else nothing is graded.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from homework import seccomp, walls
from homework.folders import ROOT
from homework.gradescope import keeper
from homework.limits import limited_as
from homework.session import Command
from launcher.errors import CourseError

# One of these is free. Not always the same: the kernel counts a user's processes in all containers together.
USERS = range(20_000, 60_000)
END_SECONDS = 60
ROOM = (walls.SCRATCH_BYTES, 20_000)  # bytes and files that may be written
# Folders in which everybody may write: the disk is shared with grading, which needs some of it.
OPEN_TO_ALL = ("/tmp", "/var/tmp", "/run/lock")
FIND_OPEN = "find / -xdev ( -path /proc -o -path /sys ) -prune -o -type d -perm -0002 -print"
NO_MEMORY = """{place} is no file system in memory here, in which students' code could write.
Nothing was graded."""
NOT_CLOSED = """Students' code runs as a user of its own, and that user can reach what it must not:
{found}
Nothing was graded."""
NO_START = """Python does not start as another user than root. It says:
{words}
Nothing was graded."""
PROBE = """
import os, sys
for place in sys.argv[1:]:
    try:
        os.listdir(place) if os.path.isdir(place) else open(place, "rb").close()
        print(place, "can be read")
    except OSError:
        pass
    if os.access(place, os.W_OK):
        print(place, "can be written")
"""


@contextlib.contextmanager
def lowered(base: Path) -> Iterator[Command]:
    """How workers start as that user, for `homework.session.Session`; all of them have ended afterwards.

    Args:
        base: the folder in which Gradescope lays everything: /autograder.

    Raises:
        CourseError: this container does not keep students' code away from what it must not see.
    """
    place = Place(base, free_user())
    secret = [base / name for name in ("source", "submission", "results", "submission_metadata.json")]
    modes = dict.fromkeys([*secret, *open_to_all()], 0o700) | {base: 0o711}
    modes = {path: mode for path, mode in modes.items() if path.exists()}
    with closed(modes), contextlib.closing(place):
        place.fill()
        place.prove(list(modes))
        yield place.command


def free_user() -> int:
    """The number of a user who has no name and runs nothing; nor has the one who ends its processes."""
    named = {entry.pw_uid for entry in pwd.getpwall()}
    return next(
        number
        for number in iter(lambda: random.choice(USERS), None)
        if not any(one in named or keeper.processes_of(one) for one in (number, number + keeper.OWN))
    )


def open_to_all() -> list[Path]:
    """The folders of the disk in which everybody may write."""
    found = subprocess.run(FIND_OPEN.split(), capture_output=True, text=True, errors="surrogateescape")
    return [Path(name) for name in dict.fromkeys([*OPEN_TO_ALL, *found.stdout.splitlines()])]


@contextlib.contextmanager
def closed(modes: dict[Path, int]) -> Iterator[None]:
    """Give these such rights as shut others out, and their own ones back in the end."""
    before = {path: path.stat().st_mode for path in modes}
    try:
        for path, mode in modes.items():
            path.chmod(mode)
        yield
    finally:
        for path, mode in before.items():
            path.chmod(mode & 0o7777)


class Place:
    """The folder with what students' code sees of the course, and one in memory for it to write in."""

    def __init__(self, base: Path, user: int):
        self.user, self.folder = user, base / "student"
        self.course, self.scratch = self.folder / "course", Path(walls.SHARED) / "homework"

    def fill(self) -> None:
        """Lay the course's files there, those that exist in the sandbox as well."""
        if not os.path.ismount(walls.SHARED):
            raise CourseError(NO_MEMORY.format(place=walls.SHARED))
        remove(self.folder)
        for path in walls.course_files():
            target = (
                self.course / path.relative_to(ROOT) if path.is_relative_to(ROOT) else self.course / "data"
            )
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(path, target) if path.is_dir() else shutil.copyfile(path, target)
        (self.folder / "filter").write_bytes(seccomp.program(has_network=True))
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(self.folder)], check=True)

    def prove(self, secret: list[Path]) -> None:
        """Try whether a program of this user starts, and that it cannot reach these."""
        self.renew()
        argv = self.argv([sys.executable, "-I", "-B", "-c", PROBE, *map(str, secret)])
        tried = subprocess.run(argv, capture_output=True, text=True, errors="replace")
        if tried.returncode != 0:
            raise CourseError(NO_START.format(words=tried.stderr.strip()[-1500:]))
        if tried.stdout:
            raise CourseError(NOT_CLOSED.format(found=tried.stdout.strip()))

    def command(self) -> tuple[list[str], dict[str, str]]:
        """How a worker starts; nothing of the one before it is left."""
        self.renew()
        worker = self.course / "homework" / "worker.py"
        return self.argv([sys.executable, "-B", str(worker)]), {}

    def argv(self, program: list[str]) -> list[str]:
        """The command that runs a program as this user."""
        own = {"HOME": self.scratch, "TMPDIR": self.scratch, "IPYTHONDIR": self.scratch / "ipython"}
        task = {
            "user": self.user,
            "folder": str(self.scratch),
            "filter": str(self.folder / "filter"),
            "lock": str(self.folder / "lock"),
            "room": ROOM,
            "variables": {**walls.environment(), **{name: str(path) for name, path in own.items()}},
            "argv": [*limited_as(self.user), *program],
        }
        task["variables"]["COURSE_DATA"] = str(self.course / "data")
        return [sys.executable, "-I", "-B", keeper.__file__, json.dumps(task)]

    def renew(self) -> None:
        """End what runs as this user, and give it an empty folder."""
        self.clear()
        self.scratch.mkdir(mode=0o700)
        os.chown(self.scratch, self.user, -1)

    def close(self) -> None:
        """End what runs as this user, and remove what is there."""
        self.clear()
        remove(self.folder)

    def clear(self) -> None:
        """End what runs as this user, and remove what it has written."""
        if keeper.processes_of(self.user):  # a program of its own: a fork of this one's threads is not safe
            argv = [sys.executable, "-I", "-B", keeper.__file__, "end", str(self.user)]
            subprocess.run(argv, check=True, timeout=END_SECONDS)
        for path in Path(walls.SHARED).iterdir():
            if path.lstat().st_uid == self.user:
                remove(path)


def remove(folder: Path) -> None:
    """Remove a folder with anything in it: `rm` follows no link, and no depth stops it."""
    subprocess.run(["rm", "-rf", "--one-file-system", "--", str(folder)], check=True)
