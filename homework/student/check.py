"""The student's `check`: run the visible tests of a homework, and say for each task how far it is."""

from __future__ import annotations

import contextlib
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
from homework.wordings import chinese_title
from launcher.errors import CourseError
from launcher.languages import ENGLISH
from launcher.speaking import IN_ENGLISH, Speaker

WIDTH = 90
SIGNS = {
    PASSED: "passed",
    FAILED: "NOT PASSED",
    UNANSWERED: "not answered",
    TIMEOUT: "TOO SLOW",
    CRASHED: "CRASHED",
}


def check(
    name: str,
    task: str | None = None,
    folders: Folders = COURSE,
    session: Session | None = None,
    say: Speaker = IN_ENGLISH,
) -> tuple[str, bool]:
    """Run a homework of the student's; the notebook itself is only read.

    Args:
        name: "hw3".
        task: look at this task alone, "task2" or "2".
        session: where it runs, which the caller ends; one of its own without it.
        say: what is returned, in the reader's language.

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
    with contextlib.nullcontext(session) if session else Session() as running:
        marks = tested(rebuilt.assignment, task, running)
    return report(rebuilt, marks, say, handed_out), all(result.status == PASSED for result in marks.results)


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


def tested(assignment: Assignment, task: str | None, session: Session) -> Marks:
    """What the visible tests say, of all tasks or of one."""
    session.begin()  # it imports torch while this process does
    from homework.judge import Judge
    from homework.marking import mark

    judge, count = Judge(assignment), len(assignment.cells)
    with tqdm(total=count, desc=assignment.name, leave=False, file=sys.stderr) as bar:
        return mark(assignment, session, judge=judge, only=task, progress=lambda cell: bar.update())


def report(rebuilt: Rebuilt, marks: Marks, say: Speaker, handed_out: Assignment) -> str:
    """The marks in words, task by task."""
    assignment = rebuilt.assignment
    title = assignment.title if say.language == ENGLISH else chinese_title(handed_out)
    lines, titles = [title, ""], {cell.name: cell.title for cell in assignment.of_kind(TEST)}
    for task, results in groupby(marks.results, key=lambda result: result.task):
        lines += describe_task(task, list(results), titles, say)
    for cell, problem in told_problems(marks.problems, rebuilt.answers).items():
        lines += ["", say(f"The cell {cell} stops with an error:"), textwrap.indent(say(problem), "    ")]
        lines += hint_lines(hint_for(problem), 4, say)
    lines += ["", say(f"Points so far: {marks.points:g} of {marks.max_points:g} by these tests.")]
    lines += by_hand(rebuilt, say)
    lines.append(say("When you hand in, hidden tests try your answers on other values of the same kind."))
    if notes := rebuilt.repairs + rebuilt.doubts:
        told = "Your notebook is not as it was handed out. Grading will mend this, as was done here:"
        lines += ["", say(told)]
        lines += [f"  - {say(note)}" for note in notes]
    return "\n".join(lines)


def describe_task(task: str, results: list[Result], titles: dict[str, str], say: Speaker) -> list[str]:
    """The points of a task, and its tests."""
    got, most = sum(result.points for result in results), sum(result.max_points for result in results)
    lines = [say(f"{task}: {got:g} of {most:g} points")]
    return lines + [line for result in results for line in describe(result, titles[result.name], say)]


def describe(result: Result, title: str, say: Speaker) -> list[str]:
    """One test, with what it measured, what was expected and the hint when it did not pass."""
    points = f"({say('{0} of {1}', f'{result.points:g}', f'{result.max_points:g}')})"
    sign = say.padded(say(SIGNS[result.status]), 12)
    lines = [f"  {sign}  {result.name} {points}{title and '  '}{say(title)}"]
    if result.status != UNANSWERED and result.printed.strip():
        lines.append(textwrap.indent(say(result.printed.strip()), " " * 16))
    if result.status not in (PASSED, UNANSWERED):
        lines.append(textwrap.indent(say(result.message), " " * 16))
        lines += hint_lines(result.hint, 16, say)
    return lines


def hint_lines(hint: str | None, indent: int, say: Speaker) -> list[str]:
    """A hint as indented lines; none without one."""
    return [textwrap.indent(say.wrapped(say("Hint: {0}", say(hint)), WIDTH), " " * indent)] if hint else []


def by_hand(rebuilt: Rebuilt, say: Speaker) -> list[str]:
    """What the teacher marks, and what of it is answered; nothing when there is no such question."""
    if not rebuilt.texts:
        return []
    waiting = [name for name, text in rebuilt.texts.items() if not text]
    state = f"not answered yet: {', '.join(waiting)}" if waiting else "answered"
    points = sum(cell.points for cell in rebuilt.assignment.cells if cell.name in rebuilt.texts)
    return [say(f"Your teacher marks {points:g} more points by hand ({state}).")]
