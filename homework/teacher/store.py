"""Results on the disk, one file for each notebook, so that nothing is graded twice."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from homework.folders import ROOT
from homework.teacher.grading import Grading, Status
from launcher.files import whole_file

# What a mark comes from, beside the homework itself: what rebuilds, runs and compares, and what answers and
# tests import. Patterns below the course's folder.
DECIDING = ("homework/*.py", "homework/teacher/grading.py", "helpers/**/*.py", "launcher/files.py")


class Store:
    """Results by the hash of a notebook's bytes. Failures of grading itself are kept for this run only."""

    def __init__(self, folder: Path):
        self.folder, self.passing = folder, {}
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def has(self, key: str) -> bool:
        return self.path(key).exists()

    def save(self, key: str, result: Grading) -> None:
        if result.status == Status.FAILED:  # tried again next time
            self.passing[key] = result
            return
        with whole_file(self.path(key)) as part:
            part.write_text(json.dumps(result.to_plain()), encoding="utf-8")

    def load(self, key: str) -> Grading:
        if key in self.passing:
            return self.passing[key]
        return Grading.from_plain(json.loads(self.path(key).read_text(encoding="utf-8")))


def key_of(data: bytes) -> str:
    """The name of a notebook's result."""
    return hashlib.sha256(data).hexdigest()


def deciding_files(root: Path = ROOT) -> list[Path]:
    """The files of the course that a mark depends on."""
    return sorted(path for pattern in DECIDING for path in root.glob(pattern))


def rules_hash(source: Path, cell_seconds: float, root: Path = ROOT) -> str:
    """Changes when the homework, what marks it or the time limit does: then everything is graded anew.

    Args:
        source: the homework's source.
        cell_seconds: the time limit of a cell that has none of its own.
        root: the course's folder.
    """
    digest = hashlib.sha256(f"{cell_seconds:g}\n".encode())
    for path in (source, *deciding_files(root)):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
