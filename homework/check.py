"""The student's `check`: run the visible tests of a homework, and say for each task how far it is."""

from __future__ import annotations

import sys
import textwrap
from itertools import groupby

from tqdm import tqdm

from homework.assignments import COPIES, QUESTION, TEST, Assignment, find, load
from homework.marking import CRASHED, FAILED, PASSED, TIMEOUT, UNANSWERED, Marks, Result, mark
from homework.release import TEXT_STUB
from homework.session import Session
from launcher.errors import CourseError

SIGNS = {
    PASSED: "passed",
    FAILED: "NOT PASSED",
    UNANSWERED: "not answered",
    TIMEOUT: "TOO SLOW",
    CRASHED: "CRASHED",
}


def check(name: str, task: str | None = None) -> tuple[str, bool]:
    """Run a homework of the student's; the notebook itself is only read.

    Args:
        name: "hw3".
        task: look at this task alone, "task2" or "2".

    Returns:
        What to print, and whether every test passed.

    Raises:
        CourseError: no such homework or task, or a notebook that cannot be read.
    """
    path = find(COPIES, name)
    try:
        assignment = load(path)
    except Exception as error:
        raise CourseError(
            f"{path} cannot be read: {error}\nOpen it in JupyterLab and save it again. Nothing was changed."
        ) from None
    task = task and (task if task.startswith("task") else f"task{task}")
    tasks = list(dict.fromkeys(cell.task for cell in assignment.of_kind(TEST)))
    if task and task not in tasks:
        raise CourseError(f"{assignment.name} has no {task}; it has {', '.join(tasks)}. Nothing was changed.")
    if not tasks:
        raise CourseError(
            f"{path} has no tests any more. Save your answers elsewhere and get the notebook back with\n"
            f"`git checkout {path.name}`. Nothing was changed."
        )
    count = len(assignment.cells)
    with tqdm(total=count, desc=assignment.name, leave=False, file=sys.stderr) as bar, Session() as session:
        marks = mark(assignment, session, only=task, progress=lambda cell: bar.update())
    return report(assignment, marks), all(result.status == PASSED for result in marks.results)


def report(assignment: Assignment, marks: Marks) -> str:
    """The marks in words, task by task."""
    lines = [assignment.title, ""]
    for task, results in groupby(marks.results, key=lambda result: result.name.split("-")[0]):
        results = list(results)
        got, most = sum(r.points for r in results), sum(r.max_points for r in results)
        lines.append(f"{task}: {got:g} of {most:g} points")
        for result in results:
            lines += describe(result)
    for cell, problem in marks.problems.items():
        if "NotImplementedError" not in problem:
            lines += ["", f"The cell {cell} stops with an error:", textwrap.indent(problem, "    ")]
    texts = assignment.of_kind(QUESTION)
    lines += ["", f"Points so far: {marks.points:g} of {marks.max_points:g} by these tests."]
    if texts:
        waiting = [cell.name for cell in texts if TEXT_STUB in cell.source]
        state = f"not answered yet: {', '.join(waiting)}" if waiting else "answered"
        lines.append(f"Your teacher marks {sum(c.points for c in texts):g} more points by hand ({state}).")
    lines.append("When you hand in, hidden tests try your answers on other values of the same kind.")
    return "\n".join(lines)


def describe(result: Result) -> list[str]:
    """One test, with what was expected and the hint when it did not pass."""
    lines = [f"  {SIGNS[result.status]:>12}  {result.name} ({result.points:g} of {result.max_points:g})"]
    if result.status not in (PASSED, UNANSWERED):
        lines.append(textwrap.indent(result.message, " " * 16))
        if result.hint:
            lines.append(textwrap.indent(textwrap.fill("Hint: " + result.hint, 90), " " * 16))
    return lines
