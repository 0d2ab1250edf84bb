"""Whose a hand-in is: ids and names in paths, what platforms write, and doubt where two things disagree."""

from __future__ import annotations

import unicodedata
import zipfile

import pytest

from homework.teacher import inbox
from homework.teacher.people import People

ROSTER = {
    "1001": "Anna Beck",
    "1002": "Zoe Adams",
    "1003": "Mary Ann O'Brien-Smith",
    "1004": "Jürgen Müller",
    "1005": "Beck, Jo Anna",
    "20220007": "张三",
    "20220008": "欧阳 小明",
    "a.lee": "Alan Lee",
}
FEW = {str(number): f"{first} Student" for number, first in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcd", 1)}
MOODLE, CANVAS = "_1001_assignsubmission_file_/hw3.ipynb", "_1002_1001_hw3.ipynb"


def found(box, *names: str, roster: dict[str, str] = ROSTER) -> list:
    """What an inbox with these files has, each with bytes of its own."""
    for name in names:
        path = box / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".zip"):
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("hw3.ipynb", f'{{"cells": [], "name": "{name}"}}')
        else:
            path.write_bytes(f'{{"cells": [], "name": "{name}"}}'.encode(errors="replace"))
    return inbox.collect(box, roster)


def owner(handin) -> str:
    """Whose it is without any doubt."""
    return "" if handin.doubt or handin.problem else handin.student


def one(box, name: str, roster: dict[str, str] = ROSTER):
    (handin,) = found(box, name, roster=roster)
    return handin


# ---------------------------------------------------------------- one student, plainly


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("hw3_1001_20261101T100000Z.zip", "1001"),
        ("hw3_1001_20261101T100000Z-2.zip", "1001"),
        ("hw3_1001_20261101T100000Z (1).zip", "1001"),
        ("hw3_1001_20261101T100000Z/hw3.ipynb", "1001"),
        ("hw3_a.lee_20261101T100000Z.zip", "a.lee"),
        ("submitted/1001/hw3/hw3.ipynb", "1001"),
        ("hw3 1001 2026-11-01 10.15.00 (3).ipynb", "1001"),
        ("hw3_1001_2_final.ipynb", "1001"),
        ("a.lee.ipynb", "a.lee"),
        ("20220007张三.ipynb", "20220007"),
        ("hw3张三20220007.ipynb", "20220007"),
        # Moodle
        (f"Zoe Adams{MOODLE}", "1002"),
        ("Zoe Adams_1001_assignsubmission_file/hw3_1002.ipynb", "1002"),
        ("Zoe Adams_1001_assignsubmission_file_hw3.ipynb", "1002"),
        ("Adams Zoe_5_assignsubmission_file_/hw3_1002_20261101T100000Z.zip", "1002"),
        (f"ADAMS, Zoe{MOODLE}", "1002"),
        (f"Mary Ann OBrien-Smith{MOODLE}", "1003"),
        (f"{unicodedata.normalize('NFD', 'Müller Jürgen')}{MOODLE}", "1004"),
        (f"张三{MOODLE}", "20220007"),
        (f"张 三{MOODLE}", "20220007"),
        (f"三 张{MOODLE}", "20220007"),
        (f"欧阳小明{MOODLE}", "20220008"),
        (f"小明 欧阳{MOODLE}", "20220008"),
        (f"20220007张三{MOODLE}", "20220007"),
        # Canvas: surname first, joined
        (f"adamszoe{CANVAS}", "1002"),
        (f"obriensmithmaryann{CANVAS}", "1003"),
        (f"müllerjürgen{CANVAS}", "1004"),
        (f"beckjoanna{CANVAS}", "1005"),
        (f"张三{CANVAS}", "20220007"),
        (f"小明欧阳{CANVAS}", "20220008"),
        ("adamszoe_LATE_1001_1003_hw3-1.ipynb", "1002"),
        ("adamszoe_1001_1003_hw3_1002_20261101T100000Z-1.zip", "1002"),
        ("anon_Xy1Z_1001_hw3_1002_20261101T100000Z.zip", "1002"),
        # no id and no platform: the whole name among other words
        ("hw3_Zoe_Adams_final.ipynb", "1002"),
        ("week 3/Zoe Adams/hw3.ipynb", "1002"),
        ("hw3-张三.ipynb", "20220007"),
    ],
)
def test_whose_it_is(tmp_path, name, student):
    handin = one(tmp_path / "in", name)
    assert (handin.student, handin.problem, handin.doubt) == (student, "", "")
    assert ("Canvas marks it as late" in handin.notes) == ("LATE" in name)


