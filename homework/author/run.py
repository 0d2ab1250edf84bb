"""Runs a homework with given answers in place of its solutions, and marks it."""

from __future__ import annotations

import dataclasses

from homework.author.forks import Stem, make_session
from homework.cells import ANSWER, QUESTION, SECONDS, TEST, Assignment, Cell
from homework.marking import Marks, mark


def with_answers(assignment: Assignment, answers: dict[str, str]) -> Assignment:
    """The homework with these answers in place of its solutions."""
    known = {cell.task: cell.name for cell in assignment.of_kind(ANSWER)}
    for task in answers:
        if task not in known:
            raise KeyError(f"{assignment.name} has no answer cell of {task}; it has {sorted(known)}")
    return assignment.with_sources({known[task]: source.strip("\n") for task, source in answers.items()})


def run(
    assignment: Assignment, answers: dict[str, str], tasks: set[str] | None = None, stem: Stem | None = None
) -> Marks:
    """Mark the homework with these answers.

    Args:
        tasks: run the tests of these tasks alone, nothing after them, and without the guard. Without it, all
            tests run but those that are slow and untouched by the answers.
        stem: runs the cells that come before the first of these answers, unless it has done so already.
    """
    changed = with_answers(assignment, answers)
    changed = dataclasses.replace(changed, cells=needed(changed.cells, set(answers), tasks))
    if stem and not stem.grow(before_answers(changed, answers if tasks else None)):
        stem = None
    with make_session(stem) as session:
        return mark(changed, session, guard=not tasks)


def needed(cells: list[Cell], answered: set[str], tasks: set[str] | None) -> list[Cell]:
    """Without the cells that `run` leaves out."""
    if answered:
        wanted = tasks or answered
        cells = [cell for cell in cells if cell.seconds <= SECONDS or cell.task in wanted]
    if tasks:
        cells = [cell for cell in cells if cell.kind != TEST or cell.task in tasks]
        while cells and cells[-1].kind != TEST:
            cells.pop()
    return cells


def before_answers(assignment: Assignment, answers: dict[str, str] | None) -> list[Cell]:
    """The cells that run before the first test, and before the first of these answers (of all, for None)."""
    cells = []
    for cell in assignment.cells:
        if cell.kind == TEST or (cell.kind == ANSWER and (answers is None or cell.task in answers)):
            break
        if cell.cell_type == "code" and cell.kind != QUESTION:
            cells.append(cell)
    return cells
