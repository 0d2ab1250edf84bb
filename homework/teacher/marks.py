"""The mark of the whole course from its five parts: `course.py export marks`.

What is not there is missing, not zero: then there is no mark, and what is missing is named. A part that
counts as zero has a 0 in the sheet.
"""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction
from pathlib import Path

from homework.teacher.exchange import homework_in
from homework.teacher.output import write_text
from homework.teacher.parts import HOMEWORKS, MOST_POINTS, NOTHING, PARTS, read_parts
from homework.teacher.people import People
from homework.teacher.roster import Use, read_roster
from homework.teacher.scores import Score, read_scores
from homework.teacher.table import as_csv
from homework.teacher.texts import named
from launcher.errors import CourseError

EMPTY, FULL = "marks-sheet.csv", "marks.csv"
MOST_NAMED = 20
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
    found = read_parts(sheet, bool(grades))
    scores, strangers = by_student(read_scores(grades or []), found.sheet.names)
    standings = [
        standing(student, name, found.entered(student), scores.get(student, {}))
        for student, name in found.sheet.names.items()
    ]
    write_text(to / FULL, as_csv([one.row() for one in standings]))
    return "\n".join([*told(to / FULL, standings), *found.notes(), *strangers])


def write_empty(path: Path, roster: Path | None) -> str:
    """An empty sheet with the students of a roster."""
    students = read_roster(roster, Use(undone=NOTHING))
    if path.exists():
        raise CourseError(IS_THERE.format(path=path))
    empty = dict.fromkeys(PARTS, "")
    write_text(path, as_csv([{"id": student, "name": name, **empty} for student, name in students.items()]))
    return (
        f"An empty sheet for {len(students)} students: {path}\n"
        "Fill it in, 0 to 100 or points such as 17/20, and leave empty what is not there yet.\n"
        f"Homework too is in per cent: 16 of {MOST_POINTS} points is written 16/{MOST_POINTS}. Then:\n"
        f"    python3 course.py export marks {path} --grades GRADES.CSV …"
    )


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
    return found, [
        f"In the grades, but not in the sheet: {named(list(strangers), MOST_NAMED)}"
    ] if strangers else []


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
