"""The homework system piece by piece: checks, rebuilding, inbox, marks, check and submit."""

from __future__ import annotations

import datetime
import io
import json
import os
import shutil
import sys
import zipfile

import nbformat
import pytest
import torch
from homework_course import COPY, answered, read_copy
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from homework import process
from homework.answered import is_unanswered
from homework.author.forks import make_session
from homework.cells import ANSWER, EXTRA, GIVEN, QUESTION, TEST
from homework.checks import CheckFailed, expect, require
from homework.folders import ROOT, load, load_source
from homework.marking import mark
from homework.outcomes import CRASHED, FAILED, PASSED, TIMEOUT, UNANSWERED
from homework.reading import Rejected
from homework.rebuild import rebuild
from homework.release import student_copy
from homework.session import Session
from homework.student.check import check
from homework.student.submit import submit
from homework.teacher import inbox
from homework.teacher.grading import Grading, Status, with_limit
from homework.teacher.identity import Handin, read_time
from homework.teacher.output import folder_name
from homework.teacher.roster import read_roster
from homework.teacher.similarity import similar_pairs
from homework.teacher.table import as_csv, counting
from launcher.errors import CourseError

UTC = datetime.UTC


def write_copy(course, notebook: nbformat.NotebookNode) -> None:
    (course.copies / COPY).write_text(nbformat.writes(notebook))


def rebuilt(course, notebook):
    source, copy = load_source("hw99", course), load(course.copies / COPY)
    data = notebook if isinstance(notebook, bytes) else nbformat.writes(notebook).encode()
    return rebuild(source, copy, data)


# ---------------------------------------------------------------- checks

RIGHT = [
    (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.00001])),
    (torch.tensor([float("nan"), float("inf")]), torch.tensor([float("nan"), float("inf")])),
    (torch.nn.Parameter(torch.ones(2)), torch.ones(2)),
    (torch.tensor(3.0), 3.0),
    (3, 3),
    (2, 2.0),
    ((1, 2), [1, 2]),
    ({"a": 1.5}, {"a": 1.5}),
    ("yes", "yes"),
    (True, True),
    (torch.tensor([], dtype=torch.int64), torch.tensor([], dtype=torch.int64)),
]
WRONG = [
    (torch.tensor([1.0, 2.1]), torch.tensor([1.0, 2.0]), "1 of 2 numbers are wrong, the first at [1]"),
    (torch.tensor([1.0]), torch.tensor([1.0, 2.0]), "the shape is (1,), not (2,)"),
    (torch.tensor([1]), torch.tensor([1.0]), "the dtype is torch.int64, not torch.float32"),
    (torch.tensor([float("nan")]), torch.tensor([1.0]), "wrong"),
    (torch.tensor([1.0]), torch.tensor([float("nan")]), "wrong"),
    (torch.tensor([float("-inf")]), torch.tensor([float("inf")]), "wrong"),
    (None, torch.tensor(1.0), "return"),
    ([1.0], torch.tensor([1.0]), "the type is list, not Tensor"),
    (2.5, 3, "whole number"),
    (True, 1.0, "bool"),
    (1, True, "int"),
    ("no", "yes", "wrong"),
    ([1, 3], (1, 2), "entry 1"),
    ([1], (1, 2), "1 entries, not 2"),
    ({"b": 1}, {"a": 1}, "keys"),
    ({"a": 2}, {"a": 1}, "'a'"),
]


@pytest.mark.parametrize(("got", "wanted"), RIGHT)
def test_expect_accepts_what_is_right(got, wanted):
    expect(got, wanted, "answer")


@pytest.mark.parametrize(("got", "wanted", "words"), WRONG)
def test_expect_says_what_is_wrong(got, wanted, words):
    with pytest.raises(CheckFailed) as failure:
        expect(got, wanted, "answer")
    assert words in str(failure.value)
    assert "expected:" in str(failure.value)


