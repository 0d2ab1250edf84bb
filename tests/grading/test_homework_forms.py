"""Marks as Moodle, Canvas and nbgrader import them: who is in the file, with which score, who has none."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

import pytest
from homework_course import DOUBLE, HALF, answered, hand_in, read_rows, share_torch

from homework import __main__ as command_line
from homework.teacher.forms import Entry, Form
from homework.teacher.grade import grade
from homework.teacher.pool import How
from homework.teacher.roster import read_roster
from launcher.errors import CourseError

pytestmark = pytest.mark.filterwarnings("default")  # those of nbgrader's own code

NAMES = {
    "1001": 'Beck, Anna "Annie"',
    "1002": "张三",
    "1003": "+Adams Zoe",
    "1004": "@Eve Fox",
    "1005": "-Bo O'Neil",
    "1006": "==1+1",
}
# 1001 and 1002 have marks; 1003 waits for one by hand, 1004's file is damaged, nothing came from the others.
SCORES = {"1001": "3", "1002": "2", "1003": "", "1004": "", "1005": "", "1006": ""}
MAILS = {student: f"{student}@x.org" for student in NAMES}
DUE = datetime.datetime(2026, 12, 1, 15, 59, tzinfo=datetime.UTC)


def table(*rows: tuple) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


MOODLE = table(
    ("Full name", "ID number", "Email address", "Groups"),
    *((name, student, MAILS[student], "A, B") for student, name in NAMES.items()),
)
CANVAS = table(
    ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "hw9 (7)", "hw99 (123)", "Final Score"),
    ("", "", "", "", "", "Manual Posting", "", ""),
    ("    Points Possible", "", "", "", "", "5", "4.0", "(read only)"),
    *(
        (name, f"34{student}", student, f"u{student}", "DL 1 and DL 2", "4", "", "88")
        for student, name in NAMES.items()
    ),
)
NBGRADER = table(
    ("id", "first_name", "last_name", "email"),
    *((student, "", name, MAILS[student]) for student, name in NAMES.items()),
)


def written(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


@pytest.fixture
def graded(course, tmp_path, monkeypatch):
    """Grades four hand-ins for a platform; returns what was printed and the platform's rows."""
    share_torch(monkeypatch)
    inbox, wrong = tmp_path / "inbox", "def double(x):\n    return x**2"
    hand_in(inbox, "1001", "20261201T155959Z", answered(course, task1=DOUBLE, task2=HALF))
    hand_in(inbox, "1002", "20261201T150000Z", answered(course, task1=wrong, task2=HALF))
    hand_in(inbox, "1003", "20261201T150000Z", answered(course, task1=DOUBLE, task2=HALF, text="So."))
    (inbox / "hw99_1004.ipynb").write_text("{")

    def run(platform: str, roster: str = "", column: str = "") -> tuple[str, list[dict[str, str]]]:
        path = tmp_path / "roster.csv"
        path.write_text(roster, encoding="utf-8")
        path = path if roster else None
        form = Form(platform, column, path)
        how = How(sandboxed=False)
        told = grade(
            "hw99", inbox, tmp_path / "out", roster=path, due=DUE, how=how, form=form, folders=course
        )
        return told, written(tmp_path / "out" / f"{platform}-hw99.csv")

    return run


