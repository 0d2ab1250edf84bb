"""The teacher's `grade`: from a folder of hand-ins to marks, feedback and a report."""

from __future__ import annotations

import concurrent.futures
import csv
import datetime
import functools
import hashlib
import io
import json
import logging
import os
import queue
import re
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from homework import gradebook, report, sandbox, similarity
from homework.assignments import (
    COPIES,
    QUESTION,
    SECONDS,
    SOURCES,
    TEST,
    Assignment,
    find,
    load,
    load_source,
)
from homework.inbox import Handin, collect, read_roster
from homework.marking import mark
from homework.rebuild import Rebuilt, Rejected, rebuild
from homework.session import Session, local_command
from launcher.errors import CourseError

GRADED, REPAIRED, MANUAL, REJECTED, FAILED = (
    "graded",
    "graded-with-repairs",
    "needs-manual",
    "rejected",
    "failed",
)
TOTAL_SECONDS = 900.0  # for one hand-in
CLUSTER_SECONDS = 30  # to wait for a Dask scheduler
OUTPUT_KEPT = 2000  # characters of a cell's output
FORMULA = ("=", "+", "-", "@", "\t", "\r")

log = logging.getLogger("homework.grade")


@functools.cache
def assignments(name: str) -> tuple[Assignment, Assignment, tuple[Assignment, ...]]:
    """A homework's source, its student's copy, and the student's copies of all homeworks."""
    source = load_source(name)
    return source, load(find(COPIES, name)), tuple(load(path) for path in sorted(COPIES.glob("hw*_*.ipynb")))


def rebuilt_of(name: str, data: bytes) -> Rebuilt:
    """A hand-in's answers in the pristine homework."""
    source, copy, others = assignments(name)
    return rebuild(source, copy, data, others)


def without_score(status: str, reason: str) -> dict:
    """The result of a hand-in that was not marked, with every field that a result has."""
    lists, texts = {"tests": [], "repairs": []}, {"texts": {}, "problems": {}, "outputs": {}}
    return {"status": status, "reason": reason, "score": None, "answers": "", **lists, **texts}


def grade_one(name: str, data: bytes, slot: int | None = 0, cell_seconds: float = SECONDS) -> dict:
    """Grade one notebook.

    Args:
        name: of the homework.
        data: the bytes of the notebook.
        slot: which of the jobs that run at once; None grades without a sandbox.
        cell_seconds: the time limit of a cell that has none of its own.

    Returns:
        What `without_score` gives, with its fields filled in; of plain types, so that it can be stored and
        sent. It never raises for what a student wrote.
    """
    try:
        rebuilt = rebuilt_of(name, data)
    except Rejected as problem:
        return without_score(REJECTED, str(problem))
    except Exception:
        return without_score(FAILED, "rebuilding failed") | {"log": traceback.format_exc()}
    for cell in rebuilt.assignment.cells:
        cell.seconds = cell_seconds if cell.seconds == SECONDS else cell.seconds
    command = local_command if slot is None else functools.partial(sandbox.command, slot)
    try:
        with Session(command, TOTAL_SECONDS) as session:
            marks = mark(rebuilt.assignment, session, guard=True)
    except Exception:
        return without_score(FAILED, "running failed") | {"log": traceback.format_exc()}
    result = {
        "score": marks.points,
        "tests": [vars(test) for test in marks.results],
        "repairs": rebuilt.repairs,
        "texts": rebuilt.texts,
        "problems": {
            cell: text for cell, text in marks.problems.items() if "NotImplementedError" not in text
        },
        "outputs": {cell: text[:OUTPUT_KEPT] for cell, text in marks.outputs.items() if text},
        "answers": similarity.as_text(rebuilt.answers.values()),
        "status": REPAIRED if rebuilt.repairs else GRADED,
        "reason": "",
    }
    if marks.altered:
        reason = "the answers changed what the tests rely on: " + ", ".join(marks.altered[:5])
        return {**result, "status": REJECTED, "score": None, "reason": reason, "altered": marks.altered}
    if marks.stopped:
        return {**result, "status": FAILED, "score": None, "reason": marks.stopped}
    return result


