"""The mark of the whole course: its parts, rounding, and that what is missing is no zero."""

from __future__ import annotations

import csv
import io
from fractions import Fraction

import pytest

from homework import __main__ as command_line
from homework.teacher.marks import export_marks, one_decimal
from homework.teacher.parts import HOMEWORKS, PARTS, WEIGHTS, per_cent
from launcher.errors import CourseError

COLUMNS = ("attendance", "talk", "quiz", "essay", *HOMEWORKS)
GRADES = "student,homework,submission,status,score,max,late_seconds,needs_manual,notes\n"


def sheet(**students: str) -> str:
    """A sheet; a student's values are separated by blanks, "-" for nothing."""
    rows = [
        ",".join([key, f"Name {key}", *("" if cell == "-" else cell for cell in line.split())])
        for key, line in students.items()
    ]
    return "\n".join([",".join(("id", "name", *COLUMNS)), *rows]).replace("s0", "0")


FULL = "100 80 90 70 100 90 80 70 60 50 40"


@pytest.fixture
def marked(tmp_path):
    """Writes a sheet and grades; returns what was printed and marks.csv by student."""

    def run(text: str, *grades: str, encoding: str = "utf-8") -> tuple[str, dict[str, dict[str, str]]]:
        (tmp_path / "sheet.csv").write_text(text, encoding=encoding)
        files = []
        for number, rows in enumerate(grades):
            files.append(tmp_path / f"grades-{number}.csv")
            files[-1].write_text(GRADES + rows, encoding="utf-8-sig")
        told = export_marks(tmp_path / "sheet.csv", tmp_path / "to", grades=files)
        return told, read(tmp_path / "to" / "marks.csv")

    return run


def read(path) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))}


def test_the_weights_are_those_of_the_lectures_and_add_up():
    assert WEIGHTS == {"attendance": 5, "talk": 20, "quiz": 10, "essay": 30, "homework": 35}
    assert sum(PARTS.values()) == 100
    assert {PARTS[name] for name in HOMEWORKS} == {5}


def test_the_mark_is_the_weighted_sum(marked):
    told, marks = marked(sheet(a=FULL, b="100 " * 11, c="0 " * 11))
    # 5 + 16 + 9 + 21 + 5 % of each homework's 100, 90, 80, 70, 60, 50, 40
    assert [marks[key]["mark"] for key in "abc"] == ["75.5", "100.0", "0.0"]
    assert "3 of 3 students have one" in told and "missing" not in told


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("84.95", "85.0"),
        ("84.949", "84.9"),
        ("0.25", "0.3"),
        ("0.35", "0.4"),
        ("99.95", "100.0"),
        ("7", "7.0"),
    ],
)
def test_halves_go_up(value, shown):
    assert one_decimal(Fraction(value)) == shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("85", 85),
        ("85.5", Fraction(171, 2)),
        ("17/20", 85),
        ("8.5 / 10", 85),
        ("85 %", 85),
        ("0", 0),
        ("", None),
        (" ", None),
        ("1/3", Fraction(100, 3)),
    ],
)
def test_a_part_is_per_cent_or_points(text, value):
    assert per_cent(text) == value


@pytest.mark.parametrize(
    "text", ["101", "-1", "21/20", "5/0", "A", "5-Oct", "nan", "inf", "1e2", "85,5", "1/2/3", "½"]
)
def test_what_cannot_be_a_part_is_told_and_nothing_is_written(marked, tmp_path, text):
    with pytest.raises(CourseError) as problem:
        marked(sheet(a=FULL.replace("80 90", f'"{text}" 90', 1)))
    assert f"talk of a is {text!r}" in str(problem.value) and "Nothing was written" in str(problem.value)
    assert not (tmp_path / "to").exists()


def test_what_is_missing_is_named_and_is_no_zero(marked):
    told, marks = marked(sheet(a=FULL, b="100 - 100 100 100 100 100 100 100 100 -"))
    row = marks["b"]
    assert (row["mark"], row["missing"], row["talk"]) == ("", "talk, hw7", "")
    assert (row["so far"], row["of"]) == ("75.0", "75.0")
    assert "1 of 2 students have one" in told and "    b: talk, hw7" in told


