"""The files and folders that `grade` writes."""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path

from launcher.files import whole_file

log = logging.getLogger("homework.grade")


def write_text(path: Path, text: str) -> None:
    """Write a file in one step, unless it holds this text already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encoded = text.encode("utf-8-sig" if path.suffix == ".csv" else "utf-8", errors="replace")
    if path.exists() and path.read_bytes() == encoded:
        return
    with whole_file(path) as part:
        part.write_bytes(encoded)


def folder_name(student: str) -> str:
    """A student's id or name as the name of a file on every system; two never get the same."""
    plain = re.sub(r"[^A-Za-z0-9.@-]+", "-", student).strip(".-")[:60]
    if plain and plain == student and plain.lower() not in ("con", "nul", "aux", "prn"):
        return plain
    return f"{plain or 'x'}-{hashlib.sha256(student.encode(errors='replace')).hexdigest()[:8]}"


def start_log(out: Path) -> None:
    """Let the log of this run go to grade.log."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
    handler = logging.FileHandler(out / "grade.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
