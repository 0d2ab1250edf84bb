"""What an autograder takes for the hand-in, what it tells of it, and what it is made of."""

from __future__ import annotations

import contextlib
import json
import subprocess
import zipfile
from pathlib import Path

import nbformat
import pytest
from homework_course import COPY, DOUBLE, HALF, answered, read_copy, share_torch

from homework.folders import COURSE, ROOT
from homework.gradescope import pack, run
from homework.gradescope.metadata import Metadata, duration
from homework.gradescope.results import LONGEST
from homework.session import Session, local_command
from homework.student.submit import submit
from homework.teacher.grading import TOTAL_SECONDS
from launcher import arguments
from launcher.cli import make_parser
from launcher.image import cpu_requirements

RIGHT = {"task1": DOUBLE, "task2": HALF, "text": "Because."}
DUE = "2026-12-01T23:59:00+08:00"


@pytest.fixture
def base(course, tmp_path, monkeypatch):
    """Gradescope's folders, in which `tell` grades hw99 in a fork of this process."""
    share_torch(monkeypatch)
    monkeypatch.setattr(run, "COURSE", course)
    monkeypatch.setattr(run, "try_worker", lambda command: None)
    monkeypatch.setattr(run, "walled", lambda base: contextlib.nullcontext(local_command))
    for name in ("submission", "results"):
        (tmp_path / "base" / name).mkdir(parents=True)
    return tmp_path / "base"


def tell(base: Path) -> dict:
    run.main(base)
    return json.loads((base / "results" / "results.json").read_text(encoding="utf-8"))


def upload(base: Path, name: str, notebook) -> None:
    text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
    place = base / "submission" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "Why: there is no file in it."),
        ({COPY: '{"cells": ['}, "Why: the file is not a whole notebook: its JSON is cut off"),
        ({"answer.docx": "PK"}, "answer.docx: it is neither a notebook"),
        ({"mine.zip": "PK"}, "mine.zip: it is called .zip, but is no zip file"),
        ({f"{k}.ipynb": f'{{"cells": [{k}]}}' for k in range(5)}, "Why: there are 5 notebooks in it"),
        ({"submitted/ann/hw4/hw4.ipynb": "{}"}, "nbgrader's assignments there are hw4"),
    ],
    ids=["nothing", "half a file", "another kind", "no zip", "many", "another assignment"],
)
def test_what_cannot_be_read_gets_no_points_the_reason_and_what_to_do(base, files, words):
    for name, text in files.items():
        upload(base, name, text)
    told = tell(base)
    assert told["score"] == 0
    assert words in told["output"]
    assert "course.py submit hw99 --student YOUR-ID" in told["output"]
    assert "marked by your teacher" not in told["output"]
    assert told["tests"] == []


def test_where_the_server_lays_nothing_there_is_no_zero(base):
    (base / "submission").rmdir()
    assert "score" not in tell(base)


def test_another_homework_is_known_by_the_copies_that_students_have(course, base, tmp_path):
    (course.handed_out / "hw3_backpropagation.ipynb").write_bytes(
        (COURSE.handed_out / "hw3_backpropagation.ipynb").read_bytes()
    )
    upload(base, COPY, (COURSE.copies / "hw3_backpropagation.ipynb").read_text(encoding="utf-8"))
    assert "this is hw3, not hw99: hand it in as hw3" in tell(base)["output"]


def test_a_name_says_nothing_of_whose_it_is_and_files_beside_a_notebook_are_named(course, base):
    upload(base, "final version (really).ipynb", answered(course, **RIGHT))
    upload(base, "notes.pdf", "x")
    told = tell(base)
    assert told["score"] == 3
    assert "\nGraded.\n" in told["output"]
    assert "notes.pdf: it is neither a notebook" in told["output"]


def test_of_two_notebooks_the_newer_one_counts(course, base):
    upload(base, "hw99_old.ipynb", read_copy(course))
    upload(base, "hw99.ipynb", answered(course, **RIGHT))
    told = tell(base)
    assert told["score"] == 3
    assert "hw99_old.ipynb: another notebook counts" in told["output"]


