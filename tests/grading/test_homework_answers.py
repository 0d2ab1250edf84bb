"""The checkers of the homework, tried with answers known to be right and known to be wrong."""

from __future__ import annotations

import dataclasses
import importlib
import subprocess

import nbformat
import pytest

pytest.importorskip("homework.mistakes", reason="the student edition has no solutions")

from homework.cells import ANSWER, HIDDEN, QUESTION, TEST, inside
from homework.folders import COURSE, ROOT, load, load_source
from homework.marking import UNANSWERED, mark
from homework.release import student_copy, to_text
from homework.trial import make_session, rates, trials

NAMES = list(COURSE.all_sources())
POINTS = 20


def test_there_are_seven_homeworks():
    assert [f"hw{number}" for number in range(1, 8)] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_pass_and_wrong_ones_are_named(name, capsys):
    found = list(trials(name))
    with capsys.disabled():
        print(f"\n{name}: {rates(found)}")
    assert not [(trial.name, trial.problem) for trial in found if trial.problem]


@pytest.mark.parametrize("name", NAMES)
def test_there_are_enough_of_both(name):
    answers = importlib.import_module(f"homework.mistakes.{name}")
    assert len(answers.RIGHT) >= 4
    assert len(answers.WRONG) >= 12
    tasks = {cell.task for cell in load_source(name).of_kind(ANSWER)}
    assert {task for right in answers.RIGHT.values() for task in right} == tasks
    assert {wrong["task"] for wrong in answers.WRONG.values()} == tasks


@pytest.mark.parametrize("name", NAMES)
def test_a_homework_has_twenty_points_and_one_question_by_hand(name):
    assignment = load_source(name)
    assert assignment.points == POINTS
    assert 5 <= len({cell.task for cell in assignment.of_kind(ANSWER)}) <= 8
    assert len(assignment.of_kind(QUESTION)) == 1
    assert all(cell.points > 0 for cell in assignment.of_kind(TEST))
    assert any(inside(cell.source, HIDDEN) for cell in assignment.of_kind(TEST))
    names = [cell.name for cell in assignment.cells]
    assert len(set(names)) == len(names)
    tested = {cell.task for cell in assignment.of_kind(TEST)}
    assert tested == {cell.task for cell in assignment.of_kind(ANSWER)}


@pytest.mark.parametrize("name", NAMES)
def test_the_students_copy_is_what_the_source_gives(name):
    copy = to_text(student_copy(nbformat.read(COURSE.source(name), as_version=4)))
    committed = COURSE.copies / load_source(name).file_name
    assert committed.read_text(encoding="utf-8") == copy, "run `python3 course.py release`"


@pytest.mark.parametrize("name", NAMES)
def test_the_students_copy_runs_to_its_end_with_every_task_unanswered(name):
    copy = load(COURSE.copy(name))
    with make_session() as session:
        marks = mark(copy, session)
    assert {result.status for result in marks.results} == {UNANSWERED}
    answers = {cell.name for cell in copy.of_kind(ANSWER)}
    assert {cell: text for cell, text in marks.problems.items() if cell not in answers} == {}
    assert all("NotImplementedError" in text for text in marks.problems.values())


@pytest.mark.parametrize("name", NAMES)
def test_no_solution_and_no_hidden_test_is_in_the_copy(name):
    source, copy = load_source(name), load(COURSE.copy(name))
    text = "\n".join(cell.source for cell in copy.cells)
    assert "### BEGIN" not in text
    assert "### END" not in text
    for cell in source.of_kind(TEST):
        for line in inside(cell.source, HIDDEN).splitlines():
            if len(line.strip()) > 30 and line not in "\n".join(
                c.source.split("### BEGIN")[0] for c in source.cells
            ):
                assert line not in text


def test_a_second_release_changes_nothing(tmp_path):
    from homework.release import release

    folders = dataclasses.replace(COURSE, copies=tmp_path)
    assert all(line.endswith("written") for line in release([], folders))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert all(line.endswith("unchanged") for line in release([], folders))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_student_edition_holds_no_answers(tmp_path):
    listing = subprocess.run(
        ["git", "archive", "HEAD", "--format=tar", "--worktree-attributes"],
        cwd=ROOT,
        capture_output=True,
    )
    if listing.returncode != 0:
        pytest.skip("no git repository here")
    names = subprocess.run(
        ["tar", "t"], input=listing.stdout, capture_output=True, check=True
    ).stdout.decode()
    assert "homework/checks.py" in names
    assert "notebooks/" in names
    for word in ("homework/source", "homework/mistakes", "tests/grading", "homework_hostile"):
        assert word not in names


def test_the_trial_says_what_is_wrong_with_a_checker():
    """A checker that accepts a wrong answer, or refuses a right one, is told."""
    from homework.trial import try_right, try_wrong

    assignment = load_source("hw3")
    first = assignment.of_kind(ANSWER)[0]
    wrong = {"task": first.task, "answer": first.source, "fails": ["task1-nothing"], "hint": "x"}
    assert "fails []" in try_wrong(assignment, "not wrong at all", wrong).problem
    nonsense = {first.task: "def nothing():\n    return None"}
    assert first.task in try_right(assignment, "not right at all", nonsense).problem
