"""Each lesson computes and asserts its facts, and the folded answers to its *Your turn* are right."""

import importlib
from pathlib import Path

import nbformat
import pytest
from lesson_cells import LESSONS, cells_tagged
from lesson_turns import run_with_answers

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("test_lesson_[0-9]*.py"))
FACTS = {lesson: tags for module in MODULES for lesson, tags in importlib.import_module(module).FACTS.items()}


@pytest.mark.parametrize(("notebook", "tag"), [(n, t) for n, tags in FACTS.items() for t in sorted(tags)])
def test_a_fact_is_computed_and_asserted_in_one_cell(notebook: str, tag: str) -> None:
    (source,) = cells_tagged(notebook, tag)
    assert "assert" in source, f"{tag} asserts nothing"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_marked_fact_is_on_the_list(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    marked = {tag for cell in cells for tag in cell.metadata.get("tags", []) if tag.startswith("fact:")}
    assert marked == set(FACTS[path.stem])


def test_no_list_is_left_of_a_lesson_that_is_gone() -> None:
    assert set(FACTS) == {path.stem for path in LESSONS}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_folded_answers_are_right(path: Path) -> None:
    said = run_with_answers(nbformat.read(path, as_version=4), path)
    assert said
    assert {line for lines in said.values() for line in lines} == {"right"}, said