def test_homework_comes_from_the_grades_of_several_files(marked):
    """Only what is decided; what was entered by hand counts before it."""
    rows = [f"1001,hw{k},f,graded,{2 * k},20,0,,\n" for k in range(1, 8)]
    told, marks = marked(
        sheet(**{"1001": "100 100 100 100 - - - - - - 50", "s07": "100 100 100 100 - - 0 - - - -"}),
        "".join(rows),
        "7,hw1,f,graded-with-repairs,20.0,20,0,,\n7,hw2,f,needs-manual,20,20,0,,\n7,hw3,f,graded,20,20,0,,\n"
        "7,hw4,f,rejected,,20,0,,\n7,hw5,f,graded,18,20,0,task6,\n9999,hw1,f,graded,1,20,0,,\n,hw1,f,needs-manual,3,20,0,,\n",
    )
    first, second = marks["1001"], marks["07"]
    assert [first[name] for name in HOMEWORKS] == ["10.0", "20.0", "30.0", "40.0", "50.0", "60.0", "50.0"]
    assert first["mark"] == "78.0"
    assert (second["hw1"], second["hw3"], second["mark"]) == ("100.0", "0.0", "")
    assert second["missing"] == (
        "hw2 (needs-manual), hw4 (rejected), hw5 (waiting for marks by hand), hw6, hw7"
    )
    assert told.splitlines()[-1] == "In the grades, but not in the sheet: 9999"


def test_two_files_that_differ_on_a_score_are_refused(marked):
    with pytest.raises(CourseError, match="hw1 of a differs in "):
        marked(sheet(a=FULL), "a,hw1,f,graded,10,20,0,,\n", "a,hw1,f,graded,11,20,0,,\n")
    _, marks = marked(sheet(a=FULL), "a,hw1,f,graded,10,20,0,,\n", "a,hw1,f,graded,10.0,20,0,,\n")
    assert marks["a"]["hw1"] == "100.0"


def test_without_columns_of_homework_the_grades_have_it(marked):
    text = "id,name,attendance,talk,quiz,essay\na,A,100,100,100,100\n"
    _, marks = marked(text, "".join(f"a,hw{k},f,graded,10,20,0,,\n" for k in range(1, 8)))
    assert marks["a"]["mark"] == "82.5"
    with pytest.raises(CourseError, match="no column for hw1, hw2, hw3, hw4, hw5, hw6, hw7"):
        marked(text)


@pytest.mark.parametrize("rows", ["", "x\n", "a,hw1,f,graded,,20,0,,\n", "a,hw1,f,graded,5,0,0,,\n"])
def test_what_is_no_grades_csv_is_refused(marked, rows):
    with pytest.raises(CourseError, match="Nothing was written"):
        marked(sheet(a=FULL), rows)


def test_an_empty_sheet_is_filled_in_and_read_as_a_spreadsheet_saves_it(tmp_path, marked):
    """With semicolons, in GB 18030; and what was filled in is not written over."""
    roster = tmp_path / "roster.csv"
    roster.write_text('学号,姓名\n0012,"张三"\n0013,+李四\n', encoding="utf-8")
    told = export_marks(None, tmp_path, roster)
    assert "An empty sheet for 2 students" in told and "16 of 20 points is written 16/20" in told
    made = (tmp_path / "marks-sheet.csv").read_text(encoding="utf-8-sig")
    rows = read(tmp_path / "marks-sheet.csv")
    assert tuple(rows["0012"]) == ("id", "name", *COLUMNS)
    assert not any(rows["0012"][part] for part in COLUMNS)
    _, marks = marked(made.replace(",", ";").replace(";" * 11, ";100" * 11), encoding="gb18030")
    assert [(key, row["name"], row["mark"]) for key, row in marks.items()] == [
        ("0012", "张三", "100.0"),
        ("0013", "'+李四", "100.0"),
    ]
    with pytest.raises(CourseError, match="is there already, and may hold what you entered"):
        export_marks(None, tmp_path, roster)


def refused(run, *arguments) -> str:
    """What is said when nothing is written."""
    with pytest.raises(CourseError) as problem:
        run(*arguments)
    assert str(problem.value).endswith("Nothing was written.")
    return str(problem.value)


def test_a_column_that_nobody_reads_is_named(marked):
    told, marks = marked(sheet(a=FULL + " 1 2").replace("hw7", "hw7,remark,hw 8"))
    assert "Not read, since they are no parts of the mark: remark, hw 8" in told.splitlines()
    assert marks["a"]["mark"] == "75.5" and "Not read" not in marked(sheet(a=FULL))[0]


@pytest.mark.parametrize("header", ["hw 3", "HW3", "hw_03", "Homework 3"])
def test_a_homework_may_be_written_in_other_ways(marked, header):
    told, marks = marked(sheet(a=FULL).replace("hw3", header), "a,hw3,f,graded,1,20,0,,\n")
    assert marks["a"]["hw3"] == "80.0" and "Not read" not in told


