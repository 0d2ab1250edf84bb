"""What `check` says: the same as grading, as far as students may see it."""

from __future__ import annotations

import nbformat
import pytest
from homework_course import COPY, DOUBLE, HALF, answered, write_source

from homework.cells import ANSWER, GIVEN, TEST
from homework.definitions import Code, tree_of
from homework.excerpts import loads_of
from homework.folders import COURSE, load_source
from homework.marking import cells_to_run
from homework.release import release
from homework.student.check import check
from launcher.errors import CourseError


@pytest.mark.parametrize(
    ("name", "task"),
    [
        (name, task)
        for name in COURSE.all_sources()
        for task in sorted({cell.task for cell in load_source(name).of_kind(ANSWER)})
    ],
)
def test_a_task_alone_gets_all_that_the_given_cells_import_and_bind_for_it(name, task):
    source = load_source(name)
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    kept = cells_to_run(source, task)
    has = {cell.name: cell.binds | Code.of(cell.source).imported for cell in code}
    used = loads_of(tree_of(cell.source) for cell in kept)
    known = set().union(*(has[cell.name] for cell in kept))
    lost = {cell.name: has[cell.name] & used - known for cell in code if cell.kind in (GIVEN, ANSWER)}
    assert not {cell: names for cell, names in lost.items() if names}
    assert {cell.task for cell in kept if cell.kind == TEST} == {task}


def check_notebook(course, notebook, task=None) -> str:
    """What `check` says about a notebook."""
    (course.copies / COPY).write_text(nbformat.writes(notebook))
    return check("hw99", task, folders=course)[0]


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda cells, test: test.update(source=test.source + "\n)"), "locked cell task1-values was changed"),
        (
            lambda cells, test: test.update(source="%time\n" + test.source),
            "locked cell task1-values was changed",
        ),
        (lambda cells, test: cells.remove(test), "locked cell task1-values is missing"),
        (lambda cells, test: test.update(source="pass"), "locked cell task1-values was changed"),
        (lambda cells, test: cells.append(nbformat.from_dict({**test, "id": "copy"})), "is there 2 times"),
    ],
)
def test_check_counts_as_grading_does_whatever_became_of_the_locked_cells(course, change, note):
    assert "mend" not in check_notebook(course, answered(course, task1=DOUBLE, task2=HALF))
    wrong = answered(course, task1=DOUBLE.replace("x + x", "3 * x"), task2=HALF)
    change(wrong.cells, next(cell for cell in wrong.cells if cell["id"] == "task1-values"))
    told = check_notebook(course, wrong)
    assert "task1: 0 of 1 points" in told and "Points so far: 2 of 3" in told
    assert "Grading will mend this, as was done here:" in told and note in told


def test_check_of_a_task_runs_this_task_alone(course):
    notebook = answered(course, task1="raise SystemError('task 1 ran')", task2=HALF)
    notebook.cells.append(nbformat.v4.new_code_cell("own = 1 / 0"))
    told = check_notebook(course, notebook, "2")
    assert "task2: 2 of 2" in told
    assert "task1" not in told and "ZeroDivisionError" not in told


def test_check_of_a_task_runs_what_it_uses_of_the_others(course):
    uses = "own = 0.5\n", "def half(x):\n    return double(x) / 4 + own - 0.5"
    notebook = answered(course, task1=DOUBLE, task2=uses[1])
    notebook.cells.insert(1, nbformat.v4.new_code_cell(uses[0]))
    told = check_notebook(course, notebook, "task2")
    assert "task2: 2 of 2" in told and "task1" not in told


def test_check_shows_what_a_passed_test_measured(course):
    source = nbformat.read(course.sources / "hw99" / "source.ipynb", as_version=4)
    test = next(cell for cell in source.cells if cell["id"] == "task2-values")
    test.source = (
        "from homework.checks import at_least\nat_least(half(1.9), 0.9, 'reached', safe=0.96)\n"
        "### BEGIN HIDDEN TESTS\nat_least(half(2.2), 0.9, 'secret')\n### END HIDDEN TESTS"
    )
    write_source(course, source)
    release(["hw99"], course)
    told = check_notebook(course, answered(course, task1=DOUBLE, task2=HALF))
    assert "reached: 95.0 %, at least 90.0 % needed. That is near the edge" in told
    assert "task2: 2 of 2" in told and "secret" not in told


def test_check_without_the_homework_as_it_was_handed_out_says_what_to_do(course):
    (course.handed_out / COPY).unlink()
    with pytest.raises(CourseError, match="git pull"):
        check("hw99", folders=course)


def test_check_explains_the_error_that_a_cell_stops_with(course):
    told = check_notebook(course, answered(course, task1=DOUBLE + "\ntorch.ones(2, 3) @ x[:2]", task2=HALF))
    assert "The cell task1 stops with an error" in told
    assert "Hint: A matrix product a @ b needs" in told
