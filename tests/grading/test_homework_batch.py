"""One hand-in never stops the others, two `grade` never meet in one folder, and `--regrade` grades anew."""

from __future__ import annotations

import contextlib
import csv
import datetime
import errno
import json
import sqlite3
import subprocess
import sys

import pytest
from homework_course import DOUBLE, HALF, Page, answered, hand_in, make_course, read_rows

from homework.__main__ import main, mark_by_hand
from homework.outcomes import PASSED, Result
from homework.teacher import gradebook, grading, report
from homework.teacher.grade import grade
from homework.teacher.grading import Grading, Status
from homework.teacher.harmless import THIN
from homework.teacher.identity import Handin
from homework.teacher.output import held
from homework.teacher.pool import How
from homework.teacher.store import Store
from homework.teacher.table import LONGEST_CELL, as_csv
from launcher.errors import CourseError

pytestmark = pytest.mark.filterwarnings("default")  # those of nbgrader's own code

HOW = How(sandboxed=False)


@pytest.fixture
def batch(tmp_path, monkeypatch):
    """Three hand-ins with made-up results; grades them, and returns the rows by student."""
    course, inbox = make_course(tmp_path), tmp_path / "inbox"
    for student, half in (("1001", HALF), ("1002", HALF + "\n\n# two"), ("1003", HALF + "\n\n# three")):
        notebook = answered(course, task1=DOUBLE, task2=half, text="So.")
        hand_in(inbox, student, "20261101T100000Z", notebook)
    graded, made_up = [], {}

    def grade_one(original, data, *rest) -> Grading:
        student = "1002" if b"# two" in data else "1003" if b"# three" in data else "1001"
        graded.append(student)
        return Grading(
            **{"status": Status.GRADED, "score": 0.0, "texts": {"task3": "So."}} | made_up.get(student, {})
        )

    monkeypatch.setattr(grading, "grade_one", grade_one)

    def run(**more) -> dict:
        graded.clear()
        run.said.append(grade("hw99", inbox, tmp_path / "out", how=HOW, folders=course, **more))
        return {student: row["status"] for student, row in read_rows(tmp_path / "out").items()}

    run.graded, run.made_up, run.said = graded, made_up, []
    run.out, run.inbox, run.course = tmp_path / "out", inbox, course
    return run


ALL_GRADED = {"1001": "graded", "1002": "graded", "1003": "graded"}


@pytest.mark.parametrize("place", ["page", "copy", "entry", "row"])
def test_what_goes_wrong_with_one_hand_in_is_its_own_status(batch, monkeypatch, place):
    module, name = {
        "page": (report, "feedback"),
        "copy": (gradebook, "write_marked_copy"),
        "entry": (gradebook, "enter_grades"),
        "row": (sys.modules["homework.teacher.table"], "notes_on"),
    }[place]
    real = getattr(module, name)

    def fails_for_one(*args):
        if "BOOM" in repr(args):
            raise ZeroDivisionError("a fault")
        return real(*args)

    batch.made_up["1002"] = {"texts": {"task3": "BOOM"}}
    monkeypatch.setattr(module, name, fails_for_one)
    assert batch() == ALL_GRADED | {"1002": "failed"}
    rows = read_rows(batch.out)
    assert rows["1002"]["score"] == "" and rows["1001"]["score"] == "0.0"
    assert "failed (ZeroDivisionError); grade.log says more" in rows["1002"]["notes"]
    assert "a fault" in (batch.out / "grade.log").read_text(encoding="utf-8")
    assert "not graded yet" in Page(batch.out / "feedback" / "hw99" / "1002.html").texts[1]
    monkeypatch.undo()


def test_half_an_emoji_and_control_signs_are_written_as_what_can_be(batch):
    strange = "half \ud83d, bell \x07, turned \u202e, red \x1b[31m, nothing \x00"
    batch.made_up["1002"] = {
        **{"texts": {"task3": strange}, "answers": {"task1": strange}, "outputs": {"task1": strange}},
        **{"problems": {"task1": strange}, "repairs": [strange], "reason": strange},
    }
    assert batch() == ALL_GRADED
    assert batch() == ALL_GRADED  # from the store
    assert "half \ufffd, bell" in (batch.out / "feedback" / "hw99" / "1002.html").read_text(encoding="utf-8")
    for path in batch.out.rglob("*.html"):
        assert not set(path.read_text(encoding="utf-8")) & set("\x00\x07\x1b\u202e")


def test_a_hand_in_with_a_name_that_cannot_be_written_is_graded(batch, monkeypatch):
    module = sys.modules["homework.teacher.grade"]
    real = module.collect

    def collect(*args):
        handins = real(*args)
        return [
            *handins,
            Handin("a\ud83d/\x00.zip", "\udc80", problem="\ud83d it cannot be read", notes=["\udfff"]),
        ]

    monkeypatch.setattr(module, "collect", collect)
    assert batch() == ALL_GRADED | {"\ufffd": "rejected"}


def test_a_result_that_cannot_be_kept_fails_alone_and_a_damaged_one_is_made_again(batch):
    batch.made_up["1002"] = {"score": 10**5000}
    assert batch() == ALL_GRADED | {"1002": "failed"}
    batch.made_up.clear()
    (path, *_) = sorted((batch.out / "results").rglob("*.json"))
    path.write_text('{"status": "graded", "tests": 3', encoding="utf-8")
    assert batch() == ALL_GRADED
    assert len(batch.graded) == 2