def test_two_columns_for_one_part_are_refused(marked):
    text = refused(marked, sheet(a=FULL + " 1").replace("hw7", "hw7,hw 7"))
    assert "several columns for hw7: hw7, hw 7" in text


def test_a_column_that_is_missing_and_one_that_is_not_understood_are_named_together(marked):
    text = refused(marked, sheet(a=FULL).replace("talk", "tlak"))
    assert "no column for talk.\n" not in text and "no column for talk. Not understood: tlak." in text


@pytest.mark.parametrize(("value", "warns"), [("16", True), ("3/20", False), ("16%", False), ("0", False)])
def test_numbers_of_homework_that_may_be_points_are_asked_about(marked, value, warns):
    line = "100 20 20 20 90 90 {} - 90 90 90"
    told, marks = marked(sheet(a=line.format(value), b=line.format("-")))
    asks = "hw3: all numbers are 20 or less. Are these points? 16 of 20 is written 16/20" in told
    assert asks == warns and "hw4:" not in told and "talk: all" not in told
    assert marks["a"]["hw3"] == one_decimal(per_cent(value))  # it is asked, and nothing is changed
    assert "Are these points" not in marked(sheet(a=line.format("16"), b=line.format("21")))[0]


def test_a_sheet_without_a_column_of_ids_says_that(marked):
    for head in ("idd,name,", "idd,nmae,"):
        text = refused(marked, sheet(a=FULL, b=FULL).replace("id,name,", head, 1))
        assert "The sheet" in text and "has no column of ids: its first line is idd, n" in text
        assert "no column for" not in text and "roster" not in text.replace("--roster FILE", "")


def test_a_decimal_comma_is_read_where_semicolons_separate(marked):
    _, marks = marked(sheet(a=FULL).replace("80,90", "90.5,17.5/20", 1).replace(",", ";").replace(".", ","))
    assert (marks["a"]["talk"], marks["a"]["quiz"]) == ("90.5", "87.5")


def test_a_decimal_comma_is_told_where_commas_separate(marked):
    assert "talk of a is '90,5'. Type 90.5: " in refused(marked, sheet(a=FULL).replace(",80,", ',"90,5",', 1))
    text = refused(marked, sheet(a=FULL, b=FULL).replace(",80,", ",90,5,", 1))  # it made one value more
    assert "the line of a has more values than there are columns" in text and "type 90.5, not 90,5" in text


def test_a_workbook_is_told_to_be_one(tmp_path, marked):
    book = tmp_path / "book.xlsx"
    for start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        book.write_bytes(start + b"\0\1" * 99)
        for what, asked in (("sheet", (book, tmp_path)), ("roster", (None, tmp_path, book))):
            text = refused(export_marks, *asked)
            assert f"The {what} {book} cannot be read: this is an Excel workbook: save it as CSV" in text
        (tmp_path / "sheet.csv").write_text(sheet(a=FULL))
        assert "Excel workbook" in refused(export_marks, tmp_path / "sheet.csv", tmp_path, None, [book])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "has no students"),
        ("a,A\na,B\n", "has the id a twice: A, and B"),
        ("../x,A\n", "has an id that cannot be one"),
        (",Anna\n", "has a line without an id: Anna"),
    ],
)
def test_what_is_wrong_with_a_sheet_or_a_roster_is_said_of_that_file(tmp_path, marked, rows, words):
    head = ",".join(("id", "name", *COLUMNS)) + "\n"
    text = refused(marked, head + rows)
    assert text.startswith("The sheet ") and words in text
    (tmp_path / "roster.csv").write_text("id,name\n" + rows)
    text = refused(export_marks, None, tmp_path / "to", tmp_path / "roster.csv")
    assert text.startswith("The roster ") and words in text
    assert not (tmp_path / "to").exists()


def test_files_that_cannot_be_read_are_told(tmp_path):
    assert "The sheet " in refused(export_marks, tmp_path / "none.csv", tmp_path)
    assert "The roster " in refused(export_marks, None, tmp_path, tmp_path / "none.csv")


def test_the_command_writes_the_marks(tmp_path, capsys):
    path = tmp_path / "sheet.csv"
    path.write_text(sheet(a=FULL))
    assert command_line.main(["export", "marks", str(path), "--to", str(tmp_path / "to")]) == 0
    assert "1 of 1 students have one" in capsys.readouterr().out
    assert read(tmp_path / "to" / "marks.csv")["a"]["mark"] == "75.5"
    path.write_text("id,name\n")
    assert command_line.main(["export", "marks", str(path)]) == 1
    assert "has no students" in capsys.readouterr().err