def grade_remote(name: str, data: bytes, sandboxed: bool, cell_seconds: float) -> dict:
    """`grade_one` for a worker of a Dask cluster. Each process is a user of its own in the sandbox."""
    return grade_one(name, data, os.getpid() % 1000 if sandboxed else None, cell_seconds)


def grade(
    name: str,
    inbox: Path,
    out: Path,
    *,
    roster: Path | None = None,
    due: datetime.datetime | None = None,
    jobs: int = 1,
    sandboxed: bool = True,
    dask: str | None = None,
    cell_seconds: float = SECONDS,
) -> str:
    """Grade every hand-in of a folder.

    Args:
        name: "hw3".
        inbox: the folder with the hand-ins; nothing in it is changed.
        out: where grades.csv, feedback/, report.html, grade.log and the gradebook go. Grading again goes on
            where it stopped, and grades nothing twice.
        roster: a CSV file with a line id,name for each student.
        due: hand-ins after this time are late.
        jobs: how many run at the same time.
        sandboxed: False runs students' code with the teacher's rights.
        dask: the address of a Dask scheduler, whose workers grade instead of this machine.
        cell_seconds: the time limit of a cell that has none of its own.

    Returns:
        A summary to print.

    Raises:
        CourseError: what is missing, and what to do. Nothing was graded then.
    """
    if sandboxed and dask is None:
        sandbox.require_sandbox()
    source = load_source(name)
    name = source.name
    if out.resolve() == inbox.resolve() or out.resolve().is_relative_to(inbox.resolve()):
        raise CourseError(f"{out} lies in the inbox. Choose a folder outside of it. Nothing was graded.")
    students = read_roster(roster)
    handins = collect(inbox, students)
    if not handins:
        raise CourseError(f"There is nothing in {inbox} to grade. Nothing was changed.")
    out.mkdir(parents=True, exist_ok=True)
    start_log(out)
    log.info("%s: %d hand-ins in %s", name, len(handins), inbox.name)
    keys = {
        id(handin): hashlib.sha256(handin.data).hexdigest() for handin in handins if handin.data is not None
    }
    store = Store(out / "results" / f"{name}-{source_hash(name)}")
    waiting = {key: handin.data for handin in handins if (key := keys.get(id(handin))) and not store.has(key)}
    run = (
        run_on_dask(dask, name, waiting, sandboxed, cell_seconds)
        if dask
        else run_here(name, waiting, jobs, sandboxed, cell_seconds)
    )
    with tqdm(total=len(waiting), desc=f"grading {name}", unit="hand-in", file=sys.stderr) as bar:
        for key, result in run:
            if result["status"] == FAILED:  # tried again next time
                log.error("%s failed: %s\n%s", key[:12], result["reason"], result.get("log", ""))
                store.keep_for_now(key, result)
            else:
                store.save(key, result)
            bar.update()
    found = [(handin, result_of(handin, keys, store)) for handin in handins]
    return write_all(name, source, out, found, students, due)


def result_of(handin: Handin, keys: dict, store: Store) -> dict:
    """What grading found for a hand-in, or why it was not tried."""
    if handin.data is None:
        return without_score(REJECTED, handin.problem)
    result = dict(store.load(keys[id(handin)]))
    if handin.doubt and result["status"] in (GRADED, REPAIRED):
        result |= {"status": MANUAL, "reason": handin.doubt}
    return result


class Store:
    """Results on the disk, one file for each notebook, by the hash of its bytes."""

    def __init__(self, folder: Path):
        self.folder, self.passing = folder, {}
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def has(self, key: str) -> bool:
        return self.path(key).exists()

    def save(self, key: str, result: dict) -> None:
        replace_text(self.path(key), json.dumps(result))

    def keep_for_now(self, key: str, result: dict) -> None:
        self.passing[key] = result

    def load(self, key: str) -> dict:
        if key in self.passing:
            return self.passing[key]
        return json.loads(self.path(key).read_text(encoding="utf-8"))


def source_hash(name: str) -> str:
    """Changes when the homework or the checks do: then everything is graded anew."""
    digest = hashlib.sha256(find(SOURCES, name).read_bytes())
    for module in ("checks.py", "worker.py", "marking.py", "rebuild.py"):
        digest.update(Path(__file__).with_name(module).read_bytes())
    return digest.hexdigest()[:12]


