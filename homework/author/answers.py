"""Right answers to a homework: what its checkers must accept.

Each file `homework/hwN/right/<name>.py` holds the answers of one style in percent format: a docstring that
says the style, then a cell for each task under a line `# %% task1`. Tasks that a file does not name keep the
source's solution. The files are read as text; a cell runs only where a student's answer would.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

from homework.cells import ANSWER, Assignment
from launcher.errors import CourseError

HOMEWORK = Path(__file__).resolve().parent.parent
CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class RightAnswer:
    """One student's way to solve a homework.

    Attributes:
        name: the file's, without its ending.
        style: the file's docstring.
        cells: source by task.
    """

    name: str
    style: str
    cells: dict[str, str]


class Complaint(Exception):
    """What is wrong with a piece of a file. Whoever knows the file turns it into a CourseError."""


def refused(place: str, problem: object) -> CourseError:
    """The error about an answers' file, or about a place in it."""
    return CourseError(
        f"{place}: {problem}.\nMend it there; the first lines of homework/author/answers.py and mistakes.py "
        "tell the formats. Nothing was run, nothing was changed."
    )


def read_right(assignment: Assignment, folder: Path = HOMEWORK) -> list[RightAnswer]:
    """The answers in <folder>/hwN/right/, by file name.

    Raises:
        CourseError: one is not in the format, or answers a task that the homework does not have.
    """
    paths = sorted((folder / assignment.name / "right").glob("*.py"))
    return [read_style(path, assignment) for path in paths]


def read_style(path: Path, assignment: Assignment) -> RightAnswer:
    """One right answer from its file."""
    try:
        style, cells = split_percent(path.read_text(encoding="utf-8"))
        for task in cells:
            solution_of(assignment, task)
    except (Complaint, SyntaxError) as problem:
        raise refused(str(path), problem) from None
    return RightAnswer(path.stem, style, cells)


def split_percent(text: str) -> tuple[str, dict[str, str]]:
    """The docstring of a file in percent format, and its cells by name. It is read, nothing of it is run."""
    head, *parts = CELL.split(text)
    names, sources = [name.strip() for name in parts[::2]], [part.strip("\n") for part in parts[1::2]]
    if not names:
        raise Complaint("it has no cell; each begins with a line such as `# %% task1`")
    for name, source in zip(names, sources, strict=True):
        if not name or not source or names.count(name) > 1:
            raise Complaint(f"the cell `# %% {name}` must name a task, once in this file, and hold an answer")
    return style_of(head), dict(zip(names, sources, strict=True))


def style_of(head: str) -> str:
    """The docstring, which is all that may stand before the first cell."""
    tree = ast.parse(head)
    style = ast.get_docstring(tree)
    if not style or len(tree.body) > 1:
        raise Complaint(
            "a docstring that says the style, and nothing else, must stand before the first `# %% task`"
        )
    return style


def solution_of(assignment: Assignment, task: str) -> str:
    """The source's own answer to a task."""
    solutions = {cell.task: cell.source for cell in assignment.of_kind(ANSWER)}
    if task not in solutions:
        raise Complaint(f"{assignment.name} has no task {task!r} to answer; it has {', '.join(solutions)}")
    return solutions[task]