def test_an_object_that_equals_everything_does_not_pass():
    class Yes:
        def __eq__(self, other):
            return True

        __hash__ = None

    class YesTensor(torch.Tensor):
        pass

    class YesInt(int):
        def __eq__(self, other):
            return True

        __hash__ = None

    for got, wanted in ((Yes(), 3.0), (torch.ones(1).as_subclass(YesTensor), torch.zeros(1)), (YesInt(3), 4)):
        with pytest.raises(CheckFailed):
            expect(got, wanted, "answer")


def test_the_hint_of_the_matching_mistake_is_given():
    hints = {"squared": lambda: torch.tensor(16.0), "negative": -8.0, "broken": torch.tensor(1.0)}
    for got, hint in ((16.0, "squared"), (-8.0, "negative"), (5.0, None)):
        with pytest.raises(CheckFailed) as failure:
            expect(torch.tensor(got), torch.tensor(8.0), "f(4)", hints=hints)
        assert failure.value.hint == hint


def test_require_wants_a_plain_true():
    require(True, "fine")
    require(torch.tensor(True), "fine")
    for condition in (False, 1, "yes", None, object()):
        with pytest.raises(CheckFailed, match="not fine"):
            require(condition, "not fine")


# ---------------------------------------------------------------- marking


def run(course, notebook, start=make_session, **options):
    made = rebuilt(course, notebook)
    with start() as session:
        return mark(with_limit(made.assignment, 3), session, **options)


def test_what_a_cell_hoards_until_its_time_ends_is_gone_before_the_next(monkeypatch):
    hoarding = "hoard = b'x' * 300_000_000\nwhile True:\n    pass"
    with Session() as session:
        assert session.run("given", "first", "x = 1", 30).ending == "ok"
        hoarder = session.process
        monkeypatch.setattr(process, "MOST_MEMORY", 2 * hoarder.memory() + 400_000_000)
        assert session.run("answer", "second", hoarding, 2).ending == "timeout"
        assert hoarder.process.poll() is not None
        after = session.run("given", "third", "assert x == 1 and 'hoard' not in globals()", 30)
        assert after.ending == "ok", after


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system starts no process by a fork")
def test_a_crowd_of_processes_is_gone_before_the_next_cell():
    """Each takes a place among those that the sandbox allows: the next cell's own thread would find none."""
    crowd = "import os, time\nfor _ in range(30):\n    if os.fork() == 0:\n        time.sleep(600)"
    with Session() as session:
        assert session.run("given", "first", "x = 1", 30).ending == "ok"
        crowded = session.process
        assert session.run("extra", "second", crowd, 10).ending == "ok"
        assert crowded.process.poll() is not None
        after = session.run("given", "third", "assert x == 1 and 'os' not in globals()", 30)
        assert after.ending == "ok", after
        assert session.threads() < 10


def test_a_few_processes_may_stay():
    with Session() as session:
        few = "import subprocess, sys\nkept = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)"
        assert session.run("extra", "first", few, 10).ending == "ok"
        assert session.run("extra", "second", "assert kept.poll() is None", 10).ending == "ok"


def test_marks_of_answers_of_every_kind(course):
    """Right, a named mistake, a hidden test's mistake: points, words and hints."""
    marks = run(course, answered(course, task1="def double(x):\n    return x + x"))
    assert [(r.name, r.status, r.points) for r in marks.results] == [
        ("task1-values", PASSED, 1),
        ("task2-values", UNANSWERED, 0),
    ]
    marks = run(
        course, answered(course, task1="def double(x):\n    return x**2", task2="def half(x): return 1.5")
    )
    assert marks.results[0].status == FAILED
    assert marks.results[0].hint == "That is the square."
    assert "expected" in marks.results[0].message
    assert marks.results[1].points == 2
    hidden = "import torch\n\ndef double(x):\n    return (2 * x).abs()"
    result = run(course, answered(course, task1=hidden)).results[0]
    assert (result.status, result.hidden, result.points) == (FAILED, True, 0)
    assert result.hint == "Negative numbers count as well."
    assert "-16" not in result.message


