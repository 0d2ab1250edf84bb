"""The walls of the sandbox: what a program inside can see, write and call, as a command of bubblewrap."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from homework import seccomp
from homework.folders import ROOT
from homework.process import FIXED_ENVIRONMENT

SCRATCH = "/tmp/homework"
SHARED = "/dev/shm"  # what processes share, such as the batches of a DataLoader's workers
SCRATCH_BYTES = 300_000_000
SHARED_BYTES = 300_000_000
# Of this folder; nothing of it knows a wanted value.
INSIDE = (
    *("__init__.py", "checks.py", "comparing.py", "inside.py", "relations.py", "sourcetext.py", "steps.py"),
    *("style.py", "values.py", "worker.py"),
)
# bwrap itself starts with an empty environment (it stands in /proc/1/environ inside), in the group of
# processes whose memory is limited, with the filter of system calls as file 9, and as the first that the
# kernel ends when memory is short.
START = 'echo $$ >"$1" && echo 1000 >/proc/self/oom_score_adj && exec 9<"$2" && shift 2 && exec "$@"'
SAFE_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def walls(group: str = "/dev/null") -> list[str]:
    """The command up to the program that runs inside.

    Args:
        group: the file that takes the number of a process into a group with a limit of memory.
    """
    clean = ["/usr/bin/env", "-i", f"PATH={SAFE_PATH}"]
    start = ["/bin/sh", "-c", START, "sh", group, seccomp.path()]
    bwrap = [shutil.which("bwrap") or "bwrap", "--die-with-parent", "--new-session", "--seccomp", "9"]
    inside = ["--clearenv"]
    for name, value in environment().items():
        inside += ["--setenv", name, value]
    return [*clean, *start, *bwrap, *apart(), *files(), *inside, "--chdir", SCRATCH, "--"]


def apart() -> list[str]:
    """Its own processes, network and names; and where an ordinary user grades, its own users.

    Root makes no user namespace: the only user in it would be root, for whom there is no limit on processes.
    Inside runs a user without any rights instead, and the filter refuses new namespaces.
    """
    own = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        needed = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")  # to give up all of them
        return [*own, "--cap-drop", "ALL", *(part for name in needed for part in ("--cap-add", name))]
    return [*own, "--unshare-user", *(["--disable-userns"] if can_disable_namespaces() else [])]


@functools.cache
def can_disable_namespaces() -> bool:
    """Whether bwrap can forbid new user namespaces by the kernel's own count (from 0.8, not as setuid)."""
    trial = ["bwrap", "--unshare-user", "--disable-userns", "--ro-bind", "/", "/", "true"]
    return subprocess.run(trial, capture_output=True).returncode == 0


def files() -> list[str]:
    """What lies inside: all of it read-only, but two folders in memory, whose size is bounded."""
    argv = []
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        if Path("/" + name).is_symlink():
            argv += ["--symlink", str(Path("/" + name).readlink()), "/" + name]
        elif Path("/" + name).is_dir():
            argv += ["--ro-bind", "/" + name, "/" + name]
    argv += ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"]
    # Memory that /dev/zero gives to several processes belongs to none of them: nobody could count it.
    argv += ["--dev-bind", "/dev/null", "/dev/zero"]
    argv += ["--perms", "0777", "--size", str(SHARED_BYTES), "--tmpfs", SHARED, "--remount-ro", "/dev"]
    made = {Path("/")}
    for path in [*visible(), Path(SCRATCH)]:
        if path.is_relative_to("/usr"):
            continue
        for parent in reversed(path.parents):
            if parent not in made:
                argv += ["--perms", "0755", "--dir", str(parent)]
                made.add(parent)
        if path != Path(SCRATCH):
            argv += ["--ro-bind", str(path), str(path)]
    argv += ["--perms", "0777", "--size", str(SCRATCH_BYTES), "--tmpfs", SCRATCH]
    return [*argv, "--remount-ro", "/"]


def environment() -> dict[str, str]:
    """All variables that exist inside."""
    return {
        **FIXED_ENVIRONMENT,
        "PATH": "/usr/bin:/bin",
        "HOME": SCRATCH,
        "TMPDIR": SCRATCH,
        "LANG": "C.UTF-8",
        "COURSE_DATA": str(data_folder()),
        "COURSE_DEVICE": "cpu",
        "USER": "student",
        "TORCHINDUCTOR_CPP_CACHE_PRECOMPILE_HEADERS": "0",  # they would be files of over 100 MB
    }


def data_folder() -> Path:
    """Where the course's data sets lie."""
    return Path(os.environ.get("COURSE_DATA") or ROOT / "data").resolve()


def python_folders() -> list[Path]:
    """Where Python and its packages lie."""
    python = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent}
    return sorted(python)


def course_files() -> list[Path]:
    """What of the course exists inside."""
    ours = [
        ROOT / "helpers",
        *(ROOT / "launcher" / name for name in ("__init__.py", "errors.py", "files.py")),
        *(ROOT / "homework" / name for name in INSIDE),
    ]
    return [*ours, *([data_folder()] if data_folder().is_dir() else [])]


def visible() -> list[Path]:
    """The files and folders that exist inside, all read-only."""
    return [*python_folders(), *course_files()]


@functools.cache
def version() -> tuple[int, ...]:
    """That of bubblewrap, such as (0, 12, 1); (0,) when it does not say it."""
    said = subprocess.run(["bwrap", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"\d+(\.\d+)*", said)
    return tuple(int(part) for part in found[0].split(".")) if found else (0,)
