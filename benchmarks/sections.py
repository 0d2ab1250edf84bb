"""The sections of ``RESULTS.md``: what each measures, and the function that measures it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from launcher.arguments import BENCHMARKS


@dataclasses.dataclass(frozen=True)
class Options:
    """What the command line asked for.

    Attributes:
        rounds: measured repetitions of everything that is repeated; None for each section's own number.
        hand_ins: hand-ins that ``grading`` makes and grades.
        entry: a file that ``mnist``, ``expressions`` or ``faces`` scores in the place of our own entries.
        validate: training data that were kept apart are asked, not the test data.
        data: the set of ``expressions``; None for the drawn faces.
        clips: a folder that ``faces`` is scored on; None for the clips that it makes.
    """

    rounds: int | None = None
    hand_ins: int = 20
    entry: Path | None = None
    validate: bool = False
    data: str | None = None
    clips: Path | None = None


@dataclasses.dataclass(frozen=True)
class Section:
    """One part of the report: its heading, and the module whose ``measure(options)`` returns its Markdown."""

    title: str
    module: str

    def load(self) -> Callable[[Options], str]:
        """The function that measures; its module is imported only when it is asked for."""
        return import_module(self.module).measure


MODULES = {
    "mnist": "benchmarks.mnist_seconds",
    "expressions": "benchmarks.expressions",
    "faces": "benchmarks.faces",
    "ladder": "benchmarks.ladder",
    "lenet": "benchmarks.lenet",
    "notebooks": "benchmarks.notebooks",
    "startup": "benchmarks.startup",
    "checking": "benchmarks.checking",
    "grading": "benchmarks.grading",
}
# name: section, in the order of the report
SECTIONS = {name: Section(title, MODULES[name]) for name, title in BENCHMARKS.items()}
