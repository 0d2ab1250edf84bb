"""An environment of their own for the packages that the course is compared with: ``.venv-bench``.

It sees the packages of the course's environment through a .pth file, so that PyTorch is the same build on
both sides and is not downloaded twice. The course's environment itself is never changed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from benchmarks.report import last_line
from launcher.environment import venv_python
from launcher.failures import FAILURES

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-bench"
LOCK = ROOT / "benchmarks" / "requirements.txt"
MARKER = "bench.sha256"  # written last: an environment without it is not whole


def fingerprint() -> str:
    """Changes with the pins, with the Python and with the place of the course's environment."""
    parts = [LOCK.read_text("utf-8"), sys.version, sysconfig.get_path("purelib"), str(FOLDER)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def prepare() -> tuple[Path, str]:
    """The Python that has the peers, and ``""``; or the course's own Python, and why there are no peers.

    The first call downloads about 30 MB; later ones find everything there.
    """
    marker = FOLDER / MARKER
    if marker.exists() and marker.read_text("utf-8") == fingerprint():
        return venv_python(FOLDER), ""
    print("Installing the peers into .venv-bench (about a minute).", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    problem = run([sys.executable, "-m", "venv", str(FOLDER)]) or show_course_packages() or install()
    if problem:
        print(f"The peers could not be installed, so they are left out: {problem}", flush=True)
        return Path(sys.executable), problem
    marker.write_text(fingerprint(), encoding="utf-8")
    return venv_python(FOLDER), ""


def show_course_packages() -> str:
    """Let the new environment see the course's packages, behind its own; returns why it does not."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    python = venv_python(FOLDER)
    packages = subprocess.check_output([python, "-I", "-c", ask], encoding="utf-8").strip()
    Path(packages, "course-packages.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    ask = "import torch; print(torch.__file__)"
    seen = subprocess.run([python, "-c", ask], capture_output=True, encoding="utf-8", check=False)
    import torch

    same = Path(seen.stdout.strip()) == Path(torch.__file__)
    return "" if same else f"its torch is not the course's: {last_line(seen.stdout + seen.stderr)}"


def install() -> str:
    """Install the pins; returns why it failed, or an empty text."""
    python = str(venv_python(FOLDER))
    pip = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "-q"]
    return run([*pip, "--retries", "1", "--no-deps", "-r", str(LOCK)])


def run(command: list[str]) -> str:
    """Run a command; returns in one line why it failed, or an empty text."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    return reason(done.stdout + done.stderr) if done.returncode else ""


def reason(text: str) -> str:
    """What pip's words mean, as the course's own installation tells it; else their last line."""
    for pattern, advice in FAILURES:
        if re.search(pattern, text, re.IGNORECASE):
            return advice.splitlines()[0]
    return last_line(text)
