"""The mark of the whole course from its five parts: `course.py export marks`.

What is not there is missing, not zero: then there is no mark, and what is missing is named. A part that
counts as zero has a 0 in the sheet.
"""

from __future__ import annotations

import dataclasses
import math
import re
from fractions import Fraction
from pathlib import Path

from homework.teacher.exchange import homework_in
from homework.teacher.output import write_text
from homework.teacher.people import People
from homework.teacher.roster import plain_header, read_roster, read_sheet
from homework.teacher.scores import Score, read_scores
from homework.teacher.table import as_csv
from launcher.errors import CourseError

# The parts of the mark, in per cent: the one place where they stand.
WEIGHTS = {"attendance": 5, "talk": 20, "quiz": 10, "essay": 30, "homework": 35}
HOMEWORKS = tuple(f"hw{number}" for number in range(1, 8))  # each the same part of "homework"
PARTS = {
    **{part: Fraction(weight) for part, weight in WEIGHTS.items() if part != "homework"},
    **{name: Fraction(WEIGHTS["homework"], len(HOMEWORKS)) for name in HOMEWORKS},
}
EMPTY, FULL = "marks-sheet.csv", "marks.csv"
MOST_NAMED = 20
WRONG = """{sheet}: {what} of {student} is {text!r}. A part is a number from 0 to 100, or points such as
17/20 (some spreadsheets make dates of 5/10: type 50 then). What is not there yet stays empty.
Nothing was written."""
NO_PARTS = """{sheet} has no column for {missing}. `course.py export marks --roster FILE` makes a sheet
with all of them: {parts}. Nothing was written."""
IS_THERE = """{path} is there already, and may hold what you entered. Move it, or name another folder
with --to. Nothing was written."""


@dataclasses.dataclass
class Standing:
    """What there is of one student.

    Attributes:
        parts: {part: per cent}, without those that are missing.
        missing: the others, with the reason where one is known: "hw3 (needs-manual)".
    """

    student: str
    name: str
    parts: dict[str, Fraction]
    missing: list[str]

    @property
    def reached(self) -> Fraction:
        """The weighted sum of what is there."""
        return sum((PARTS[part] * value / 100 for part, value in self.parts.items()), Fraction(0))

    @property
    def out_of(self) -> Fraction:
        """What the parts that are there would give at most."""
        return sum((PARTS[part] for part in self.parts), Fraction(0))

    def row(self) -> dict[str, object]:
        """The line of marks.csv."""
        shown = {part: one_decimal(self.parts[part]) if part in self.parts else "" for part in PARTS}
        row = {"id": self.student, "name": self.name, **shown}
        row |= {"so far": one_decimal(self.reached), "of": one_decimal(self.out_of)}
        return row | {"mark": "" if self.missing else row["so far"], "missing": ", ".join(self.missing)}


def one_decimal(value: Fraction) -> str:
    """A number to one decimal, halves up."""
    tenths = math.floor(value * 10 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}"


def per_cent(text: str) -> Fraction | None:
    """The share that a part was worth, from "85", "85.5", "85 %" or "17/20"; None when it is empty.

    Raises:
        ValueError: it is none of these, or not from 0 to 100.
    """
    text = text.replace(" ", "").removesuffix("%")
    if not text:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?(/\d+(\.\d+)?)?", text):
        raise ValueError(text)
    points, _, most = text.partition("/")
    if most and not Fraction(most):
        raise ValueError(text)
    value = Fraction(points) * 100 / Fraction(most) if most else Fraction(points)
    if value > 100:
        raise ValueError(text)
    return value


