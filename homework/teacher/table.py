"""The table of marks: which hand-in of a student counts, its line, and the CSV file."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
from collections.abc import Collection, Mapping
from pathlib import Path

from homework.cells import QUESTION, TEST, task_of
from homework.teacher.grading import NO_MARKS, Grading, Status
from homework.teacher.identity import Handin
from homework.teacher.original import Original
from homework.teacher.versions import newest

LONGEST_CELL = 5000  # signs; Python's own reader stops at 131,072, Excel at 32,767
FORMULA = ("=", "+", "-", "@", "\t", "\r")
EARLY = datetime.datetime.min.replace(tzinfo=datetime.UTC)
LAST_COLUMNS = ("late_seconds", "needs_manual", "notes")


@dataclasses.dataclass
class Counted:
    """The hand-in of a student that counts.

    Attributes:
        others: the files of the student's other hand-ins.
        by_hand: {question: points that the teacher gave}.
    """

    handin: Handin
    result: Grading
    others: list[str]
    by_hand: dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def has_owner(self) -> bool:
        """Whether it is known whose it is."""
        return bool(self.handin.student) and not self.handin.doubt

    @property
    def is_gradable(self) -> bool:
        """Whether it has a score, and somebody to get it."""
        return self.result.score is not None and not self.handin.doubt


@dataclasses.dataclass
class Row:
    """A line of grades.csv. Scores are None where there are no marks, `late_seconds` where it is unknown."""

    student: str
    homework: str
    submission: str
    status: Status
    score: float | None
    max: float
    tasks: dict[str, float | None]
    late_seconds: int | None
    needs_manual: list[str]
    notes: str

    def plain(self) -> dict[str, object]:
        """{column: value}, "" where there is none."""
        columns = {name: value for name, value in vars(self).items() if name != "tasks"}
        columns |= {**self.tasks, "needs_manual": " ".join(self.needs_manual)}
        return {name: "" if value is None else value for name, value in columns.items()}


def counting(found: list[tuple[Handin, Grading]], due: datetime.datetime | None) -> list[Counted]:
    """One hand-in for each student, with the files of the others: the newest on time, else the newest.

    Hand-ins that could not be graded count only when a student has no other. Where nothing says which of
    several is the newest, a teacher has to decide.
    """
    groups: dict[str, list] = {}
    for item in found:
        is_known = item[0].student and not item[0].doubt
        groups.setdefault(item[0].student if is_known else f"? {item[0].file}", []).append(item)
    return [chosen(groups[student], due) for student in sorted(groups)]


def chosen(found: list[tuple[Handin, Grading]], due: datetime.datetime | None) -> Counted:
    """The hand-in of one student that counts."""

    def rank(item: tuple[Handin, Grading]) -> tuple:
        handin, result = item
        is_marked = result.status not in NO_MARKS
        return is_marked, not is_late(handin, due)

    found = sorted(found, key=lambda item: (*rank(item), item[0].submitted or EARLY, item[0].file))
    handin, result = found[-1]
    is_marked, is_early = rank(found[-1])
    best = [item[0] for item in found if rank(item) == (is_marked, is_early)]
    # Of files with the same bytes the last counts; of late ones the first, which is the least late.
    last = newest(best[::-1] if is_early else best) if is_marked else handin
    if last is not None:
        handin, result = next(item for item in found if item[0] is last)
    elif result.status in (Status.GRADED, Status.REPAIRED):
        files = ", ".join(sorted(one.file for one in best)[:5])
        reason = f"nothing says which is the newest of {len(best)}: {files}"
        result = dataclasses.replace(result, status=Status.MANUAL, reason=reason)
    return Counted(handin, result, [other.file for other, _ in found if other is not handin])


def with_doubts(handin: Handin, result: Grading) -> Grading:
    """The result as a teacher has to decide about it, where there is a doubt about the hand-in."""
    doubts = list(filter(None, [handin.doubt, handin.suspect]))
    if not doubts or result.status in NO_MARKS:
        return result
    reason = "; ".join(filter(None, [*doubts, result.reason]))
    return dataclasses.replace(result, status=Status.MANUAL, reason=reason)


def is_late(handin: Handin, due: datetime.datetime | None) -> bool:
    """Whether it came after the due time, by the platform's word or by its time."""
    return due is not None and (handin.late or (handin.submitted is not None and handin.submitted > due))


