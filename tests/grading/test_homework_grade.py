"""Grading from end to end on a small homework: marks by hand, going on after a stop, a cluster, refusals."""

from __future__ import annotations

import csv
import dataclasses
import datetime

import nbformat
import pytest
from homework_course import DOUBLE, HALF, answered, share_torch, write_source

from homework import __main__ as command_line
from homework import sandbox
from homework.session import local_command
from homework.teacher import gradebook, grading, pool
from homework.teacher.grade import grade
from homework.teacher.original import Original
from homework.teacher.pool import How
from launcher.errors import CourseError

pytestmark = pytest.mark.filterwarnings("default")  # those of nbgrader's and Dask's own code

HERE = How(jobs=2, sandboxed=sandbox.problem() is None)


@pytest.fixture
def inbox(course, tmp_path):
    """Two hand-ins: everything right, and one task right."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name, answers in (
        ("hw99_1001.ipynb", {"task1": DOUBLE, "task2": HALF, "text": "Because."}),
        ("hw99_1002.ipynb", {"task2": HALF, "task1": "def double(x):\n    return x**2"}),
    ):
        (folder / name).write_text(nbformat.writes(answered(course, **answers)))
    return folder


def read(out):
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_marks_by_hand_come_back_into_the_grades(course, tmp_path, inbox):
    out = tmp_path / "out"
    told = grade("hw99", inbox, out, how=HERE, folders=course)
    rows = read(out)
    assert [rows[key]["score"] for key in ("1001", "1002")] == ["3.0", "2.0"]
    assert [rows[key]["needs_manual"] for key in ("1001", "1002")] == ["task3", ""]
    assert rows["1002"]["task1"] == "0.0"
    assert "1 wait for marks by hand" in told
    page = (out / "feedback" / "hw99" / "1002.html").read_text(encoding="utf-8")
    assert "That is the square." in page
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "That is the square." in report

    with gradebook.open_book(out / "nbgrader") as book:
        found = book.find_grade("task3", "hw99_doubling", "hw99", "1001")
        assert found.needs_manual_grade
        assert book.find_grade("task1-values", "hw99_doubling", "hw99", "1001").auto_score == 1
        found.manual_score = 0.5
        book.db.commit()
    marked = out / "nbgrader" / "autograded" / "1001" / "hw99" / "hw99_doubling.ipynb"
    assert "Because." in marked.read_text(encoding="utf-8")
    grade("hw99", inbox, out, how=HERE, folders=course)
    row = read(out)["1001"]
    assert (row["score"], row["needs_manual"], row["task3"]) == ("3.5", "", "0.5")


def test_an_interrupted_grading_goes_on_where_it_stopped(course, tmp_path, inbox, monkeypatch):
    out, graded = tmp_path / "out", []
    share_torch(monkeypatch)
    real, how = grading.grade_one, How(sandboxed=False)

    def stop_after_one(original, data, *more):
        if graded:
            raise KeyboardInterrupt
        graded.append(data)
        return real(original, data, *more)

    monkeypatch.setattr(grading, "grade_one", stop_after_one)
    with pytest.raises(KeyboardInterrupt):
        grade("hw99", inbox, out, how=how, folders=course)
    assert not (out / "grades.csv").exists()
    again = []
    monkeypatch.setattr(grading, "grade_one", lambda *args: again.append(args) or real(*args))
    grade("hw99", inbox, out, how=how, folders=course)
    assert len(again) == 1
    assert len(read(out)) == 2


@pytest.mark.thorough
def test_on_a_machine_that_is_too_busy_nobody_gets_a_zero_unseen(course, tmp_path, inbox, monkeypatch):
    """Where the homework's own cell is stopped, no task can be right."""
    share_torch(monkeypatch)
    source = nbformat.read(course.sources / "hw99" / "source.ipynb", as_version=4)
    setup = next(cell for cell in source.cells if cell.metadata.nbgrader.grade_id == "setup")
    setup.source = "import time\n\ntime.sleep(60)\n" + setup.source
    write_source(course, source)
    grade("hw99", inbox, tmp_path / "out", how=How(sandboxed=False, cell_seconds=0.5), folders=course)
    for row in read(tmp_path / "out").values():
        assert row["status"] == "needs-manual" and float(row["score"]) < 3
        assert "the homework's own cell setup took too long: was this machine too busy?" in row["notes"]