def test_a_hang_and_a_crash_cost_their_own_task_alone(course):
    hang = (
        "import collections, itertools\ndef double(x):\n    collections.deque(itertools.repeat(0), maxlen=0)"
    )
    marks = run(course, answered(course, task1=hang, task2="def half(x): return x / 2"), Session)
    assert [result.status for result in marks.results] == [TIMEOUT, PASSED]
    crash = "def double(x):\n    import os\n    os._exit(1)"
    marks = run(course, answered(course, task1=crash, task2="def half(x): return x / 2"), Session)
    assert [result.status for result in marks.results] == [CRASHED, PASSED]


def test_an_error_in_an_answer_names_its_line(course):
    broken = "def double(x):\n    return x.nonsense"
    result = run(course, answered(course, task1=broken)).results[0]
    assert "AttributeError" in result.message
    assert "line 2: return x.nonsense" in result.message


def test_a_replaced_test_machinery_earns_nothing_and_costs_nothing(course):
    attack = "import torch\nfrom homework import checks\ntorch.equal = lambda *args: True\n"
    attack += "checks.expect = lambda *args, **more: None\n"
    results = run(course, answered(course, task1=attack + "def double(x):\n    return x")).results
    assert (results[0].status, results[0].points) == (FAILED, 0)
    right = run(course, answered(course, task1=attack + "def double(x):\n    return 2 * x")).results
    assert right[0].points == 1


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        ("# YOUR CODE HERE\nraise NotImplementedError()  # replace this line", True),
        ("def f(x):\n    raise NotImplementedError()", True),
        ("", True),
        ("# only a remark", True),
        ("def f(x):\n    return x", False),
    ],
)
def test_an_unanswered_cell_is_known(source, stub):
    assert is_unanswered(source) is stub


def test_a_half_answered_task_still_gets_its_hints(course):
    """One function of a task is written, and wrong; the other is not there yet."""
    half_done = "def double(x):\n    return x**2\n\n\ndef other(x):\n    raise NotImplementedError()"
    result = run(course, answered(course, task1=half_done)).results[0]
    assert (result.status, result.hint) == (FAILED, "That is the square.")
    broken = "def double(x:\n    raise NotImplementedError()"
    assert run(course, answered(course, task1=broken)).results[0].status == UNANSWERED
    untouched = "def double(x):\n    raise NotImplementedError()\n\n\ndef other(x):\n    return x"
    assert run(course, answered(course, task1=untouched)).results[0].status == UNANSWERED


def test_a_file_named_like_a_module_gets_in_nobodys_way(tmp_path):
    """A student's torch.py in the course's folder, or beside what runs the cells, is not torch."""
    for name in ("__init__.py", "checks.py", "worker.py"):
        (tmp_path / "homework").mkdir(exist_ok=True)
        shutil.copyfile(ROOT / "homework" / name, tmp_path / "homework" / name)
    for folder in (tmp_path, tmp_path / "homework"):
        for name in ("torch", "numpy", "random", "IPython"):
            (folder / f"{name}.py").write_text("raise SystemExit('this is a note of mine')")
    argv = [sys.executable, str(tmp_path / "homework" / "worker.py")]
    with Session(lambda: (argv, {"PYTHONPATH": ""})) as session:
        reply = session.run(
            "given", "setup", "import torch, random\nprint(torch.ones(1), random.__file__)", 60
        )
    assert reply.ending == "ok", reply
    assert str(tmp_path) not in reply.output


# ---------------------------------------------------------------- rebuilding


