"""The folded answers are tried in place of the stubs, and a wrong one is noticed."""

import copy
from pathlib import Path

import pytest
from good_notebook import write_good_notebook
from lesson_turns import names_of, needed, run_with_answers
from nbformat import NotebookNode
from notebook_faults import write


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[NotebookNode, Path]:
    return write_good_notebook(tmp_path_factory.mktemp("lesson"))


def test_right_answers_are_right_and_a_wrong_one_is_told(good: tuple[NotebookNode, Path]) -> None:
    assert list(run_with_answers(*good).values()) == [["right"]] * 3
    notebook = copy.deepcopy(good[0])
    write("> **Your turn.** Count", "count = 3", "count = 7")(notebook)
    said = list(run_with_answers(notebook, good[1]).values())
    assert said == [["right"], ["not yet. expected 3, got 7"], ["right"]]


def test_a_cell_takes_what_others_make() -> None:
    source = "import os\nx = y + 1\nz = x\ndef f(a):\n    b = a\n    return b + c\nprint([k for k in x])"
    assert names_of(source) == ({"y", "c"}, {"os", "x", "z", "f"})


def test_only_what_is_needed_runs() -> None:
    sources = {0: "a = 1", 1: "a = 2\nb = a", 2: "slow = b", 4: "c = a + 1", 5: "print(c)", 6: "a = 9"}
    assert needed(sources, [5]) == {1, 4, 5}
