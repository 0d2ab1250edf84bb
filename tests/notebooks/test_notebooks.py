"""Every notebook keeps every rule, and every rule can fail. What the notebooks say, nbval compares."""

import copy
from pathlib import Path

import nbformat
import notebook_clocks  # noqa: F401  it adds a rule
import notebook_laws
import notebook_skeleton
import pytest
from good_notebook import GLOSSARY, write_good_notebook
from nbformat import NotebookNode
from notebook_checks import CHECKS, FILE_RULES, answers_problems
from notebook_faults import BREAKS, add, put, say
from notebook_tools import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[NotebookNode, Path]:
    return write_good_notebook(tmp_path_factory.mktemp("lesson"))


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("rule", CHECKS)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_keeps_rule(path: Path, rule: str) -> None:
    problems = CHECKS[rule](nbformat.read(path, as_version=nbformat.NO_CONVERT), path)
    assert not problems, f"{path.name}:\n" + "\n".join(problems)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_exercise_has_a_worked_answer(path: Path) -> None:
    lesson = nbformat.read(path, as_version=4)
    answers = path.parent / "answers" / f"{path.stem.split('_')[0]}_answers.ipynb"
    assert answers.exists(), f"{answers.name} is missing"
    notebook = nbformat.read(answers, as_version=nbformat.NO_CONVERT)
    problems = answers_problems(notebook, answers, notebook_laws.exercise_titles(lesson))
    assert not problems, f"{answers.name}:\n" + "\n".join(problems)


def test_answers_belong_to_a_lesson() -> None:
    numbers = {path.name.split("_")[0] for path in NOTEBOOKS}
    found = {path.name.removesuffix("_answers.ipynb") for path in (ROOT / "notebooks/answers").iterdir()}
    assert found - {".ipynb_checkpoints"} <= numbers


@pytest.mark.parametrize(
    ("title", "exercises", "word"),
    [
        ("# 98 · Answers to the exercises (练习解答)", ["1. Draw"], "must begin with"),
        ("# 99 · Answers to the exercises (练习解答)", ["1. Draw", "2. Name"], "the lesson's exercises are"),
        ("# 99 · Answers to the exercises (练习解答)", ["2. Name"], "answers ['1. Draw']"),
        ("# 99 · Answers to the exercises (练习解答)", ["1. Draw"], "asserts nothing"),
        ("# 99 · Answers to the exercises (练习解答)", ["1. Draw"], "holds execution times"),
    ],
)
def test_broken_answers_are_reported(
    good: tuple[NotebookNode, Path], title: str, exercises: list[str], word: str
) -> None:
    notebook = copy.deepcopy(good[0])
    notebook.cells = [notebook.cells[0], *notebook.cells[3:6]]
    notebook.cells[0].source = title
    notebook.cells[1].metadata["execution"] = {}
    notebook.cells[2].source = "## 1. Draw"
    problems = answers_problems(notebook, good[1].with_name("99_answers.ipynb"), exercises)
    assert any(word in problem for problem in problems), problems


def test_good_answers_pass(good: tuple[NotebookNode, Path]) -> None:
    notebook = copy.deepcopy(good[0])
    notebook.cells = [notebook.cells[0], *notebook.cells[3:6]]
    notebook.cells[0].source = "# 99 · Answers to the exercises (练习解答)"
    notebook.cells[2].source = "## 1. Draw"
    notebook.cells[3].source = "assert 2 < 3\nprint(2 * 3)"
    assert answers_problems(notebook, good[1].with_name("99_answers.ipynb"), ["1. Draw"]) == []
    assert set(FILE_RULES) < set(CHECKS)


@pytest.mark.parametrize("rule", CHECKS)
def test_good_notebook_keeps_rule(good: tuple[NotebookNode, Path], rule: str) -> None:
    assert CHECKS[rule](*good) == []


def test_every_rule_has_a_broken_copy() -> None:
    assert set(BREAKS) == set(CHECKS)