def export_marks(
    sheet: Path | None, to: Path, roster: Path | None = None, grades: list[Path] | None = None
) -> str:
    """Write marks.csv from a sheet, or an empty sheet to fill in; returns what to print.

    Args:
        sheet: a CSV file with a line for each student and a column for each of PARTS.
        to: the folder that gets the file.
        roster: whose names an empty sheet has.
        grades: grades.csv of `grade`, one or more: homework that the sheet does not have.

    Raises:
        CourseError: a file cannot be read, or a value cannot be a mark. Nothing was written.
    """
    if sheet is None:
        return write_empty(to / EMPTY, roster)
    found = read_sheet(sheet, "sheet")
    columns = {plain_header(cell) for cell in found.header}
    if missing := [part for part in PARTS if part not in columns and not (grades and part in HOMEWORKS)]:
        raise CourseError(NO_PARTS.format(sheet=sheet, missing=", ".join(missing), parts=", ".join(PARTS)))
    scores, notes = by_student(read_scores(grades or []), found.names)
    standings = []
    for student, name in found.names.items():
        entered = {part: read_part(sheet, student, part, found.value(student, part)) for part in PARTS}
        standings.append(standing(student, name, entered, scores.get(student, {})))
    write_text(to / FULL, as_csv([one.row() for one in standings]))
    return "\n".join([*told(to / FULL, standings), *notes])


def write_empty(path: Path, roster: Path | None) -> str:
    """An empty sheet with the students of a roster."""
    students = read_roster(roster)
    if path.exists():
        raise CourseError(IS_THERE.format(path=path))
    empty = dict.fromkeys(PARTS, "")
    write_text(path, as_csv([{"id": student, "name": name, **empty} for student, name in students.items()]))
    return (
        f"An empty sheet for {len(students)} students: {path}\n"
        "Fill it in, 0 to 100 or points such as 17/20, and leave empty what is not there yet. Then:\n"
        f"    python3 course.py export marks {path} --grades GRADES.CSV …"
    )


def read_part(sheet: Path, student: str, part: str, text: str) -> Fraction | None:
    """What a sheet has for a part; raises CourseError for what cannot be one."""
    try:
        return per_cent(text)
    except ValueError:
        raise CourseError(WRONG.format(sheet=sheet, what=part, student=student, text=text)) from None


def by_student(
    scores: list[Score], students: dict[str, str]
) -> tuple[dict[str, dict[str, Score]], list[str]]:
    """{student of the sheet: {homework: its score}}, and lines on what goes with nobody.

    Raises:
        CourseError: two files have different scores of one student's homework.
    """
    people, found, strangers = People(students), {}, {}
    for score in scores:
        same, _ = people.by_id(score.student)
        if len(same) != 1 or homework_in(score.homework) not in HOMEWORKS:
            strangers.setdefault(score.student if len(same) != 1 else score.homework, score)
            continue
        other = found.setdefault(same[0], {}).setdefault(score.homework, score)
        if (other.value, other.why) != (score.value, score.why):
            where = f"{other.path} and {score.path}"
            raise CourseError(f"{score.homework} of {same[0]} differs in {where}. Nothing was written.")
    names = ", ".join(list(strangers)[:MOST_NAMED])
    return found, [f"In the grades, but not in the sheet: {names}"] if strangers else []


def standing(
    student: str, name: str, entered: dict[str, Fraction | None], scores: dict[str, Score]
) -> Standing:
    """What there is of one student: what was entered counts before what was graded."""
    parts, missing = {}, []
    for part, value in entered.items():
        score = scores.get(part)
        if value is None and score is not None:
            value = score.value
        if value is not None:
            parts[part] = value
        else:
            missing.append(f"{part} ({score.why})" if score is not None else part)
    return Standing(student, name, parts, missing)


def told(path: Path, standings: list[Standing]) -> list[str]:
    """What is printed."""
    without = [one for one in standings if one.missing]
    lines = [f"Marks: {path}, {len(standings) - len(without)} of {len(standings)} students have one."]
    if without:
        lines.append("No mark yet, since these are missing (enter a 0 where nothing will come):")
    lines += [f"    {one.student}: {', '.join(one.missing)}" for one in without[:MOST_NAMED]]
    if len(without) > MOST_NAMED:
        lines.append(f"    and {len(without) - MOST_NAMED} more: the column `missing` has them all")
    return lines
