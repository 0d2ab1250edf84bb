"""Grades one hand-in: rebuild it, run it, and say what was found."""

from __future__ import annotations

import dataclasses
import enum
import functools
import os
import threading
import traceback
from typing import Any

from homework import sandbox
from homework.answered import told_problems
from homework.cells import SECONDS, Assignment
from homework.marking import mark
from homework.outcomes import Marks, Outcome, Result
from homework.reading import Rejected
from homework.rebuild import Rebuilt
from homework.session import Command, Session, local_command
from homework.teacher.original import Original

TOTAL_SECONDS = 900.0  # for one hand-in
READING = threading.Lock()  # one process reads the hand-ins of all threads
OUTPUT_KEPT = 2000  # characters of a cell's output


class Status(enum.StrEnum):
    """What became of a hand-in."""

    GRADED = "graded"
    REPAIRED = "graded-with-repairs"
    MANUAL = "needs-manual"  # the teacher has to decide
    REJECTED = "rejected"
    FAILED = "failed"  # grading itself did not work; it is tried again


NO_MARKS = (Status.REJECTED, Status.FAILED)


@dataclasses.dataclass
class Grading:
    """What grading found in one hand-in.

    Attributes:
        reason: why there is no score, or what a teacher has to decide; empty when all is clear.
        score: points of all tests; None without marks.
        tests: one for each test, in order.
        repairs: what was not as it was handed out.
        texts: {question: what the student wrote}.
        problems: {cell: the error that it stopped with}.
        outputs: {cell: what it printed}.
        answers: the student's code, by answer cell.
        log: what went wrong in grading itself, for the teacher.
    """

    status: Status
    reason: str = ""
    score: float | None = None
    tests: list[Result] = dataclasses.field(default_factory=list)
    repairs: list[str] = dataclasses.field(default_factory=list)
    texts: dict[str, str] = dataclasses.field(default_factory=dict)
    problems: dict[str, str] = dataclasses.field(default_factory=dict)
    outputs: dict[str, str] = dataclasses.field(default_factory=dict)
    answers: dict[str, str] = dataclasses.field(default_factory=dict)
    log: str = ""

    def to_plain(self) -> dict[str, Any]:
        """For JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Grading:
        """What `to_plain` gave."""
        tests = [Result(**{**test, "status": Outcome(test["status"])}) for test in plain["tests"]]
        return cls(**{**plain, "status": Status(plain["status"]), "tests": tests})


def grade_one(
    original: Original, data: bytes, slot: int | None = 0, cell_seconds: float = SECONDS
) -> Grading:
    """Grade one notebook. Never raises for what a student wrote.

    Args:
        original: the homework.
        data: the bytes of the notebook.
        slot: which of the jobs that run at once; None grades without a sandbox.
        cell_seconds: the time limit of a cell that has none of its own.
    """
    command = local_command if slot is None else functools.partial(sandbox.command, slot)
    return grade_by(command, original, data, cell_seconds)


def grade_by(
    command: Command,
    original: Original,
    data: bytes,
    cell_seconds: float = SECONDS,
    total_seconds: float = TOTAL_SECONDS,
) -> Grading:
    """`grade_one` with workers that this command starts, and with a time limit of all cells together."""
    try:
        with READING:
            rebuilt = original.reader.rebuild(data)
    except Rejected as problem:
        return Grading(Status.REJECTED, str(problem))
    except Exception:
        return Grading(Status.FAILED, "reading failed", log=traceback.format_exc())
    try:
        with Session(command, total_seconds) as session:
            marks = mark(with_limit(rebuilt.assignment, cell_seconds), session, judge=original.judge)
    except Exception:
        return Grading(Status.FAILED, "running failed", log=traceback.format_exc())
    return graded(rebuilt, marks)


def with_limit(assignment: Assignment, seconds: float) -> Assignment:
    """The homework with another time limit for the cells that have none of their own."""
    cells = [
        dataclasses.replace(cell, seconds=seconds) if cell.seconds == SECONDS else cell
        for cell in assignment.cells
    ]
    return dataclasses.replace(assignment, cells=cells)


def graded(rebuilt: Rebuilt, marks: Marks) -> Grading:
    """The result of a hand-in that was run."""
    doubts = [*rebuilt.doubts, *([marks.stopped] if marks.stopped else [])]
    status = Status.REPAIRED if rebuilt.repairs else Status.GRADED
    return Grading(
        Status.MANUAL if doubts else status,
        reason="; ".join(doubts),
        score=marks.points,
        tests=marks.results,
        repairs=rebuilt.repairs,
        texts=rebuilt.texts,
        problems=told_problems(marks.problems, rebuilt.answers),
        outputs={cell: text[:OUTPUT_KEPT] for cell, text in marks.outputs.items() if text},
        answers=rebuilt.answers,
    )


def grade_remote(original: Original, data: bytes, sandboxed: bool, cell_seconds: float) -> Grading:
    """`grade_one` for a worker of a Dask cluster. Each process is a user of its own in the sandbox."""
    return grade_one(original, data, os.getpid() % 1000 if sandboxed else None, cell_seconds)
