"""The marks as Moodle, Canvas and nbgrader import them. Who has no mark yet gets an empty cell, never a zero.

Platforms look students up by their ids. So ids stand there as on the roster, while a name that a spreadsheet
would compute gets an apostrophe in front. A student whose id it would compute is left out, and that is said.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
from pathlib import Path

from homework.teacher.grading import Status
from homework.teacher.output import write_text
from homework.teacher.platforms import TEST_STUDENT, WRITERS, canvas_column, points_note
from homework.teacher.roster import Sheet, read_sheet
from homework.teacher.scores import BY_HAND
from homework.teacher.table import Row, as_csv, is_computed
from homework.teacher.texts import named, shown

UNDECIDED = (Status.MANUAL, Status.REJECTED, Status.FAILED)
ABSENT, NO_FORM = "nothing handed in", "not on the roster"
COMPUTED = "an id that a spreadsheet would compute: enter it by hand"


@dataclasses.dataclass(frozen=True)
class Entry:
    """What a platform gets of one student.

    Attributes:
        score: None where there is none yet; then `why` says why.
        feedback: for the student.
        submitted: when the hand-in came; None when unknown.
    """

    student: str
    score: float | None = None
    why: str = ""
    feedback: str = ""
    submitted: datetime.datetime | None = None

    @property
    def plain_score(self) -> str:
        """As people write it."""
        return "" if self.score is None else f"{self.score:.2f}".rstrip("0").rstrip(".")


@dataclasses.dataclass
class Form:
    """What is written for a platform.

    Attributes:
        platform: one of `platforms.WRITERS`.
        column: what the assignment is called there; "" for the homework's own name.
        roster: the file that the ids come from.
    """

    platform: str
    column: str = ""
    roster: Path | None = None
    sheet: Sheet | None = None
    homework: str = ""

    def prepare(self, homework: str) -> None:
        """Read what is needed, before anything is graded.

        Raises:
            CourseError: the roster has not the ids that the platform needs.
        """
        self.sheet = read_sheet(self.roster) if self.roster else None
        self.homework = homework
        find = canvas_column if self.platform == "canvas" else lambda form: form.column or homework
        self.column = find(self)

    def write(self, out: Path, entries: list[Entry], most: float, due: datetime.datetime | None) -> str:
        """Write the file; returns what to print.

        Args:
            out: the folder it goes into.
            entries: of all students.
            most: the points of the whole homework.
            due: None when no time was named.
        """
        path = out / f"{self.platform}-{self.homework}.csv"
        known, names = [], self.sheet.names if self.sheet else {}
        for entry in entries:
            if self.sheet and entry.student not in names:
                entry = dataclasses.replace(entry, score=None, why=entry.why or NO_FORM)
            elif self.platform != "canvas" and is_computed(entry.student):  # Canvas has numbers of its own
                entry = dataclasses.replace(entry, score=None, why=COMPUTED)
            known.append(entry)
        lines = [entry for entry in known if entry.why not in (NO_FORM, COMPUTED) and is_listed(entry, names)]
        rows, exact = WRITERS[self.platform](self, lines, most, due)
        write_text(path, as_csv(rows, exact))
        note = points_note(self, most) if self.platform == "canvas" else ""
        return told(self.platform, path, known, names) + note


def is_listed(entry: Entry, names: dict[str, str]) -> bool:
    """Whether somebody has a line: all of the roster; without one, all who handed in."""
    return bool(entry.student) and (not names or entry.student in names)


def entries_of(rows: list[Row], times: dict[str, datetime.datetime | None], roster: list[str]) -> list[Entry]:
    """What the lines of grades.csv say, in the roster's order; those without a student come last.

    Args:
        rows: of grades.csv.
        times: {student: when the hand-in came}.
        roster: all ids; [] without one.
    """
    found = {row.student: row for row in rows if row.student}
    students = dict.fromkeys([*roster, *found])
    entries = [
        entry_of(found[one], times.get(one)) if one in found else Entry(one, why=ABSENT) for one in students
    ]
    return entries + [Entry("", why=f"{row.submission}: {row.status}") for row in rows if not row.student]


def entry_of(row: Row, submitted: datetime.datetime | None) -> Entry:
    """What one line of grades.csv says."""
    why = (
        str(row.status)
        if row.status in UNDECIDED or row.score is None
        else BY_HAND
        if row.needs_manual
        else ""
    )
    feedback = "; ".join(f"{task}: {points:g}" for task, points in row.tasks.items() if points is not None)
    return Entry(row.student, None if why else row.score, why, "" if why else feedback, submitted)


def told(platform: str, path: Path, entries: list[Entry], names: dict[str, str]) -> str:
    """What is printed: how many marks were written, and who has none, by reason."""
    entries = [one for one in entries if one.why != ABSENT or names.get(one.student) != TEST_STUDENT]
    without: dict[str, list[str]] = collections.defaultdict(list)
    for entry in entries:
        if entry.score is None:
            reason = entry.why if entry.student else "nobody's yet"
            without[reason].append(with_name(entry, names))
    count = sum(entry.score is not None for entry in entries)
    lines = [f"For {platform}: {path}, {count} marks"]
    lines += [f"    no mark, {reason}: {named(students)}" for reason, students in without.items()]
    return "\n".join(lines)


def with_name(entry: Entry, names: dict[str, str]) -> str:
    """A student's id, with the name where the roster has it; the file where it is nobody's yet."""
    name = shown(names.get(entry.student, ""))
    return f"{entry.student} ({name})" if name else entry.student or entry.why.rpartition(": ")[0]
