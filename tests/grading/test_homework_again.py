"""When `grade` runs hand-ins anew, and when it goes on with what it has."""

from __future__ import annotations

import shutil

import nbformat
import pytest
from homework_course import COPY, HALF, answered, hand_in, read_rows, share_torch, write_source

from homework.folders import ROOT, read_source
from homework.teacher import grading
from homework.teacher.grade import grade
from homework.teacher.pool import How
from homework.teacher.store import deciding_files, rules_hash

pytestmark = pytest.mark.filterwarnings("default")  # those of nbgrader's own code

SLOW = "import time\n\ndef double(x):\n    time.sleep(2)\n    return 2 * x"


@pytest.fixture
def graded(course, tmp_path, monkeypatch):
    """Grades a hand-in; returns the score and how many hand-ins were run."""
    hand_in(tmp_path / "inbox", "1001", "20261101T100000Z", answered(course, task1=SLOW, task2=HALF))
    share_torch(monkeypatch)
    runs, real = [], grading.grade_one
    monkeypatch.setattr(grading, "grade_one", lambda *args: runs.append(args) or real(*args))

    def run(**more) -> tuple[str, int]:
        runs.clear()
        how = How(sandboxed=False, **more)
        grade("hw99", tmp_path / "inbox", tmp_path / "out", how=how, folders=course)
        return read_rows(tmp_path / "out")["1001"]["score"], len(runs)

    return run


def test_a_longer_time_limit_counts_on_the_second_run(graded):
    """A mark of 2.0 that would be 3.0 with more time must not stay."""
    assert graded(cell_seconds=0.5) == ("2.0", 1)
    assert graded(cell_seconds=30) == ("3.0", 1)
    assert graded(cell_seconds=30) == ("3.0", 0)


def test_a_failure_of_grading_itself_is_no_mark_and_is_tried_again(graded, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "mark", lambda *args, **more: 1 / 0)
        assert graded() == ("", 1)
    row = read_rows(tmp_path / "out")["1001"]
    assert (row["status"], row["notes"], row["task1"]) == ("failed", "running failed", "")
    log = (tmp_path / "out" / "grade.log").read_text(encoding="utf-8")
    assert "failed: running failed" in log
    assert "ZeroDivisionError" in log
    assert graded() == ("3.0", 1)
    assert "ERROR" not in (tmp_path / "out" / "grade.log").read_text(encoding="utf-8")[len(log) :]


def test_a_corrected_homework_is_graded_anew(graded, course):
    assert graded() == ("3.0", 1)
    source, _ = read_source("hw99", course)
    test = next(cell for cell in source.cells if cell.id == "task1-values")
    test.source = test.source.replace("[2.0, 4.0, 6.0]", "[3.0, 6.0, 9.0]")
    write_source(course, source)
    assert graded() == ("2.0", 1)


def test_every_file_that_decides_a_mark_counts(tmp_path):
    """Change any of them, and everything is graded anew."""
    files = [path.relative_to(ROOT) for path in deciding_files()]
    names = {path.as_posix() for path in files}
    assert names >= {f"homework/{name}.py" for name in ("checks", "worker", "marking", "rebuild", "judge")}
    assert names >= {f"homework/{name}.py" for name in ("outside", "inside", "values", "splitting/inner")}
    assert {"homework/sandbox.py", "homework/teacher/grading.py", "helpers/train/loop.py"} <= names
    for path in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    source = tmp_path / "source.ipynb"
    source.write_text("{}")
    seen = {rules_hash(source, 20.0, tmp_path)}
    for path in (source, *(tmp_path / name for name in files)):
        path.write_bytes(path.read_bytes() + b"\n")
        seen.add(rules_hash(source, 20.0, tmp_path))
    assert len(seen) == 1 + 1 + len(files)
    assert rules_hash(source, 20.0, tmp_path) in seen
    assert rules_hash(source, 21.0, tmp_path) not in seen
    assert rules_hash(source, 20.0, tmp_path, sandboxed=False) not in seen


def test_what_only_writes_results_down_decides_no_mark_and_what_is_new_does(tmp_path):
    """A file that nobody has named yet counts: forgetting it there would keep marks that are wrong."""
    for name in ("judge.py", "inside/values.py", "teacher/new.py", "teacher/report.py", "author/trial.py"):
        (tmp_path / "homework" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "homework" / name).touch()
    found = {path.relative_to(tmp_path / "homework").as_posix() for path in deciding_files(tmp_path)}
    assert found == {"judge.py", "inside/values.py", "teacher/new.py"}


def test_the_same_notebook_twice_is_run_once(graded, course, tmp_path):
    notebook = answered(course, task1=SLOW, task2=HALF)
    hand_in(tmp_path / "inbox", "1001", "20261102T100000Z", notebook)
    assert graded() == ("3.0", 1)
    assert "also handed in: hw99_1001_20261101T" in read_rows(tmp_path / "out")["1001"]["notes"]


def test_the_same_notebook_from_two_students_is_run_once_and_has_to_be_looked_at(graded, course, tmp_path):
    notebook = answered(course, task1=SLOW, task2=HALF)
    (tmp_path / "inbox" / "hw99_1002.ipynb").write_text(nbformat.writes(notebook))
    assert graded() == ("3.0", 1)
    rows = read_rows(tmp_path / "out")
    assert {row["status"] for row in rows.values()} == {"needs-manual"}
    assert "the same file came from 1002" in rows["1001"]["notes"]
    assert "the same file came from 1001" in rows["1002"]["notes"]


def test_the_untouched_notebook_from_two_students_is_nothing_to_look_at(course, tmp_path, monkeypatch):
    share_torch(monkeypatch)
    (tmp_path / "inbox").mkdir()
    for student in ("1001", "1002"):
        shutil.copyfile(course.copies / COPY, tmp_path / "inbox" / f"hw99_{student}.ipynb")
    grade("hw99", tmp_path / "inbox", tmp_path / "out", how=How(sandboxed=False), folders=course)
    rows = read_rows(tmp_path / "out")
    assert {(row["status"], row["score"]) for row in rows.values()} == {("graded", "0.0")}