def row_of(original: Original, counted: Counted, due: datetime.datetime | None) -> Row:
    """The line of a hand-in that counts."""
    handin, result = counted.handin, counted.result
    has_marks = result.score is not None  # with needs-manual too: the teacher decides whether it stays
    tasks = points_by_task(original, counted)
    return Row(
        student="" if handin.doubt else handin.student,
        homework=original.name,
        submission=handin.file,
        status=result.status,
        score=round(result.score + sum(counted.by_hand.values()), 2) if has_marks else None,
        max=original.source.points,
        tasks={task: round(points, 2) if has_marks else None for task, points in tasks.items()},
        late_seconds=late_seconds(handin, due),
        needs_manual=open_questions(original, counted),
        notes=notes_on(counted),
    )


def points_by_task(original: Original, counted: Counted) -> dict[str, float]:
    """{task: points of its tests and of the teacher}."""
    tasks = {cell.task: 0.0 for cell in original.source.of_kind(TEST, QUESTION)}
    for test in counted.result.tests:
        tasks[test.task] += test.points
    for question, points in counted.by_hand.items():
        tasks[task_of(question)] += points
    return tasks


def open_questions(original: Original, counted: Counted) -> list[str]:
    """The questions that were answered and wait for a mark."""
    names = (cell.name for cell in original.source.of_kind(QUESTION))
    return [name for name in names if counted.result.texts.get(name) and name not in counted.by_hand]


def late_seconds(handin: Handin, due: datetime.datetime | None) -> int | None:
    """How long after the due time it came, 0 on time; None where that is unknown."""
    if due is None or handin.submitted is None:
        return None
    if handin.late and handin.submitted <= due:  # by the student's clock
        return None
    return max(0, int((handin.submitted - due).total_seconds()))


def notes_on(counted: Counted) -> str:
    """What else a teacher should know, in one line."""
    notes = [counted.result.reason, *counted.result.repairs, *counted.handin.notes]
    notes += [f"also handed in: {file}" for file in counted.others]
    return "; ".join(note for note in notes if note)


def as_csv(rows: list[Mapping[str, object]], exact: Collection[str] = ()) -> str:
    """Rows as CSV. What a spreadsheet would take for a formula gets an apostrophe in front.

    Args:
        rows: {column: value} of each line.
        exact: columns whose values stay as they are, since a platform looks them up: see `is_computed`.
    """
    columns = list(dict.fromkeys(key for row in rows for key in row))
    order = [key for key in columns if key not in LAST_COLUMNS] + [k for k in LAST_COLUMNS if k in columns]
    text = io.StringIO()
    writer = csv.DictWriter(text, order, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(
        {key: value if key in exact else safe_cell(value) for key, value in row.items()} for row in rows
    )
    return text.getvalue()


def safe_cell(value: object) -> object:
    """A text without signs that do not print, and that no spreadsheet computes."""
    if not isinstance(value, str):
        return value
    value = "".join(sign if sign.isprintable() else " " for sign in value)
    if len(value) > LONGEST_CELL:
        value = value[: LONGEST_CELL - 1] + "…"
    return "'" + value if value.startswith(FORMULA) else value


def is_computed(value: str) -> bool:
    """Whether a spreadsheet would compute a text that is more than a number with its sign."""
    return value.startswith(FORMULA) and not value[1:].isdecimal()


def all_grades(out: Path) -> str:
    """The rows of all homeworks graded into this folder, as CSV."""
    rows = []
    for path in sorted(out.glob("grades-hw*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += list(csv.DictReader(file))
    return as_csv([{key: value for key, value in row.items() if key} for row in rows])
