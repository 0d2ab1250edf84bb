"""The parts of the mark of the course, and the sheet that a teacher fills in with them."""

from __future__ import annotations

import dataclasses
import re
from fractions import Fraction
from pathlib import Path

from homework.teacher.exchange import HOMEWORK
from homework.teacher.headers import ALL_IDS, ALL_NAMES, plain_header
from homework.teacher.roster import Sheet, Use, read_sheet
from homework.teacher.texts import named
from launcher.errors import CourseError

# The parts of the mark, in per cent: the one place where they stand.
WEIGHTS = {"attendance": 5, "talk": 20, "quiz": 10, "essay": 30, "homework": 35}
HOMEWORKS = tuple(f"hw{number}" for number in range(1, 8))  # each the same part of "homework"
PARTS = {
    **{part: Fraction(weight) for part, weight in WEIGHTS.items() if part != "homework"},
    **{name: Fraction(WEIGHTS["homework"], len(HOMEWORKS)) for name in HOMEWORKS},
}
MOST_POINTS = 20  # of each homework: a plain number up to this may be meant as points
NOTHING = "Nothing was written."
SHEET = Use(
    "sheet",
    f"It needs a line for each student, below a line with id, name, {', '.join(PARTS)}.\n"
    "`course.py export marks --roster FILE` makes one.",
    NOTHING,
    has_header=True,
)
WRONG = """{sheet}: {part} of {student} is {text!r}. {hint}A part is a number from 0 to 100, or points such as
17/20 (some spreadsheets make dates of 5/10: type 50 then). What is not there yet stays empty.
Nothing was written."""
NO_PARTS = """{sheet} has no column for {missing}.{unread}
`course.py export marks --roster FILE` makes a sheet with all of them: {parts}.
Nothing was written."""
TOO_LONG = """{sheet}: the line of {student} has more values than there are columns, so they cannot be told
apart. A decimal comma does that: type 90.5, not 90,5. Nothing was written."""
POINTS = """{columns}: all numbers are {most} or less. Are these points? 16 of {most} is written 16/{most};
a plain 16 is 16 per cent."""


@dataclasses.dataclass
class PartsSheet:
    """A sheet that is filled in.

    Attributes:
        columns: {part: where it stands}, without those that are not there.
        unread: the headers of the other columns, but those of ids and names.
    """

    path: Path
    sheet: Sheet
    columns: dict[str, int]
    unread: list[str]

    def entered(self, student: str) -> dict[str, Fraction | None]:
        """{part: per cent} of a student, None for what is empty; raises CourseError for what is no part."""
        found = dict.fromkeys(PARTS)
        for part, at in self.columns.items():
            try:
                found[part] = per_cent(self.text(student, at))
            except ValueError as error:
                text = self.sheet.cells[student][at]
                raise CourseError(
                    WRONG.format(sheet=self.path, part=part, student=student, text=text, hint=error)
                ) from None
        return found

    def text(self, student: str, at: int) -> str:
        """What stands in a column. Where semicolons separate the values, a comma is a decimal point."""
        text = self.sheet.cells[student][at]
        return text.replace(",", ".") if self.sheet.delimiter == ";" else text

    def notes(self) -> list[str]:
        """What a teacher should look at: columns that nobody reads, and per cent that may be points."""
        doubtful = [part for part, at in self.columns.items() if part in HOMEWORKS and self.may_be_points(at)]
        notes = (
            [f"Not read, since they are no parts of the mark: {named(self.unread)}"] if self.unread else []
        )
        if doubtful:
            notes.append(POINTS.format(columns=named(doubtful), most=MOST_POINTS))
        return notes

    def may_be_points(self, at: int) -> bool:
        """Whether all numbers of a column are plain and small, and not all 0."""
        texts = [text for student in self.sheet.names if (text := self.text(student, at).strip())]
        if any("/" in text or "%" in text for text in texts):
            return False
        return 0 < max(map(per_cent, texts), default=0) <= MOST_POINTS


def read_parts(path: Path, has_grades: bool) -> PartsSheet:
    """Read a sheet.

    Args:
        path: of the file.
        has_grades: whether homework may come from elsewhere.

    Raises:
        CourseError: a part has no column or two, or a line has more values than there are columns.
    """
    sheet = read_sheet(path, SHEET)
    parts = [part_of(cell) for cell in sheet.header]
    for part in PARTS:
        if parts.count(part) > 1:
            both = ", ".join(cell for cell in sheet.header if part_of(cell) == part)
            raise CourseError(f"{path} has several columns for {part}: {both}. Leave one. {NOTHING}")
    unread = [
        cell
        for cell, part in zip(sheet.header, parts, strict=True)
        if cell and part not in {*PARTS, *ALL_IDS, *ALL_NAMES}
    ]
    if missing := [part for part in PARTS if part not in parts and not (has_grades and part in HOMEWORKS)]:
        others = f" Not understood: {named(unread)}." if unread else ""
        raise CourseError(
            NO_PARTS.format(sheet=path, missing=", ".join(missing), unread=others, parts=", ".join(PARTS))
        )
    if student := next((one for one, row in sheet.cells.items() if any(row[len(parts) :])), None):
        raise CourseError(TOO_LONG.format(sheet=path, student=student))
    return PartsSheet(path, sheet, {part: parts.index(part) for part in PARTS if part in parts}, unread)


def part_of(header: str) -> str:
    """The part that a column is for: "hw3" for "HW 3" or "Homework 3" too; else the plain header."""
    plain = plain_header(header)
    homework = HOMEWORK.fullmatch(plain)
    return f"hw{homework[1]}" if homework else plain


def per_cent(text: str) -> Fraction | None:
    """The share that a part was worth, from "85", "85.5", "85 %" or "17/20"; None when it is empty.

    Raises:
        ValueError: it is none of these, or not from 0 to 100; says what to type where that is known.
    """
    text = text.replace(" ", "").removesuffix("%")
    if not text:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?(/\d+(\.\d+)?)?", text):
        with_point = text.replace(",", ".")
        is_comma = re.fullmatch(r"\d+,\d+(/\d+)?", text)
        raise ValueError(f"Type {with_point}: in this file a comma is no decimal point. " if is_comma else "")
    points, _, most = text.partition("/")
    if most and not Fraction(most):
        raise ValueError
    value = Fraction(points) * 100 / Fraction(most) if most else Fraction(points)
    if value > 100:
        raise ValueError
    return value