def test_in_a_zip_of_a_platform_the_same_holds(tmp_path):
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "DL_1001_1004_hw3.zip", "w") as archive:
        for name in (
            f"Zoe Adams{MOODLE}",
            f"三 张{MOODLE}",
            "Jürgen Müller_7_assignsubmission_file_\\a.ipynb",
        ):
            archive.writestr(name, f'{{"cells": [], "name": "{name!r}"}}')
    assert sorted(map(owner, inbox.collect(tmp_path / "in", ROSTER))) == [
        "1002",
        "1004",
        "20220007",
    ]


# ---------------------------------------------------------------- numbers that are no ids


@pytest.mark.parametrize(
    "name",
    [
        "hw3 (1).ipynb",
        "hw3(2).ipynb",
        "hw3-1.ipynb",
        "hw3 2.ipynb",
        "hw3 - Copy (4).ipynb",
        "hw3 - 副本 (2).ipynb",
        "hw03.ipynb",
        "homework 3.ipynb",
        "HW_3.ipynb",
        "作业3.ipynb",
        "第3周/hw3 (1).ipynb",
        "week 12/hw3.ipynb",
        "hw3 2026-11-05.ipynb",
        "hw3_5.11.2026.ipynb",
        "hw3 2026-11-05 10.15.07.ipynb",
        "hw3_20261105T101507Z.ipynb",
        "hw3_v2.ipynb",
        "Participant_7_assignsubmission_file_/hw3 (1).ipynb",
        "anon_7_8_hw3.ipynb",
        "LATE_anon_7_8_hw3.ipynb",
        "anon_Xy1Z_7_hw3.ipynb",
        "LATE_anon_Xy1Z_7_hw3.ipynb",
        "group_7_8_hw3.ipynb",
    ],
)
def test_copies_dates_homeworks_and_platforms_have_numbers_that_are_nobodys_id(tmp_path, name):
    for roster in (FEW, {}):
        handin = one(tmp_path / "in", name, roster)
        assert (handin.student, handin.problem, handin.candidates) == ("", "", [])
        assert handin.doubt
        assert handin.data


@pytest.mark.parametrize("name", ["7.ipynb", "hw3_7.ipynb", "hw3/7/hw3 (1).ipynb", "7/hw3_2026-11-05.ipynb"])
def test_a_short_id_counts_where_it_is_a_word_of_its_own(tmp_path, name):
    assert owner(one(tmp_path / "in", name, FEW)) == "7"


def test_a_number_of_a_platform_is_no_id_though_nobody_has_the_name(tmp_path):
    """A mark at a wrong name is worse than none."""
    for handin in found(tmp_path / "in", f"Bob Nobody{MOODLE}", f"nobodybob{CANVAS}"):
        assert handin.student in ("Bob Nobody", "nobodybob")
        assert "is not on the roster" in handin.problem


def test_an_id_that_may_be_a_date_is_a_doubt_unless_all_are_like_that(tmp_path):
    dates = {f"202611{day:02}": f"{'ABCDEFGHI'[day]} Student" for day in range(1, 9)}
    assert owner(one(tmp_path / "a", "hw3_20261105.ipynb", dates)) == "20261105"
    handin = one(tmp_path / "b", "hw3_20261105.ipynb", {**ROSTER, "20261105": "Eve Young"})
    assert handin.candidates == ["20261105"]
    assert "may be a student's id or a date" in handin.doubt
    handin = one(tmp_path / "c", "hw3_1001_20261105.ipynb", {**ROSTER, "20261105": "Eve Young"})
    assert (handin.student, handin.doubt) == ("1001", "")


# ---------------------------------------------------------------- doubt and rejection


