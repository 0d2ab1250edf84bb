"""Damaged hand-ins, made by a program and graded without running code: none of them stops a batch.

`python -m homework.author.fuzz --count 2000` tries more.
"""

from __future__ import annotations

import pytest

pytest.importorskip("homework.author", reason="the student edition has no solutions")

from homework_course import make_course

from homework.author import fuzz
from homework.teacher import report

pytestmark = pytest.mark.filterwarnings("ignore")  # of zipfile and nbformat, about what is damaged on purpose


def test_no_damaged_hand_in_stops_a_batch(tmp_path):
    found = fuzz.fuzz(200, folders=make_course(tmp_path), name="hw99")
    assert {finding.kind: finding.number for finding in found} == {}


def test_a_batch_that_ends_is_traced_to_its_case(tmp_path, monkeypatch):
    real, damaged = report.teacher_report, []

    def ends_for_one(title, written, *rest):
        if any("case-3x" in row.submission for row, _ in written):
            damaged.append(len(written))
            raise ZeroDivisionError("a fault of the report")
        return real(title, written, *rest)

    monkeypatch.setattr(report, "teacher_report", ends_for_one)
    found = fuzz.fuzz(6, folders=make_course(tmp_path), name="hw99")
    assert [(finding.number, finding.what) for finding in found] == [(3, "the batch ended")]
    assert "a fault of the report" in found[0].kind
    assert len(damaged) > 1


def test_a_fault_that_grading_caught_is_found_too(tmp_path, monkeypatch):
    real = report.feedback

    def fails_for_one(title, row, *rest):
        if "case-2x" in row.submission and row.status != "failed":
            raise KeyError("a fault of the page")
        return real(title, row, *rest)

    monkeypatch.setattr(report, "feedback", fails_for_one)
    found = fuzz.fuzz(4, folders=make_course(tmp_path), name="hw99")
    assert [(finding.number, finding.what) for finding in found] == [(2, "its own fault")]
