"""The student's `check`: run the visible tests of a homework, and say for each task how far it is."""

from __future__ import annotations

import sys
import textwrap
from itertools import groupby

from tqdm import tqdm

from homework.answered import told_problems
from homework.cells import TEST, Assignment
from homework.error_hints import hint_for
from homework.folders import COURSE, Folders, load
from homework.outcomes import CRASHED, FAILED, PASSED, TIMEOUT, UNANSWERED, Marks, Result
from homework.reading import Rejected
from homework.rebuild import Rebuilt, rebuild
from homework.session import Session
from homework.student.own import read_own
from launcher.errors import CourseError

WIDTH = 90
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
    handed_out = as_handed_out(own.path.name, folders)
    tasks = list(dict.fromkeys(cell.task for cell in handed_out.of_kind(TEST)))
    task = task and (task if task.startswith("task") else f"task{task}")
    if task and task not in tasks:
        raise CourseError(f"{handed_out.name} has no {task}; it has {', '.join(tasks)}. Nothing was changed.")
    try:
        rebuilt = rebuild(handed_out, handed_out, own.data)
    except Rejected as problem:
        raise CourseError(f"{own.path} cannot be checked: {problem}. Nothing was changed.") from None
    marks = tested(rebuilt.assignment, task)
    return report(rebuilt, marks), all(result.status == PASSED for result in marks.results)


def as_handed_out(name: str, folders: Folders) -> Assignment:
    """The homework of which a student's notebook is a copy: tests come from it, as in grading."""
    path = folders.handed_out / name
    if not path.exists():
        raise CourseError(
            f"{path} is missing, which has the homework as it was handed out.\n"
            "Get the course's files again (`git pull`, or a new download; keep your own notebooks). "
            "Nothing was changed."
        )
    return load(path)


def tested(assignment: Assignment, task: str | None) -> Marks:
    """What the visible tests say, of all tasks or of one."""
    with Session() as session:
        session.begin()  # it imports torch while this process does
        from homework.judge import Judge
        from homework.marking import mark

        judge, count = Judge(assignment), len(assignment.cells)
        with tqdm(total=count, desc=assignment.name, leave=False, file=sys.stderr) as bar:
            return mark(assignment, session, judge=judge, only=task, progress=lambda cell: bar.update())


def report(rebuilt: Rebuilt, marks: Marks) -> str:
    """The marks in words, task by task."""
    assignment = rebuilt.assignment
    lines, titles = [assignment.title, ""], {cell.name: cell.title for cell in assignment.of_kind(TEST)}
    for task, results in groupby(marks.results, key=lambda result: result.task):
        lines += describe_task(task, list(results), titles)
    for cell, problem in told_problems(marks.problems, rebuilt.answers).items():
        lines += ["", f"The cell {cell} stops with an error:", textwrap.indent(problem, "    ")]
        lines += hint_lines(hint_for(problem), 4)
    lines += ["", f"Points so far: {marks.points:g} of {marks.max_points:g} by these tests."]
    lines += by_hand(rebuilt)
    lines.append("When you hand in, hidden tests try your answers on other values of the same kind.")
    if notes := rebuilt.repairs + rebuilt.doubts:
        lines += ["", "Your notebook is not as it was handed out. Grading will mend this, as was done here:"]
        lines += [f"  - {note}" for note in notes]
    return "\n".join(lines)


def describe_task(task: str, results: list[Result], titles: dict[str, str]) -> list[str]:
    """The points of a task, and its tests."""
    got, most = sum(result.points for result in results), sum(result.max_points for result in results)
    lines = [f"{task}: {got:g} of {most:g} points"]
    return lines + [line for result in results for line in describe(result, titles[result.name])]


def describe(result: Result, title: str) -> list[str]:
    """One test, with what it measured, what was expected and the hint when it did not pass."""
    points = f"({result.points:g} of {result.max_points:g})"
    lines = [f"  {SIGNS[result.status]:>12}  {result.name} {points}{title and '  '}{title}"]
    if result.status != UNANSWERED and result.printed.strip():
        lines.append(textwrap.indent(result.printed.strip(), " " * 16))
    if result.status not in (PASSED, UNANSWERED):
        lines.append(textwrap.indent(result.message, " " * 16))
        lines += hint_lines(result.hint, 16)
    return lines


def hint_lines(hint: str | None, indent: int) -> list[str]:
    """A hint as indented lines; none without one."""
    return [textwrap.indent(textwrap.fill(f"Hint: {hint}", WIDTH), " " * indent)] if hint else []


def by_hand(rebuilt: Rebuilt) -> list[str]:
    """What the teacher marks, and what of it is answered; nothing when there is no such question."""
    if not rebuilt.texts:
        return []
    waiting = [name for name, text in rebuilt.texts.items() if not text]
    state = f"not answered yet: {', '.join(waiting)}" if waiting else "answered"
    points = sum(cell.points for cell in rebuilt.assignment.cells if cell.name in rebuilt.texts)
    return [f"Your teacher marks {points:g} more points by hand ({state})."]