def test_all_notebooks_of_a_hand_in_share_the_time_of_one(course, base, monkeypatch):
    given = []

    def session(command, seconds: float) -> Session:
        given.append(seconds)
        return Session(command, seconds)

    monkeypatch.setattr("homework.teacher.grading.Session", session)
    for name in ("hw99.ipynb", "hw99_old.ipynb"):
        upload(base, name, answered(course, **RIGHT | {"text": name}))
    assert tell(base)["score"] == 3
    assert given == [TOTAL_SECONDS / 2] * 2


def test_a_manifest_that_does_not_fit_is_for_the_teacher_to_judge(course, base, capsys):
    (course.copies / COPY).write_text(nbformat.writes(answered(course, **RIGHT)))
    made = Path(submit("hw99", "1001", folders=course).splitlines()[0].partition(": ")[2])
    zipfile.ZipFile(made).extractall(base / "submission")
    upload(base, COPY, answered(course, **RIGHT | {"task1": "def double(x):\n    return x * 2"}))
    told = tell(base)
    assert told["score"] == 3
    assert "Your teacher has to look at this hand-in" in told["output"]
    assert "the hash in its manifest" not in told["output"]
    assert "the hash in its manifest is not that of the notebook" in capsys.readouterr().out


def test_repairs_errors_and_long_texts_are_told_in_bounds(course, base):
    loud = f"{DOUBLE}\n\n\nraise ValueError('<b>' + 'x' * 50_000)"
    upload(base, COPY, answered(course, task1=loud, setup="x = 1", text="y" * 50_000))
    told = tell(base)
    assert "the locked cell setup was changed" in told["output"]
    assert "task1: ValueError: <b>xxx" in told["output"]
    assert told["output_format"] == "text"
    assert all(len(text) < LONGEST + 100 for text in [told["output"], *(t["output"] for t in told["tests"])])


def test_a_notebook_that_grading_fails_on_gets_no_zero(course, base, monkeypatch, capsys):
    upload(base, COPY, answered(course, **RIGHT))

    def no_session(*_: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr("homework.teacher.grading.Session", no_session)
    assert "score" not in tell(base)
    assert "the disk is gone" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            {"created_at": "2026-12-01T15:59:00Z", "assignment": {"due_date": DUE}},
            "in time (due 2026-12-01 23:59:00",
        ),
        ({"created_at": "2026-12-01T15:59:01Z", "assignment": {"due_date": DUE}}, "LATE by 1 second "),
        (
            {
                "created_at": "2026-12-03T00:00:00+08:00",
                "assignment": {"due_date": DUE},
                "users": [{"assignment": {"due_date": "2026-12-05T23:59:00+08:00"}}, {"name": "Bob"}],
            },
            "in time (due 2026-12-05",
        ),
        ({"created_at": "2026-12-01T15:59:01Z", "assignment": {"due_date": None}}, "There is no due time."),
        ({"created_at": 7, "assignment": []}, "does not say when this came"),
        ([], "does not say when this came"),
    ],
    ids=["on the second", "a second late", "more time", "no due time", "another form", "no dict"],
)
def test_the_servers_time_decides(tmp_path, told, words):
    path = tmp_path / "submission_metadata.json"
    path.write_text(json.dumps(told))
    assert words in Metadata.read(path).timing()
    assert Metadata.read(tmp_path / "none.json") == Metadata()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, "59 seconds"), (3600, "1 hour"), (86_461, "1 day"), (180_000, "2 days 2 hours")],
)
def test_a_duration_is_told_by_its_two_largest_units(seconds, words):
    assert duration(seconds) == words


def test_the_zip_is_made_by_the_command_and_has_the_same_bytes_twice(course, tmp_path):
    options = make_parser().parse_args(["export", "gradescope", "hw99", "--to", str(tmp_path / "out")])
    told = pack.export(options, course)
    made = tmp_path / "out" / "autograder-hw99.zip"
    assert str(made) in told
    assert "Autograder points: 3, and enable manual grading for 1 more: task3" in told
    first = made.read_bytes()
    for path in course.handed_out.iterdir():
        path.touch()
    pack.export(options, course)
    assert made.read_bytes() == first
    with zipfile.ZipFile(made) as archive:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
        names = set(modes)
        assert archive.read("requirements.txt").decode() == cpu_requirements()
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert {mode for name, mode in modes.items() if "/" in name} == {0o644}
    assert [name for name in names if name.endswith("source.ipynb")] == ["course/homework/hw99/source.ipynb"]
    assert not [name for name in names if "/right/" in name or "/author/" in name or "/tests/" in name]


