"""The sandbox in which `grade` runs what students wrote: bubblewrap, an unprivileged user, limits.

Inside there is no network, no other process, no file of the teacher's but Python, the course's helpers
and its data (read-only), and a scratch folder in memory. Solutions, hidden tests, hand-ins and the
gradebook are not there.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil

from homework.folders import ROOT
from homework.process import FIXED_ENVIRONMENT
from homework.session import WORKER
from launcher.errors import CourseError

INSIDE = ("__init__", "checks", "inside", "steps", "style", "values", "worker")  # of homework
SCRATCH = "/tmp/homework"
SCRATCH_BYTES = 300_000_000
LIMITS = {
    "as": 12_000_000_000,  # bytes of addresses: torch reserves 4 GB and uses few of them
    "data": 3_000_000_000,  # bytes of private memory of one process
    "fsize": 100_000_000,  # bytes of a file
    "nofile": 256,
    "nproc": 48,  # processes and threads of the user
    "core": 0,
    "cpu": 1800,  # seconds
}
FIRST_USER = 61_000  # when root grades: one unprivileged user for each job, because nproc counts by user
MISSING = """Grading runs students' code in a sandbox, and {missing} is not there.
{cure}
Without a sandbox, a hand-in can read the solutions, change the marks and delete files. If you know every
author and accept that, add --no-sandbox. Nothing was graded."""


@functools.cache
def problem() -> str | None:
    """Why there can be no sandbox on this machine; None when there can."""
    if sys.platform != "linux":
        return MISSING.format(
            missing="bubblewrap (a Linux program)",
            cure="On Windows, grade inside WSL 2 (Ubuntu) with `sudo apt install bubblewrap`; on macOS, "
            "in a Linux\n"
            "virtual machine or on a Linux server.",
        )
    needed = ["bwrap", "prlimit"] + (["setpriv"] if os.geteuid() == 0 else [])
    missing = [name for name in needed if shutil.which(name) is None]
    if missing:
        return MISSING.format(
            missing=" and ".join(missing),
            cure="On Debian and Ubuntu run `sudo apt install bubblewrap util-linux`, on Fedora\n"
            "`sudo dnf install bubblewrap util-linux`.",
        )
    trial = subprocess.run([*walls(), *user(0), "true"], capture_output=True, text=True)
    if trial.returncode != 0:
        return MISSING.format(
            missing="the permission to make one",
            cure=f"bubblewrap says: {trial.stderr.strip()}\nOn Ubuntu 24.04 and newer, allow user "
            f"namespaces for it: see\n"
            "`man bwrap` and AppArmor's profile for bwrap, or grade as root inside a container that "
            "allows them.",
        )
    return None


def require_sandbox() -> None:
    """Raises CourseError where there is no sandbox; the message says how to get it."""
    if problem():
        raise CourseError(problem())


def command(slot: int = 0) -> tuple[list[str], dict[str, str]]:
    """How a worker starts inside the sandbox; for `homework.session.Session`.

    Args:
        slot: which of the jobs that run at the same time.
    """
    allowed = {**LIMITS, "nproc": LIMITS["nproc"] + threads_of_this_user()}
    limits = [f"--{name}={value}" for name, value in allowed.items()]
    return [*walls(), *user(slot), "prlimit", *limits, sys.executable, "-B", str(WORKER)], {}


def threads_of_this_user() -> int:
    """How many threads the kernel counts already: none for root, whose jobs run as users of their own."""
    if os.geteuid() == 0:
        return 0
    total = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        if process.info["uids"] and process.info["uids"].real == os.getuid():
            total += process.info["num_threads"] or 0
    return total


def user(slot: int) -> list[str]:
    """The command that gives up root's rights, when root grades."""
    if os.geteuid() != 0:
        return []
    number = str(FIRST_USER + slot)
    gone = ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--clear-groups"]
    return ["setpriv", "--reuid", number, "--regid", number, *gone]


def walls() -> list[str]:
    """The bubblewrap command up to the program that runs inside."""
    argv = ["bwrap", "--die-with-parent", "--new-session"]
    # Root must not make a user namespace: the only user in it would be root, who has no process limit.
    apart = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    argv += apart if os.geteuid() == 0 else ["--unshare-all"]
    made: set[Path] = set()
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        if Path("/" + name).is_symlink():
            argv += ["--symlink", str(Path("/" + name).readlink()), "/" + name]
        elif Path("/" + name).is_dir():
            argv += ["--ro-bind", "/" + name, "/" + name]
    argv += ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"]
    argv += ["--size", str(SCRATCH_BYTES), "--tmpfs", "/tmp", "--perms", "0777", "--dir", SCRATCH]
    for path in visible():
        if path.is_relative_to("/usr"):
            continue
        for parent in reversed(path.parents):
            if parent not in made and str(parent) not in ("/", "/tmp"):
                argv += ["--perms", "0755", "--dir", str(parent)]
                made.add(parent)
        argv += ["--ro-bind", str(path), str(path)]
    environment = {
        **FIXED_ENVIRONMENT,
        "PATH": "/usr/bin:/bin",
        "HOME": SCRATCH,
        "TMPDIR": SCRATCH,
        "LANG": "C.UTF-8",
        "COURSE_DATA": str(data_folder()),
        "COURSE_DEVICE": "cpu",
        "USER": "student",
    }
    argv.append("--clearenv")
    for name, value in environment.items():
        argv += ["--setenv", name, value]
    return [*argv, "--chdir", SCRATCH, "--"]


def data_folder() -> Path:
    """Where the course's data sets lie."""
    return Path(os.environ.get("COURSE_DATA") or ROOT / "data").resolve()


def visible() -> list[Path]:
    """The files and folders that exist inside, all read-only."""
    python = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent}
    ours = [
        ROOT / "helpers",
        *(ROOT / "launcher" / name for name in ("__init__.py", "errors.py", "files.py")),
        *(ROOT / "homework" / f"{name}.py" for name in INSIDE),
    ]
    return [*sorted(python), *ours, *([data_folder()] if data_folder().is_dir() else [])]
