"""Damaged and odd hand-ins of the catalogue, taken in and rebuilt; none is run, so that this is quick."""

from __future__ import annotations

import csv
import json

import pytest

pytest.importorskip("homework.author", reason="the student edition has no solutions")

import homework_hostile as hostile

from homework.cells import ANSWER, kind_of
from homework.outcomes import Marks
from homework.teacher import gradebook, grading
from homework.teacher.grade import grade
from homework.teacher.pool import How
from homework.teacher.store import key_of

WITHOUT_TEXT = ("only the answers left",)  # the question is gone


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory):
    """The folder that was graded, and {student: case}."""
    folder = tmp_path_factory.mktemp("damaged")
    by_student = hostile.write_inbox(folder / "inbox", hostile.broken())
    hostile.write_roster(folder / "roster.csv", list(by_student))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "mark", lambda *args, **more: Marks())
        patch.setattr(gradebook, "exchange_marks", lambda *args: None)
        how = How(sandboxed=False)
        grade(hostile.NAME, folder / "inbox", folder / "out", roster=folder / "roster.csv", how=how)
    return folder, by_student


def answers(notebook) -> dict[str, str]:
    cells = (cell for cell in notebook.cells if kind_of(cell.metadata) == ANSWER)
    return {cell.metadata.nbgrader.grade_id: cell.source.strip() for cell in cells}


def test_each_is_taken_or_turned_away_by_name(taken_in):
    folder, by_student = taken_in
    with (folder / "out" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    found = hostile.rows_by_case(rows, by_student)
    assert not [problem for case, row in found for problem in hostile.problems_of(case, row)]


def test_the_answers_are_found_in_every_notebook_that_has_them(taken_in):
    folder, by_student = taken_in
    wanted = {
        hostile.EARNED: answers(hostile.solved()),
        0: answers(hostile.blank()),
    }
    checked = 0
    for student, case in by_student.items():
        paths = [path for path in (folder / "inbox").rglob("*.ipynb") if student in path.as_posix()]
        for result in filter(None, (read_result(folder, path) for path in paths)):
            if case.score in wanted:
                found = {name: source.strip() for name, source in result["answers"].items()}
                assert found == wanted[case.score], case.name
                has_text = case.score == hostile.EARNED and case.name not in WITHOUT_TEXT
                (text,) = result["texts"].values()
                assert text.startswith(hostile.TEXT) if has_text else text == "", case.name
                checked += 1
    assert checked >= 20


def read_result(folder, path) -> dict | None:
    """What grading stored for a notebook; None when it was turned away."""
    found = list((folder / "out" / "results").rglob(f"{key_of(path.read_bytes())}.json"))
    result = json.loads(found[0].read_text()) if found else {"score": None}
    return None if result["score"] is None else result