def run_here(
    name: str, waiting: dict, jobs: int, sandboxed: bool, cell_seconds: float
) -> Iterator[tuple[str, dict]]:
    """Grade on this machine, `jobs` at a time; gives results as they come."""
    slots: queue.Queue = queue.Queue()
    for number in range(jobs):
        slots.put(number)

    def one(key: str) -> tuple[str, dict]:
        slot = slots.get()
        try:
            return key, grade_one(name, waiting[key], slot if sandboxed else None, cell_seconds)
        finally:
            slots.put(slot)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(one, key) for key in waiting]
        try:
            for future in concurrent.futures.as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def run_on_dask(
    address: str, name: str, waiting: dict, sandboxed: bool, cell_seconds: float
) -> Iterator[tuple[str, dict]]:
    """Grade on the workers of a Dask cluster. They need the course at the same place, and bubblewrap."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise CourseError(
            "Grading on a cluster needs the package `distributed`: install it beside the course with\n"
            f"    {sys.executable} -m pip install distributed\nNothing was graded."
        ) from None
    try:
        client = Client(address, timeout=CLUSTER_SECONDS)
    except OSError as error:
        raise CourseError(f"No Dask scheduler answers at {address}: {error}. Nothing was graded.") from None
    with client:
        sent = {
            client.submit(grade_remote, name, data, sandboxed, cell_seconds, pure=False): key
            for key, data in waiting.items()
        }
        for future in as_completed(sent):
            error = future.exception()
            if error is None:
                yield sent[future], future.result()
            else:
                yield sent[future], without_score(FAILED, f"the cluster: {error}")


def counting(
    found: list[tuple[Handin, dict]], due: datetime.datetime | None
) -> list[tuple[Handin, dict, list[str]]]:
    """One hand-in for each student, with the files of the others: the last on time, else the last.

    Hand-ins that could not be graded count only when a student has no other.
    """
    early = datetime.datetime.min.replace(tzinfo=datetime.UTC)

    def rank(item: tuple[Handin, dict]) -> tuple:
        handin, result = item
        time = handin.submitted or early
        return result["status"] not in (REJECTED, FAILED), due is None or time <= due, time, handin.file

    groups: dict[str, list] = {}
    for item in found:
        is_known = item[0].student and not item[0].doubt
        groups.setdefault(item[0].student if is_known else f"? {item[0].file}", []).append(item)
    chosen = []
    for student in sorted(groups):
        *others, (handin, result) = sorted(groups[student], key=rank)
        chosen.append((handin, result, [other.file for other, _ in others]))
    return chosen


def write_all(name: str, source: Assignment, out: Path, found: list, students: dict, due) -> str:
    """Write everything that the teacher and the students read; returns the summary."""
    chosen = counting(found, due)
    book = out / "nbgrader"
    gradebook.prepare(book, name)
    gradable = [
        (handin, result) for handin, result, _ in chosen if result["score"] is not None and not handin.doubt
    ]
    entered = {folder_name(handin.student): (result, handin.submitted) for handin, result in gradable}
    manual = gradebook.enter(book, name, entered)
    for handin, result in gradable:
        gradebook.write_marked_copy(
            book, name, folder_name(handin.student), rebuilt_of(name, handin.data), result
        )
    rows, results = [], {}
    for handin, result, others in chosen:
        by_hand = manual.get(folder_name(handin.student), {})
        rows.append(row_of(name, source, handin, result, others, by_hand, due))
        results[handin.file] = result
        page = report.feedback(source.title, rows[-1], result)
        owner = handin.file if handin.doubt or not handin.student else handin.student
        write_text(out / "feedback" / name / f"{folder_name(owner)}.html", page)
    write_text(out / f"grades-{name}.csv", as_csv(rows))
    write_text(out / "grades.csv", all_grades(out))
    answers = {handin.student: result["answers"] for handin, result in gradable}
    handed_out = similarity.as_text(
        cell.source for cell in assignments(name)[1].cells if cell.cell_type == "code"
    )
    pairs = similarity.similar_pairs(answers, handed_out)
    absent = sorted(set(students) - {row["student"] for row in rows})
    page = report.teacher_report(source.title, rows, results, pairs, absent)
    for file_name in (f"report-{name}.html", "report.html"):
        write_text(out / file_name, page)
    counts = {status: sum(row["status"] == status for row in rows) for status in STATUSES}
    told = ", ".join(f"{number} {status}" for status, number in counts.items() if number)
    log.info("%s: %s", name, told)
    waiting = sum(bool(row["needs_manual"]) for row in rows)
    lines = [f"{name}: {len(rows)} students: {told}.", f"Marks: {out / 'grades.csv'}"]
    lines += [f"Report: {out / 'report.html'}", f"Feedback for students: {out / 'feedback' / name}"]
    if waiting:
        lines.append(
            f"{waiting} wait for marks by hand: python3 course.py mark --out {out}  Then grade again."
        )
    return "\n".join(lines)


STATUSES = (GRADED, REPAIRED, MANUAL, REJECTED, FAILED)


def row_of(
    name: str, source: Assignment, handin: Handin, result: dict, others: list, by_hand: dict, due
) -> dict:
    """One line of grades.csv."""
    texts = list(source.of_kind(QUESTION))
    open_texts = [cell.name for cell in texts if result["texts"].get(cell.name) and cell.name not in by_hand]
    by_task: dict[str, float] = {cell.task: 0.0 for cell in source.of_kind(TEST, QUESTION)}
    for test in result["tests"]:
        by_task[test["name"].split("-")[0]] += test["points"]
    for question, points in by_hand.items():
        by_task[question.split("-")[0]] += points
    has_marks = result["score"] is not None and result["status"] != MANUAL
    late = ""
    if due is not None and handin.submitted is not None:
        late = max(0, int((handin.submitted - due).total_seconds()))
    notes = [result["reason"], *result["repairs"], *handin.notes]
    if due is not None and handin.submitted is None:
        notes.append("the time of the hand-in is not known")
    notes += [f"also handed in: {file}" for file in others]
    return {
        "student": "" if handin.doubt else handin.student,
        "homework": name,
        "submission": handin.file,
        "status": result["status"],
        "score": round(result["score"] + sum(by_hand.values()), 2) if has_marks else "",
        "max": source.points,
        **{task: round(points, 2) if has_marks else "" for task, points in by_task.items()},
        "late_seconds": late,
        "needs_manual": " ".join(open_texts),
        "notes": "; ".join(note for note in notes if note),
    }


def as_csv(rows: list[dict]) -> str:
    """Rows as CSV. What a spreadsheet would take for a formula gets an apostrophe in front."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    tail = [key for key in ("late_seconds", "needs_manual", "notes") if key in columns]
    text = io.StringIO()
    writer = csv.DictWriter(
        text, [key for key in columns if key not in tail] + tail, lineterminator="\n", restval=""
    )
    writer.writeheader()
    writer.writerows({key: safe_cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def safe_cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    value = "".join(sign if sign.isprintable() else " " for sign in value)
    return "'" + value if value.startswith(FORMULA) else value


def all_grades(out: Path) -> str:
    """The rows of all homeworks graded into this folder."""
    rows = []
    for path in sorted(out.glob("grades-hw*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += list(csv.DictReader(file))
    return as_csv([{key: value for key, value in row.items() if key} for row in rows])


def folder_name(student: str) -> str:
    """A student's id or name as the name of a file on every system; two never get the same."""
    plain = re.sub(r"[^A-Za-z0-9.@-]+", "-", student).strip(".-")[:60]
    if plain and plain == student and plain.lower() not in ("con", "nul", "aux", "prn"):
        return plain
    return f"{plain or 'x'}-{hashlib.sha256(student.encode(errors='replace')).hexdigest()[:8]}"


def start_log(out: Path) -> None:
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
    handler = logging.FileHandler(out / "grade.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    encoded = text.encode("utf-8-sig" if path.suffix == ".csv" else "utf-8", errors="replace")
    if not path.exists() or path.read_bytes() != encoded:
        replace_bytes(path, encoded)


def replace_text(path: Path, text: str) -> None:
    replace_bytes(path, text.encode("utf-8", errors="replace"))


def replace_bytes(path: Path, data: bytes) -> None:
    """Write in one step: an interrupted run leaves the old file whole."""
    part = path.with_name(f"{path.name}.{time.monotonic_ns()}.part")
    part.write_bytes(data)
    part.replace(path)
