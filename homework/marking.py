"""Runs a homework with somebody's answers in it, and marks each test.

The student's `check`, the teacher's `grade` and the tests of the checkers all come through `mark`.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable
from typing import Any

from homework.answered import Answered
from homework.cells import ANSWER, EXTRA, GIVEN, QUESTION, TEST, Assignment, Cell
from homework.definitions import Code, tree_of
from homework.excerpts import loads_of
from homework.judge import Judge, Judgement
from homework.outcomes import CRASHED, FAILED, PASSED, TIMEOUT, UNANSWERED, Marks, Outcome, Result
from homework.replies import Ending, Reply
from homework.session import Session
from homework.split import Split

MOST_STUCK = 2  # tests of a task that hang or crash before the others of the task are left out

# It may be the student's doing all the same, so somebody has to look.
SLOW = "the homework's own cell {name} took too long: was this machine too busy? Grade it anew (--regrade)"

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


def mark(
    assignment: Assignment,
    session: Session,
    *,
    judge: Judge | None = None,
    only: str | None = None,
    progress: Callable[[Cell], None] = lambda cell: None,
) -> Marks:
    """Run all cells of a homework in order, and mark its tests.

    Args:
        assignment: the homework with the answers in their places. With its hidden tests, they count too.
        session: where it runs.
        judge: of this homework; a new one without it.
        only: run this task alone, with what it needs of the others.
        progress: called before each cell.
    """
    run = Run(assignment, session, judge or Judge(assignment))
    for cell in cells_to_run(assignment, only):
        progress(cell)
        if cell.kind == TEST:
            run.test(cell)
        else:
            run.cell(cell)
    return run.marks


class Run:
    """One hand-in on its way through its cells.

    Attributes:
        hearing: of the process that runs now; a new start has a new one.
        stuck: how many tests of each task hung, or ended the process.
    """

    def __init__(self, assignment: Assignment, session: Session, judge: Judge):
        self.session, self.judge = session, judge
        self.marks, self.state = Marks(), Answered.of(assignment)
        self.sources = [c.source for c in assignment.of_kind(ANSWER, EXTRA) if c.cell_type == "code"]
        self.hearing, self.life = judge.hearing(self.sources), session.restarts
        self.stuck: collections.Counter = collections.Counter()
        self.forget, self.said = False, ""

    def cell(self, cell: Cell) -> None:
        """Run a cell that is no test."""
        note_run(cell, self.session.run(**request_of(cell, self.judge.split)), self.marks)

    def test(self, cell: Cell) -> None:
        """Run and judge a test."""
        result = self.stuck_result(cell) if self.stuck[cell.task] >= MOST_STUCK else self.run_test(cell)
        if result.status in (TIMEOUT, CRASHED):
            self.stuck[cell.task] += 1
        if result.status != PASSED and self.state.is_unanswered(cell.task, self.said or result.message):
            result = dataclasses.replace(result, status=UNANSWERED, message="not answered yet", hint=None)
        self.marks.results.append(result)

    def stuck_result(self, cell: Cell) -> Result:
        self.said = ""
        message = f"not tried: {MOST_STUCK} tests of this task hung, or ended Python"
        return Result(cell.name, CRASHED, 0.0, cell.points, message)

    def run_test(self, cell: Cell) -> Result:
        """The visible part, then the hidden one."""
        self.said, printed = "", ""
        for hidden, programs in enumerate(self.judge.programs(cell.name)):
            if not programs.outer:
                continue
            reply = self.session.run(
                TEST, cell.name, programs.inner, cell.seconds,
                live=sorted(self.judge.split.live), first=not hidden, forget=self.forget,
                inputs=self.judge.inputs(cell.name, bool(hidden)),
            )  # fmt: skip
            self.forget = False
            if reply.ending == Ending.STOPPED:
                self.marks.stopped = reply.message
            if reply.ending not in (Ending.OK, Ending.ERROR):
                return failed(cell, OUTCOMES[reply.ending], problem_text(reply), None, bool(hidden))
            judgement = self.judged(cell, bool(hidden), reply)
            printed = printed if hidden else judgement.printed
            if not judgement.passed:
                self.said, self.forget = judgement.message, judgement.in_a_given_function
                result = failed(cell, FAILED, judgement.message, judgement.hint, bool(hidden))
                return dataclasses.replace(result, printed=printed)
        return Result(cell.name, PASSED, cell.points, cell.points, printed=printed)

    def judged(self, cell: Cell, hidden: bool, reply: Reply) -> Judgement:
        if self.life != self.session.restarts:
            self.hearing, self.life = self.judge.hearing(self.sources), self.session.restarts
        return self.hearing.judge_part(cell.name, hidden, reply.notes, reply.error, reply.missed)


def request_of(cell: Cell, homework: Split) -> dict[str, Any]:
    """What a worker is asked to do for a cell that is no test."""
    request = {"kind": cell.kind, "name": cell.name, "source": cell.source, "seconds": cell.seconds}
    if cell.name in homework.given:
        request |= {"functions": homework.given[cell.name].inner, "names": homework.kept[cell.name]}
    return request


def cells_to_run(assignment: Assignment, only: str | None) -> list[Cell]:
    """The code cells of a homework; of one task, where it is named, its tests and what they and its answers
    use of the others."""
    cells = [cell for cell in assignment.cells if cell.cell_type == "code" and cell.kind != QUESTION]
    if only is None:
        return cells
    trees = {cell.name: tree_of(cell.source) for cell in cells}
    kept = {cell.name for cell in cells if only == cell.task and cell.kind in (ANSWER, TEST)}
    # What they import is used as what they bind is; those that bind nothing always run.
    others = {
        cell.name: Code.of(cell.source).imported if cell.binds else None
        for cell in cells
        if cell.kind in (GIVEN, EXTRA)
    }
    while True:
        used = loads_of(trees[name] for name in kept if trees[name] is not None)
        more = {cell.name for cell in cells if cell.kind != TEST and cell.binds & used}
        more |= {name for name, imported in others.items() if imported is None or imported & used}
        if more <= kept:
            return [cell for cell in cells if cell.name in kept]
        kept |= more


def note_run(cell: Cell, reply: Reply, marks: Marks) -> None:
    """Keep what a cell printed, and what went wrong in it."""
    marks.outputs[cell.name] = reply.output
    if reply.ending != Ending.OK:
        marks.problems[cell.name] = problem_text(reply)
    if reply.ending == Ending.STOPPED:
        marks.stopped = reply.message
    elif reply.ending == Ending.TIMEOUT and cell.kind == GIVEN:
        marks.stopped = marks.stopped or SLOW.format(name=cell.name)


def failed(cell: Cell, status: Outcome, message: str, hint: str | None, hidden: bool) -> Result:
    """The result of a test that did not pass."""
    return Result(
        cell.name, status, 0.0, cell.points, HIDDEN_WORDS[status] if hidden else message, hint, hidden
    )


def problem_text(reply: Reply) -> str:
    """A reply that is not ok, in words for a student."""
    if reply.ending == Ending.TIMEOUT:
        place = (reply.error or {}).get("place")
        return "it took too long and was stopped" + (f" ({place})" if place else "")
    return reply.message