@pytest.mark.parametrize(
    ("platform", "roster", "ids", "column"),
    [
        ("moodle", MOODLE, "ID number", "hw99"),
        ("canvas", CANVAS, "SIS User ID", "hw99 (123)"),
        ("nbgrader", NBGRADER, "student_id", "score"),
    ],
)
def test_what_is_written_and_read_again_has_the_same_students_and_scores(
    graded, tmp_path, platform, roster, ids, column
):
    """Also names with commas and quotes, in Chinese, and such as a spreadsheet would compute."""
    told, rows = graded(platform, roster)
    before = read_roster(tmp_path / "roster.csv")
    assert list(before.values())[:5] == list(NAMES.values())[:5]
    assert read_roster(tmp_path / "out" / f"{platform}-hw99.csv") == before
    scores = {row[ids]: row[column].removesuffix(".0") for row in rows if row[ids]}
    assert scores == SCORES
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
    marks = read_rows(tmp_path / "out")  # the teacher's own table is as ever
    assert {student: marks[student]["score"] for student in ("1001", "1002", "1003")} == {
        "1001": "3.0",
        "1002": "2.0",
        "1003": "3.0",
    }
    lines = told.splitlines()
    assert any(line.endswith(f"{platform}-hw99.csv, 2 marks") for line in lines)
    assert "    no mark, waiting for marks by hand: 1003 (+Adams Zoe)" in lines
    assert "    no mark, rejected: 1004 (@Eve Fox)" in lines
    assert "    no mark, nothing handed in: 1005 (-Bo O'Neil), 1006 (=1+1)" in lines


def test_moodle_gets_all_that_it_can_know_a_student_by_and_feedback(graded):
    _, rows = graded("moodle", MOODLE, "Week 9")
    assert list(rows[0]) == ["ID number", "Email address", "Full name", "Week 9", "Week 9 (Feedback)"]
    assert (rows[0]["Email address"], rows[0]["Full name"]) == ("1001@x.org", 'Beck, Anna "Annie"')
    assert rows[1]["Week 9 (Feedback)"] == "task1: 0; task2: 2; task3: 0"
    assert [row["Week 9 (Feedback)"] for row in rows[2:]] == [""] * 4  # a feedback alone would wipe a mark


def test_the_test_student_of_canvas_is_not_waited_for(graded, tmp_path):
    told, rows = graded("canvas", CANVAS + '"Student, Test",777349,,a1b2c3,DL 1,,,\n')
    assert "nothing handed in: 1005 (-Bo O'Neil), 1006 (=1+1)" in told
    assert "Student, Test" not in told and (rows[-1]["Student"], rows[-1]["hw99 (123)"]) == (
        "Student, Test",
        "",
    )
    assert "777349" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_without_a_roster_nbgrader_gets_the_ids_that_handed_in(graded):
    told, rows = graded("nbgrader")
    assert [row["student_id"] for row in rows] == ["1001", "1002", "1003", "1004"]
    assert "nothing handed in" not in told


def test_a_roster_of_user_names_is_matched_by_them(graded):
    _, rows = graded("moodle", "username,姓名\n1001,张三\n1002,李四\n")
    assert [(row["Username"], row["hw99"]) for row in rows] == [("1001", "3"), ("1002", "2")]


