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
    "setup": ("given", "import torch\nfrom homework.checks import expect"),
    "answer": ("answer", "def double(x):\n    print('doubled')\n    return 2 * x\n\ndouble(1)"),
    "right": ("test", "assert double(2) == 4"),
    "wrong": ("test", "expect(double(2.0), 5.0, 'double(2)', hints={'That is 2x.': 4.0})"),
    "without": ("without", "double(2)"),
    "typo": ("extra", "def broken(:"),
    "deep": ("extra", "def inner():\n    return 1 / 0\n\ninner()"),
    "leaves": ("test", "raise SystemExit(3)"),
    "shadowed": ("extra", "def expect(*anything, **more):\n    return None"),
    "still": ("test", "expect(1, 2, 'one')"),
    "floods": ("extra", "print('x' * 100_000)"),
    "hangs": ("extra", "while True:\n    pass"),
    "after": ("test", "assert double(3) == 6"),
    "replaces": ("extra", "torch.equal = lambda *pair: True"),
    "altered": ("altered", ""),
}


@pytest.fixture(scope="module")
def replies(tmp_path_factory) -> dict[str, dict]:
    """What the worker answers to each cell, in one process."""
    requests = [
        {"id": name, "kind": kind, "name": name, "source": source, "seconds": 2.0, "names": ["double"]}
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
    assert {replies[name]["status"] for name in ("setup", "answer", "right", "after")} == {"ok"}
    assert replies["answer"]["output"].startswith("doubled\n")


def test_a_failed_check_brings_its_hint(replies):
    reply = replies["wrong"]
    assert (reply["status"], reply["failed_check"], reply["hint"]) == ("error", True, "That is 2x.")
    assert "expected: 5.0" in reply["message"]


def test_without_names_of_the_answer_a_test_fails(replies):
    assert replies["without"]["type"] == "NameError"


def test_an_error_names_its_type_and_the_students_last_line(replies):
    assert replies["typo"]["type"] == "SyntaxError" and not replies["typo"]["failed_check"]
    assert (replies["deep"]["type"], replies["deep"]["place"]) == (
        "ZeroDivisionError",
        "line 2: return 1 / 0",
    )


def test_nothing_that_a_test_raises_ends_the_worker(replies):
    assert replies["leaves"]["type"] == "SystemExit" and replies["leaves"]["status"] == "error"


def test_the_checks_are_the_courses_own_in_each_test(replies):
    assert replies["still"]["type"] == "CheckFailed"


def test_a_flood_of_output_is_cut(replies):
    output = replies["floods"]["output"]
    assert output.startswith("x" * TEXT_LIMIT) and output.endswith("[the rest of the output was left out]\n")
    assert len(output) < TEXT_LIMIT + 100


def test_a_cell_that_hangs_is_interrupted_and_the_next_one_runs(replies):
    assert replies["hangs"]["status"] == "timeout" and replies["after"]["status"] == "ok"


def test_what_was_replaced_is_named(replies):
    assert "torch.equal" in replies["altered"]["altered"]