@pytest.mark.parametrize(
    ("name", "words", "candidates"),
    [
        ("hw3_1001_1002.ipynb", "two students, 1001 and 1002", {"1001", "1002"}),
        ("1002/hw3_1001_20261101T100000Z.zip", "two students", {"1001", "1002"}),
        (
            "Zoe Adams_5_assignsubmission_file_/hw3_1001_20261101T100000Z.zip",
            "it lies under the name Zoe Adams, the file's name says 1001",
            {"1001", "1002"},
        ),
        ("adamszoe_5_6_hw3_1001.ipynb", "it lies under the name adamszoe", {"1001", "1002"}),
        ("Zoe Adams/hw3_1001.ipynb", "it lies under the name Zoe Adams", {"1001", "1002"}),
        ("Zoe Adams 1001.ipynb", "it lies under the name Zoe Adams", {"1001", "1002"}),
        ("Bob Nobody_5_assignsubmission_file_/hw3_1001.ipynb", "under the name Bob Nobody", {"1001"}),
        (
            "Zoe Adams_5_assignsubmission_file_/hw3_1O02_20261101T100000Z.zip",
            "under the name Zoe Adams, the file's name says 1O02",
            {"1002"},
        ),
        ("hw3_1001-x_20261101T100000Z.zip", "the file's name says 1001-x; is it 1001's?", {"1001"}),
        (f"Anna{MOODLE}", "may be meant by Anna: 1001, 1005", {"1001", "1005"}),
        (f"Zoe Maria Adams{MOODLE}", "1 on the roster may be meant by Zoe Maria Adams: 1002", {"1002"}),
        (f"Jurgen Muller{MOODLE}", "may be meant by", {"1004"}),
        (f"adamszoemaria{CANVAS}", "may be meant by", {"1002"}),
        ("Zoe Adams and Anna Beck.ipynb", "more than one student", {"1001", "1002"}),
        ("homework.ipynb", "nothing says whose it is", set()),
    ],
)
def test_what_does_not_agree_is_a_doubt(tmp_path, name, words, candidates):
    handin = one(tmp_path / "in", name)
    assert words in handin.doubt
    assert set(handin.candidates) == candidates
    assert handin.problem == ""
    assert handin.data


def test_two_of_one_name_are_a_doubt_and_an_id_ends_it(tmp_path):
    roster = {"1": "Wei Chen", "2": "Chen Wei", "3": "Li Na"}
    for name in ("Wei Chen_11_assignsubmission_file_/hw3.ipynb", "chenwei_11_12_hw3.ipynb"):
        handin = one(tmp_path / name.split("_")[0], name, roster)
        assert handin.doubt == f"2 on the roster are called {name.split('_')[0]}: 1, 2"
    handin = one(tmp_path / "c", "Wei Chen_11_assignsubmission_file_/hw3_2_20261101T100000Z.zip", roster)
    assert (handin.student, handin.doubt) == ("2", "")


def test_a_name_that_is_exactly_one_students_is_no_doubt_though_joined_it_is_anothers(tmp_path):
    roster = {"1": "Anna Li", "2": "Ann Ali"}
    handin = one(tmp_path / "a", f"Anna Li{MOODLE}", roster)
    assert (handin.student, handin.doubt) == ("1", "")
    assert one(tmp_path / "b", f"annali{CANVAS}", roster).candidates == ["1", "2"]


def test_a_name_that_is_joined_on_the_roster_is_found(tmp_path):
    handin = one(tmp_path / "a", f"Anna Beck{MOODLE}", {"1": "beckanna", "2": "adamszoe"})
    assert (handin.student, handin.doubt) == ("1", "")


def test_a_chinese_name_with_its_surname_last_is_found_and_that_is_said(tmp_path):
    handin = one(tmp_path / "a", f"三张{MOODLE}")
    assert (handin.student, handin.doubt) == ("20220007", "")
    assert handin.notes == ["the name 三张 was taken for 张三"]
    handin = one(tmp_path / "b", f"三张{MOODLE}", {"1": "张三", "2": "三张"})
    assert (handin.student, handin.doubt, handin.notes) == ("2", "", [])


