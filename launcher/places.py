"""Where the course's files lie, and how the launcher names itself to its reader."""

import functools
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOGS = ROOT / ".venv.logs"
DOWNLOADS = ROOT / ".venv.downloads"
CACHE = ROOT / ".venv.cache"  # what uv fetched; linked into .venv, so it takes no room of its own
STATE = ROOT / ".jupyter"
NOTEBOOKS = ROOT / "notebooks"
FIRST_NOTEBOOK = NOTEBOOKS / "00_getting_started.ipynb"
HOMEWORK = NOTEBOOKS / "homework"  # the student's copies

PYTHON = "py" if os.name == "nt" else "python3"  # how a reader starts Python

say = functools.partial(print, flush=True)


def this_command(arguments: str) -> str:
    """How the reader starts the launcher again."""
    return f"{PYTHON} course.py {arguments}"


def read_text(path: Path) -> str:
    """The text of a log; empty when there is none yet."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
