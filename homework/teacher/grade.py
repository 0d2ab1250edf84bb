"""The teacher's `grade`: from a folder of hand-ins to marks, feedback and a report."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime
import sys
from pathlib import Path

from tqdm import tqdm

from homework import sandbox
from homework.folders import COURSE, Folders
from homework.release import student_copy, to_text
from homework.teacher import gradebook, report
from homework.teacher.forms import Form, entries_of
from homework.teacher.grading import Grading, Status
from homework.teacher.harmless import printable
from homework.teacher.identity import Handin, Roster
from homework.teacher.inbox import collect
from homework.teacher.original import Original
from homework.teacher.output import contained, folder_name, held, log, start_log, write_text
from homework.teacher.platforms import TEST_STUDENT
from homework.teacher.pool import How, run_all
from homework.teacher.roster import read_roster, require_match
from homework.teacher.similarity import similar_pairs
from homework.teacher.store import Store, key_of, rules_hash
from homework.teacher.table import Counted, Row, all_grades, as_csv, counting, is_late, row_of, with_doubts
from homework.teacher.texts import named
from homework.teacher.tried import Tried, tried_by_tests
from homework.wordings import chinese_title
from launcher.errors import CourseError
from launcher.languages import ENGLISH
from launcher.places import HOMEWORK
from launcher.speaking import IN_ENGLISH, Speaker
from translations.building import in_chinese
from translations.editions import place_of


def grade(
    name: str,
    inbox: Path,
    out: Path,
    *,
    roster: Path | None = None,
    due: datetime.datetime | None = None,
    how: How | None = None,
    regrade: list[str] | None = None,
    form: Form | None = None,
    folders: Folders = COURSE,
    say: Speaker = IN_ENGLISH,
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
        regrade: ids of students who are graded anew, though nothing changed; [] means everybody.
        form: a platform that gets the marks, in a file that it imports.
        say: in which language the students' pages are.

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
    if form is not None:
        form.prepare(original.name)
    found = collect(inbox, students, original.name, untouched(original))
    handins = [dataclasses.replace(handin, **in_print(handin)) for handin in found]
    if not handins:
        raise CourseError(f"There is nothing in {inbox} to grade. Nothing was changed.")
    require_match(roster, students, handins)
    anew = to_grade_anew(handins, regrade)
    with held(out):
        start_log(out)
        if how.sandboxed and how.dask is None:
            for note in sandbox.notes():
                log.warning("%s", note)
        log.info("%s: %d hand-ins in %s", original.name, len(handins), inbox.name)
        rules = rules_hash(folders.source(original.name), how.cell_seconds, sandboxed=how.sandboxed)
        store = Store(out / "results" / f"{original.name}-{rules}")
        for handin in anew:
            store.forget(key_of(handin.data))
        run_missing(original, handins, store, how)
        chosen = counting([(handin, result_of(handin, store)) for handin in handins], due)
        return write_all(original, out, chosen, students, due, form, say)


def untouched(original: Original) -> list[str]:
    """The hashes of the notebook as everybody has it: in English, and in Chinese where it is translated."""
    english = to_text(student_copy(original.notebook))
    path = HOMEWORK / original.file_name
    with contextlib.suppress(CourseError):
        return [key_of(text.encode()) for text in (english, in_chinese(english, path, place_of(path)))]
    return [key_of(english.encode())]


def in_print(handin: Handin) -> dict[str, object]:
    """The texts of a hand-in's fields, in signs that can be written everywhere."""
    return {name: printable(value) for name, value in vars(handin).items() if isinstance(value, (str, list))}


def to_grade_anew(handins: list[Handin], regrade: list[str] | None) -> list[Handin]:
    """The hand-ins that are graded anew, though there may be a result: of these students, of all for [].

    Raises:
        CourseError: one of the ids has no hand-in.
    """
    if regrade is None:
        return []
    known = {handin.student.lower() for handin in handins}
    if missing := [student for student in regrade if student.lower() not in known]:
        raise CourseError(f"--regrade: nothing came from {', '.join(missing)}. Nothing was graded.")
    wanted = {student.lower() for student in regrade} or known
    return [handin for handin in handins if handin.data is not None and handin.student.lower() in wanted]


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
    key = key_of(handin.data)
    if not store.has(key):
        return Grading(Status.FAILED, "no result came back; grade again")
    return with_doubts(handin, store.load(key))


