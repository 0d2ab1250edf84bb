"""Reads the scores of homework back from the grades.csv that `grade` wrote."""

from __future__ import annotations

import csv
import dataclasses
import io
from fractions import Fraction
from pathlib import Path

from homework.teacher.grading import Status
from homework.teacher.roster import plain_cell
from homework.teacher.texts import table_text
from launcher.errors import CourseError

NEEDED = {"student", "homework", "status", "score", "max", "needs_manual"}
DECIDED = (Status.GRADED, Status.REPAIRED)
BY_HAND = "waiting for marks by hand"


@dataclasses.dataclass(frozen=True)
class Score:
    """What one line of grades.csv says.

    Attributes:
        value: in per cent; None where nothing is decided.
        why: why there is none.
        path: of the file.
    """

    student: str
    homework: str
    value: Fraction | None
    why: str
    path: Path


def read_scores(paths: list[Path]) -> list[Score]:
    """The scores of all students' homework, those without a student left out.

    Raises:
        CourseError: a file cannot be read, or is no grades.csv.
    """
    return [score for path in paths for score in read_one(path)]


def read_one(path: Path) -> list[Score]:
    """The scores of one file."""
    try:
        rows = list(csv.DictReader(io.StringIO(table_text(path.read_bytes()))))
        scores = [score_of(row, path) for row in rows if set(row) >= NEEDED]
    except (OSError, csv.Error, ValueError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise CourseError(f"{path} cannot be read as grades.csv: {error}. Nothing was written.") from None
    if len(scores) < len(rows) or not rows:
        raise CourseError(
            f"{path} is no grades.csv, as `course.py grade` writes it: it needs the columns "
            f"{', '.join(sorted(NEEDED))}. Nothing was written."
        )
    return [score for score in scores if score.student]


def score_of(row: dict[str, str], path: Path) -> Score:
    """One line. What is not decided has no value."""
    why = row["status"] if row["status"] not in DECIDED else BY_HAND if row["needs_manual"] else ""
    value = None if why else Fraction(row["score"]) * 100 / Fraction(row["max"])
    return Score(plain_cell(row["student"]), row["homework"], value, why, path)
