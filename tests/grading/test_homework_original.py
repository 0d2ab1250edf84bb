"""Grading holds hand-ins against the homework as handed out, whatever lies in the teacher's own copy."""

from __future__ import annotations

import nbformat
from homework_course import COPY, DOUBLE, answered, read_copy

from homework.cells import QUESTION, TEXT_STUB
from homework.folders import load
from homework.teacher.original import Original


def test_the_copy_is_made_from_the_source_and_not_read_from_the_disk(course):
    pristine = load(course.copies / COPY)
    worked_in = answered(course, task1=DOUBLE, text="As I would answer it.")
    (course.copies / COPY).write_text(nbformat.writes(worked_in), encoding="utf-8")
    original = Original.read("hw99", course)
    assert original.copy.cells == pristine.cells
    assert TEXT_STUB in original.copy.of_kind(QUESTION)[0].source
    assert original.others == (original.copy,)
    (course.copies / COPY).unlink()
    assert Original.read("hw99", course).copy.cells == pristine.cells


def test_the_fixture_is_what_students_get(course):
    assert TEXT_STUB in read_copy(course).cells[-1].source