FAULTS = [(rule, i) for rule, faults in BREAKS.items() for i in range(len(faults))]


@pytest.mark.parametrize(("rule", "number"), FAULTS)
def test_rule_reports_broken_copy(good: tuple[NotebookNode, Path], rule: str, number: int) -> None:
    notebook, path = copy.deepcopy(good[0]), good[1]
    break_it, word = BREAKS[rule][number]
    break_it(notebook)
    problems = CHECKS[rule](notebook, path)
    assert any(word in problem for problem in problems), problems


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "draw(1);",
        "def f():\n    print(1)",
        "if False:\n    print(1)",
        "torch.testing.assert_close(a, b)",
        "%matplotlib inline",
        "# only a comment",
    ],
)
def test_silent_cells_need_no_output(good: tuple[NotebookNode, Path], source: str) -> None:
    notebook = copy.deepcopy(good[0])
    put("print(2", source=source, outputs=[])(notebook)
    assert CHECKS["outputs_are_there"](notebook, good[1]) == []


@pytest.mark.parametrize(
    "text",
    [
        r"$f:\mathbb{R}^n \to \mathbb{R}$",
        "https://example.org/home/cat.jpg and data/cat.jpg and ../data/x and and/or 3/4",
        "[a link](https://example.org)",
    ],
)
def test_formulas_and_links_are_allowed(good: tuple[NotebookNode, Path], text: str) -> None:
    notebook = copy.deepcopy(good[0])
    add(text)(notebook)
    assert CHECKS["no_absolute_paths"](notebook, good[1]) == []
    assert CHECKS["nothing_remote"](notebook, good[1]) == []


def test_stderr_passes_where_tagged_and_hidden_cells_may_be_longer(good: tuple[NotebookNode, Path]) -> None:
    notebook = copy.deepcopy(good[0])
    say("a progress bar", "stderr")(notebook)
    put("print(2", metadata={"tags": ["nbval-ignore-output"]})(notebook)
    put("draw(1)", source="x = 1\n" * 45, metadata={"jupyter": {"source_hidden": True}})(notebook)
    notebook = nbformat.from_dict(notebook)
    assert CHECKS["no_stderr"](notebook, good[1]) == CHECKS["short_cells"](notebook, good[1]) == []


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("equal: 3 of 4, True\n", []),
        ("right: True\nerror: 0.01\n", []),
        ("Truely\n", []),
        ("[True, False]\n", ["booleans"]),
    ],
)
def test_results_and_tagged_truth_values_pass(good: tuple[NotebookNode, Path], text: str, tags: list) -> None:
    notebook = copy.deepcopy(good[0])
    say(text)(notebook)
    put("print(2", metadata={"tags": tags})(notebook)
    assert CHECKS["numbers_not_truth"](nbformat.from_dict(notebook), good[1]) == []


def test_headings_in_code_do_not_count(good: tuple[NotebookNode, Path]) -> None:
    notebook = copy.deepcopy(good[0])
    add("```python\n# a comment\n```")(notebook)
    assert CHECKS["headings_nest"](notebook, good[1]) == []


def test_missing_glossary_is_reported(good: tuple[NotebookNode, Path], tmp_path: Path) -> None:
    assert len(CHECKS["terms_in_glossary"](good[0], tmp_path / "99_lines.ipynb")) == 2


def test_course_glossary() -> None:
    text = (ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8")
    assert notebook_skeleton.glossary_rows(text)
    assert notebook_skeleton.glossary_problems(text) == []


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("| English |", "| Term |", "header"),
        ("| slope | 斜率", "| slope |", "filled cells"),
        ("| slope |", "| Line |", "twice"),
        ("| slope |", "| area |", "sorted"),
    ],
)
def test_broken_glossary_is_reported(old: str, new: str, word: str) -> None:
    assert notebook_skeleton.glossary_problems(GLOSSARY) == []
    assert old in GLOSSARY
    assert any(word in problem for problem in notebook_skeleton.glossary_problems(GLOSSARY.replace(old, new)))