def test_line_ends_of_windows_do_not_reach_bash(course, monkeypatch, tmp_path):
    for name in pack.PROGRAMS:
        text = (pack.HERE / name).read_bytes().replace(b"\n", b"\r\n")
        (tmp_path / name).write_bytes(text)
    monkeypatch.setattr(pack, "HERE", tmp_path)
    files = pack.contents("hw99", course)
    assert not [name for name in pack.PROGRAMS if b"\r" in files[name]]


def test_a_homework_that_is_not_there_is_refused_at_once():
    options = make_parser().parse_args(["export", "gradescope", "hw42"])
    assert "there is no notebook of a homework called 'hw42'" in arguments.problem_of(options)


APT = """#!/bin/sh
echo "apt-get $*" >>"$LOG"
case "$*" in *python3.13*) exit 100 ;; *python3.12*) cp "$HERE/new" "$HERE/python3.12" ;; esac
"""
PYTHON = """#!/bin/sh
case "$1" in
-) exit {code} ;;
*) echo "python $*" >>"$LOG" ;;
esac
if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; fi
"""


@pytest.mark.parametrize("has_python", [True, False], ids=["a Python that serves", "an old Python alone"])
def test_setup_installs_the_lock_into_a_python_that_serves(tmp_path, has_python):
    """With programs in the place of Ubuntu's that write down what they are asked for."""
    source, bin_folder, log = tmp_path / "source", tmp_path / "bin", tmp_path / "log"
    source.mkdir()
    bin_folder.mkdir()
    text = (pack.HERE / "setup.sh").read_text(encoding="utf-8")
    environment = tmp_path / "environment"
    (source / "setup.sh").write_text(text.replace("/opt/deep-learning-course", str(environment)))
    programs = {
        "apt-get": APT,
        "new": PYTHON.format(code=0),
        "python3": PYTHON.format(code=int(not has_python)),
    }
    programs |= {f"python3.{k}": PYTHON.format(code=1) for k in (11, 12, 13, 14)}
    for name, program in programs.items():
        (bin_folder / name).write_text(program)
        (bin_folder / name).chmod(0o755)
    env = {"PATH": f"{bin_folder}:/usr/bin:/bin", "LOG": str(log), "HERE": str(bin_folder)}
    done = subprocess.run(["bash", str(source / "setup.sh")], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = log.read_text().splitlines()
    assert lines[0] == "apt-get update"
    assert "bubblewrap" in lines[1]
    installs = [line for line in lines if "python3." in line and line.startswith("apt-get")]
    assert bool(installs) is not has_python
    assert f"python -m venv {environment}" in lines
    assert f"python -m pip install --no-cache-dir -r {source / 'requirements.txt'}" in lines
    assert source.stat().st_mode & 0o077 == 0


def test_bash_reads_both_programs_and_they_agree_about_places():
    for name in pack.PROGRAMS:
        subprocess.run(["bash", "-n", str(pack.HERE / name)], check=True)
    setup, runs = ((pack.HERE / name).read_text(encoding="utf-8") for name in pack.PROGRAMS)
    assert "environment=/opt/deep-learning-course " in setup
    assert "\n/opt/deep-learning-course/bin/python -P -m homework.gradescope.run" in runs
    assert f'/source/{pack.COURSE}"' in runs and f'$source_folder/{pack.COURSE}"' in setup


def test_every_homework_of_the_course_can_be_packed():
    for name in COURSE.all_sources():
        files = pack.contents(name, COURSE)
        assert f"course/homework/{name}/source.ipynb" in files
        assert len([place for place in files if "/.handed_out/" in place]) == 7
        assert "course/data/README.md" in files, "COURSE_DATA names this folder inside"
    assert ROOT / "homework" / "teacher" / "grading.py" in pack.needed()