def test_regrade_grades_anew_whom_it_names(batch):
    assert batch() == ALL_GRADED
    batch()
    assert batch.graded == []
    batch(regrade=["1002"])
    assert batch.graded == ["1002"]
    batch(regrade=[])
    assert sorted(batch.graded) == ["1001", "1002", "1003"]
    with pytest.raises(CourseError, match="nothing came from 7, 8"):
        batch(regrade=["7", "1001", "8"])


def test_a_doubt_keeps_its_score_and_is_told_to_the_teacher_alone(batch):
    test = Result("task2-values", PASSED, 2.0, 2.0)
    doubt = {"status": Status.MANUAL, "reason": "an answer was found twice", "score": 2.0, "tests": [test]}
    batch.made_up["1002"] = doubt
    assert batch() == ALL_GRADED | {"1002": "needs-manual"}
    found = read_rows(batch.out)["1002"]
    assert (found["score"], found["task2"], found["notes"]) == ("2.0", "2.0", "an answer was found twice")
    page = Page(batch.out / "report.html")
    assert page.tables["To be looked at"][1:] == [["1002", "needs-manual", "2", "an answer was found twice"]]
    text = (batch.out / "report.html").read_text(encoding="utf-8")
    assert text.count('<a href="feedback/hw99/1002.html">1002</a>') == 3  # looked at, by hand, all pages
    assert "found twice" not in (batch.out / "feedback" / "hw99" / "1002.html").read_text(encoding="utf-8")
    assert "To be looked at, why stands in the report: 1002\n" in batch.said[-1]


def test_that_times_are_not_known_is_said_once(batch):
    notebook = (batch.inbox.parent / "copies" / "hw99_doubling.ipynb").read_text()
    (batch.inbox / "hw99_1004.ipynb").write_text(notebook)
    batch(due=datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC))
    text = (batch.out / "report.html").read_text(encoding="utf-8")
    assert text.count("Nothing says when") == 1
    assert "not marked as late: 1004." in text
    rows = read_rows(batch.out)
    assert (rows["1004"]["late_seconds"], rows["1004"]["notes"]) == ("", "")
    for path in batch.inbox.glob("*.zip"):
        path.unlink()
    batch()
    assert "Nothing says when the hand-ins came" in (batch.out / "report.html").read_text(encoding="utf-8")


def test_two_do_not_grade_into_one_folder(batch):
    with held(batch.out):
        code = f"""
from pathlib import Path
from homework.teacher.output import held
with held(Path({str(batch.out)!r})):
    print("inside")
"""
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "inside" not in other.stdout
    assert "Another `grade` is at work" in other.stderr and "process" in other.stderr
    assert batch() == ALL_GRADED


def test_a_lock_that_a_crash_left_does_not_block(batch):
    code = f"""
import os
from pathlib import Path
from homework.teacher.output import held
with held(Path({str(batch.out)!r})):
    os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 9
    assert (batch.out / ".grading.lock").exists()
    assert batch() == ALL_GRADED


def test_a_gradebook_that_is_being_written_is_told_and_nothing_is_lost(batch, monkeypatch):
    assert batch() == ALL_GRADED
    before = (batch.out / "grades.csv").read_bytes()
    real = gradebook.database
    monkeypatch.setattr(gradebook, "database", lambda folder: real(folder) + "?timeout=0.1")
    with contextlib.closing(sqlite3.connect(batch.out / "nbgrader" / "gradebook.db")) as formgrader:
        formgrader.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CourseError, match="open Formgrader"):
            batch(regrade=[])
    assert (batch.out / "grades.csv").read_bytes() == before
    assert batch() == ALL_GRADED
    assert batch.graded == []  # what was graded meanwhile was kept


def test_marking_refuses_a_folder_that_an_older_version_wrote(batch, monkeypatch):
    monkeypatch.setattr("subprocess.call", lambda *args, **more: 0)  # the server is not started
    assert batch() == ALL_GRADED
    assert mark_by_hand(batch.out) == 0
    (batch.out / "nbgrader" / "nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(CourseError, match="graded by another version"):
        mark_by_hand(batch.out)


def test_a_note_of_any_length_can_be_read_again():
    text = as_csv([{"student": "1", "notes": "x" * 500_000}])
    (row,) = csv.DictReader(text.splitlines())
    assert len(row["notes"]) == LONGEST_CELL


def test_a_failure_is_not_kept_and_a_zero_is(tmp_path):
    store = Store(tmp_path)
    store.save("a", Grading(Status.FAILED, "no"))
    store.save("b", Grading(Status.GRADED, score=0.0))
    again = Store(tmp_path)
    assert (again.has("a"), again.has("b")) == (False, True)
    assert json.loads(store.path("b").read_text())["score"] == 0.0


def test_a_full_disk_is_told_in_words_and_is_no_hand_ins_fault(batch, monkeypatch, capsys):
    def full(path, text):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    arguments = ["grade", "hw99", "--inbox", str(batch.inbox), "--out", str(batch.out), "--no-sandbox"]
    monkeypatch.setattr(sys.modules["homework.teacher.grade"], "write_text", full)
    assert main(arguments, batch.course) == 1
    assert "space" in capsys.readouterr().err


def test_formgraders_copy_has_no_tag_and_what_a_student_answered(batch):
    batch.made_up["1002"] = {
        "texts": {"task3": "a < b <script>1</script>"},
        "answers": {"task1": "x = 1"},
    }
    assert batch() == ALL_GRADED
    (path,) = (batch.out / "nbgrader" / "autograded" / "1002").rglob("*.ipynb")
    sources = {cell["id"]: "".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]}
    assert sources["task3"] == f"a < b <{THIN}script>1<{THIN}/script>"
    assert (sources["task1"], sources["task2"]) == ("x = 1", "")  # and no solution
