"""Results on the disk, one file for each notebook, so that nothing is graded twice."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path

from homework.folders import ROOT
from homework.teacher.grading import Grading, Status
from homework.teacher.harmless import printable
from launcher.files import whole_file

# What a mark comes from, beside the homework itself: what rebuilds, runs and compares, and what answers and
# tests import. Everything of ours counts but what writes results down, or is for students and authors.
DECIDING = (
    *("homework/**/*.py", "helpers/**/*.py", "launcher/files.py"),
    *("translations/building.py", "translations/blocks.py", "translations/zh_CN/hw*.po"),
)
WRITING = (
    "forms",
    "grade",
    "gradebook",
    "harmless",
    "marks",
    "output",
    "platforms",
    "report",
    "scores",
    "server_config",
    "similarity",
    "store",
)
COLLECTING = (
    *(
        "archives",
        "collector",
        "crosscheck",
        "exchange",
        "identity",
        "inbox",
        "manifest",
        "naming",
        "owners",
        "people",
        "roster",
    ),
    *("table", "tried", "versions"),
)
NOT_DECIDING = (
    *(
        "homework/__main__.py",
        "homework/exporting.py",
        "homework/gradescope/*",
        "homework/quizzes/*",
        "homework/release.py",
        "homework/author/*",
        "homework/student/*",
    ),
    *("homework/hw*/right/*", *(f"homework/teacher/{name}.py" for name in (*WRITING, *COLLECTING))),
)
DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Store:
    """Results by the hash of a notebook's bytes. Failures of grading itself are kept for this run only."""

    def __init__(self, folder: Path):
        self.folder, self.passing = folder, {}
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def has(self, key: str) -> bool:
        """Whether there is a result, and it can be read."""
        try:
            self.load(key)
        except DAMAGED:
            return False
        return True

    def forget(self, key: str) -> None:
        """Let this notebook be graded anew."""
        self.path(key).unlink(missing_ok=True)

    def save(self, key: str, result: Grading) -> None:
        if result.status == Status.FAILED:  # tried again next time
            self.passing[key] = result
            return
        try:
            text = json.dumps(result.to_plain())
        except (TypeError, ValueError, RecursionError) as error:
            reason = f"its result could not be kept ({type(error).__name__})"
            self.passing[key] = Grading(Status.FAILED, reason, log=repr(error))
            return
        with whole_file(self.path(key)) as part:
            part.write_text(text, encoding="utf-8")

    def load(self, key: str) -> Grading:
        """A copy of a result, in signs that can be written everywhere."""
        if key in self.passing:
            return Grading.from_plain(printable(self.passing[key].to_plain()))
        return Grading.from_plain(printable(json.loads(self.path(key).read_text(encoding="utf-8"))))


def key_of(data: bytes) -> str:
    """The name of a notebook's result."""
    return hashlib.sha256(data).hexdigest()


def deciding_files(root: Path = ROOT) -> list[Path]:
    """The files of the course that a mark depends on."""
    found = {path for pattern in DECIDING for path in root.glob(pattern)}
    return sorted(path for path in found if not decides_nothing(path.relative_to(root)))


def decides_nothing(path: Path) -> bool:
    """Whether a file of the course decides no mark."""
    return any(path.match(pattern) for pattern in NOT_DECIDING)


def rules_hash(source: Path, cell_seconds: float, root: Path = ROOT, sandboxed: bool = True) -> str:
    """Changes when the homework, what marks it or how it is run does: then everything is graded anew.

    Args:
        source: the homework's source.
        cell_seconds: the time limit of a cell that has none of its own.
        root: the course's folder.
        sandboxed: whether the walls stand.
    """
    place = f"{cell_seconds:g} {sandboxed} {platform.python_version()} {version('torch')}\n"
    digest = hashlib.sha256(place.encode())
    for path in (source, *deciding_files(root)):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
