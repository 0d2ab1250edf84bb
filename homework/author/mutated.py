"""The mutants of a whole homework: of its solutions and of its right answers."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

from homework.author.answers import HOMEWORK, read_right
from homework.author.mutation import Mutant, mutants
from homework.cells import ANSWER, SECONDS, TEST, Assignment, with_stub

SOLUTION = "solution"  # the style of the source's own answers


@dataclasses.dataclass(frozen=True)
class Mutated:
    """A mutant of an answer to a task.

    Attributes:
        style: the name of the right answer that was changed; "solution" for the source's own.
        line: where it changed: the line of the cell in the notebook, or of the style's file.
    """

    task: str
    style: str
    line: int
    mutant: Mutant


def mutated(assignment: Assignment, all_lines: bool = False, folder: Path = HOMEWORK) -> list[Mutated]:
    """The mutants of all answers, by task, the solution's first. What comes again, or is right, is left out.

    Args:
        all_lines: change the lines as well that students are given.
    """
    styles, found = read_right(assignment, folder), []
    for cell in assignment.of_kind(ANSWER):
        given = {line.strip() for line in with_stub(cell.source).splitlines()}
        answers = {SOLUTION: cell.source} | {
            answer.name: answer.cells[cell.task] for answer in styles if cell.task in answer.cells
        }
        known = {meaning(source) for source in answers.values()}
        for style, source in answers.items():
            lines = [n for n, line in enumerate(source.split("\n"), 1) if line.strip() not in given]
            first = first_line(folder / assignment.name / "right" / f"{style}.py", source)
            for mutant in mutants(source, None if all_lines else set(lines)):
                if (what := meaning(mutant.source)) not in known:
                    known.add(what)
                    found.append(Mutated(cell.task, style, first + mutant.line, mutant))
    return found


def meaning(source: str) -> str:
    """The syntax tree in words, without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree)


def first_line(path: Path, source: str) -> int:
    """How many lines stand before this source in its file; 0 without a file."""
    return path.read_text(encoding="utf-8").split(source)[0].count("\n") if path.exists() else 0


def sample(found: list[Mutated], count: int, seed: int = 0) -> list[Mutated]:
    """As many of these, by chance. Which ones does not depend on what others there are."""

    def rank(each: Mutated) -> str:
        return each.mutant.rank(f"{seed} {each.task}")

    known: dict[str, Mutated] = {}
    for each in found:
        known.setdefault(rank(each), each)  # the same change in two styles is one
    chosen = sorted(known)[:count]
    return [each for key, each in known.items() if key in chosen]


def left_out(assignment: Assignment) -> list[str]:
    """The tasks with tests that may take longer than is usual: they train."""
    slow = {cell.task for cell in assignment.of_kind(TEST) if cell.seconds > SECONDS}
    return [cell.task for cell in assignment.of_kind(ANSWER) if cell.task in slow]
