"""The sections of ``RESULTS.md``: what each measures, and the function that measures it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib import import_module


@dataclasses.dataclass(frozen=True)
class Options:
    """What the command line asked for.

    Attributes:
        rounds: measured repetitions of everything that is repeated; None for each section's own number.
        hand_ins: hand-ins that ``grading`` makes and grades.
    """

    rounds: int | None = None
    hand_ins: int = 20


@dataclasses.dataclass(frozen=True)
class Section:
    """One part of the report: its heading, and the module whose ``measure(options)`` returns its Markdown."""

    title: str
    module: str

    def load(self) -> Callable[[Options], str]:
        """The function that measures; its module is imported only when it is asked for."""
        return import_module(self.module).measure


# name: section, in the order of the report
SECTIONS = {
    "mnist": Section("Seconds to 99 % on MNIST", "benchmarks.mnist_seconds"),
    "ladder": Section("The ladder of notebook 15 to 99 %", "benchmarks.ladder"),
    "lenet": Section("One epoch of LeNet-5 on Fashion-MNIST", "benchmarks.lenet"),
    "notebooks": Section("Every notebook, top to bottom", "benchmarks.notebooks"),
    "startup": Section("Import and start-up", "benchmarks.startup"),
    "grading": Section("Grading", "benchmarks.grading"),
}
