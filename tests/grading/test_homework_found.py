"""Answers and texts that do not stand where they were handed out are found or doubted."""

from __future__ import annotations

import contextlib
import json

import nbformat
import pytest
from homework_course import COPY, DOUBLE, HALF, answered, read_copy
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

pytest.importorskip("homework.author", reason="the student edition has no solutions")

from homework.cells import QUESTION, TEST, TEXT_STUB, kind_of
from homework.folders import COURSE, load, load_source
from homework.reading import parse
from homework.rebuild import Rebuilt, rebuild
from homework.teacher.original import as_handed_out

TEXT = "Since a sum of two equal numbers is twice the number."
BOTH = {"task1-values", "task2-values"}
STUB = "def double(x):\n    raise NotImplementedError()"


def rebuilt(course, notebook: nbformat.NotebookNode) -> Rebuilt:
    data = json.dumps(notebook).encode()
    return rebuild(load_source("hw99", course), load(course.copies / COPY), data)


def passed(made: Rebuilt) -> set[str]:
    """The tests that pass when all cells run in their order, whatever fails, as in grading."""
    namespace, names = {}, set()
    for cell in made.assignment.cells:
        if cell.cell_type == "code":
            with contextlib.suppress(Exception):
                exec(cell.source, namespace)
                if cell.kind == TEST:
                    names.add(cell.name)
    return names