def test_late_hand_ins_and_absent_students_are_told(course, tmp_path, inbox, monkeypatch):
    share_torch(monkeypatch)
    how = How(sandboxed=False)
    (inbox / "hw99_1001.ipynb").rename(inbox / "hw99_1001.ipynb.keep")
    (inbox / "hw99_1001.ipynb.keep").unlink()
    roster = tmp_path / "roster.csv"
    roster.write_text("1001,Ann\n1002,Bob\n")
    due = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
    grade("hw99", inbox, tmp_path / "out", roster=roster, due=due, how=how, folders=course)
    assert read(tmp_path / "out")["1002"]["late_seconds"] == ""
    assert "1001" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_refusals_change_nothing(course, tmp_path, inbox, monkeypatch):
    for options, words in (
        ({"inbox": tmp_path / "none"}, "There is no folder"),
        ({"inbox": tmp_path / "copies" / "empty"}, "There is no folder"),
        ({"out": inbox / "out"}, "lies in the inbox"),
        ({"roster": tmp_path / "none.csv"}, "cannot be read"),
        ({"name": "hw98"}, "Those that exist: hw99"),
    ):
        given = {"name": "hw99", "inbox": inbox, "out": tmp_path / "out"} | options
        with pytest.raises(CourseError, match=words):
            grade(**given, how=How(sandboxed=False), folders=course)
    monkeypatch.setattr(sandbox, "problem", lambda: "no bubblewrap; sudo apt install it, or --no-sandbox")
    with pytest.raises(CourseError, match="sudo apt install"):
        grade("hw99", inbox, tmp_path / "out", folders=course)
    assert not (tmp_path / "out").exists()


def test_without_sources_it_says_that_this_is_the_student_edition(course, tmp_path, inbox):
    without = dataclasses.replace(course, sources=tmp_path / "nowhere")
    with pytest.raises(CourseError, match="student edition"):
        grade("hw99", inbox, tmp_path / "out", how=How(sandboxed=False), folders=without)


def test_code_runs_in_the_sandbox_unless_that_is_switched_off(course, monkeypatch):
    """Here and on a cluster, each job as a user of its own."""
    commands = []

    def no_session(command, seconds):
        commands.append(command()[0])
        raise RuntimeError("not run")

    monkeypatch.setattr(grading, "Session", no_session)
    monkeypatch.setattr(sandbox, "command", lambda slot: (["sandbox", slot], {}))
    original, data = Original.read("hw99", course), nbformat.writes(answered(course)).encode()
    for how in (How(jobs=1), How(sandboxed=False)):
        ((_, result),) = pool.run_here(original, {"key": data}, how)
        assert result.status == "failed"
        assert "not run" in result.log
        grading.grade_remote(original, data, how.sandboxed, 20)
    assert commands[0] == ["sandbox", 0]
    assert commands[1][0] == "sandbox"
    assert isinstance(commands[1][1], int)
    assert commands[2] == commands[3] == local_command()[0]


@pytest.mark.thorough
def test_a_cluster_gives_the_same_marks(course, tmp_path, inbox, monkeypatch):
    distributed = pytest.importorskip("distributed")
    here, there = tmp_path / "here", tmp_path / "there"
    grade("hw99", inbox, here, how=HERE, folders=course)
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        assert len(client.scheduler_info()["workers"]) == 2
        how = dataclasses.replace(HERE, dask=cluster.scheduler_address)
        grade("hw99", inbox, there, how=how, folders=course)
    assert (here / "grades.csv").read_bytes() == (there / "grades.csv").read_bytes()
    with pytest.raises(CourseError, match="No Dask scheduler answers"):
        monkeypatch.setattr(pool, "CLUSTER_SECONDS", 1)
        how = dataclasses.replace(HERE, dask="tcp://127.0.0.1:9")
        grade("hw99", inbox, tmp_path / "nobody", how=how, folders=course)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grade", "hw3"], "--inbox"),
        (["grade", "hw3", "--inbox", "a", "--out", "b", "--jobs", "0"], "1 or more"),
        (["grade", "hw3", "--inbox", "a", "--out", "b", "--due", "tomorrow"], "no time such as"),
        (["submit", "hw3"], "--student"),
        (["nonsense"], "invalid choice"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(arguments, words, capsys):
    with pytest.raises(SystemExit):
        command_line.main(arguments)
    assert words in capsys.readouterr().err


def test_the_command_line_prints_problems_in_words(course, tmp_path, capsys):
    assert command_line.main(["check", "hw98"], course) == 1
    assert "Those that exist: hw99" in capsys.readouterr().err
    assert command_line.main(["mark", "--out", str(tmp_path)], course) == 1
    assert "There is no gradebook" in capsys.readouterr().err
    assert command_line.main(["release"], course) == 0
    assert "hw99_doubling.ipynb: unchanged" in capsys.readouterr().out
    assert command_line.main(["submit", "hw99", "--student", "7", "--to", str(tmp_path / "to")], course) == 0
    assert "Receipt" in capsys.readouterr().out
    assert command_line.main(["check", "hw99"], course) == 1
    assert "0 of 3" in capsys.readouterr().out
