"""The student's `check`: run the visible tests of a homework, and say for each task how far it is."""

from __future__ import annotations

import sys
import textwrap
from itertools import groupby

from tqdm import tqdm

from homework.answered import told_problems
from homework.cells import ANSWER, QUESTION, TEST, TEXT_STUB, Assignment
from homework.folders import COURSE, Folders
from homework.judge import Judge
from homework.marking import CRASHED, FAILED, PASSED, TIMEOUT, UNANSWERED, Marks, Result, mark
from homework.session import Session
from homework.split import NoPython
from homework.student.own import read_own
from launcher.errors import CourseError

SIGNS = {
    PASSED: "passed",
    FAILED: "NOT PASSED",
    UNANSWERED: "not answered",
    TIMEOUT: "TOO SLOW",
    CRASHED: "CRASHED",
}


def check(name: str, task: str | None = None, folders: Folders = COURSE) -> tuple[str, bool]:
    """Run a homework of the student's; the notebook itself is only read.

    Args:
        name: "hw3".
        task: look at this task alone, "task2" or "2".

    Returns:
        What to print, and whether every test passed.

    Raises:
        CourseError: no such homework or task, or a notebook that cannot be read.
    """
    own = read_own(name, folders, "read", "Nothing was changed.")
    assignment = own.homework
    tasks = list(dict.fromkeys(cell.task for cell in assignment.of_kind(TEST)))
    task = task and (task if task.startswith("task") else f"task{task}")
    if task and task not in tasks:
        raise CourseError(f"{assignment.name} has no {task}; it has {', '.join(tasks)}. Nothing was changed.")
    if not tasks:
        raise CourseError(
            f"{own.path} has no tests any more. Save your answers elsewhere and get the notebook back with\n"
            f"`git checkout {own.path.name}`. Nothing was changed."
        )
    try:
        judge = Judge(assignment)
    except NoPython as problem:
        raise CourseError(
            f"In {own.path.name}, {problem}.\nSave your answers elsewhere, get the notebook back with "
            f"`git checkout {own.path.name}`, and put them in again. Nothing was changed."
        ) from None
    count = len(assignment.cells)
    with tqdm(total=count, desc=assignment.name, leave=False, file=sys.stderr) as bar, Session() as session:
        marks = mark(assignment, session, judge=judge, only=task, progress=lambda cell: bar.update())
    return report(assignment, marks), all(result.status == PASSED for result in marks.results)


def report(assignment: Assignment, marks: Marks) -> str:
    """The marks in words, task by task."""
    lines = [assignment.title, ""]
    answers = {cell.name: cell.source for cell in assignment.of_kind(ANSWER)}
    for task, results in groupby(marks.results, key=lambda result: result.task):
        lines += describe_task(task, list(results))
    for cell, problem in told_problems(marks.problems, answers).items():
        lines += ["", f"The cell {cell} stops with an error:", textwrap.indent(problem, "    ")]
    lines += ["", f"Points so far: {marks.points:g} of {marks.max_points:g} by these tests."]
    lines += by_hand(assignment)
    lines.append("When you hand in, hidden tests try your answers on other values of the same kind.")
    return "\n".join(lines)


def describe_task(task: str, results: list[Result]) -> list[str]:
    """The points of a task, and its tests."""
    got, most = sum(result.points for result in results), sum(result.max_points for result in results)
    return [f"{task}: {got:g} of {most:g} points", *(line for result in results for line in describe(result))]


def describe(result: Result) -> list[str]:
    """One test, with what was expected and the hint when it did not pass."""
    lines = [f"  {SIGNS[result.status]:>12}  {result.name} ({result.points:g} of {result.max_points:g})"]
    if result.status not in (PASSED, UNANSWERED):
        lines.append(textwrap.indent(result.message, " " * 16))
        if result.hint:
            lines.append(textwrap.indent(textwrap.fill("Hint: " + result.hint, 90), " " * 16))
    return lines


def by_hand(assignment: Assignment) -> list[str]:
    """What the teacher marks, and what of it is answered; nothing when there is no such question."""
    texts = assignment.of_kind(QUESTION)
    if not texts:
        return []
    waiting = [cell.name for cell in texts if TEXT_STUB in cell.source]
    state = f"not answered yet: {', '.join(waiting)}" if waiting else "answered"
    points = sum(cell.points for cell in texts)
    return [f"Your teacher marks {points:g} more points by hand ({state})."]
