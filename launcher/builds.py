"""Which PyTorch `.venv` gets on Linux: PyPI's, which brings CUDA, or PyTorch's own for processors alone."""

import enum
import os
import platform
import re
import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from launcher.errors import CourseError
from launcher.files import write_whole
from launcher.places import LOGS, ROOT, VENV, read_text, say, this_command, told

INDEX = "https://download.pytorch.org/whl/cpu"  # COURSE_TORCH_INDEX names a mirror of it
CHOICE = VENV / "build"  # written first, so that an installation that was stopped goes on with the same one
ANSWER_SECONDS = 10

PAIR = re.compile(r"^(torch|torchvision)==(\S+)", re.MULTILINE)
CUDA = re.compile(r"(nvidia|cuda)-|triton==")
DRIVER = ("/proc/driver/nvidia/version", "/dev/nvidia0", "/usr/lib/wsl/lib/libcuda.so.1")


class Build(enum.StrEnum):
    """A build of PyTorch, and the option that asks for it."""

    FULL = "gpu"
    CPU = "cpu"


# Gigabytes: what is fetched, and what lies on the disk in the end. On Linux the full build brings CUDA.
LINUX_FULL, SMALL = (3.3, 6.6), (0.6, 2.0)


def package_sizes(system: str, build: Build) -> tuple[float, float]:
    """Gigabytes that are fetched for this build on this system, and that lie on the disk in the end."""
    return LINUX_FULL if (system, build) == ("Linux", Build.FULL) else SMALL


def has_nvidia_driver() -> bool:
    """Whether this Linux can use an NVIDIA card."""
    return any(Path(path).exists() for path in DRIVER) or shutil.which("nvidia-smi") is not None


def remembered() -> Build | None:
    """The build that `.venv` has or was begun with; None without a `.venv`."""
    if read_text(CHOICE).strip() == Build.CPU:
        return Build.CPU
    return Build.FULL if VENV.exists() else None  # the only one, before there was a choice


def remember(build: Build) -> None:
    write_whole(CHOICE, build + "\n")


def choose(asked: Build | None, lock: str) -> Build:
    """The build that was asked for, else the one that is there, else the one for this machine."""
    if not pins(lock):
        return Build.FULL
    if platform.system() != "Linux":
        if asked:
            say(f"There is one PyTorch for this system: --{asked} changes nothing.")
        return Build.FULL
    return asked or remembered() or (Build.FULL if has_nvidia_driver() else Build.CPU)


def pins(lock: str) -> list[str]:
    """The two packages of the CPU build, as that index names them; empty for a lock without PyTorch."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return [f"{name}=={version}+cpu" for name, version in PAIR.findall(text)]


def lock_file(lock: str, build: Build) -> Path:
    """The list to install from: for the CPU build without the packages that only CUDA needs.

    The line `torch==2.14.1` stays: the CPU build's 2.14.1+cpu, installed before, fulfils it.
    """
    if build is Build.FULL:
        return ROOT / lock
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines(keepends=True)
    target = LOGS / f"cpu-{lock}"
    write_whole(target, "".join(line for line in lines if not CUDA.match(line)))
    return target


def index() -> str:
    """The address of the index of CPU builds."""
    return os.environ.get("COURSE_TORCH_INDEX") or INDEX


def index_options() -> list[str]:
    """pip's options for the CPU build's two packages; none where the reader's pip asks no index at all."""
    return [] if asks_no_index() else ["--index-url", index()]


def asks_no_index() -> bool:
    """Whether the reader has told pip to install from folders alone."""
    return os.environ.get("PIP_NO_INDEX", "").lower() in ("1", "true", "yes", "on", "y", "t")


def problem_of_index() -> str | None:
    """Why the CPU build cannot be had now; None when it can."""
    if asks_no_index():
        links = os.environ.get("PIP_FIND_LINKS", "").split()
        folders = [Path(urllib.request.url2pathname(urllib.parse.urlsplit(link).path)) for link in links]
        found = any(list(folder.glob("torch-*+cpu-*.whl")) for folder in folders)
        return None if found else "PIP_FIND_LINKS names no folder with a wheel torch-…+cpu"
    try:
        with urllib.request.urlopen(index().rstrip("/") + "/torch/", timeout=ANSWER_SECONDS):
            return None
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))


def available(build: Build, asked: Build | None) -> Build:
    """The build, if it can be had now; where nobody asked for the CPU build, the full one in its place.

    Raises:
        CourseError: the CPU build was asked for, or is what `.venv` has, and its index does not answer.
    """
    problem = problem_of_index() if build is Build.CPU else None
    if problem is None:
        return build
    fetch, on_disk = LINUX_FULL
    what = f"PyTorch's index of builds for processors, {index()}, does not answer ({problem})."
    full = f"the full build from PyPI ({fetch} GB to fetch, {on_disk} GB on disk)"
    if asked or remembered():
        raise CourseError(f"""{what}
Try again later, or install {full} with
    {this_command("lab --gpu")}
Nothing has been changed.""")
    say(f"{what} In its place comes {full}.")
    if sys.stdin.isatty() and input(told("Install that? [Y/n] ")).strip().lower() in ("n", "no"):
        raise CourseError("Nothing has been changed. Run the same command when there is a network.")
    return Build.FULL


def describe(build: Build, asked: Build | None) -> str:
    """One line for a build that nobody asked for, with what to type for the other; else nothing."""
    if asked or build is Build.FULL or remembered():
        return ""
    return (
        "This machine shows no NVIDIA driver, so it gets PyTorch's build for processors. "
        f"For the one with CUDA: `{this_command('lab --gpu')}`."
    )
