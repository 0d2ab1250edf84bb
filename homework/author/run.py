"""Runs a homework with given answers in place of its solutions, and marks it."""

from __future__ import annotations

import dataclasses

from homework.author.forks import Stem, make_session
from homework.cells import ANSWER, QUESTION, SECONDS, TEST, Assignment, Cell
from homework.judge import Judge
from homework.marking import mark, request_of
from homework.outcomes import Marks


def with_answers(assignment: Assignment, answers: dict[str, str]) -> Assignment:
    """The homework with these answers in place of its solutions."""
    known = {cell.task: cell.name for cell in assignment.of_kind(ANSWER)}
    for task in answers:
        if task not in known:
            raise KeyError(f"{assignment.name} has no answer cell of {task}; it has {sorted(known)}")
    return assignment.with_sources({known[task]: source.strip("\n") for task, source in answers.items()})


def run(
    assignment: Assignment,
    answers: dict[str, str],
    tasks: set[str] | None = None,
    stem: Stem | None = None,
    judge: Judge | None = None,
) -> Marks:
    """Mark the homework with these answers.

    Args:
        tasks: run the tests of these tasks alone, nothing after them. Without it, all
            tests run but those that are slow and untouched by the answers.
        stem: runs the cells that come before the first of these answers, unless it has done so already.
        judge: of the homework; a new one without it.
    """
    changed = with_answers(assignment, answers)
    changed = dataclasses.replace(changed, cells=needed(changed.cells, set(answers), tasks))
    judge = judge or Judge(assignment)
    if stem and not stem.grow(before_answers(changed, answers if tasks else None, judge)):
        stem = None
    with make_session(stem) as session:
        return mark(changed, session, judge=judge)


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


def before_answers(assignment: Assignment, answers: dict[str, str] | None, judge: Judge) -> list[dict]:
    """The requests for the cells before the first test and the first of these answers (of all, for None)."""
    requests = []
    for cell in assignment.cells:
        if cell.kind == TEST or (cell.kind == ANSWER and (answers is None or cell.task in answers)):
            break
        if cell.cell_type == "code" and cell.kind != QUESTION:
            requests.append(request_of(cell, judge.split))
    return requests