def strip(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """As some web editors leave a notebook: no metadata, no ids."""
    for cell in notebook.cells:
        cell.metadata = {}
        del cell["id"]
    notebook.metadata, notebook.nbformat_minor = {}, 4
    return notebook


def at(notebook: nbformat.NotebookNode, name: str) -> int:
    return next(number for number, cell in enumerate(notebook.cells) if cell.get("id") == name)


def cut(notebook: nbformat.NotebookNode, name: str) -> str:
    """Take a cell out; returns its source."""
    return notebook.cells.pop(at(notebook, name)).source


# ---------------------------------------------------------------- answers


def solved(course) -> nbformat.NotebookNode:
    return answered(course, task1=DOUBLE, task2=HALF, text=TEXT)


def test_a_notebook_without_metadata_and_ids_loses_nothing(course):
    made = rebuilt(course, strip(solved(course)))
    assert made.answers == {"task1": DOUBLE, "task2": HALF}
    assert made.texts == {"task3": TEXT}
    assert not made.doubts
    assert any("grade ids of" in repair for repair in made.repairs)
    assert not [cell for cell in made.assignment.cells if cell.kind == "extra"]


def test_ids_that_an_editor_keeps_in_the_metadata_are_known(course):
    notebook = solved(course)
    for cell in notebook.cells:
        cell.metadata = {"id": cell.pop("id")}
        cell.source += "  # edited"
    made = rebuilt(course, notebook)
    assert {part.split(" ")[3] for part in made.repairs if "was changed" in part and "locked" in part} == {
        "intro",
        "setup",
        "task1-values",
        "task2-values",
    }
    assert made.answers["task1"] == f"{DOUBLE}  # edited"


def test_a_blank_notebook_without_metadata_is_blank(course):
    made = rebuilt(course, strip(read_copy(course)))
    assert made.texts == {"task3": ""}
    assert not made.doubts
    assert all("NotImplementedError" in source for source in made.answers.values())
    assert not [cell for cell in made.assignment.cells if cell.kind == "extra"]


def merge(notebook: nbformat.NotebookNode, *names: str) -> nbformat.NotebookNode:
    """Join cells into the first of them, as "merge cells" does."""
    sources = [notebook.cells[at(notebook, name)].source for name in names]
    notebook.cells[at(notebook, names[0])].source = "\n\n".join(sources)
    for name in names[1:]:
        cut(notebook, name)
    return notebook


@pytest.mark.parametrize("stripped", [False, True])
@pytest.mark.parametrize(
    "names",
    [
        ("task1", "task2"),  # two answers in one cell
        ("task2", "task1"),  # the cell of the later task holds the earlier one's answer
        ("task1", "task1-values"),
        ("task1-values", "task1"),  # the answer below a test, which stops before it
        ("setup", "task1", "task2"),
        ("task2-values", "task1", "task2"),
        ("intro", "task2"),  # a text with code below it
    ],
)
def test_answers_merged_into_other_cells_are_used(course, names, stripped):
    notebook = merge(solved(course), *names)
    made = rebuilt(course, strip(notebook) if stripped else notebook)
    assert passed(made) == BOTH
    assert bool(made.doubts) == (names[0] == "intro")  # its type is text


@pytest.mark.parametrize("place", [0, 2, 4, 99])
@pytest.mark.parametrize("stubs", ["there", "gone"])
def test_all_answers_in_one_added_cell_are_used_wherever_it_stands(course, place, stubs):
    notebook = read_copy(course)
    if stubs == "gone":
        cut(notebook, "task1"), cut(notebook, "task2")
    everything = (
        f"import math\nSCALE = 0.5\n\n{DOUBLE}\n\n@staticmethod\ndef half(x):\n    return SCALE * x\n"
    )
    notebook.cells.insert(place, new_code_cell(everything))
    made = rebuilt(course, notebook)
    assert passed(made) == BOTH
    assert any("answer to task2 was found" in repair for repair in made.repairs)
    assert not made.doubts


def test_what_a_moved_answer_uses_of_other_added_cells_comes_with_it(course):
    notebook = read_copy(course)
    notebook.cells.append(new_code_cell("from fractions import Fraction\nTWO = Fraction(2)"))
    notebook.cells.append(new_code_cell("def twice(x):\n    return float(TWO) * x"))
    notebook.cells.append(new_code_cell("def double(x):\n    return twice(x)"))
    assert passed(rebuilt(course, notebook)) == {"task1-values"}


def test_what_an_answer_uses_below_itself_comes_with_it(course):
    notebook = merge(solved(course), "task1", "task2")
    half, twice = "def half(x):\n    return twice(x) / 4", "def twice(x):\n    return x + x"
    notebook.cells[at(notebook, "task1")].source = f"{DOUBLE}\n\n{half}\n\n{twice}"
    made = rebuilt(course, notebook)
    assert made.answers["task2"] == f"{half}\n{twice}"
    assert passed(made) == BOTH


def test_a_moved_answer_in_two_cells_is_joined(course):
    notebook = answered(course, task2=HALF)
    for source in ("def double(x):\n    y = x", "    return (", "        x + y)"):
        notebook.cells.append(new_code_cell(source))
    made = rebuilt(course, notebook)
    assert passed(made) == BOTH
    assert any("was split: its parts were joined" in repair for repair in made.repairs)
    assert not made.doubts


@pytest.mark.parametrize(
    "answer",
    [
        "%%time\ndef double(x):\n    return x + x",
        "%matplotlib inline\nfiles = !ls\ndouble?\ndef double(x):\n    return x + x",
        "if True:\n    def double(x):\n        return x + x",
        "try:\n    double = torch.compile(None)\nexcept Exception:\n    def double(x):\n        return x + x",
        "double = lambda x: x + x",
    ],
)
def test_an_answer_in_an_added_cell_is_found_in_every_form(course, answer):
    notebook = answered(course, task2=HALF)
    notebook.cells.append(new_code_cell(answer))
    made = rebuilt(course, notebook)
    assert "double" in made.answers["task1"]
    assert "NotImplementedError" not in made.answers["task1"]


def test_lines_added_to_a_locked_cell_that_an_answer_uses_are_kept(course):
    notebook = answered(course, task1="def double(x):\n    return int(np.add(1, 1)) * x", task2=HALF)
    notebook.cells[at(notebook, "setup")].source += "\nimport numpy as np\nx = None\nunused = 1"
    made = rebuilt(course, notebook)
    assert [cell.source for cell in made.assignment.of_kind("extra")] == ["import numpy as np"]
    assert passed(made) == BOTH


@pytest.mark.parametrize(
    "elsewhere",
    [
        new_code_cell("# def half(x):\n#     return x / 2"),  # switched off
        new_code_cell("def half(x)\n    return x / 2"),  # no valid Python
        new_markdown_cell("My answer:\n\n```python\ndef half(x):\n    return x / 2\n```"),
    ],
)
def test_an_answer_in_a_form_that_cannot_be_run_is_doubted(course, elsewhere):
    notebook = answered(course, task1=DOUBLE)
    notebook.cells.insert(2, elsewhere)
    (doubt,) = rebuilt(course, notebook).doubts
    assert "task2 counts as not answered" in doubt and "half" in doubt


def test_an_answer_in_a_raw_cell_is_used_and_doubted(course):
    notebook = answered(course, task1=DOUBLE)
    notebook.cells.append(new_raw_cell(HALF))
    made = rebuilt(course, notebook)
    assert passed(made) == BOTH
    assert any("taken from a cell of text" in doubt for doubt in made.doubts)
    notebook.cells.insert(-1, new_code_cell(HALF))  # code comes first, wherever it stands
    assert not rebuilt(course, notebook).doubts


def test_an_unanswered_task_is_no_doubt(course):
    notebook = answered(course, task1=DOUBLE)
    notebook.cells.append(new_code_cell("print(double(3))\nhalves = [1.5]\n# half of it is done"))
    notebook.cells.append(new_code_cell("class Box:\n    def half(self):\n        return 1"))
    made = rebuilt(course, notebook)
    assert not made.doubts
    assert passed(made) == {"task1-values"}


# ---------------------------------------------------------------- the same answer twice

OLD = "def double(x):\n    return x * x"
BROKEN = "def double(x):\n    return (x + x"
COPIES = [
    ([STUB, DOUBLE], False),
    ([DOUBLE, STUB], False),
    ([BROKEN, DOUBLE], False),
    ([DOUBLE, BROKEN], False),
    ([DOUBLE, DOUBLE + "  \n"], False),
    ([DOUBLE, DOUBLE + "  # the same\n"], False),
    ([OLD, DOUBLE], True),  # the later counts
    (["raise NotImplementedError()", DOUBLE], False),
    (["TWO = 2\ndef double(x):", "    return TWO * x"], False),  # cut in two
    (["TWO = 2", "def double(x):\n    return TWO * x"], False),
    ([DOUBLE + "\n\n" + STUB], False),  # the stub still below it
]


@pytest.mark.parametrize(("sources", "is_doubted"), COPIES)
@pytest.mark.parametrize("have_ids", [True, False])
def test_a_right_copy_beats_a_stub_and_what_is_broken(course, sources, is_doubted, have_ids):
    notebook = answered(course, task1=sources[0])
    place = at(notebook, "task1")
    for number, source in enumerate(sources[1:], 1):
        metadata = notebook.cells[place].metadata if have_ids else {}
        notebook.cells.insert(place + number, new_code_cell(source, metadata=metadata))
    made = rebuilt(course, notebook)
    assert "task1-values" in passed(made)
    assert bool(made.doubts) == (
        is_doubted and have_ids
    )  # without ids it is a cell below, which runs as it does


def test_two_functions_in_two_copies_are_both_used(course):
    """Each copy has written what is a stub in the other."""
    source = load_source("hw99", course)
    both = f"{STUB}\n\n\ndef other(x):\n    raise NotImplementedError()"
    handed_out = load(course.copies / COPY).with_sources({"task1": both})
    notebook = answered(course, task1=f"{DOUBLE}\n\n\ndef other(x):\n    raise NotImplementedError()")
    second = f"{STUB}\n\n\ndef other(x):\n    return 7"
    place = at(notebook, "task1")
    notebook.cells.insert(place, new_code_cell(second, metadata=notebook.cells[place].metadata))
    namespace = {}
    exec(rebuild(source, handed_out, json.dumps(notebook).encode()).answers["task1"], namespace)
    assert (namespace["double"](2), namespace["other"](2)) == (4, 7)


# ---------------------------------------------------------------- questions

HOMEWORKS = list(COURSE.all_sources())


@pytest.fixture(scope="module", params=HOMEWORKS)
def homework(request):
    """The source, the cells as handed out, and what makes a notebook with the question answered."""
    source = load_source(request.param)
    copy = as_handed_out(request.param, COURSE)

    def make() -> nbformat.NotebookNode:
        notebook = nbformat.read(COURSE.copy(request.param), as_version=4)
        cell = question(notebook)
        cell.source = cell.source.replace(TEXT_STUB, TEXT)
        return notebook

    return source, copy, make


def question(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    (cell,) = (cell for cell in notebook.cells if kind_of(cell.metadata) == QUESTION)
    return cell


def no_metadata(notebook, cell):
    cell.metadata = {}


def no_id(notebook, cell):
    cell.id = "other"


def neither(notebook, cell):
    cell.metadata, cell.id = {}, "other"


def text_alone(notebook, cell):
    cell.metadata, cell.id, cell.source = {}, "other", TEXT


def all_stripped(notebook, cell):
    strip(notebook)


def stripped_text_alone(notebook, cell):
    cell.source = TEXT
    strip(notebook)


def as_code(notebook, cell):
    made = new_code_cell(cell.source, metadata=cell.metadata, id=cell.id)
    notebook.cells[notebook.cells.index(cell)] = made


def as_raw_without_ids(notebook, cell):
    notebook.cells[notebook.cells.index(cell)] = new_raw_cell(cell.source)


def cell_below(notebook, cell):
    cell.source = cell.source.replace(TEXT, TEXT_STUB)
    notebook.cells.insert(notebook.cells.index(cell) + 1, new_markdown_cell(TEXT))


def split(notebook, cell):
    cell.source = cell.source.replace(TEXT, TEXT[:20])
    notebook.cells.insert(notebook.cells.index(cell) + 1, new_code_cell("1 + 1"))
    notebook.cells.insert(notebook.cells.index(cell) + 2, new_markdown_cell(TEXT[20:]))


def joined_with_the_cell_above(notebook, cell):
    number = notebook.cells.index(cell)
    above = notebook.cells[number - 1]
    above.source += f"\n\n{cell.source}"
    del notebook.cells[number]


SURE = [
    no_metadata,
    no_id,
    neither,
    text_alone,
    all_stripped,
    stripped_text_alone,
    as_code,
    as_raw_without_ids,
]
SURE += [cell_below, split, joined_with_the_cell_above]


@pytest.mark.parametrize("change", SURE, ids=lambda change: change.__name__)
def test_the_text_of_a_question_is_found(homework, change):
    source, copy, make = homework
    notebook = make()
    change(notebook, question(notebook))
    made = rebuild(source, copy, json.dumps(notebook).encode())
    (found,) = made.texts.values()
    assert "".join(found.split()) == "".join(TEXT.split())
    assert made.repairs or change is no_id
    assert not made.doubts


def gone(notebook, cell):
    notebook.cells.remove(cell)


def blank(notebook, cell):
    cell.source = cell.source.replace(TEXT, TEXT_STUB)


def far_away(notebook, cell):
    gone(notebook, cell)
    notebook.cells.insert(0, new_markdown_cell(TEXT))


def essay_far_away(notebook, cell):
    blank(notebook, cell)
    notebook.cells.insert(0, new_markdown_cell(f"{TEXT} {TEXT} {TEXT}"))


def comments_below(notebook, cell):
    blank(notebook, cell)
    comments = "\n".join(f"# {line}" for line in (TEXT, TEXT))
    notebook.cells.insert(notebook.cells.index(cell) + 1, new_code_cell(f"{comments}\nprint(3)"))


def above_it(notebook, cell):
    blank(notebook, cell)
    notebook.cells.insert(notebook.cells.index(cell), new_markdown_cell(TEXT))


def in_the_heading(notebook, cell):
    blank(notebook, cell)
    text = next(part for part in notebook.cells if part.cell_type == "markdown" and part is not cell)
    text.source += f"\n\n{TEXT} {TEXT} {TEXT}"


UNSURE = [far_away, essay_far_away, comments_below, above_it, in_the_heading]


@pytest.mark.parametrize("change", UNSURE, ids=lambda change: change.__name__)
def test_a_text_that_may_be_the_answer_is_doubted(homework, change):
    source, copy, make = homework
    notebook = make()
    change(notebook, question(notebook))
    made = rebuild(source, copy, json.dumps(notebook).encode())
    ((name, found),) = made.texts.items()
    assert TEXT in found
    (doubt,) = made.doubts
    assert name in doubt


@pytest.mark.parametrize("change", [gone, blank], ids=lambda change: change.__name__)
@pytest.mark.parametrize("stripped", [False, True])
def test_a_question_without_any_text_is_a_zero_that_is_told(homework, change, stripped):
    source, copy, make = homework
    notebook = make()
    change(notebook, question(notebook))
    made = rebuild(source, copy, json.dumps(strip(notebook) if stripped else notebook).encode())
    assert list(made.texts.values()) == [""]
    assert not made.doubts
    assert any("question" in repair and "missing" in repair for repair in made.repairs) == (change is gone)


def test_a_picture_instead_of_words_is_shown_to_the_teacher(course):
    picture = "![image.png](attachment:image.png)"
    made = rebuilt(course, answered(course, text=picture))
    assert made.texts == {"task3": picture}
    assert made.doubts == ["the answer to task3 is a picture: look at the notebook that was handed in"]
    made = rebuilt(course, answered(course, text=f"{picture}\n\n{TEXT}"))
    assert not made.doubts
    assert any("pictures" in repair for repair in made.repairs)


def test_a_remark_far_from_an_answered_question_is_nothing(course):
    notebook = answered(course, task1=DOUBLE, task2=HALF, text=TEXT)
    notebook.cells.insert(1, new_markdown_cell(f"{TEXT} {TEXT} {TEXT}"))
    made = rebuilt(course, notebook)
    assert (made.texts, made.repairs, made.doubts) == ({"task3": TEXT}, [], [])


# ---------------------------------------------------------------- odd signs and lengths


def test_half_an_emoji_is_replaced_wherever_it_stands(course):
    notebook = answered(course, task1=f"{DOUBLE}  # \ud83d", text=f"{TEXT} \udc00")
    notebook.cells.append(new_code_cell("x = '\ud83d'"))
    notebook.cells[1].metadata.nbgrader.grade_id = "\ud83d"
    made = rebuilt(course, notebook)
    told = [*made.repairs, *made.texts.values(), *(cell.source for cell in made.assignment.cells)]
    assert "\ufffd" in json.dumps(told, ensure_ascii=False).encode().decode()
    assert any("no characters" in repair for repair in made.repairs)


def test_what_cells_printed_is_not_kept():
    kept = parse('{"cells": [{"outputs": [{"text": "x"}], "source": "outputs", "attachments": {"a": 1}}]}')
    assert kept == {"cells": [{"outputs": [], "source": "outputs", "attachments": {}}]}


def test_what_is_too_long_or_too_many_is_told(course):
    notebook = solved(course)
    notebook.cells.append(new_code_cell("1\n" * 150_000))
    notebook.cells += [new_code_cell(f"y = {number}") for number in range(120)]
    made = rebuilt(course, notebook)
    assert any("longer than 200,000 characters" in repair for repair in made.repairs)
    assert any("of 121 code cells that were added, only the first 100" in repair for repair in made.repairs)
    assert len(made.assignment.of_kind("extra")) == 100


def test_each_cell_is_parsed_once_and_a_huge_one_not_at_all(course, monkeypatch):
    from homework import definitions

    parsed, parse = [], definitions.ast.parse
    monkeypatch.setattr(definitions.ast, "parse", lambda text: parsed.append(text) or parse(text))
    notebook = read_copy(course)
    extras = [f"double(x)\nhalf(x)  # {number}" for number in range(50)]
    notebook.cells += [new_code_cell(source) for source in [*extras, "double(x)\n" * 10_000]]
    rebuilt(course, notebook)
    assert all(parsed.count(source) == 1 for source in extras)
    assert max(map(len, parsed)) < 10_000
