"""The sandbox in which `grade` runs what students wrote: bubblewrap, an unprivileged user, limits.

Inside there is no network, no other process, no file of the teacher's but Python, the course's helpers
and its data (read-only), and two folders in memory. Solutions, hidden tests, hand-ins and the gradebook
are not there. Its parts: `homework.walls`, `homework.seccomp`, `homework.limits`, `homework.cgroup`.
"""

from __future__ import annotations

import functools
import os
import platform
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from homework import cgroup, process, seccomp, walls
from homework.limits import LIMITS, limited
from homework.session import WORKER
from launcher.errors import CourseError

__all__ = ["LIMITS", "command", "notes", "problem", "require_sandbox"]

MISSING = """Grading runs students' code in a sandbox, and {missing} is not there.
{cure}
Without a sandbox, a hand-in can read the solutions, change the marks and delete files. If you know every
author and accept that, add --no-sandbox. Nothing was graded."""
INSTALL = """On Debian and Ubuntu run `sudo apt install bubblewrap util-linux`, on Fedora
`sudo dnf install bubblewrap util-linux`."""
NO_LINUX = """On Windows, grade inside WSL 2 (Ubuntu) with `sudo apt install bubblewrap`; on macOS, in a Linux
virtual machine or on a Linux server."""
NOT_ALLOWED = """bubblewrap says: {words}
On Ubuntu 24.04 and newer, allow user namespaces for it: see
`man bwrap` and AppArmor's profile for bwrap, or grade as root inside a container that allows them."""
CLOSED = """Root grades, so students' code runs as a user without rights, who cannot read what it needs.
That happens when a course was installed under umask 077. Among others:
    {some}
Let everybody read these (homework's sources and hand-ins are not among them):
    chmod -R go+rX {places}
Nothing was graded."""
NO_START = """Python does not start in the sandbox in which students' code runs. It says:
{words}
It needs to read: {places}
Nothing was graded."""
START = """
import importlib.util, sys
sys.path.append({course!r})
import homework, helpers, numpy
for name in ("IPython", "torch"):  # found, but not imported: that takes long
    if importlib.util.find_spec(name) is None:
        raise ImportError(name + " is not there")
"""
CODE = "-maxdepth 5 ( -type d -o -name *.py -o -name *.so* )"  # a Python's packages, and their files
CLOSED_ONES = "! -path */__pycache__* ( ! -readable -o -type d ! -executable ) -print -prune"
SOME = 3

FIXED = (0, 12)
OLD = """bubblewrap {version}: CVE-2026-87766 was mended in 0.12, and by many distributions in their older
versions: install your distribution's updates."""
FILTER_ONLY = """this bubblewrap cannot count user namespaces (--disable-userns); the filter of system calls
alone refuses new ones."""


def problem() -> str | None:
    """Why there can be no sandbox on this machine, and what to do; None when there can."""
    lack = lacking()
    return MISSING.format(missing=lack[0], cure=lack[1]) if lack else None


@functools.cache
def lacking() -> tuple[str, str] | None:
    """What a sandbox lacks on this machine, and the cure; None when there can be one."""
    if sys.platform != "linux":
        return "bubblewrap (a Linux program)", NO_LINUX
    needed = ["bwrap", "prlimit", "find"] + (["setpriv"] if os.geteuid() == 0 else [])
    missing = [name for name in needed if shutil.which(name) is None]
    if missing:
        return " and ".join(missing), INSTALL
    if platform.machine() not in seccomp.MACHINES:
        known = " or ".join(seccomp.MACHINES)
        return f"one for {platform.machine()}", f"Grade on {known}."
    trial = inside("true")
    if trial.returncode != 0:
        return "the permission to make one", NOT_ALLOWED.format(words=trial.stderr.strip())
    return None


def closed_files() -> str | None:
    """Which files the user inside may not read. Only where root grades is that not the teacher."""
    if os.geteuid() != 0:
        return None
    python = [path for path in walls.python_folders() if not path.is_relative_to("/usr")]
    closed = find_inside(walls.course_files(), CLOSED_ONES)
    if python:
        closed += find_inside(python, f"{CODE} {CLOSED_ONES}")
    if not closed:
        return None
    places = [place for place in walls.visible() if any(Path(name).is_relative_to(place) for name in closed)]
    return CLOSED.format(some="\n    ".join(closed[:SOME]), places=shlex.join(map(str, places)))


def find_inside(places: list[Path], wanted: str) -> list[str]:
    """What the program `find` finds in these places as the user who runs inside."""
    return inside("find", *map(str, places), *wanted.split()).stdout.splitlines()


def no_start() -> str | None:
    """What Python says when it does not start inside with what the worker needs."""
    trial = inside(sys.executable, "-B", "-c", START.format(course=str(walls.ROOT)))
    if trial.returncode == 0:
        return None
    return NO_START.format(words=trial.stderr.strip()[-1500:], places=shlex.join(map(str, walls.visible())))


def inside(*program: str) -> subprocess.CompletedProcess:
    """Run a program of the course's own in the sandbox."""
    return subprocess.run(
        [*walls.walls(), *limited(0), *program], capture_output=True, text=True, errors="replace"
    )


def require_sandbox() -> None:
    """Raises CourseError where there is no sandbox, or the worker cannot start in it; it says what to do."""
    found = problem() or closed_files() or no_start()
    if found:
        raise CourseError(found)


def notes() -> list[str]:
    """Which walls are lower on this machine than they could be; for the log, once for a grading."""
    found = []
    if walls.version() < FIXED:
        found.append(OLD.format(version=".".join(map(str, walls.version()))))
    if os.geteuid() != 0 and not walls.can_disable_namespaces():
        found.append(FILTER_ONLY)
    if cgroup.parent() is None:
        found.append(cgroup.NONE)
    return found


def command(slot: int = 0) -> tuple[list[str], dict[str, str]]:
    """How a worker starts inside the sandbox; for `homework.session.Session`.

    Args:
        slot: which of the jobs that run at the same time.
    """
    group = cgroup.group_of(os.getpid(), slot, process.MOST_MEMORY)
    argv = [*walls.walls(group.members if group else "/dev/null"), *limited(slot)]
    environment = {process.GROUP: str(group.folder)} if group else {}
    return [*argv, sys.executable, "-B", str(WORKER)], environment
