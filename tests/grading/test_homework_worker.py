"""The worker's side of the talk: a line of JSON for each cell; what it says of errors, time and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from homework.folders import ROOT
from homework.worker import TEXT_LIMIT

CELLS = {
    "setup": ("given", "import torch"),
    "answer": ("answer", "def double(x):\n    print('doubled')\n    return 2 * x\n\ndouble(1)"),
    "test": ("test", "made = __step_call('1.2', __step_name('1.3', double, True), lambda: (), False)(4)"),
    "unbound": ("test", "__step_name('2.1', half, True)"),
    "typo": ("extra", "def broken(:"),
    "deep": ("extra", "def inner():\n    return 1 / 0\n\ninner()"),
    "leaves": ("test", "raise SystemExit(3)"),
    "own": ("extra", "made = 'mine'\nimport torch\ntorch.set_default_dtype(torch.float64)"),
    "seen": ("extra", "print(made, torch.ones(1).dtype)"),
    "plain": (
        "test",
        "__step_call('3.1', __step_name('3.2', double, True), lambda: (), False)(torch.ones(1))",
    ),
    "floods": ("extra", "print('x' * 100_000)"),
    "hangs": ("extra", "while True:\n    pass"),
    "after": ("extra", "assert double(3) == 6"),
}


MORE = {
    "test": {"first": True, "forget": False, "live": ["double", "half"]},
    "given": {"functions": "", "names": ["torch"]},
}


@pytest.fixture(scope="module")
def replies(tmp_path_factory) -> dict[str, dict]:
    """What the worker answers to each cell, in one process."""
    requests = [
        {"id": name, "kind": kind, "name": name, "source": source, "seconds": 2.0, **MORE.get(kind, {})}
        for name, (kind, source) in CELLS.items()
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython"))}
    done = subprocess.run(
        [sys.executable, "-c", "from homework.worker import main; main()"],
        input="".join(json.dumps(request) + "\n" for request in requests),
        env=env,
        cwd=tmp_path_factory.mktemp("work"),
        capture_output=True,
        text=True,
        timeout=120,
    )
    first, *others = map(json.loads, done.stdout.splitlines())
    assert first == {"ready": True} and done.returncode == 0, done.stderr
    assert [reply["id"] for reply in others] == list(CELLS)  # one reply to each, in order
    return {reply["id"]: reply for reply in others}


def test_what_runs_is_ok_and_its_output_is_kept(replies):
    assert {replies[name]["status"] for name in ("setup", "answer", "test", "after")} == {"ok"}
    assert replies["answer"]["output"].startswith("doubled\n")


def test_the_steps_of_a_test_come_with_the_reply(replies):
    function, result = replies["test"]["notes"]
    assert function == ["1.3", 0, "value", ["o", "function"], []]
    assert result == ["1.2", 0, "value", ["i", "0x8"], []]


def test_a_missing_answer_is_an_error_of_the_test(replies):
    error = replies["unbound"]["error"]
    assert (replies["unbound"]["status"], error["types"][0]) == ("error", "NameError")


def test_a_test_leaves_the_students_names_and_settings_alone(replies):
    assert replies["seen"]["output"] == "mine torch.float64\n"
    assert replies["plain"]["notes"][-1][3][1]["d"] == "float32"


def test_an_error_names_its_type_and_the_students_last_line(replies):
    assert replies["typo"]["error"]["types"][0] == "SyntaxError"
    error = replies["deep"]["error"]
    assert (error["types"][0], error["place"]) == ("ZeroDivisionError", "line 2: return 1 / 0")


def test_nothing_that_a_test_raises_ends_the_worker(replies):
    assert replies["leaves"]["error"]["types"][0] == "SystemExit" and replies["leaves"]["status"] == "error"


def test_a_flood_of_output_is_cut(replies):
    output = replies["floods"]["output"]
    assert output.startswith("x" * TEXT_LIMIT) and output.endswith("[the rest of the output was left out]\n")
    assert len(output) < TEXT_LIMIT + 100


def test_a_cell_that_hangs_is_interrupted_and_the_next_one_runs(replies):
    assert replies["hangs"]["status"] == "timeout" and replies["after"]["status"] == "ok"
