"""An environment of their own for the packages that the course is compared with: ``.venv-bench``."""

from __future__ import annotations

import sys
from pathlib import Path

from launcher import beside
from launcher.environment import venv_python

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-bench"
LOCK = ROOT / "benchmarks" / "requirements.txt"


def prepare() -> tuple[Path, str]:
    """The Python that has the peers, and ``""``; or the course's own Python, and why there are no peers.

    The first call downloads about 30 MB and takes about a minute; later ones find everything there.
    """
    problem = beside.prepare(FOLDER, ["-r", str(LOCK)])
    if problem:
        print(f"The peers could not be installed, so they are left out: {problem}", flush=True)
        return Path(sys.executable), problem
    return venv_python(FOLDER), ""