def test_an_untouched_copy_needs_no_repair(course):
    made = rebuilt(course, read_copy(course))
    assert made.repairs == []
    assert made.texts == {"task3": ""}
    assert [part.kind for part in made.assignment.cells] == [
        GIVEN,
        GIVEN,
        ANSWER,
        TEST,
        ANSWER,
        TEST,
        QUESTION,
    ]
    assert "HIDDEN" in made.assignment.cells[3].source  # tests come from the source


def test_the_free_text_is_read(course):
    notebook = read_copy(course)
    notebook.cells[-1].source = notebook.cells[-1].source.replace("*Your answer here.*", "Because\n\nit is.")
    assert rebuilt(course, notebook).texts == {"task3": "Because\n\nit is."}


def test_a_students_own_cells_stay_in_their_places(course):
    notebook = read_copy(course)
    notebook.cells.insert(2, new_code_cell("helper = 1"))
    notebook.cells.insert(3, new_markdown_cell("a note"))
    notebook.cells.append(new_code_cell("  "))
    notebook.cells.append(new_code_cell("last = 1"))
    made = rebuilt(course, notebook)
    kinds = [GIVEN, GIVEN, EXTRA, ANSWER, TEST, ANSWER, TEST, QUESTION, EXTRA]  # a note is not run
    assert [part.kind for part in made.assignment.cells] == kinds
    assert [part.source for part in made.assignment.of_kind(EXTRA)] == ["helper = 1", "last = 1"]
    assert made.repairs == []


def test_an_answer_in_a_cell_of_ones_own_is_found_beside_the_untouched_one(course):
    for stub in (None, "def double(x):\n    raise NotImplementedError()"):
        notebook = answered(course, **({"task1": stub} if stub else {}))
        notebook.cells.append(new_code_cell("def double(x):\n    return x + x"))
        made = rebuilt(course, notebook)
        assert made.answers["task1"] == notebook.cells[-1].source
        assert "the answer to task1 was found in a cell without its id" in made.repairs


def test_the_line_ends_of_every_system_are_read(course):
    wanted = rebuilt(course, read_copy(course)).answers
    for end in ("\r\n", "\r"):
        notebook = read_copy(course)
        for part in notebook.cells:
            part.source = part.source.replace("\n", end)
        made = rebuilt(course, notebook)
        assert (made.answers, made.repairs) == (wanted, [])


