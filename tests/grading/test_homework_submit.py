"""What `submit` and `check` say of a notebook that is not as it was handed out."""

from __future__ import annotations

import copy

import nbformat
import pytest
from homework_course import COPY, DOUBLE, HALF, answered, read_copy
from nbformat.v4 import new_code_cell

from homework.folders import load
from homework.reading import Rejected, read_parts
from homework.student.check import check
from homework.student.submit import submit
from homework.student.whole import NO_METADATA
from launcher.errors import CourseError

ANSWERED = {"task1": DOUBLE, "task2": HALF, "text": "Because."}


def told(course, notebook: nbformat.NotebookNode) -> list[str]:
    """What `submit` warns of."""
    (course.copies / COPY).write_text(nbformat.writes(notebook), encoding="utf-8")
    text = submit("hw99", "1", folders=course)
    return [line.removeprefix("  - ") for line in text.splitlines() if line.startswith("  - ")]


def cell(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return next(part for part in notebook.cells if part.id == name)


def test_a_whole_notebook_gets_no_warning(course):
    notebook = answered(course, **ANSWERED)
    notebook.cells.insert(2, new_code_cell("helper = 1"))
    assert told(course, notebook) == []


def test_what_is_not_answered_is_told(course):
    assert told(course, read_copy(course)) == [f"task{k} is not answered yet" for k in (1, 2, 3)]


def test_what_is_answered_in_part_is_told(course):
    other = "\n\n\ndef other(x):\n    raise NotImplementedError()"
    notebook = answered(course, **ANSWERED | {"task2": HALF + other})
    (note,) = told(course, notebook)
    assert note.startswith("task2 is answered in part")
    done = "\n    raise NotImplementedError()"  # a line left over, below the answer
    assert told(course, answered(course, **ANSWERED | {"task2": HALF + done})) == []


def test_a_changed_locked_cell_is_told(course):
    notebook = answered(course, **ANSWERED)
    cell(notebook, "task1-values").source = "pass"
    cell(notebook, "setup").source += "\nx = x + 1"
    assert told(course, notebook) == [
        "the locked cell setup was changed",
        "the locked cell task1-values was changed",
    ]


def test_edited_points_and_damaged_metadata_are_told(course):
    notebook = answered(course, **ANSWERED)
    cell(notebook, "task1-values").metadata.nbgrader.points = 100
    del cell(notebook, "task2-values").metadata.nbgrader["points"]
    assert told(course, notebook) == [
        "the locked cell task1-values was changed",
        "the locked cell task2-values was changed",
    ]


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (["task2"], ["the answer cell task2 is missing"]),
        (["task1-values"], ["the tests of task1 are missing"]),
        (["task1", "task1-values"], ["the answer cell task1 is missing"]),  # the numbers show the gap
        (["intro"], []),  # nothing points to it; it costs nothing
    ],
)
def test_a_missing_cell_is_told_where_the_rest_points_to_it(course, gone, words):
    notebook = answered(course, **ANSWERED)
    notebook.cells = [part for part in notebook.cells if part.id not in gone]
    assert told(course, notebook) == words


def test_a_copied_cell_is_told(course):
    notebook = answered(course, **ANSWERED)
    notebook.cells.append(copy.deepcopy(cell(notebook, "task2")))
    notebook.cells[-1].id = "twin"
    assert told(course, notebook) == ["the cell task2 is there 2 times"]


def test_an_answer_that_became_text_is_told(course):
    notebook = answered(course, **ANSWERED)
    at = notebook.cells.index(cell(notebook, "task2"))
    old = notebook.cells[at]
    notebook.cells[at] = nbformat.v4.new_markdown_cell(old.source, id=old.id, metadata=old.metadata)
    assert told(course, notebook) == ["the type of cell task2 was changed"]


def test_lost_metadata_is_told_as_such_and_not_as_missing(course):
    notebook = answered(course, **ANSWERED)
    cell(notebook, "task1").metadata = {}
    assert told(course, notebook) == ["the cell task1 lost its metadata"]
    for number, part in enumerate(notebook.cells):
        part.metadata, part.id = {}, f"cell{number}"
    assert told(course, notebook) == [NO_METADATA]


def test_a_notebook_in_another_encoding_is_told(course):
    notebook = answered(course, **ANSWERED)
    (course.copies / COPY).write_text(nbformat.writes(notebook), encoding="utf-8-sig")
    assert "the file was read as utf-8-sig" in submit("hw99", "1", folders=course)


# ---------------------------------------------------------------- git's conflict marks


def with_conflict(course, newline: str = "\n") -> bytes:
    """The student's copy in the middle of a merge, and the number of its first marked line is 6."""
    lines = (course.copies / COPY).read_text(encoding="utf-8").splitlines()
    ours, theirs = lines[5:8], lines[5:7]
    marked = ["<<<<<<< HEAD", *ours, "=======", *theirs, ">>>>>>> origin/main"]
    return newline.join([*lines[:5], *marked, *lines[8:], ""]).encode()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("command", "ending"),
    [
        (lambda course: check("hw99", folders=course), "Nothing was changed."),
        (lambda course: submit("hw99", "1", folders=course), "Nothing was handed in."),
    ],
)
def test_conflict_marks_are_named_with_their_line_and_what_to_do(course, command, ending, newline):
    data = with_conflict(course, newline)
    (course.copies / COPY).write_bytes(data)
    with pytest.raises(CourseError) as problem:
        command(course)
    text = str(problem.value)
    assert "git's conflict marks stand in the file, the first in line 6 (<<<<<<< HEAD)" in text
    assert f"git checkout --ours {COPY}" in text
    assert "Nothing is lost" in text
    assert text.endswith(ending)
    assert (course.copies / COPY).read_bytes() == data
    assert not course.handins.exists()


def test_a_hand_in_with_conflict_marks_is_rejected_by_name(course):
    with pytest.raises(Rejected, match="conflict marks stand in the file, the first in line 6"):
        read_parts(with_conflict(course))


def test_marks_in_a_students_text_are_no_conflict(course):
    notebook = answered(course, **{**ANSWERED, "text": "<<<<<<< HEAD\n=======\n>>>>>>> main"})
    assert told(course, notebook) == []
    assert load(course.copies / COPY).cells[-1].source.endswith(">>>>>>> main")


def test_another_homeworks_notebook_is_refused(course):
    notebook = answered(course, **ANSWERED)
    notebook.cells[0].source = "# Homework 98 · Halving"
    (course.copies / COPY).write_text(nbformat.writes(notebook), encoding="utf-8")
    with pytest.raises(CourseError, match=r"(?s)holds Homework 98 · Halving, not hw99.*Nothing was"):
        submit("hw99", "1", folders=course)
    with pytest.raises(CourseError, match="holds Homework 98"):
        check("hw99", folders=course)
    assert not course.handins.exists()


def test_a_file_to_hand_in_has_not_been_sent(course):
    (course.copies / COPY).write_text(nbformat.writes(answered(course, **ANSWERED)), encoding="utf-8")
    said = submit("hw99", "1", folders=course)
    assert "The file to hand in: " in said and "nothing has been sent yet" in said
