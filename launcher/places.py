"""Where the course's files lie, and how the launcher speaks and names itself to its reader."""

import os
from collections.abc import Callable
from contextvars import ContextVar
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

# What the launcher's English goes through: `cli.main` sets it once the reader's language is known.
TRANSLATION: ContextVar[Callable[[str], str]] = ContextVar("TRANSLATION", default=str)


def told(text: object) -> str:
    """A text of the launcher's in the reader's language."""
    return TRANSLATION.get()(str(text))


def say(text: object, end: str = "\n") -> None:
    """Print a text in the reader's language, at once."""
    print(told(text), end=end, flush=True)


def this_command(arguments: str) -> str:
    """How the reader starts the launcher again."""
    return f"{PYTHON} course.py {arguments}"


def read_text(path: Path) -> str:
    """The text of a log; empty when there is none yet."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
