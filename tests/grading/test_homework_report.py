"""A small class is graded once; the table, the feedback, the report and the gradebook must tell its numbers.

student  task1     task2    points  handed in
1001     right     right    3       on time to the second; a blank one a second later
1002     squared   right    2       a minute and a half late
1003     squared   wrong    0       early
1004     right     nothing  1       early
1005     squared   right    2       early, with a locked cell changed
1006     a file that is no notebook
"""

from __future__ import annotations

import datetime
import statistics

import pytest
from homework_course import (
    COPY,
    DOUBLE,
    HALF,
    Page,
    answered,
    hand_in,
    make_course,
    read_copy,
    read_rows,
    share_torch,
)

from homework.teacher import gradebook
from homework.teacher.grade import grade
from homework.teacher.pool import How

pytestmark = pytest.mark.filterwarnings("default")  # those of nbgrader's own code

DUE = datetime.datetime(2026, 12, 1, 10, tzinfo=datetime.UTC)
SQUARE = "def double(x):\n    return x**2"
WRONG_HALF = "def half(x):\n    return x - 1\n\n\nprint('what is half of', 3)"
SCRIPT = "<script>document.title = 'owned'</script>"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    course, inbox = make_course(folder), folder / "inbox"
    hand_in(inbox, "1001", "20261201T100000Z", answered(course, task1=DOUBLE, task2=HALF, text=SCRIPT))
    hand_in(inbox, "1001", "20261201T100001Z", read_copy(course))
    hand_in(inbox, "1002", "20261201T100130Z", answered(course, task1=SQUARE, task2=HALF))
    hand_in(inbox, "1003", "20261101T100000Z", answered(course, task1=SQUARE, task2=WRONG_HALF))
    hand_in(inbox, "1004", "20261101T100000Z", answered(course, task1=DOUBLE))
    hand_in(inbox, "1005", "20261101T100000Z", answered(course, task1=SQUARE, task2=HALF, setup="x = 1"))
    (inbox / "hw99_1006.ipynb").write_text('{"cells": [')
    roster = folder / "roster.csv"
    roster.write_text("".join(f"{number},Student {number}\n" for number in range(1001, 1009)))
    how = How(sandboxed=False)
    with pytest.MonkeyPatch.context() as patch:
        share_torch(patch)
        told = grade("hw99", inbox, folder / "out", roster=roster, due=DUE, how=how, folders=course)
    assert told.startswith("hw99: 6 students: 4 graded, 1 graded-with-repairs, 1 rejected.")
    return folder / "out"


def test_the_table_has_the_points_of_each_task(out):
    rows = read_rows(out)
    marks = {key: (row["status"], row["score"], row["task1"], row["task2"]) for key, row in rows.items()}
    assert marks == {
        "1001": ("graded", "3.0", "1.0", "2.0"),
        "1002": ("graded", "2.0", "0.0", "2.0"),
        "1003": ("graded", "0.0", "0.0", "0.0"),
        "1004": ("graded", "1.0", "1.0", "0.0"),
        "1005": ("graded-with-repairs", "2.0", "0.0", "2.0"),
        "1006": ("rejected", "", "", ""),
    }
    columns = ["student", "homework", "submission", "status", "score", "max", "task1", "task2", "task3"]
    assert list(rows["1001"]) == [*columns, "late_seconds", "needs_manual", "notes"]
    assert {row["max"] for row in rows.values()} == {"4.0"}
    assert {rows[student]["notes"] for student in ("1002", "1003", "1004")} == {""}
    assert rows["1005"]["notes"] == "the locked cell setup was changed"


def test_a_hand_in_at_the_due_second_is_on_time_and_a_later_one_is_late_by_seconds(out):
    rows = read_rows(out)
    assert "100000Z" in rows["1001"]["submission"]  # and not the blank one, a second too late
    assert "100001Z" in rows["1001"]["notes"]
    late = {student: row["late_seconds"] for student, row in rows.items()}
    assert late == {"1001": "0", "1002": "90", "1003": "0", "1004": "0", "1005": "0", "1006": ""}


