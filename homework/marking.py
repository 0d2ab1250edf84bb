"""Runs a homework with somebody's answers in it, and marks each test.

The student's `check`, the teacher's `grade` and the tests of the checkers all come through `mark`.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterator

from homework import guards
from homework.answered import Answered
from homework.cells import QUESTION, TEST, Assignment, Cell, task_of
from homework.replies import Ending, Reply
from homework.session import Session


class Outcome(enum.StrEnum):
    """What a test ended with."""

    PASSED = "passed"
    FAILED = "failed"
    UNANSWERED = "unanswered"
    TIMEOUT = "timeout"
    CRASHED = "crashed"


PASSED, FAILED, UNANSWERED, TIMEOUT, CRASHED = Outcome
OUTCOMES = {
    Ending.ERROR: FAILED,
    Ending.TIMEOUT: TIMEOUT,
    Ending.CRASHED: CRASHED,
    Ending.STOPPED: CRASHED,
}
HIDDEN_WORDS = {
    FAILED: "a hidden test did not pass (it tries other values of the same kind)",
    TIMEOUT: "a hidden test did not pass (it tries other values of the same kind): it took too long",
    CRASHED: "a hidden test did not pass (it tries other values of the same kind): Python crashed",
}


@dataclasses.dataclass
class Result:
    """What became of one test.

    `message` and `hint` are for the student; with `hidden` the message says no more than that a hidden test
    failed.
    """

    name: str
    status: Outcome
    points: float
    max_points: float
    message: str = ""
    hint: str | None = None
    hidden: bool = False

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
        altered: what of the test machinery was found changed; points are not to be trusted then.
        stopped: why the run ended before its end; empty when it did not.
    """

    results: list[Result] = dataclasses.field(default_factory=list)
    problems: dict[str, str] = dataclasses.field(default_factory=dict)
    outputs: dict[str, str] = dataclasses.field(default_factory=dict)
    altered: list[str] = dataclasses.field(default_factory=list)
    stopped: str = ""

    @property
    def points(self) -> float:
        return sum(result.points for result in self.results)

    @property
    def max_points(self) -> float:
        return sum(result.max_points for result in self.results)


def mark(
    assignment: Assignment,
    session: Session,
    *,
    guard: bool = False,
    only: str | None = None,
    progress: Callable[[Cell], None] = lambda cell: None,
) -> Marks:
    """Run all cells of a homework in order, and mark its tests.

    Args:
        assignment: the homework with the answers in their places. With its hidden tests, they count too.
        session: where it runs.
        guard: try each passed test again without the answer, and look whether functions that the tests
            rely on were replaced.
        only: run the tests of this task alone; all other cells still run.
        progress: called before each cell.
    """
    marks, state = Marks(), Answered.of(assignment)
    removable = guards.names_after_first_answer(assignment) if guard else None
    for cell in cells_to_run(assignment, only):
        progress(cell)
        if cell.kind == TEST:
            result = run_test(cell, session)
            if removable is not None and result.status == PASSED:
                marks.altered += guards.without_answers(cell, session, removable)
            if result.status != PASSED and state.is_unanswered(cell.task, result.message):
                result = dataclasses.replace(result, status=UNANSWERED, message="not answered yet", hint=None)
            marks.results.append(result)
        else:
            note_run(cell, session.run(cell.kind, cell.name, cell.source, cell.seconds), marks)
    if guard:
        altered, stopped = guards.canaries(session)
        marks.altered += altered
        marks.stopped = stopped or marks.stopped
    return marks


def cells_to_run(assignment: Assignment, only: str | None) -> Iterator[Cell]:
    """The code cells of a homework; of the tests, those of one task where it is named."""
    for cell in assignment.cells:
        if cell.cell_type != "code" or cell.kind == QUESTION:
            continue
        if cell.kind != TEST or only is None or cell.task == only:
            yield cell


def note_run(cell: Cell, reply: Reply, marks: Marks) -> None:
    """Keep what a cell printed, and what went wrong in it."""
    marks.outputs[cell.name] = reply.output
    if reply.ending != Ending.OK:
        marks.problems[cell.name] = problem_text(reply)
    if reply.ending == Ending.STOPPED:
        marks.stopped = reply.message


def run_test(cell: Cell, session: Session) -> Result:
    """Run the visible part of a test, then the hidden one."""
    for part, is_hidden in ((cell.visible, False), (cell.hidden, True)):
        if not code_in(part):
            continue
        reply = session.run(TEST, cell.name, part, cell.seconds)
        if reply.ending != Ending.OK:
            return failed(cell, reply, is_hidden)
    return Result(cell.name, PASSED, cell.points, cell.points)


def code_in(source: str) -> bool:
    """Whether there is a line that is not empty and no comment."""
    return any(line.strip() and not line.strip().startswith("#") for line in source.splitlines())


def failed(cell: Cell, reply: Reply, hidden: bool) -> Result:
    """The result of a test that did not pass."""
    status = OUTCOMES[reply.ending]
    message = HIDDEN_WORDS[status] if hidden else problem_text(reply)
    return Result(cell.name, status, 0.0, cell.points, message, reply.hint, hidden)


def problem_text(reply: Reply) -> str:
    """A reply that is not ok, in words for a student."""
    if reply.ending == Ending.TIMEOUT:
        return "it took too long and was stopped" + (f" ({reply.place})" if reply.place else "")
    if reply.ending in (Ending.CRASHED, Ending.STOPPED) or reply.failed_check:
        return reply.message
    place = f"\n  in your code, {reply.place}" if reply.place else ""
    return f"{reply.type}: {reply.message}{place}"
