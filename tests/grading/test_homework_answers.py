"""The checkers of the homework, tried with answers known to be right and known to be wrong."""

from __future__ import annotations

import dataclasses
import io
import json
import subprocess
import tarfile
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("homework.author", reason="the student edition has no solutions")

from homework.author.answers import RightAnswer, read_right
from homework.author.forks import make_session
from homework.author.mistakes import WrongAnswer, read_wrong
from homework.author.trial import rates, trials, try_right, try_wrong
from homework.cells import ANSWER, HIDDEN, QUESTION, SOLUTION, TEST, inside
from homework.folders import COURSE, ROOT, load, load_source
from homework.marking import mark
from homework.outcomes import UNANSWERED
from homework.release import student_copy, to_text

NAMES = list(COURSE.all_sources())
POINTS = 20


def test_there_are_seven_homeworks():
    assert [f"hw{number}" for number in range(1, 8)] == NAMES


@pytest.mark.parametrize(
    ("name", "every"),
    [
        *(pytest.param(name, 6, id=name) for name in NAMES),
        *(pytest.param(name, 1, id=f"{name}-all", marks=pytest.mark.thorough) for name in NAMES),
    ],
)
def test_right_answers_pass_and_wrong_ones_are_named(name, every, capsys):
    """Of the wrong ones every sixth to each task; all of them in a thorough test."""
    found = list(trials(name, every=every))
    with capsys.disabled():
        print(f"\n{name}: {rates(found)}")
    assert not [(trial.name, trial.problem) for trial in found if trial.problem]


@pytest.mark.parametrize("name", NAMES)
def test_there_are_enough_of_both(name):
    assignment = load_source(name)
    right, wrong = read_right(assignment), read_wrong(assignment)
    assert len(right) >= 4
    assert len(wrong) >= 12
    tasks = {cell.task for cell in assignment.of_kind(ANSWER)}
    assert {task for answer in right for task in answer.cells} == tasks
    assert {answer.task for answer in wrong} == tasks


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
def test_every_test_has_a_title_that_says_what_it_tries(name):
    titles = [cell.title for cell in load_source(name).of_kind(TEST)]
    assert all(8 <= len(title) <= 74 for title in titles), titles
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", NAMES)
def test_in_the_copy_tests_are_folded_and_nothing_else(name):
    folded = {
        cell["id"]
        for cell in nbformat.read(COURSE.copy(name), as_version=4).cells
        if cell.metadata.get("jupyter", {}).get("source_hidden")
    }
    assert folded == {cell.name for cell in load_source(name).of_kind(TEST)}


@pytest.mark.parametrize("name", NAMES)
def test_a_homework_runs_on_one_thread(name):
    first = next(cell for cell in load_source(name).cells if cell.cell_type == "code")
    assert "torch.set_num_threads(1)" in first.source


@pytest.mark.parametrize("name", NAMES)
def test_the_lessons_own_way_of_writing_is_among_the_right_answers(name):
    """What a learner writes who knows the lessons alone must pass the visible and the hidden tests."""
    lesson = next(answer for answer in read_right(load_source(name)) if answer.name == "lesson")
    assert len(lesson.cells) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_the_students_copy_is_what_the_source_gives(name):
    copy = to_text(student_copy(nbformat.read(COURSE.source(name), as_version=4)))
    handed_out = COURSE.handed_out / COURSE.copy(name).name
    assert handed_out.read_text(encoding="utf-8") == copy
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
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.ipynb")}
    assert len(before) == 2 * len(NAMES)
    assert all(line.endswith("unchanged") for line in release([], folders))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.ipynb")} == before
    next(iter(before)).write_text("{}")
    assert sum(line.endswith("written") for line in release([], folders)) == 1


ROOMS = ("homework/hw*", "homework/author", "tests/grading")


@pytest.fixture(scope="module")
def student_edition():
    """Bytes by path."""
    command = ["git", "archive", "HEAD", "--format=tar", "--worktree-attributes"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True)
    if made.returncode != 0:
        pytest.skip("no git repository here")
    with tarfile.open(fileobj=io.BytesIO(made.stdout)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}


def test_the_student_edition_holds_no_file_of_the_teachers_rooms(student_edition):
    listing = subprocess.run(["git", "ls-files", "--", *ROOMS], cwd=ROOT, capture_output=True, check=True)
    private = set(listing.stdout.decode().split())
    assert {
        "homework/hw1/wrong.toml",
        "homework/author/trial.py",
        "tests/grading/homework_hostile.py",
    } <= private
    assert {"homework/checks.py", "notebooks/homework/hw1_tensors.ipynb"} <= set(student_edition)
    assert not private & set(student_edition)


@pytest.mark.parametrize("name", NAMES)
def test_the_student_edition_holds_no_line_of_an_answer_or_a_hidden_test(name, student_edition):
    """Wherever it may lie: lines that no notebook of the lectures shows."""
    lectures = [read(path) for path in (ROOT / "notebooks").rglob("*.ipynb")]
    secrets = {line for line in private_lines(name) if not any(line in text for text in lectures)}
    assert len(secrets) > 50
    edition = {path: data.decode("utf-8", "replace") for path, data in student_edition.items()}
    for line in secrets:
        quoted = json.dumps(line, ensure_ascii=False)[1:-1]  # as a notebook file writes it
        assert [path for path, text in edition.items() if line in text or quoted in text] == []


def read(path: Path) -> str:
    """The text of a notebook's cells."""
    return "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)


def private_lines(name: str) -> set[str]:
    """The longer lines of a homework's solutions, hidden tests, right and wrong answers."""
    assignment = load_source(name)
    texts = [inside(cell.source, SOLUTION) for cell in assignment.of_kind(ANSWER)]
    texts += [inside(cell.source, HIDDEN) for cell in assignment.of_kind(TEST)]
    texts += [source for answer in read_right(assignment) for source in answer.cells.values()]
    texts += [answer.source for answer in read_wrong(assignment)]
    return {line.strip() for text in texts for line in text.splitlines() if len(line.strip()) > 50}


def test_the_trial_says_what_is_wrong_with_a_checker():
    """A checker that accepts a wrong answer, or refuses a right one, is told."""
    assignment = load_source("hw3")
    first = assignment.of_kind(ANSWER)[0]
    wrong = WrongAnswer("not wrong at all", first.task, first.source, ("task1-values",), "x")
    assert "fails [], not ['task1-values']" in try_wrong(assignment, wrong).problem
    nonsense = RightAnswer("not right at all", "", {first.task: "def nothing():\n    return None"})
    assert first.task in try_right(assignment, nonsense).problem