def test_an_answer_in_words_waits_for_the_teacher(out):
    waiting = {student: row["needs_manual"] for student, row in read_rows(out).items()}
    assert waiting == {"1001": "task3", **dict.fromkeys(("1002", "1003", "1004", "1005", "1006"), "")}
    with gradebook.open_book(out / "nbgrader") as book:
        grades = {
            student: book.find_grade("task3", "hw99_doubling", "hw99", student)
            for student in ("1001", "1002")
        }
        assert grades["1001"].needs_manual_grade
        assert not grades["1002"].needs_manual_grade
        assert grades["1002"].auto_score == 0


def test_the_gradebook_has_the_points_and_the_times(out):
    with gradebook.open_book(out / "nbgrader") as book:
        found = book.find_submission("hw99", "1002")
        assert found.timestamp == datetime.datetime(2026, 12, 1, 10, 1, 30)
        assert found.score == 2
        assert {student.id for student in book.students} == {"1001", "1002", "1003", "1004", "1005"}


def test_formgrader_shows_the_students_answers_and_why_a_test_failed(out):
    marked = (out / "nbgrader" / "autograded" / "1002" / "hw99" / COPY).read_text(encoding="utf-8")
    assert "return x**2" in marked
    assert "That is the square." in marked
    assert '"output_type": "error"' in marked
    printed = (out / "nbgrader" / "autograded" / "1003" / "hw99" / COPY).read_text(encoding="utf-8")
    assert "what is half of 3" in printed


def test_the_report_counts_statuses_and_points(out):
    page = Page(out / "report.html")
    assert page.tables["Homework 99 · Doubling: report"] == [
        ["graded", "4"],
        ["graded-with-repairs", "1"],
        ["rejected", "1"],
    ]
    scores = [3.0, 2.0, 0.0, 1.0, 2.0]
    words = f"median {statistics.median(scores):g}, mean {statistics.mean(scores):.1f}"
    bars = page.tables[words]
    assert [row[1] for row in bars] == ["1", "0", "1", "0", "0", "2", "0", "1", "0", "0"]
    assert [row[0] for row in (bars[0], bars[5], bars[9])] == ["0 to 0.4", "2 to 2.4", "3.6 to 4"]
    assert page.widths == [15, 0, 15, 0, 0, 30, 0, 15, 0, 0]


def test_the_report_has_the_hardest_tests_first_and_the_commonest_mistakes(out):
    page = Page(out / "report.html")
    assert page.tables["Hardest tests"] == [
        ["test", "passed by"],
        ["task1-values", "40%"],
        ["task2-values", "60%"],
    ]
    assert page.tables["Commonest mistakes"] == [["mistake", "students"], ["That is the square.", "3"]]


def test_the_report_says_who_must_be_looked_at_and_who_is_absent(out):
    page = Page(out / "report.html")
    heads, *rows = page.tables["To be looked at"]
    assert heads == ["student", "status", "points", "why"]
    assert [row[:3] for row in rows] == [["1006", "rejected", ""], ["1005", "graded-with-repairs", "2"]]
    assert "cut off or damaged" in rows[0][3]
    assert rows[1][3] == "the locked cell setup was changed"
    assert page.texts[page.texts.index("Nothing handed in") + 1] == "1007, 1008"


def test_the_log_says_what_was_graded(out):
    lines = (out / "grade.log").read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith("INFO hw99: 7 hand-ins in inbox")
    assert lines[-1].endswith("INFO hw99: 4 graded, 1 graded-with-repairs, 1 rejected")


def test_feedback_tells_points_mistake_and_repairs(out):
    texts = Page(out / "feedback" / "hw99" / "1005.html").texts
    assert texts[:3] == [
        "Homework 99 · Doubling",
        "Student 1005: graded; some of the notebook had to be repaired first.",
        "2 of 4 points",
    ]
    assert "task1: 0 of 1 points" in texts
    assert "task1-values: failed (0 of 1)" in texts
    assert "Hint: That is the square." in texts
    assert "task2-values: passed (2 of 2)" in texts
    assert "the locked cell setup was changed" in texts


def test_what_a_student_wrote_is_text_on_every_page(out):
    page = (out / "feedback" / "hw99" / "1001.html").read_text(encoding="utf-8")
    assert SCRIPT not in page
    assert SCRIPT in Page(out / "feedback" / "hw99" / "1001.html").texts
    for path in out.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "default-src 'none'; style-src 'unsafe-inline'" in text
