"""Rosters as programs and people write them; the due time as it was understood."""

from __future__ import annotations

import datetime

import pytest
from homework_course import DOUBLE, HALF, answered, hand_in, read_rows, share_torch

from homework.teacher.grade import grade
from homework.teacher.pool import How
from homework.teacher.roster import read_roster
from launcher.arguments import a_time
from launcher.errors import CourseError

pytestmark = pytest.mark.filterwarnings("default")  # those of nbgrader's own code

ANNA = {"20220001": "Anna Beck", "20220002": "Zoe Adams"}
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,hw3 (123)
    Points Possible,,,,,18
"Beck, Anna",340934,20220001,abeck,DL 1; DL 2,
"Adams, Zoe",340935,20220002,zadams,DL 1,17
"""


@pytest.fixture
def read(tmp_path):
    """Reads a roster that consists of this text or these bytes."""

    def read(content: str | bytes, encoding: str = "utf-8") -> dict[str, str]:
        path = tmp_path / "roster.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return read_roster(path)

    return read


@pytest.mark.parametrize(
    "text",
    [
        "id,first_name,last_name,email\n20220001,Anna,Beck,a@x.org\n20220002,Zoe,Adams,z@x.org\n",  # nbgrader
        "First name,Surname,ID number,Email address\nAnna,Beck,20220001,a@x\nZoe,Adams,20220002,\n",  # Moodle
        'First name,Last name,ID number,Groups\nAnna,Beck,20220001,"A, B"\nZoe,Adams,20220002,\n',
        "id;name\n20220001;Anna Beck\n20220002;Zoe Adams\n",
        "id\tname\r\n20220001\tAnna Beck\r\n20220002\tZoe Adams\r\n",
        "name,email,student_id\nAnna Beck,a@x,20220001\nZoe Adams,z@x,20220002\n",
        "No,Full Name,Student Number\n1,Anna Beck,20220001\n2,Zoe Adams,20220002\n",
        "20220001,Anna Beck\n20220002,Zoe Adams\n",
        "20220001;Anna Beck\n20220002;Zoe Adams\n",
        "20220001，Anna Beck\n20220002，Zoe Adams\n",
        "sep=;\nid;name\n20220001;Anna Beck\n20220002;Zoe Adams\n",
        "Deep Learning; autumn 2026\n\nid;name;remark\n20220001;Anna Beck;a, b, c\n20220002;Zoe Adams;d\n",
        'id,name\n="20220001",Anna Beck\n\'20220002,Zoe Adams\n',
        "Student,name\n20220001,Anna Beck\n20220002,Zoe Adams\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_rosters_of_programs_and_people(read, text, encoding):
    assert read(text, encoding) == ANNA


def test_the_gradebook_of_canvas(read):
    """Its own numbers of students are no ids where the school has some; the line of points is nobody."""
    wanted = {"20220001": "Beck, Anna", "20220002": "Adams, Zoe"}
    assert read(CANVAS) == wanted
    assert read(CANVAS.replace("Zoe", "Zoë"), "cp1252") == {**wanted, "20220002": "Adams, Zoë"}
    with_test_student = CANVAS + '"Student, Test",999,,,DL 1,\n'
    assert read(with_test_student) == {**wanted, "999": "Student, Test"}
    without_numbers = (
        CANVAS.replace(",20220001,", ",,").replace(",20220002,", ",,").replace("SIS Login ID", "Login ID")
    )
    assert read(without_numbers) == {"340934": "Beck, Anna", "340935": "Adams, Zoe"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize(
    "text",
    [
        "学号,姓名\n20220001,张三\n20220002,李四\n",
        "序号,姓名,学号,班级\n1,张三,20220001,一班\n2,李四,20220002,一班\n",
        "2026年秋 深度学习\n姓名;学号\n张三;20220001\n李四;20220002\n",
        "学号\t姓\t名\n20220001\t张\t三\n20220002\t李\t四\n",
    ],
)
def test_chinese_headers(read, text, encoding):
    found = read(text, encoding)
    assert {student: set(name) - {" "} for student, name in found.items()} == {
        "20220001": {"张", "三"},
        "20220002": {"李", "四"},
    }


def test_leading_zeros_stay_and_blanks_go(read):
    assert read("id,name\n 007 , Anna Beck \n08,\n") == {"007": "Anna Beck", "08": ""}


def test_a_list_of_ids_alone(read):
    assert read("id\n1\n2\n") == {"1": "", "2": ""}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,name\n1,Anna Beck\n2,Zoe Adams\n1,Eve Fox\n", "has the id 1 twice: Anna Beck, and Eve Fox"),
        ("id,name\ns1,Anna Beck\nS1,Zoe Adams\n", "has the id S1 twice"),
        ("id,name\n../x,Anna Beck\n", "has an id that cannot be one: '../x' (Anna Beck)"),
        ("id,name\n1\u202e2,Anna Beck\n", "has an id that cannot be one: '1�2'"),
        ("id,name\n1,Anna Beck\n,Zoe Adams\n", "has a line without an id: Zoe Adams"),
        ("idd,nmae\n1,Anna Beck\n2,Zoe Adams\n", "has no column of ids: its first line is idd, nmae"),
        ("idd;name\nabeck;Anna Beck\nzadams;Zoe Adams\n", "its first line is idd, name"),
        ("学好,姓名\n20220001,张三\n", "its first line is 学好, 姓名"),
        ("Deep Learning\n1,Anna Beck\n2,Zoe Adams\n", "its first line is Deep Learning"),
        ("id,name\n", "has no students"),
        ("", "has no students"),
        ("\n \n", "has no students"),
        ('id,name\n1,"Anna\n' + "x" * 200_000, "cannot be read"),
    ],
)
def test_a_roster_that_cannot_be_right_is_refused_with_what_to_do(read, text, words):
    with pytest.raises(CourseError) as problem:
        read(text)
    assert words in str(problem.value)
    assert str(problem.value).endswith("Nothing was graded.")


@pytest.mark.parametrize(
    "text", ["abeck,Anna Beck\nzadams,Zoe Adams\n", "abeck\n", "张三\n李四\n", "ab,A\nzadams,Z\nx1,X\n"]
)
def test_a_list_of_letters_alone_is_believed(read, text):
    assert list(read(text)) == [line.split(",")[0] for line in text.splitlines()]


def test_bytes_that_are_no_text_raise_nothing_else(read):
    for data in (bytes(range(256)), b"\xff\xfe", b"\x00" * 50, b"PK\x03\x04" + b"\x9f\x00\xff" * 90):
        try:
            read(data)
        except CourseError:
            continue


# ---------------------------------------------------------------- with the inbox


@pytest.fixture
def graded(course, tmp_path, monkeypatch):
    """Grades one right hand-in of 1001 with a roster; returns what was printed."""
    share_torch(monkeypatch)
    hand_in(tmp_path / "inbox", "1001", "20261201T155959Z", answered(course, task1=DOUBLE, task2=HALF))

    def run(roster: str, **more) -> str:
        (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
        options = {"roster": tmp_path / "roster.csv", "how": How(sandboxed=False), "folders": course}
        return grade("hw99", tmp_path / "inbox", tmp_path / "out", **options, **more)

    return run


def test_a_roster_that_has_nobody_of_the_inbox_is_refused_and_nothing_is_graded(graded, tmp_path):
    with pytest.raises(CourseError) as problem:
        graded("nr,id,name\n1,2001,Anna Beck\n2,2002,Zoe Adams\n")
    text = str(problem.value)
    for words in (
        "it has 2 students",
        "2001 = Anna Beck",
        "hw99_1001_20261201T155959Z.zip",
        "Is it the roster of",
    ):
        assert words in text
    assert text.endswith("Nothing was graded.")
    assert not (tmp_path / "out").exists()


def test_a_roster_that_has_somebody_of_the_inbox_is_taken(graded, tmp_path):
    (tmp_path / "inbox" / "hw99_3003.ipynb").write_text("{")
    graded("id,name\n1001,Anna Beck\n2002,Zoe Adams\n")
    rows = read_rows(tmp_path / "out")
    assert (rows["1001"]["score"], rows["3003"]["status"]) == ("3.0", "rejected")


@pytest.fixture
def zone(monkeypatch):
    """The machine stands in Shanghai."""
    import time

    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_day_alone_is_due_at_its_end_and_the_time_is_printed_as_understood(graded, tmp_path, zone):
    told = graded("id,name\n1001,Anna Beck\n", due=a_time("2026-12-01"))
    assert "Due: 2026-12-01 23:59:59 CST, that is 2026-12-01 15:59:59 UTC" in told.splitlines()
    assert read_rows(tmp_path / "out")["1001"]["late_seconds"] == "0"
    assert " late: " not in told
    told = graded("id,name\n1001,Anna Beck\n", due=a_time("2026-12-01T00:00"))
    assert "Due: 2026-12-01 00:00:00 CST, that is 2026-11-30 16:00:00 UTC" in told.splitlines()
    assert read_rows(tmp_path / "out")["1001"]["late_seconds"] == str(24 * 3600 - 1)
    assert "1 late: 1001" in told.splitlines()
    assert read_rows(tmp_path / "out")["1001"]["score"] == "3.0"  # in full
    assert "Due:" not in graded("id,name\n1001,Anna Beck\n")


def test_a_day_ends_where_the_teacher_is(zone):
    assert a_time("2026-12-01") == datetime.datetime(2026, 12, 1, 15, 59, 59, tzinfo=datetime.UTC)
    assert a_time("20261201") == a_time("2026-12-01T23:59:59+08:00")
