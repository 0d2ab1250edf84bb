"""The teacher's `grade`: from a folder of hand-ins to marks, feedback and a report."""

from __future__ import annotations

import collections
import datetime
import sys
from pathlib import Path

from tqdm import tqdm

from homework import sandbox
from homework.folders import COURSE, Folders
from homework.release import student_copy, to_text
from homework.teacher import gradebook, report
from homework.teacher.grading import Grading, Status
from homework.teacher.identity import Handin, Roster
from homework.teacher.inbox import collect
from homework.teacher.original import Original
from homework.teacher.output import folder_name, log, start_log, write_text
from homework.teacher.pool import How, run_all
from homework.teacher.roster import read_roster, require_match
from homework.teacher.similarity import similar_pairs
from homework.teacher.store import Store, key_of, rules_hash
from homework.teacher.table import Counted, Row, all_grades, as_csv, counting, row_of
from launcher.errors import CourseError


def grade(
    name: str,
    inbox: Path,
    out: Path,
    *,
    roster: Path | None = None,
    due: datetime.datetime | None = None,
    how: How | None = None,
    folders: Folders = COURSE,
) -> str:
    """Grade every hand-in of a folder.

    Args:
        name: "hw3".
        inbox: the folder with the hand-ins; nothing in it is changed.
        out: where grades.csv, feedback/, report.html, grade.log and the gradebook go. Grading again goes on
            where it stopped, and grades nothing twice.
        roster: a CSV file with a line for each student: see `read_roster`.
        due: hand-ins after this time are late.
        how: how many run at once, where, and with which limits.

    Returns:
        A summary to print.

    Raises:
        CourseError: what is missing, and what to do. Nothing was graded then.
    """
    how = how or How()
    if how.sandboxed and how.dask is None:
        sandbox.require_sandbox()
    original = Original.read(name, folders)
    if out.resolve() == inbox.resolve() or out.resolve().is_relative_to(inbox.resolve()):
        raise CourseError(f"{out} lies in the inbox. Choose a folder outside of it. Nothing was graded.")
    students = read_roster(roster)
    handins = collect(
        inbox, students, original.name, [key_of(to_text(student_copy(original.notebook)).encode())]
    )
    if not handins:
        raise CourseError(f"There is nothing in {inbox} to grade. Nothing was changed.")
    require_match(roster, students, handins)
    out.mkdir(parents=True, exist_ok=True)
    start_log(out)
    if how.sandboxed and how.dask is None:
        for note in sandbox.notes():
            log.warning("%s", note)
    log.info("%s: %d hand-ins in %s", original.name, len(handins), inbox.name)
    rules = rules_hash(folders.source(original.name), how.cell_seconds)
    store = Store(out / "results" / f"{original.name}-{rules}")
    run_missing(original, handins, store, how)
    chosen = counting([(handin, result_of(handin, store)) for handin in handins], due)
    return write_all(original, out, chosen, students, due)


def run_missing(original: Original, handins: list[Handin], store: Store, how: How) -> None:
    """Grade what the store does not have yet."""
    found = {key_of(handin.data): handin.data for handin in handins if handin.data is not None}
    waiting = {key: data for key, data in found.items() if not store.has(key)}
    with tqdm(total=len(waiting), desc=f"grading {original.name}", unit="hand-in", file=sys.stderr) as bar:
        for key, result in run_all(original, waiting, how):
            if result.status == Status.FAILED:
                log.error("%s failed: %s\n%s", key[:12], result.reason, result.log)
            store.save(key, result)
            bar.update()


def result_of(handin: Handin, store: Store) -> Grading:
    """What grading found for a hand-in, or why it was not tried."""
    if handin.data is None:
        return Grading(Status.REJECTED, handin.problem)
    result = store.load(key_of(handin.data))
    doubt = "; ".join(filter(None, [handin.doubt, handin.suspect]))
    if doubt and result.status in (Status.GRADED, Status.REPAIRED):
        result.status, result.reason = Status.MANUAL, doubt
    return result


def write_all(
    original: Original,
    out: Path,
    chosen: list[Counted],
    students: Roster,
    due: datetime.datetime | None,
) -> str:
    """Write everything that the teacher and the students read; returns the summary."""
    gradebook.exchange_marks(out / "nbgrader", original, chosen)
    rows = [row_of(original, counted, due) for counted in chosen]
    for counted, row in zip(chosen, rows, strict=True):
        owner = counted.handin.student if counted.has_owner else counted.handin.file
        page = report.feedback(original.source.title, row, counted.result)
        write_text(out / "feedback" / original.name / f"{folder_name(owner)}.html", page)
    write_text(out / f"grades-{original.name}.csv", as_csv([row.plain() for row in rows]))
    write_text(out / "grades.csv", all_grades(out))
    absent = sorted(set(students) - {row.student for row in rows})
    page = report.teacher_report(original.source.title, rows, chosen, alike(original, chosen), absent)
    for file_name in (f"report-{original.name}.html", "report.html"):
        write_text(out / file_name, page)
    return summary(original.name, out, rows, due)


def alike(original: Original, chosen: list[Counted]) -> list[tuple[str, str, float]]:
    """Pairs of students with alike answers."""
    answers = {
        counted.handin.student: "\n\n".join(counted.result.answers.values())
        for counted in chosen
        if counted.is_gradable
    }
    handed_out = "\n\n".join(cell.source for cell in original.copy.cells if cell.cell_type == "code")
    return similar_pairs(answers, handed_out)


def summary(name: str, out: Path, rows: list[Row], due: datetime.datetime | None) -> str:
    """What `grade` prints in the end."""
    counts = collections.Counter(row.status for row in rows)
    told = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
    log.info("%s: %s", name, told)
    lines = [f"{name}: {len(rows)} students: {told}.", f"Marks: {out / 'grades.csv'}"]
    if due is not None:
        local, utc = due.astimezone(), due.astimezone(datetime.UTC)
        lines.append(f"Due: {local:%Y-%m-%d %H:%M:%S %Z}, that is {utc:%Y-%m-%d %H:%M:%S} UTC")
    lines += [f"Report: {out / 'report.html'}", f"Feedback for students: {out / 'feedback' / name}"]
    waiting = sum(bool(row.needs_manual) for row in rows)
    if waiting:
        lines.append(
            f"{waiting} wait for marks by hand: python3 course.py mark --out {out}  Then grade again."
        )
    return "\n".join(lines)
