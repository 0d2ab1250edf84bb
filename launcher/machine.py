"""What the machine must offer before anything is installed: a Python, room on the disk, a folder to write."""

import contextlib
import errno
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from launcher.errors import CourseError
from launcher.places import PYTHON, this_command
from launcher.pythons import GOOD_PYTHON, UNCHANGED, version_problem

UPDATE_GB = 1.0  # room for an update of an environment that is already there
GB = 1e9


def python_problem(version: tuple, is_64_bit: bool, system: str, machine: str) -> str | None:
    """Why the packages cannot be installed for this Python on this machine; None when they can."""
    problem = version_problem(version)
    if problem:
        return problem
    if not is_64_bit:
        return f"""This is a 32-bit Python; PyTorch exists for 64-bit Python only.
Install {GOOD_PYTHON} and run the same command with it.
If the computer itself is 32-bit, the course cannot run on it: use another one."""
    if system == "Darwin" and machine == "x86_64":
        return f"""This is a Python for Intel Macs; PyTorch has had no package for them since version 2.3.
If your Mac has an Apple chip (Apple menu > About This Mac), install {GOOD_PYTHON}
and run the same command with it. If it has an Intel chip, use another computer."""
    if system == "Windows" and machine.upper() == "ARM64":
        return """This is a Python for Windows on ARM; PyTorch has no package for it.
Install the "Windows installer (64-bit)" of Python 3.13 from https://www.python.org/downloads/windows/
(not the ARM64 one; Windows runs it all the same) and run the same command with it."""
    return None


def check_python() -> None:
    """Refuse a Python that the packages do not exist for, before anything is downloaded."""
    is_64_bit = sys.maxsize > 2**32
    problem = python_problem(tuple(sys.version_info), is_64_bit, platform.system(), platform.machine())
    if problem:
        raise CourseError(UNCHANGED.format(problem))
    for module in ("venv", "ensurepip"):  # Debian and Ubuntu ship Python without them
        if importlib.util.find_spec(module) is None:
            raise CourseError(VENV_MISSING)


VENV_MISSING = f"""This Python comes without its `venv` module, which makes the course's environment.
On Debian and Ubuntu run
    sudo apt install python3-venv
and then `{this_command("lab")}` again. Nothing is lost."""


def folder_size(folder: Path) -> int:
    """Bytes in all files below `folder`; 0 when there is none."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(where) / name).lstat().st_size
    return total


def disk_needed(sizes: tuple[float, float], installed_bytes: int) -> float:
    """Bytes the installation takes while it runs, on the disk of `.venv`.

    Args:
        sizes: gigabytes to fetch, and on the disk in the end.
        installed_bytes: what lies there already.
    """
    download, on_disk = sizes
    return max((download + on_disk) * GB - installed_bytes, UPDATE_GB * GB)


def check_disk(folder: Path, needed: float) -> float:
    """Refuse to start an installation that would fill the disk; returns the bytes that stay free."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CourseError(f"""There is too little room on the disk that holds
    {folder}
Needed: {needed / GB:.1f} GB (most of it PyTorch). Free: {free / GB:.1f} GB.
Free {(needed - free) / GB:.1f} GB more (empty the bin, delete old downloads; `{PYTHON} -m pip cache purge`
empties pip's store), or move the course's folder to a larger disk. Then run the same command again.
Nothing has been changed.""")
    return free - needed


def check_writable(folder: Path) -> None:
    """Refuse a folder where nothing can be written, with its name."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        raise CourseError(f"""Nothing can be written in the course's folder
    {folder}
Move or clone the course to a folder of your own (your home folder, Documents), and run the command there.
Nothing has been changed.""") from None
