"""Notebooks are read in a process of its own, inside limits, and what it sends back is looked at."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import nbformat
import pytest
from homework_course import DOUBLE, HALF, answered
from nbformat.v4 import new_code_cell

from homework.reading import Rejected
from homework.rebuild import rebuild
from homework.teacher import confined
from homework.teacher.confined import Reader
from homework.teacher.confined_reply import TOO_LARGE, Unreadable, rebuilt_from
from homework.teacher.original import Original

linux = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")


@pytest.fixture
def original(course):
    return Original.read("hw99", course)


@pytest.fixture
def reader(original):
    with Reader(original) as reader:
        yield reader


@pytest.fixture
def good(course) -> bytes:
    notebook = answered(course, task1=DOUBLE, task2=HALF, text="Because \ud83d")
    notebook.cells.insert(2, new_code_cell("helper = '学'"))
    return json.dumps(notebook).encode()


def test_it_finds_what_rebuilding_finds(reader, original, good, course):
    blank = nbformat.writes(answered(course)).encode()
    for data in (good, blank, good.decode().encode("utf-16")):
        assert reader.rebuild(data) == rebuild(original.source, original.copy, data, original.others)


def test_one_process_reads_many(reader, good):
    reader.rebuild(good)
    first = reader.process.pid
    for data in (b"", b"{", b'{"cells": []}', b"\xff\xfe\x00"):
        with pytest.raises(Rejected, match=r"empty|JSON|nothing in this notebook|text"):
            reader.rebuild(data)
    assert reader.rebuild(good).answers["task1"] == DOUBLE
    assert reader.process.pid == first


def test_a_notebook_in_format_three_is_read_inside_the_limits(reader, course):
    old = nbformat.convert(answered(course, task1=DOUBLE), 3)
    assert reader.rebuild(json.dumps(old).encode()).answers["task1"] == DOUBLE


@linux
def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_one_is_read(reader, good, monkeypatch):
    monkeypatch.setattr(confined, "SECONDS", 300.0)  # on a busy machine, too
    greedy = b'{"nbformat":4,"cells":[{"outputs":[' + b",".join([b"{}"] * 8_000_000) + b"]}]}"
    with pytest.raises(Rejected, match=TOO_LARGE):
        reader.rebuild(greedy)
    assert reader.rebuild(good).answers["task1"] == DOUBLE


def test_many_pictures_are_no_reason_to_refuse(reader, good):
    notebook = json.loads(good)
    output = {"output_type": "display_data", "data": {"image/png": "A" * 400_000}}
    notebook["cells"] += [{"cell_type": "code", "source": "1", "outputs": [output]}] * 50
    assert reader.rebuild(json.dumps(notebook).encode()).answers["task1"] == DOUBLE


def many_cells(good: bytes) -> bytes:
    notebook = json.loads(good)
    notebook["cells"] += [{"cell_type": "code", "source": "double(x)\n" * 5000}] * 600
    return json.dumps(notebook).encode()


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_read(reader, good, monkeypatch):
    reader.rebuild(good)
    monkeypatch.setattr(confined, "SECONDS", 0.3)
    with pytest.raises(Rejected, match="takes too long"):
        reader.rebuild(many_cells(good))
    monkeypatch.undo()
    assert reader.rebuild(good).answers["task1"] == DOUBLE


@linux
def test_a_process_that_hangs_is_ended(reader, good, monkeypatch):
    reader.rebuild(good)
    os.kill(reader.process.pid, signal.SIGSTOP)
    monkeypatch.setattr(confined, "SECONDS", 0.3)
    with pytest.raises(Rejected, match="takes too long"):
        reader.rebuild(good)


@linux
def test_processor_time_is_limited(reader, good):
    reader.rebuild(good)
    os.kill(reader.process.pid, signal.SIGSTOP)
    import resource

    limit, _ = resource.prlimit(reader.process.pid, resource.RLIMIT_CPU)
    assert 0 < limit < 30
    os.kill(reader.process.pid, signal.SIGXCPU)
    os.kill(reader.process.pid, signal.SIGCONT)
    with pytest.raises(Rejected, match="takes too long"):
        reader.rebuild(good)


def test_a_process_that_was_ended_from_outside_costs_nobody_anything(reader, good):
    reader.rebuild(good)
    reader.process.kill()
    assert reader.rebuild(good).answers["task1"] == DOUBLE


def test_a_file_over_which_python_crashes_is_refused(reader, good, monkeypatch):
    monkeypatch.setattr(reader, "ask", lambda *args: (_ for _ in ()).throw(EOFError))
    monkeypatch.setattr(reader, "start", lambda: None)
    monkeypatch.setattr(reader, "raise_for_time", lambda: None)
    with pytest.raises(Rejected, match="crashed"):
        reader.rebuild(good)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("raise SystemExit('no such module')", "no such module"),
        ("print('hello', flush=True)", "no reply"),
    ],
)
def test_a_process_that_does_not_start_is_not_the_students_fault(reader, good, monkeypatch, program, words):
    monkeypatch.setattr(confined, "PROGRAM", program)
    with pytest.raises(Unreadable, match=words):
        reader.rebuild(good)
    monkeypatch.undo()
    assert reader.rebuild(good).answers["task1"] == DOUBLE


def test_the_process_gets_no_variable_and_no_file_of_the_teachers(reader, good, monkeypatch):
    monkeypatch.setenv("COURSE_TOKEN", "secret")
    reader.rebuild(good)
    if sys.platform == "linux":
        assert b"secret" not in Path(f"/proc/{reader.process.pid}/environ").read_bytes()
        import resource

        assert resource.prlimit(reader.process.pid, resource.RLIMIT_FSIZE)[0] == 1_000_000
    stopped = reader.process
    reader.stop()
    assert stopped.poll() is not None


def reply(original, **changes) -> dict:
    cells = [[cell.name, "x = 1"] for cell in original.source.cells]
    good = {"cells": cells, "repairs": ["a"], "texts": {"task3": "b"}, "doubts": []}
    return {**good, **changes}


def test_a_reply_is_taken_with_our_own_locked_cells(original):
    made = rebuilt_from(reply(original), original.source)
    assert made.answers == {"task1": "x = 1", "task2": "x = 1"}
    ours = {cell.name: cell.source for cell in original.source.cells}
    sources = {cell.name: cell.source for cell in made.assignment.cells}
    assert all(sources[name] == ours[name] for name in ("setup", "task1-values", "intro"))


CHANGES = [
    {"cells": None},
    {"cells": []},
    {"cells": [["task1"]]},
    {"cells": [["extra-1", 3]]},
    {"repairs": "a"},
    {"repairs": [1]},
    {"doubts": None},
    {"texts": {}},
    {"texts": {"task3": 1}},
    {"texts": {"task3": "", "task4": ""}},
    {"failed": "Traceback"},
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_reply_of_another_form_is_not_taken(original, change):
    with pytest.raises(Unreadable):
        rebuilt_from(reply(original, **change), original.source)


@pytest.mark.parametrize(
    "edit", [lambda c: c[::-1], lambda c: c[1:], lambda c: [*c, c[0]], lambda c: [*c, ["y", ""]]]
)
def test_cells_that_are_not_the_homeworks_are_not_taken(original, edit):
    with pytest.raises(Unreadable):
        rebuilt_from(reply(original, cells=edit(reply(original)["cells"])), original.source)
