"""Hostile and broken hand-ins, graded by the real command in one batch with honest ones in between."""

from __future__ import annotations

import csv
import ctypes
import os
import subprocess
import sys
import time

import psutil
import pytest

pytest.importorskip("homework.author", reason="the student edition has no solutions")
sandbox = pytest.importorskip("homework.sandbox")

import homework_hostile as hostile  # noqa: E402

from homework.folders import ROOT  # noqa: E402

pytestmark = pytest.mark.skipif(sandbox.problem() is not None, reason="no sandbox on this machine")
MINUTES = 25


BECOME_PARENT = 36  # prctl's PR_SET_CHILD_SUBREAPER


def adopt_orphans(wanted: bool) -> None:
    """Let what a process of ours leaves behind become a child of this process, where we see it."""
    ctypes.CDLL(None).prctl(BECOME_PARENT, int(wanted), 0, 0, 0)


def children() -> list[psutil.Process]:
    """What runs below this process."""
    found = psutil.Process().children(recursive=True)
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


def still_there(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that do not end by themselves: what a grading had at work may need a moment after its end."""
    deadline = time.monotonic() + 20
    while processes and time.monotonic() < deadline:
        processes = [process for process in processes if process in children()]
        time.sleep(0.2)
    return processes


def run_grade(inbox, out, *more):
    command = [
        sys.executable,
        "-m",
        "homework",
        "grade",
        hostile.NAME,
        "--inbox",
        str(inbox),
        "--out",
        str(out),
    ]
    env = dict(os.environ, PYTHONPATH=str(ROOT), A_SECRET_TOKEN="must not be seen")
    return subprocess.run([*command, *more], capture_output=True, text=True, env=env, timeout=60 * MINUTES)


def read_rows(out):
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module", params=[False, pytest.param(True, marks=pytest.mark.thorough)])
def batch(tmp_path_factory, request):
    """One inbox, graded once: a part of the cases, or all of them."""
    adopt_orphans(True)
    started = set(children())
    folder = tmp_path_factory.mktemp("hostile")
    chosen = hostile.cases() if request.param else hostile.some()
    by_student = hostile.write_inbox(folder / "inbox", chosen)
    roster = folder / "roster.csv"
    hostile.write_roster(roster, list(by_student))
    watched = [folder / "inbox", ROOT / "homework", ROOT / "notebooks" / "homework", ROOT / "helpers"]
    before = hostile.unchanged_state(*watched)
    options = [
        "--roster",
        str(roster),
        "--jobs",
        "2",
        "--cell-seconds",
        "4",
        "--due",
        "2026-12-01T00:00+00:00",
    ]
    done = run_grade(folder / "inbox", folder / "out", *options)
    assert done.returncode == 0, done.stderr[-3000:]
    left = still_there([process for process in children() if process not in started])
    adopt_orphans(False)
    after = hostile.unchanged_state(*watched)
    return (
        folder,
        by_student,
        left,
        {key: value for key, value in after.items() if "__pycache__" not in key},
        {key: value for key, value in before.items() if "__pycache__" not in key},
    )


def test_there_are_at_least_sixty():
    names = [case.name for case in hostile.cases()]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


@pytest.mark.timeout(60 * MINUTES)
def test_each_is_marked_right_or_turned_away_by_name(batch):
    folder, by_student, _, _, _ = batch
    full = hostile.full_points()
    wrong = []
    for case, row in hostile.rows_by_case(read_rows(folder / "out"), by_student):
        wrong += hostile.problems_of(case, row)
        score = None if not row or row["score"] == "" else float(row["score"])
        wanted = full if case.score == hostile.EARNED else case.score
        if wanted not in (hostile.ANY, score):
            wrong.append(f"{case.name}: the score is {score}, not {wanted}")
    assert not wrong, "\n".join(wrong)


def test_attacks_that_assert_their_own_failure_found_nothing(batch):
    """Their cell raises when it reaches what it looks for; the feedback would show that error."""
    folder, by_student, _, _, _ = batch
    for student, case in by_student.items():
        if case.name in hostile.QUIET:
            page = (folder / "out" / "feedback" / hostile.NAME / f"{student}.html").read_text(
                encoding="utf-8"
            )
            assert "Cells that stopped with an error" not in page, case.name


def test_nothing_outside_the_out_folder_changes(batch):
    _, _, _, after, before = batch
    assert after == before


def test_no_process_is_left_behind(batch):
    _, _, left, _, _ = batch
    assert not left


def test_a_process_left_behind_would_be_seen():
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    start = f"subprocess.Popen({sleep!r}, stdout=subprocess.DEVNULL, start_new_session=True)"
    adopt_orphans(True)
    number = subprocess.check_output([sys.executable, "-c", f"import subprocess; print({start}.pid)"])
    (orphan,) = still_there([process for process in children() if process.pid == int(number)])
    adopt_orphans(False)
    orphan.kill()
    orphan.wait()


def test_feedback_shows_no_hidden_test_and_runs_no_script(batch):
    folder, by_student, _, _, _ = batch
    pages = list((folder / "out" / "feedback").rglob("*.html"))
    assert len(pages) > (60 if len(by_student) == len(hostile.cases()) else len(by_student) / 2)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "BEGIN HIDDEN" not in text


def test_the_marks_are_safe_for_a_spreadsheet(batch):
    folder, _, _, _, _ = batch
    for row in read_rows(folder / "out"):
        assert not any((value or "").startswith(("=", "+", "-", "@")) for value in row.values())


@pytest.mark.thorough
def test_grading_again_changes_nothing_and_grades_nothing(batch):
    folder, _, _, _, _ = batch
    out = folder / "out"
    texts = [path for path in out.rglob("*") if path.suffix in (".csv", ".html", ".json", ".ipynb")]
    before = {path: path.read_bytes() for path in texts}
    failed = [row for row in read_rows(out) if row["status"] == "failed"]
    results = set((out / "results").rglob("*.json"))
    options = ["--roster", str(folder / "roster.csv"), "--jobs", "2", "--cell-seconds", "4"]
    done = run_grade(folder / "inbox", out, *options, "--due", "2026-12-01T00:00+00:00")
    assert done.returncode == 0
    assert set((out / "results").rglob("*.json")) == results
    if not failed:
        assert {path: path.read_bytes() for path in texts} == before


def test_the_report_says_what_must_be_looked_at(batch):
    folder, _, _, _, _ = batch
    text = (folder / "out" / "report.html").read_text(encoding="utf-8")
    for words in ("Hardest tests", "Commonest mistakes", "Alike answers", "To be looked at", "median"):
        assert words in text