def test_a_file_that_is_no_notebook_is_refused_with_its_reason(course):
    for data, words in (
        (b"", "empty"),
        (b"{", "JSON"),
        (b"3", "not a notebook"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": []}', "nothing in this notebook"),
    ):
        with pytest.raises(Rejected, match=words):
            rebuilt(course, data)


def test_a_notebook_of_something_else_is_refused_and_one_that_lost_its_marks_is_not(course):
    mine = new_notebook(cells=[new_code_cell("import torch\n\nmodel = torch.nn.Linear(2, 2)")])
    with pytest.raises(Rejected, match="nothing in this notebook belongs to hw99"):
        rebuilt(course, mine)
    mine.cells.append(new_code_cell("def double(x):\n    return x + x"))
    assert rebuilt(course, mine).answers["task1"] == mine.cells[-1].source


# ---------------------------------------------------------------- inbox


@pytest.fixture
def box(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


ROSTER = {"20220001": "Chen Wei", "20220002": "Li Na", "s3": "Anna Smith"}
NAMES = [
    ("hw3_20220001_20261101T100000Z.zip", "20220001"),
    ("20220002.ipynb", "20220002"),
    ("hw3-20220002 (2).ipynb", "20220002"),
    ("Anna Smith_4711_assignsubmission_file_/hw3_backpropagation.ipynb", "s3"),
    ("Wei Chen_4712_assignsubmission_file/hw3.ipynb", "20220001"),
    ("lina_12_345_hw3.ipynb", "20220002"),
    ("lina_LATE_12_345_hw3.ipynb", "20220002"),
    ("s3/hw3.ipynb", "s3"),
]


@pytest.mark.parametrize(("name", "student"), NAMES)
def test_whose_a_file_is_by_its_name(box, name, student):
    target = box / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith(".zip"):
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("hw3.ipynb", '{"cells": []}')
    else:
        target.write_text('{"cells": []}')
    (found,) = inbox.collect(box, ROSTER)
    assert (found.student, found.problem) == (student, "")
    assert any("late" in note for note in found.notes) == ("LATE" in name)


def test_a_bulk_download_as_one_zip(box):
    with zipfile.ZipFile(box / "week3.zip", "w") as archive:
        archive.writestr("Li Na_1_assignsubmission_file_/hw3.ipynb", '{"cells": []}')
        archive.writestr("Anna Smith_2_assignsubmission_file_/hw3.ipynb", '{"cells": []}')
        archive.writestr("__MACOSX/._x.ipynb", "")
    assert sorted(found.student for found in inbox.collect(box, ROSTER)) == ["20220002", "s3"]


def zip_of(**files: bytes | str) -> bytes:
    """A zip with these files; `__` in a name is a dot."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return data.getvalue()


def test_zips_in_a_bulk_download_are_opened_and_no_deeper(box):
    mine = {"hw3__ipynb": '{"cells": []}', "manifest__json": '{"student": "s3"}'}
    deep = zip_of(more__zip=zip_of(**mine), a__ipynb="{}", b__ipynb="{}")
    files = {
        "Li Na_1_assignsubmission_file_/a__zip": zip_of(hw3__ipynb='{"cells": []}'),
        "upload__zip": zip_of(**mine),
        "Wei Chen_2_assignsubmission_file_/b__zip": b"PK cut off",
        "nobody__zip": zip_of(notes__pdf="x"),
        "deep__zip": deep,
    }
    (box / "week3.zip").write_bytes(zip_of(**files))
    found = {one.file: one for one in inbox.collect(box, ROSTER)}
    good = {one.student: one.data for one in found.values() if not one.problem and not one.doubt}
    assert good == {"20220002": b'{"cells": []}', "s3": b'{"cells": []}'}
    problems = {name.removeprefix("week3.zip/"): one.problem for name, one in found.items() if one.problem}
    assert "cannot be read" in problems["Wei Chen_2_assignsubmission_file_/b.zip"]
    assert "no notebook" in problems["nobody.zip"]
    assert "zip in a zip in a zip" in problems["deep.zip/more.zip"]
    assert all(found[f"week3.zip/{name}"].data is None for name in problems)


def test_without_a_roster_any_id_is_taken(box):
    (box / "hw3_777123.ipynb").write_text('{"cells": []}')
    assert inbox.collect(box, {})[0].student == "777123"
    assert "not on the roster" in inbox.collect(box, ROSTER)[0].problem


def test_rosters(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("\ufeffid,name\n1,A B\n 2 ,\n\n", encoding="utf-8")
    assert read_roster(path) == {"1": "A B", "2": ""}
    path.write_bytes("学号,姓名\n3,陈伟\n".encode("gb18030"))
    assert read_roster(path) == {"3": "陈伟"}
    for head in ("id", "Student", "student id", "STUDENT_ID"):
        path.write_text(f"{head},name\n4\n5,C,more\n")
        assert read_roster(path) == {"4": "", "5": "C"}
    path.write_text("id,name\n")
    with pytest.raises(CourseError, match="no students"):
        read_roster(path)
    with pytest.raises(CourseError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")


def test_what_systems_leave_behind_is_no_hand_in(box):
    (box / ".ipynb_checkpoints").mkdir()
    for name in ("._hw3_20220001.ipynb", ".DS_Store", "~$hw3.docx", ".ipynb_checkpoints/hw3.ipynb"):
        (box / name).write_text("x")
    assert inbox.collect(box, ROSTER) == []


def test_a_file_that_says_nothing_of_its_owner_is_in_doubt(box):
    (box / "homework.ipynb").write_text('{"cells": []}')
    (found,) = inbox.collect(box, {})
    assert (found.student, found.problem, found.data) == ("", "", b'{"cells": []}')
    assert "nothing says whose it is" in found.doubt


def test_three_thousand_files_are_collected(box):
    for number in range(3000):
        (box / f"hw3_{number + 10000}.ipynb").write_text('{"cells": []}')
    found = inbox.collect(box, {})
    assert len({handin.student for handin in found}) == 3000
    assert not any(handin.problem for handin in found)


# ---------------------------------------------------------------- marks


def handin(file: str, time: str | None = None, student: str = "1"):
    return Handin(file, student, read_time(time) if time else None, b"")


def test_the_last_on_time_counts():
    due = datetime.datetime(2026, 11, 10, tzinfo=UTC)
    good, broken = Grading(Status.GRADED), Grading(Status.REJECTED)
    first, second = handin("a", "20261101T000000Z"), handin("b", "20261102T000000Z")
    late, unknown = handin("c", "20261201T000000Z"), handin("d")
    for found, chosen in (
        ([(second, good), (first, good)], "b"),
        ([(first, good), (late, good)], "a"),
        ([(late, good)], "c"),
        ([(first, good), (second, broken)], "a"),
        ([(unknown, good), (late, good)], "d"),
    ):
        (counted,) = counting(found, due)
        assert counted.handin.file == chosen
        assert len(counted.others) == len(found) - 1


def test_names_of_files_are_safe_and_differ():
    names = ["1", "a/b", "a_b", "..", "", "陈伟", "陈", "con", "x" * 300, "=cmd|' /C calc'!A0"]
    made = [folder_name(name) for name in names]
    assert len(set(made)) == len(names)
    assert all(name and "/" not in name and not name.startswith(".") and len(name) < 80 for name in made)


def test_formulas_are_disarmed():
    row = {"student": "=1+1", "score": -1.5, "notes": "@x\ny"}
    assert as_csv([row]) == "student,score,notes\n'=1+1,-1.5,'@x y\n"


# ---------------------------------------------------------------- similarity

PROGRAM = """
def train(model, data, rounds):
    for k in range(rounds):
        total = 0.0
        for x, y in data:
            loss = ((model(x) - y) ** 2).mean()
            model.zero_grad()
            loss.backward()
            total += loss.item()
            for w in model.parameters():
                w.data -= 0.1 * w.grad
        print(k, total / len(data))
    return model
"""


def test_renamed_copies_are_found_and_others_are_not():
    renamed = PROGRAM.replace("model", "net").replace("total", "summe").replace("0.1", "0.2") + "# mine\n"
    other = "\n".join(
        f"def f{k}(a, b):\n    return [a + {k} * t for t in b if t > a] or sum(b)" for k in range(9)
    )
    pairs = similar_pairs({"ann": PROGRAM, "bob": renamed, "eve": other})
    assert [(a, b) for a, b, _ in pairs] == [("ann", "bob")]
    assert pairs[0][2] > 0.95


def test_a_larger_program_that_holds_the_other_one_is_not_alike():
    """What both share counts against all that either has, not against the smaller."""
    own = "\n".join(
        f"def g{k}(a):\n    return [a, {{a: (a - 1, a)}}, a[{k}:]] * len(a) ** a" for k in range(9)
    )
    assert similar_pairs({"ann": PROGRAM, "bob": PROGRAM}) == [("ann", "bob", 1.0)]
    assert similar_pairs({"ann": PROGRAM, "bob": PROGRAM + own}) == []


def test_short_answers_prove_nothing():
    short = "def half(x):\n    return x / 2\n"
    assert similar_pairs({"ann": short, "bob": short}) == []


def test_a_pair_as_alike_as_the_threshold_is_told():
    other = PROGRAM.replace("total / len(data)", "total")
    ((_, _, share),) = similar_pairs({"ann": PROGRAM, "bob": other}, threshold=0.5)
    assert 0.5 < share < 1
    assert similar_pairs({"ann": PROGRAM, "bob": other}, threshold=share)


def test_what_was_handed_out_is_not_alike():
    assert similar_pairs({"ann": PROGRAM, "bob": PROGRAM}, handed_out=PROGRAM) == []


def test_what_the_whole_class_writes_is_not_alike():
    assert similar_pairs({str(k): PROGRAM for k in range(40)}) == []


# ---------------------------------------------------------------- check and submit


def test_check_tells_points_mistake_and_hint(course):
    write_copy(course, answered(course, task1="def double(x):\n    return x**2"))
    text, passed = check("hw99", folders=course)
    assert not passed
    for words in (
        "task1: 0 of 1",
        "Hint: That is the square.",
        "not answered  task2-values",
        "0 of 3 by these",
        "1 more points by hand (not answered yet: task3)",
    ):
        assert words in text
    write_copy(course, answered(course, task1="def double(x):\n    return 2 * x", text="Because."))
    text, passed = check("99", "1", course)
    assert passed
    assert "1 more points by hand (answered)" in text
    assert "task2" not in text


def test_check_refuses_what_it_cannot_do(course):
    with pytest.raises(CourseError, match="Those that exist: hw99"):
        check("hw98", folders=course)
    with pytest.raises(CourseError, match="it has task1, task2"):
        check("hw99", "7", course)
    (course.copies / COPY).write_text("{")
    with pytest.raises(CourseError, match="cannot be read"):
        check("hw99", folders=course)


def test_submitting_twice_keeps_both_and_the_notebook(course, tmp_path):
    path = course.copies / COPY
    before, now = path.read_bytes(), datetime.datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
    told = [submit("hw99", "20220001", tmp_path / "to", now, course) for _ in range(2)]
    assert path.read_bytes() == before
    files = sorted((tmp_path / "to").iterdir())
    assert len(files) == 2
    assert files[1].name == "hw99_20220001_20261122T101500Z.zip"
    assert all("Receipt:" in text and "task1 is not answered yet" in text for text in told)
    with zipfile.ZipFile(files[0]) as archive:
        assert sorted(archive.namelist()) == ["hw99_doubling.ipynb", "manifest.json"]
        assert json.loads(archive.read("manifest.json"))["student"] == "20220001"
        assert archive.read("hw99_doubling.ipynb") == before
    found = inbox.collect(tmp_path / "to", {"20220001": ""})
    assert {(one.student, one.submitted) for one in found} == {("20220001", now)}
    assert not any(one.notes or one.problem or one.doubt for one in found)
    files[0].rename(files[0].with_name("upload.zip"))  # as some platforms do: the manifest still says whose
    found = inbox.collect(tmp_path / "to", {"20220001": ""})
    assert {(one.student, one.submitted) for one in found} == {("20220001", now)}


@pytest.mark.parametrize("student", ["", "a/b", "../x", "=1", "-x", "a b", "x" * 41])
def test_an_impossible_id_is_refused(course, student, tmp_path):
    with pytest.raises(CourseError, match="cannot be a student's id"):
        submit("hw99", student, tmp_path / "to", folders=course)
    assert not (tmp_path / "to").exists()


def test_a_damaged_notebook_is_not_handed_in(course, tmp_path):
    (course.copies / COPY).write_text('{"cells": [')
    with pytest.raises(CourseError, match="cannot be handed in"):
        submit("hw99", "1", tmp_path / "to", folders=course)
    assert not (tmp_path / "to").exists()


def test_release_refuses_what_nbgrader_refuses(course):
    source = nbformat.read(course.source("hw99"), as_version=4)
    source.cells[3].metadata.nbgrader.grade_id = "setup"
    with pytest.raises(CourseError, match="nbgrader refuses"):
        student_copy(source)
