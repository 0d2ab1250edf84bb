"""What tests end with: outcomes, results, marks."""

from __future__ import annotations

import dataclasses
import enum

from homework.cells import task_of


class Outcome(enum.StrEnum):
    """What a test ended with."""

    PASSED = "passed"
    FAILED = "failed"
    UNANSWERED = "unanswered"
    TIMEOUT = "timeout"
    CRASHED = "crashed"


PASSED, FAILED, UNANSWERED, TIMEOUT, CRASHED = Outcome


@dataclasses.dataclass
class Result:
    """What became of one test.

    `message` and `hint` are for the student; with `hidden` the message says no more than that a hidden test
    failed. `printed` is what the visible part of the test printed.
    """

    name: str
    status: Outcome
    points: float
    max_points: float
    message: str = ""
    hint: str | None = None
    hidden: bool = False
    printed: str = ""

    @property
    def task(self) -> str:
        return task_of(self.name)


@dataclasses.dataclass
class Marks:
    """All tests of one hand-in.

    Attributes:
        results: one for each TEST cell, in order.
        problems: {name of a cell of the student's: what went wrong when it ran}.
        outputs: {name of a cell: its text output}.
        stopped: why the run ended before its end, or lacks what it stands on; empty when neither is so.
    """

    results: list[Result] = dataclasses.field(default_factory=list)
    problems: dict[str, str] = dataclasses.field(default_factory=dict)
    outputs: dict[str, str] = dataclasses.field(default_factory=dict)
    stopped: str = ""

    @property
    def points(self) -> float:
        return sum(result.points for result in self.results)

    @property
    def max_points(self) -> float:
        return sum(result.max_points for result in self.results)