def write_all(
    original: Original,
    out: Path,
    chosen: list[Counted],
    students: Roster,
    due: datetime.datetime | None,
    form: Form | None,
    say: Speaker,
) -> str:
    """Write everything that the teacher and the students read; returns the summary."""
    gradebook.exchange_marks(out / "nbgrader", original, chosen)
    tried = tried_by_tests(original)
    written = [write_page(original, out, counted, due, tried, say) for counted in chosen]
    rows = [row for row, _ in written]
    write_text(out / f"grades-{original.name}.csv", as_csv([row.plain() for row in rows]))
    write_text(out / "grades.csv", all_grades(out))
    expected = {student for student, name in students.items() if name != TEST_STUDENT}
    absent = sorted(expected - {row.student for row in rows})
    page = report.teacher_report(original.source.title, written, chosen, alike(original, chosen), absent)
    for file_name in (f"report-{original.name}.html", "report.html"):
        write_text(out / file_name, page)
    late = [row for row, one in zip(rows, chosen, strict=True) if is_late(one.handin, due)]
    told = summary(original.name, out, rows, due, late)
    if form is not None:
        times = {counted.handin.student: counted.handin.submitted for counted in chosen if counted.has_owner}
        entries = entries_of(rows, times, list(students))
        told += "\n" + form.write(out, entries, original.source.points, due)
    return told


def write_page(
    original: Original,
    out: Path,
    counted: Counted,
    due: datetime.datetime | None,
    tried: dict[str, Tried],
    say: Speaker,
) -> tuple[Row, str]:
    """Write the page of a hand-in; returns its line of grades.csv, and the page's place below `out`."""
    owner = counted.handin.student if counted.has_owner else counted.handin.file
    place = f"feedback/{original.name}/{folder_name(owner)}.html"
    title = original.source.title if say.language == ENGLISH else chinese_title(original.copy)

    def write() -> Row:
        row = row_of(original, counted, due)
        write_text(out / place, report.feedback(title, row, counted.result, tried, say))
        return row

    with contained(counted, "writing its page", passing=(OSError,)):
        return write(), place
    return write(), place  # that it failed


def alike(original: Original, chosen: list[Counted]) -> list[tuple[str, str, float]]:
    """Pairs of students with alike answers."""
    answers = {
        counted.handin.student: "\n\n".join(counted.result.answers.values())
        for counted in chosen
        if counted.is_gradable
    }
    handed_out = "\n\n".join(cell.source for cell in original.copy.cells if cell.cell_type == "code")
    return similar_pairs(answers, handed_out)


def summary(name: str, out: Path, rows: list[Row], due: datetime.datetime | None, late: list[Row]) -> str:
    """What `grade` prints in the end; `late` are those of the rows that came after the due time."""
    counts = collections.Counter(row.status for row in rows)
    told = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
    log.info("%s: %s", name, told)
    lines = [f"{name}: {len(rows)} students: {told}.", f"Marks: {out / 'grades.csv'}"]
    if due is not None:
        local, utc = due.astimezone(), due.astimezone(datetime.UTC)
        lines.append(f"Due: {local:%Y-%m-%d %H:%M:%S %Z}, that is {utc:%Y-%m-%d %H:%M:%S} UTC")
    if late:
        lines.append(f"{len(late)} late: {named(owners(late))}")
    lines += [f"Report: {out / 'report.html'}", f"Feedback for students: {out / 'feedback' / name}"]
    look = owners([row for row in rows if row.status in report.TO_DECIDE])
    if look:
        lines.append(f"To be looked at, why stands in the report: {named(look)}")
    waiting = sum(bool(row.needs_manual) for row in rows)
    if waiting:
        lines.append(
            f"{waiting} wait for marks by hand: python3 course.py mark --out {out}  Then grade again."
        )
    return "\n".join(lines)


def owners(rows: list[Row]) -> list[str]:
    """Whose lines these are; the file where that is not known."""
    return [row.student or row.submission for row in rows]
