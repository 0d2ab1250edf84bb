"""The files that Moodle, Canvas and nbgrader import: which columns they have, and what stands in them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from homework.teacher.exchange import homework_in
from homework.teacher.headers import FAMILY, GIVEN, IDS, plain_header
from homework.teacher.roster import Sheet
from homework.teacher.table import is_computed
from launcher.errors import CourseError

if TYPE_CHECKING:
    from homework.teacher.forms import Entry, Form

MOODLE_IDS = {"ID number": (*IDS[1], *IDS[0]), "Username": IDS[3], "Email address": IDS[4]}
CANVAS_KEEPS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
CANVAS_IDS = CANVAS_KEEPS[1:-1]
TEST_STUDENT = "Student, Test"  # in every gradebook of Canvas: its "student view", nobody
CANVAS_COLUMN = re.compile(r"(?P<name>.+) \(\d+\)", re.DOTALL)
NOT_CANVAS = """--format canvas takes the ids from Canvas's own gradebook, and {roster} is none.
In Canvas: Grades, Export, Export Entire Gradebook. Name that file with --roster. Nothing was graded."""
NO_COLUMN = """{roster} has {what} for {homework}. Its assignments: {columns}.
Name one with --column, or make it in Canvas and export the gradebook again. Nothing was graded."""


def moodle(form: Form, entries: list[Entry], most: float, due: datetime.datetime | None) -> tuple:
    """Moodle's import has no fixed columns: the teacher says there which is which."""
    rows = []
    for entry in entries:
        row = dict(moodle_ids(form.sheet, entry.student))
        name = form.sheet.names[entry.student] if form.sheet else ""
        row |= {
            "Full name": name,
            form.column: entry.plain_score,
            f"{form.column} (Feedback)": entry.feedback,
        }
        rows.append(row)
    return rows, MOODLE_IDS


def moodle_ids(sheet: Sheet | None, student: str) -> Iterator[tuple[str, str]]:
    """(column, value) of what Moodle can know a student by."""
    known = {plain_header(cell) for cell in sheet.header} if sheet else set()
    kinds = {kind: names for kind, names in MOODLE_IDS.items() if known & set(names)}
    if not any(sheet.value(student, *names) == student for names in kinds.values()):
        kinds = {"ID number": (), **{kind: names for kind, names in kinds.items() if kind != "ID number"}}
    for kind, names in kinds.items():
        value = sheet.value(student, *names) if names else student
        yield kind, "" if is_computed(value) else value


def canvas(form: Form, entries: list[Entry], most: float, due: datetime.datetime | None) -> tuple:
    """Canvas's gradebook with one assignment: that is all it changes."""
    kept = [name for name in form.sheet.header if name in CANVAS_KEEPS]
    rows = [
        {
            **dict.fromkeys(kept, ""),
            "Student": "    Points Possible",
            form.column: canvas_points(form) or f"{most:g}",
        }
    ]
    for entry in entries:
        cells = dict(zip(form.sheet.header, form.sheet.cells[entry.student], strict=False))
        ids = {name: "" if name in CANVAS_IDS and is_computed(cells[name]) else cells[name] for name in kept}
        rows.append({**ids, form.column: entry.plain_score})
    return rows, CANVAS_IDS


def canvas_points(form: Form) -> str:
    """The points that Canvas gives for the assignment; "" where it does not say."""
    at = form.sheet.header.index(form.column)
    return next((row[at] for row in form.sheet.others if "Points Possible" in row), "")


def points_note(form: Form, most: float) -> str:
    """A line for the teacher where Canvas counts to another number than the homework; "" else."""
    points = canvas_points(form)
    if not points or re.fullmatch(rf"0*{most:g}(\.0*)?", points):
        return ""
    return (
        f"\n    {form.column} has {points} points in Canvas, the homework {most:g}: scores are the homework's"
    )


def canvas_column(form: Form) -> str:
    """The header of the assignment in Canvas's gradebook, as "hw3 (123)".

    Raises:
        CourseError: the roster is no gradebook of Canvas, or has none or several of that name.
    """
    header = form.sheet.header if form.sheet else []
    if not {"Student", "ID", "Section"} <= set(header):
        raise CourseError(NOT_CANVAS.format(roster=form.roster or "no roster"))
    columns = {cell: found["name"] for cell in header if (found := CANVAS_COLUMN.fullmatch(cell))}
    if form.column:
        fits = [cell for cell, name in columns.items() if form.column in (cell, name)]
    else:
        fits = [cell for cell, name in columns.items() if homework_in(name) == form.homework]
    if len(fits) != 1:
        what = f"{len(fits)} assignments" if fits else "no assignment"
        what += f" called {form.column!r}" if form.column else ""
        names = "; ".join(columns) or "none"
        raise CourseError(
            NO_COLUMN.format(roster=form.roster, what=what, homework=form.homework, columns=names)
        )
    return fits[0]


def nbgrader(form: Form, entries: list[Entry], most: float, due: datetime.datetime | None) -> tuple:
    """As `nbgrader export` writes it, but for empty scores where that has zeros."""
    rows = []
    for entry in entries:
        given, family, mail = (
            form.sheet.value(entry.student, *names) if form.sheet else "" for names in (GIVEN, FAMILY, IDS[4])
        )
        whole = form.sheet.names[entry.student] if form.sheet else ""
        score = "" if entry.score is None else float(entry.score)
        rows.append(
            {
                "assignment": form.column,
                "duedate": in_utc(due),
                "timestamp": in_utc(entry.submitted),
                "student_id": entry.student,
                "last_name": family if given or family else whole,
                "first_name": given,
                "email": mail,
                "raw_score": score,
                "late_submission_penalty": 0.0,
                "score": score,
                "max_score": float(most),
            }
        )
    return rows, ("student_id",)


def in_utc(time: datetime.datetime | None) -> str:
    """nbgrader's form of a time."""
    return str(time.astimezone(datetime.UTC).replace(tzinfo=None)) if time else ""


WRITERS: dict[str, Callable] = {"moodle": moodle, "canvas": canvas, "nbgrader": nbgrader}
