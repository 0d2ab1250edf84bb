"""Environments beside the course's own: they see its packages, have a few more, and never change it.

A .pth file shows them the packages of the Python that runs this, so that PyTorch is the same build on both
sides and nothing is downloaded twice.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from launcher.environment import venv_python
from launcher.failures import FAILURES, meaning

MARKER = "whole.sha256"  # written last: an environment without it is not whole


def prepare(folder: Path, packages: list[str]) -> str:
    """Have an environment in `folder` that holds these packages; returns why there is none, or "".

    Args:
        folder: where it lies. What is there and is not whole, or was made for other packages, goes.
        packages: what pip is asked for, such as ["-r", "requirements.txt"]; dependencies are not followed.
    """
    marker, wanted = folder / MARKER, fingerprint(folder, packages)
    if marker.exists() and marker.read_text("utf-8") == wanted:
        return ""
    shutil.rmtree(folder, ignore_errors=True)
    problem = (
        run([sys.executable, "-m", "venv", str(folder)])
        or show_course_packages(folder)
        or install(folder, packages)
    )
    if not problem:
        marker.write_text(wanted, encoding="utf-8")
    return problem


def fingerprint(folder: Path, packages: list[str]) -> str:
    """Changes with what is asked for, with the Python and with the place of the course's environment."""
    files = [Path(name).read_text("utf-8") for name in packages if name.endswith(".txt")]
    parts = [*packages, *files, sys.version, sysconfig.get_path("purelib"), str(folder)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def show_course_packages(folder: Path) -> str:
    """Let the new environment see the course's packages, behind its own; returns why it does not."""
    python, course = venv_python(folder), sysconfig.get_path("purelib")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.check_output([python, "-I", "-c", ask], encoding="utf-8").strip()
    Path(packages, "course-packages.pth").write_text(course + "\n", encoding="utf-8")
    ask = f"import sys; sys.exit({course!r} not in sys.path and 'it does not see the packages of the course')"
    return run([python, "-I", "-c", ask])


def install(folder: Path, packages: list[str]) -> str:
    """Install the packages; returns why it failed, or an empty text."""
    pip = [str(venv_python(folder)), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    return run([*pip, "-q", "--retries", "1", "--no-deps", *packages])


def run(command: list) -> str:
    """Run a command; returns in one line why it failed, or an empty text."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    return reason(done.stdout + done.stderr) if done.returncode else ""


def reason(text: str) -> str:
    """What pip's words mean, as the course's own installation tells it; else their last line."""
    known = any(re.search(pattern, text, re.IGNORECASE) for pattern, _ in FAILURES)
    advice, line = meaning(text)
    return advice.splitlines()[0] if known else line
