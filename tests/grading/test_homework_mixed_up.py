"""Notebooks mixed up at random, a few changes in each: no answer and no text is lost in silence."""

from __future__ import annotations

import ast
import copy
import functools
import json
import random

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

pytest.importorskip("homework.author", reason="the student edition has no solutions")

from homework.cells import ANSWER, GIVEN, QUESTION, TEST, TEXT_STUB, kind_of
from homework.definitions import bound_by, statements, tree_of
from homework.folders import COURSE, load_source, read_source
from homework.rebuild import Rebuilt, rebuild
from homework.release import student_copy
from homework.teacher.original import as_handed_out

NAMES = ("hw4", "hw6")  # helpers below the answers that use them; classes
TEXT = "Measured twice: 0.25 and 0.5, since one is half of the other."


@functools.cache
def solved_once(name: str) -> nbformat.NotebookNode:
    source, _ = read_source(name)
    notebook = student_copy(source)
    for cell, ours in zip(notebook.cells, source.cells, strict=True):
        if kind_of(cell.metadata) == ANSWER:
            cell.source = written(ours.source)
        elif kind_of(cell.metadata) == QUESTION:
            cell.source = cell.source.replace(TEXT_STUB, TEXT)
    return notebook


def written(solution: str) -> str:
    return "\n".join(line for line in solution.splitlines() if not line.strip().startswith("### "))


@functools.cache
def homework(name: str):
    return load_source(name), as_handed_out(name, COURSE)


# ---------------------------------------------------------------- changes


def of_kind(notebook, *kinds):
    return [cell for cell in notebook.cells if kind_of(cell.metadata) in kinds]


def strip(notebook, chance):
    for cell in notebook.cells:
        cell.metadata = {}
        cell.pop("id", None)


def lose_some(notebook, chance):
    for cell in chance.sample(notebook.cells, 3):
        cell.metadata = {}
        cell.pop("id", None)


def merge(notebook, chance):
    """Two to four neighbours of one type, under the name of one of them."""
    at, count = chance.randrange(len(notebook.cells) - 4), chance.randint(2, 4)
    cells = notebook.cells[at : at + count]
    if len({cell.cell_type for cell in cells}) == 1:
        kept = copy.deepcopy(chance.choice(cells))
        kept.source = "\n\n".join(cell.source for cell in cells)
        notebook.cells[at : at + count] = [kept]


def split(notebook, chance):
    cell = chance.choice([cell for cell in notebook.cells if cell.source.count("\n") > 2])
    lines = cell.source.splitlines()
    cut = chance.randrange(1, len(lines))
    second = copy.deepcopy(cell)
    cell.source, second.source = "\n".join(lines[:cut]), "\n".join(lines[cut:])
    second.metadata = chance.choice([{}, cell.metadata])
    notebook.cells.insert(notebook.cells.index(cell) + 1, second)


def move(notebook, chance):
    notebook.cells.insert(
        chance.randrange(len(notebook.cells)), notebook.cells.pop(chance.randrange(len(notebook.cells)))
    )


def double(notebook, chance):
    notebook.cells.insert(chance.randrange(len(notebook.cells)), copy.deepcopy(chance.choice(notebook.cells)))


def delete_locked(notebook, chance):
    if locked := of_kind(notebook, GIVEN, TEST):
        notebook.cells.remove(chance.choice(locked))


def all_answers_in_one(notebook, chance):
    if answers := of_kind(notebook, ANSWER):
        notebook.cells = [cell for cell in notebook.cells if cell not in answers]
        everything = "\n\n".join(cell.source for cell in answers)
        notebook.cells.insert(chance.randrange(len(notebook.cells)), new_code_cell(everything))


def answer_elsewhere(notebook, chance):
    """The stub is left alone, and the answer stands in a cell of its own."""
    if answers := of_kind(notebook, ANSWER):
        answer = chance.choice(answers)
        notebook.cells.insert(chance.randrange(len(notebook.cells)), new_code_cell(answer.source))
        answer.source = "# YOUR CODE HERE\nraise NotImplementedError()"


def retype(notebook, chance):
    at = chance.randrange(len(notebook.cells))
    make = chance.choice([new_code_cell, new_markdown_cell, new_raw_cell])
    notebook.cells[at] = make(notebook.cells[at].source, metadata=notebook.cells[at].metadata)


CHANGES = [strip, lose_some, merge, split, move, double, delete_locked, all_answers_in_one, answer_elsewhere]
CHANGES += [retype, merge, split]


# ---------------------------------------------------------------- what must be left


def definitions(source: str) -> dict[str, str]:
    tree = tree_of(source)
    found = statements(tree) if tree else []
    return {name: ast.dump(node) for node in found for name in bound_by(node)}


def lost(made: Rebuilt, source) -> set[str]:
    """The names that are not defined as in the right answers when the tests of their task run."""
    at_test, now, wrong = {}, {}, set()
    for cell in made.assignment.cells:
        if cell.kind == TEST:
            at_test.setdefault(cell.task, dict(now))
        elif cell.cell_type == "code":
            now |= definitions(cell.source)
    for answer in source.of_kind(ANSWER):
        wanted = definitions(written(answer.source))
        wrong |= {name for name, node in wanted.items() if at_test[answer.task].get(name) != node}
    return wrong


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_lost_in_silence(name, seed):
    chance = random.Random(seed)
    notebook = copy.deepcopy(solved_once(name))
    for change in chance.choices(CHANGES, k=chance.randint(1, 3)):
        change(notebook, chance)
    source, handed_out = homework(name)
    made = rebuild(source, handed_out, json.dumps(notebook).encode())
    if not made.doubts:
        assert lost(made, source) == set()
        assert all(TEXT in text for text in made.texts.values())


def test_a_text_merged_into_an_answer_is_taken_out_of_it():
    notebook = copy.deepcopy(solved_once("hw4"))
    names = [cell.id for cell in notebook.cells]
    text = notebook.cells.pop(names.index("task2-text"))
    answer = notebook.cells[names.index("task2") - 1]
    answer.source = f"{text.source}\n\n{answer.source}"
    source, handed_out = homework("hw4")
    made = rebuild(source, handed_out, json.dumps(notebook).encode())
    assert lost(made, source) == set()
    assert not made.doubts


def test_most_of_it_is_no_doubt():
    """A doubt costs the teacher a look, so it must be rare."""
    doubts = 0
    for seed in range(60):
        chance = random.Random(1000 + seed)
        notebook = copy.deepcopy(solved_once("hw4"))
        chance.choice(CHANGES)(notebook, chance)
        doubts += bool(rebuild(*homework("hw4"), json.dumps(notebook).encode()).doubts)
    assert doubts <= 3