def test_only_who_is_surely_not_on_the_roster_is_turned_away(tmp_path):
    name = f"Bob Nobody{MOODLE}"
    assert "'Bob Nobody' is not on the roster" in one(tmp_path / "a", name).problem
    for roster in ({"1": "", "2": "Zoe Adams"}, {"1": "张三", "2": "李四"}):  # he may be 1
        handin = one(tmp_path / "b", name, roster)
        assert (handin.problem, handin.student) == ("", "")
        assert "Bob Nobody cannot be found on the roster" in handin.doubt
    for name in ("hw3_9999.ipynb", "hw3_9999_20261101T100000Z.zip"):
        handin = one(tmp_path / name, name)
        assert (handin.student, handin.problem) == ("9999", "the student '9999' is not on the roster")


def test_a_roster_in_another_script_does_not_speak_against_an_id(tmp_path):
    handin = one(
        tmp_path / "in", "San Zhang_5_assignsubmission_file_/hw3_7_20261101T100000Z.zip", {"7": "张三"}
    )
    assert (handin.student, handin.doubt) == ("7", "")


# ---------------------------------------------------------------- ids that are not written as on the roster


def test_ids_compare_without_case_and_lost_zeros_and_that_is_said(tmp_path):
    roster = {
        "007": "A Student",
        "S12b": "B Student",
        "0012": "C Student",
        "12": "D Student",
        "12300": "E Fox",
    }
    for name, student, note in (
        ("hw3_7_20261101T100000Z.zip", "007", "the id '7' was taken for '007' of the roster"),
        ("s12B.ipynb", "S12b", "the id 's12B' was taken for 'S12b' of the roster"),
        ("0012300.ipynb", "12300", "the id '0012300' was taken for '12300' of the roster"),
        ("０１２３００.ipynb", "12300", "the id '０１２３００' was taken for '12300' of the roster"),
        ("007.ipynb", "007", None),
        ("12.ipynb", "12", None),
        ("0012.ipynb", "0012", None),
    ):
        handin = one(tmp_path / name, name, roster)
        assert (owner(handin), handin.notes) == (student, [note] if note else [])
    handin = one(tmp_path / "two", "00012.ipynb", roster)
    assert set(handin.candidates) == {"0012", "12"}
    assert handin.doubt


def test_without_a_roster_two_spellings_of_an_id_are_one_student(tmp_path):
    students = [
        handin.student for handin in found(tmp_path / "in", "hw3_s1234.ipynb", "S1234 x.ipynb", roster={})
    ]
    assert students in (["s1234"] * 2, ["S1234"] * 2)


@pytest.mark.parametrize(
    "student",
    [
        "10\u202e01",
        "10\u200b01",
        "10\x0701",
        "..",
        "../x",
        "a\\..\\b",
        "\ud83d",
        "1\x00",
        "x" * 61,
        ".hidden",
        " ",
    ],
)
def test_what_cannot_be_an_id_is_refused(tmp_path, student):
    """In a manifest; as the name of a file most of these are not even possible."""
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "work.zip", "w") as archive:
        archive.writestr("hw3.ipynb", '{"cells": []}')
        archive.writestr("manifest.json", f'{{"student": {ascii_json(student)}}}')
    for roster in ({}, ROSTER):
        (handin,) = inbox.collect(tmp_path / "in", roster)
        assert handin.student == ""
        assert "which cannot be a student's id" in handin.doubt
        assert handin.doubt.isprintable()


def ascii_json(text: str) -> str:
    return '"' + "".join(f"\\u{ord(sign):04x}" for sign in text) + '"'


def test_names_of_files_are_shown_without_what_turns_a_line_around(tmp_path):
    for handin in found(
        tmp_path / "in",
        "hw3_\u202e1001.ipynb",
        "a\ud83d.ipynb".encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"),
    ):
        assert handin.file.isprintable()


# ---------------------------------------------------------------- a whole class


def test_a_large_class_is_looked_up_quickly_enough(tmp_path):
    """3,000 students: the work must not grow with the square of the class."""
    words = [a + b for a in "bcdfghjklm" for b in ("ana", "eli", "ino", "oru", "uma")]
    roster = {str(10000 + k): f"{words[k % 50].title()} {words[k // 50].title()}ov" for k in range(2500)}
    people, calls = People(roster), 0
    for student, name in roster.items():
        given, family = name.lower().split()
        assert people.by_name(family + given).same == [student]
        calls += 1
    assert calls == 2500
