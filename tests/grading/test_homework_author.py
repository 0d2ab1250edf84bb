"""The files of right and wrong answers: how they are read, and what is refused with which words."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest
from homework_course import write_source

pytest.importorskip("homework.author", reason="the student edition has no solutions")

from homework.author import trial
from homework.author.answers import read_right
from homework.author.mistakes import read_wrong
from homework.author.trial import try_solution
from homework.cells import ANSWER, TEST, Assignment, Cell
from homework.folders import ROOT, load_source
from launcher.errors import CourseError

HOMEWORK = Assignment(
    "hw99",
    "hw99_doubling.ipynb",
    "Doubling",
    [
        Cell("task1", ANSWER, "code", "def double(x):\n    return 2 * x  # 2 * x"),
        Cell("task1-values", TEST, "code", "assert double(2) == 4"),
        Cell("task2", ANSWER, "code", "def half(x):\n    return x / 2"),
    ],
)
STYLE = '"""Sums."""\n\n\n# %% task1\ndef double(x):\n    y = x\n\n    # %d is no cell\n    return x + y\n'
MISTAKE = """["not doubled"]
task = "task1"
patch = [{ old = '2 * x', new = 'x' }]
fails = ["task1-values"]
hint = "twice"
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a right answer and a wrong one to hw99, to be changed by the test."""
    (tmp_path / "hw99" / "right").mkdir(parents=True)
    (tmp_path / "hw99" / "right" / "sums.py").write_text(STYLE, encoding="utf-8")
    (tmp_path / "hw99" / "wrong.toml").write_text(MISTAKE, encoding="utf-8")
    return tmp_path


def wrong_from(folder, text: str):
    (folder / "hw99" / "wrong.toml").write_text(text, encoding="utf-8")
    return read_wrong(HOMEWORK, folder)


# ---------------------------------------------------------------- right answers


def test_a_style_is_read_cell_by_cell_and_nothing_of_it_runs(folder):
    path = folder / "hw99" / "right" / "tidy.py"
    cells = "# %% task2\n\n\nraise SystemExit('ran')\n\n\n# %% task1\nx = 'é'\n"
    path.write_text(f'"""Tidy,\n\nin two lines."""\n\n{cells}', encoding="utf-8")
    sums, tidy = read_right(HOMEWORK, folder)
    assert (sums.name, sums.style) == ("sums", "Sums.")
    assert sums.cells == {"task1": "def double(x):\n    y = x\n\n    # %d is no cell\n    return x + y"}
    assert (tidy.name, tidy.style) == ("tidy", "Tidy,\n\nin two lines.")
    assert tidy.cells == {"task2": "raise SystemExit('ran')", "task1": "x = 'é'"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (STYLE.replace("task1", "task9"), "hw99 has no task 'task9' to answer; it has task1, task2"),
        (STYLE + "\n\n# %% task1\nx = 1\n", "the cell `# %% task1` must name a task, once in this file"),
        (STYLE + "\n\n# %% task2\n", "the cell `# %% task2` must name a task, once in this file,"),
        (STYLE.replace(" task1", ""), "the cell `# %% ` must name a task"),
        (STYLE.replace('"""Sums."""', ""), "a docstring that says the style, and nothing else, must stand"),
        (STYLE.replace('Sums."""', 'Sums."""\nimport torch'), "a docstring that says the style, and nothing"),
        ('"""Sums."""\n\n\ndef double(x):\n    return x + x\n', "it has no cell; each begins with"),
        ("def (:\n" + STYLE, "invalid syntax"),
    ],
)
def test_a_style_that_is_not_in_the_format_is_refused_by_name(folder, text, words):
    (folder / "hw99" / "right" / "sums.py").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as refusal:
        read_right(HOMEWORK, folder)
    assert str(refusal.value).startswith(f"{folder / 'hw99' / 'right' / 'sums.py'}: {words}")
    assert ".\nMend it there" in str(refusal.value)


def test_ruff_reads_the_right_answers_as_it_reads_other_code():
    command = [sys.executable, "-m", "ruff", "check", "--show-files", "homework"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    answers = sorted(str(path) for path in (ROOT / "homework").glob("hw*/right/*.py"))
    assert len(answers) > 30
    assert set(answers) <= set(shown)


# ---------------------------------------------------------------- wrong answers


def test_a_patch_changes_every_place_and_one_change_after_the_other(folder):
    (answer,) = wrong_from(
        folder, MISTAKE.replace("new = 'x' }", "new = 'x' }, { old = 'x  # x', new = 'y' }")
    )
    assert (answer.name, answer.task) == ("not doubled", "task1")
    assert answer.source == "def double(x):\n    return y"
    assert (answer.fails, answer.hint) == (("task1-values",), "twice")


def test_a_patch_can_change_a_right_answer_in_another_style(folder):
    (answer,) = wrong_from(
        folder, MISTAKE.replace("'2 * x'", "'x + y'").replace("patch", 'of = "sums"\npatch')
    )
    assert answer.source == "def double(x):\n    y = x\n\n    # %d is no cell\n    return x"


def test_a_whole_answer_is_text_as_it_stands(folder):
    whole = "answer = '''\ndef double(x):\n    return \"\\n\"\n'''"
    (answer,) = wrong_from(folder, MISTAKE.replace("patch = [{ old = '2 * x', new = 'x' }]", whole))
    assert answer.source == 'def double(x):\n    return "\\n"'


PATCH = "patch = [{ old = '2 * x', new = 'x' }]"
CHANGE = "\"patch\": each change must be { old = '…', new = '…' }"
EITHER = 'it must have either "patch" (with "of" or without) or "answer"'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("'2 * x'", "'3 * x'", "\"patch\": the solution does not contain '3 * x'"),
        ("patch", 'of = "sums"\npatch', "\"patch\": the answer of right/sums.py does not contain '2 * x'"),
        ("patch", 'of = "other"\npatch', '"of": right/other.py does not answer task1'),
        ("new = 'x'", "now = 'x'", CHANGE),
        ("new = 'x'", "new = 'x', all = true", CHANGE),
        ("new = 'x'", "new = 1", CHANGE),
        ("'2 * x'", "''", CHANGE),
        (PATCH, 'patch = ["x"]', CHANGE),
        (PATCH, "patch = []", '"patch" must be a list and not empty; it is []'),
        (PATCH, "", EITHER),
        (PATCH, f"{PATCH}\nanswer = 'x'", EITHER),
        (PATCH, "of = 'sums'\nanswer = 'x'", EITHER),
        ('"task1"', '"task9"', "hw99 has no task 'task9' to answer; it has task1, task2"),
        ('"task1"', "1", '"task" must be text and not empty; it is 1'),
        ('["task1-values"]', '"task1-values"', '"fails" must be a list and not empty'),
        (
            '["task1-values"]',
            '["task1-vales"]',
            "\"fails\": hw99 has no test 'task1-vales'; it has task1-values",
        ),
        ('fails = ["task1-values"]\n', "", '"fails" is missing'),
        ('task = "task1"\n', "", '"task" is missing'),
        ('hint = "twice"\n', "", '"hint" is missing'),
        ('"twice"', '""', '"hint" must be text and not empty'),
        ("hint =", "hints =", '"hints" is no field; the fields are task, of, patch, answer, fails, hint'),
    ],
)
def test_a_mistake_that_cannot_be_understood_is_refused_by_name_and_field(folder, old, new, words):
    assert old in MISTAKE
    with pytest.raises(CourseError) as refusal:
        wrong_from(folder, MISTAKE.replace(old, new, 1))
    path = folder / "hw99" / "wrong.toml"
    assert str(refusal.value).startswith(f'{path}, mistake "not doubled": {words}')
    assert "Nothing was run, nothing was changed." in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MISTAKE + MISTAKE, "it cannot be read as TOML"),  # two mistakes of one name
        ("[", "it cannot be read as TOML"),
        ('note = "x"\n', 'mistake "note": it must be a table'),
    ],
)
def test_a_file_that_is_no_table_of_mistakes_is_refused(folder, text, words):
    with pytest.raises(CourseError, match=words):
        wrong_from(folder, text)


def test_a_homework_without_its_file_of_mistakes_is_told(folder):
    (folder / "hw99" / "wrong.toml").unlink()
    with pytest.raises(CourseError, match=r"wrong\.toml: it cannot be read as TOML: .*No such file"):
        read_wrong(HOMEWORK, folder)


# ---------------------------------------------------------------- the command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hw77"], "There is no homework called 'hw77'"),
        (["hw3", "no such style"], "no answer to hw3 has 'no such style' in its name; nothing was tried"),
    ],
)
def test_a_command_that_can_try_nothing_says_so(arguments, words, capsys):
    with pytest.raises(SystemExit) as ended:
        trial.main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_both_rates_are_told(monkeypatch, capsys):
    found = [("a", True, "", 0.1), ("b", True, "lost", 0.1), ("c", False, "", 0.1), ("d", False, "no", 0.1)]
    monkeypatch.setattr(trial, "trials", lambda *_: (trial.Trial(*each) for each in found))
    assert trial.main(["hw3"]) == 1
    told = capsys.readouterr().out
    assert "right    0.1 s  b: PROBLEM lost" in told
    assert "wrong answers caught by name: 1 of 2; right answers refused: 1 of 2" in told


def test_hints_that_cannot_be_told_apart_are_a_problem_of_the_trial(course):
    source = nbformat.read(course.sources / "hw99" / "source.ipynb", as_version=4)
    test = next(cell for cell in source.cells if cell["id"] == "task2-values")

    def problem(hints: str) -> str:
        test.source = (
            f"from homework.checks import expect\nexpect(half(3.0), 1.5, 'half(3.0)', hints={hints})"
        )
        write_source(course, source)
        return try_solution(load_source("hw99", course)).problem

    same = "these have the same value: 'a' and 'b'"
    assert problem("{'a': 2.0, 'b': lambda: 3.0}") == ""
    assert problem("{'a': 2.0, 'b': lambda: 2.0}") == same
    assert problem("{'a': 1.5, 'b': 1.5}") == ""
    test.source += "\nexpect(half(5.0), 2.5, 'half(5.0)', hints={'a': 1.0, 'b': 2.0})"
    write_source(course, source)
    assert try_solution(load_source("hw99", course)).problem == ""