def test_canvas_keeps_its_ids_and_points_and_gets_one_assignment(graded):
    told, rows = graded("canvas", CANVAS)
    assert list(rows[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "hw99 (123)"]
    assert (rows[0]["Student"], rows[0]["hw99 (123)"]) == ("    Points Possible", "4.0")
    assert (rows[1]["ID"], rows[1]["SIS Login ID"], rows[1]["Section"]) == (
        "341001",
        "u1001",
        "DL 1 and DL 2",
    )
    assert "points in Canvas" not in told
    told, rows = graded("canvas", CANVAS.replace("4.0,(read", "20,(read"))
    assert "hw99 (123) has 20 points in Canvas, the homework 4: scores are the homework's" in told
    assert rows[0]["hw99 (123)"] == "20"


@pytest.mark.parametrize("column", ["hw9", "hw9 (7)"])
def test_canvas_gets_the_assignment_that_is_named(graded, column):
    _, rows = graded("canvas", CANVAS, column)
    assert rows[1]["hw9 (7)"] == "3"


@pytest.mark.parametrize(
    ("roster", "column", "words"),
    [
        (MOODLE, "", "takes the ids from Canvas's own gradebook, and "),
        ("", "", "In Canvas: Grades, Export, Export Entire Gradebook"),
        (
            CANVAS.replace("hw99 (123)", "Doubling (123)"),
            "",
            "has no assignment for hw99. Its assignments: hw9 (7); Doubling",
        ),
        (CANVAS.replace("hw9 (7)", "hw99 (7)"), "", "has 2 assignments for hw99"),
        (CANVAS, "hw98", "has no assignment called 'hw98' for hw99"),
    ],
)
def test_what_canvas_needs_is_told_before_anything_is_graded(graded, tmp_path, roster, column, words):
    with pytest.raises(CourseError) as problem:
        graded("canvas", roster, column)
    assert words in str(problem.value) and str(problem.value).endswith("Nothing was graded.")
    assert not (tmp_path / "out").exists()


def test_nbgrader_gets_what_it_exports_itself(graded):
    from nbgrader.plugins.export import CsvExportPlugin

    _, rows = graded("nbgrader", NBGRADER)
    source = CsvExportPlugin.export.__code__.co_consts
    assert set(rows[0]) <= {
        text for part in source for text in (part if isinstance(part, tuple) else (part,))
    }
    first = rows[0]
    assert (first["assignment"], first["duedate"]) == ("hw99", "2026-12-01 15:59:00")
    assert (first["timestamp"], first["email"]) == ("2026-12-01 15:59:59", "1001@x.org")
    assert (first["raw_score"], first["score"], first["max_score"]) == ("3.0", "3.0", "4.0")
    assert (rows[4]["raw_score"], rows[4]["score"]) == ("", "")  # nbgrader's own has a zero there


def test_an_id_that_a_spreadsheet_computes_is_left_out_and_named(tmp_path):
    """A platform would not find it with an apostrophe in front; a number with its sign does no harm."""
    form = Form("moodle")
    form.prepare("hw3")
    entries = [Entry("-cmd", 5.0), Entry("+8613800000000", 6.0), Entry("1003", 0.0)]
    told = form.write(tmp_path, entries, 20, None)
    rows = written(tmp_path / "moodle-hw3.csv")
    assert {row["ID number"]: row["hw3"] for row in rows} == {"+8613800000000": "6", "1003": "0"}
    assert "2 marks" in told
    assert "no mark, an id that a spreadsheet would compute: enter it by hand: -cmd" in told


def test_nobodys_files_and_strangers_are_named_and_not_written(tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\n1001,Anna Beck\n")
    form = Form("nbgrader", roster=roster)
    form.prepare("hw3")
    entries = [Entry("1001", 17.25), Entry("9999", why="rejected"), Entry("", why="a: b.ipynb: needs-manual")]
    told = form.write(tmp_path, entries, 20, None)
    rows = written(tmp_path / "nbgrader-hw3.csv")
    assert [(row["student_id"], row["score"]) for row in rows] == [("1001", "17.25")]
    assert "no mark, rejected: 9999" in told and "no mark, nobody's yet: a: b.ipynb" in told


def test_the_command_writes_the_platforms_file(course, tmp_path, monkeypatch, capsys):
    share_torch(monkeypatch)
    hand_in(tmp_path / "inbox", "1001", "20261201T155959Z", answered(course, task1=DOUBLE, task2=HALF))
    asked = [
        "grade",
        "hw99",
        "--inbox",
        str(tmp_path / "inbox"),
        "--out",
        str(tmp_path / "out"),
        "--no-sandbox",
    ]
    (tmp_path / "roster.csv").write_text(MOODLE, encoding="utf-8")
    asked += ["--roster", str(tmp_path / "roster.csv"), "--format", "moodle", "--column", "Nine"]
    assert command_line.main(asked, course) == 0
    assert "moodle-hw99.csv, 1 marks" in capsys.readouterr().out
    assert (
        (tmp_path / "out" / "moodle-hw99.csv")
        .read_text("utf-8-sig")
        .startswith("ID number,Email address,Full name,Nine,")
    )
