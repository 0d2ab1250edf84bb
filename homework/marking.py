"""Runs a homework with somebody's answers in it, and marks each test.

The student's `check`, the teacher's `grade` and the tests of the checkers all come through `mark`.
"""

from __future__ import annotations

import ast
import dataclasses
import secrets
from collections.abc import Callable

from homework.assignments import (
    ANSWER,
    EXTRA,
    GIVEN,
    QUESTION,
    TEST,
    Assignment,
    Cell,
    names_bound,
    split_test,
)
from homework.session import Session

PASSED, FAILED, UNANSWERED, TIMEOUT, CRASHED = "passed", "failed", "unanswered", "timeout", "crashed"
STUB = "raise NotImplementedError"
WITHOUT_SECONDS = 5.0
CANARY_SECONDS = 60.0


@dataclasses.dataclass
class Result:
    """What became of one test.

    `message` and `hint` are for the student; with `hidden` the message says no more than that a hidden test
    failed.
    """

    name: str
    status: str
    points: float
    max_points: float
    message: str = ""
    hint: str | None = None
    hidden: bool = False


@dataclasses.dataclass
class Marks:
    """All tests of one hand-in.

    Attributes:
        results: one for each TEST cell, in order.
        problems: {name of a cell of the student's: what went wrong when it ran}.
        outputs: {name of a cell: its text output}.
        altered: what of the test machinery was found changed; points are not to be trusted then.
        stopped: why the run ended before its end; empty when it did not.
    """

    results: list[Result]
    problems: dict[str, str]
    outputs: dict[str, str]
    altered: list[str]
    stopped: str = ""

    @property
    def points(self) -> float:
        return sum(result.points for result in self.results)

    @property
    def max_points(self) -> float:
        return sum(result.max_points for result in self.results)


def is_unanswered(source: str) -> bool:
    """Whether an answer is still as it was handed out: its last line of code raises NotImplementedError."""
    lines = [
        line.strip() for line in source.splitlines() if line.strip() and not line.strip().startswith("#")
    ]
    return not lines or any(line.startswith(STUB) for line in lines)


def is_begun(source: str) -> bool:
    """Whether some functions of an answer are written and others still raise NotImplementedError."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    stubs = [any(isinstance(part, ast.Raise) for part in function.body[-1:]) for function in functions]
    return any(stubs) and not all(stubs)


def mark(
    assignment: Assignment,
    session: Session,
    *,
    guard: bool = False,
    only: str | None = None,
    progress: Callable[[Cell], None] = lambda cell: None,
) -> Marks:
    """Run all cells of a homework in order, and mark its tests.

    Args:
        assignment: the homework with the answers in their places. With its hidden tests, they count too.
        session: where it runs.
        guard: try each passed test again without the answer, and look whether functions that the tests
            rely on were replaced.
        only: run the tests of this task alone; all other cells still run.
        progress: called before each cell.
    """
    marks = Marks([], {}, {}, [])
    removable = names_after_first_answer(assignment)
    unanswered = {cell.task for cell in assignment.of_kind(ANSWER) if is_unanswered(cell.source)}
    begun = {cell.task for cell in assignment.of_kind(ANSWER) if is_begun(cell.source)}
    for cell in assignment.cells:
        if cell.cell_type != "code" or cell.kind == QUESTION:
            continue
        if cell.kind == TEST and only is not None and cell.task != only:
            continue
        progress(cell)
        if cell.kind == TEST:
            result = run_test(cell, session, marks, removable if guard else None)
            is_stub = cell.task not in begun or "NotImplementedError" in result.message
            if result.status != PASSED and cell.task in unanswered and is_stub:
                result = dataclasses.replace(result, status=UNANSWERED, message="not answered yet", hint=None)
            marks.results.append(result)
            continue
        reply = session.run(cell.kind, cell.name, cell.source, cell.seconds)
        marks.outputs[cell.name] = reply.get("output", "")
        if reply["status"] != "ok":
            marks.problems[cell.name] = problem_text(reply)
        if reply["status"] == "stopped":
            marks.stopped = reply["message"]
    if guard:
        canaries(session, marks)
    return marks


def names_after_first_answer(assignment: Assignment) -> list[str]:
    """The names that exist only because somebody answered: bound by an answer, or by a cell after one."""
    names, answered = set(), False
    for cell in assignment.cells:
        answered = answered or cell.kind == ANSWER
        if answered and cell.cell_type == "code" and cell.kind in (ANSWER, GIVEN, EXTRA):
            names |= names_bound(cell.source)
    return sorted(names)


def run_test(cell: Cell, session: Session, marks: Marks, removable: list[str] | None) -> Result:
    """Run the visible part of a test, then the hidden one; with `removable`, again without these names."""
    parts = [part for part in split_test(cell.source) if code_in(part)]
    for number, part in enumerate(parts):
        hidden = number == 1 or not code_in(split_test(cell.source)[0])
        reply = session.run("test", cell.name, part, cell.seconds)
        if reply["status"] != "ok":
            return failed(cell, reply, hidden)
    if removable is not None:
        reply = session.run(
            "without", cell.name, "\n".join(parts), min(cell.seconds, WITHOUT_SECONDS), names=removable
        )
        if reply["status"] == "ok":
            marks.altered.append(f"{cell.name} passes even without an answer")
    return Result(cell.name, PASSED, cell.points, cell.points)


def code_in(source: str) -> bool:
    """Whether there is a line that is not empty and no comment."""
    return any(line.strip() and not line.strip().startswith("#") for line in source.splitlines())


def failed(cell: Cell, reply: dict, hidden: bool) -> Result:
    """The result of a test that did not pass."""
    status = {"error": FAILED, "timeout": TIMEOUT, "crashed": CRASHED, "stopped": CRASHED}[reply["status"]]
    message = problem_text(reply)
    if hidden:
        message = "a hidden test did not pass (it tries other values of the same kind)"
        if status != FAILED:
            message += f": {'it took too long' if status == TIMEOUT else 'Python crashed'}"
    return Result(cell.name, status, 0.0, cell.points, message, reply.get("hint"), hidden)


def problem_text(reply: dict) -> str:
    """A reply that is not ok, in words for a student."""
    if reply["status"] == "timeout":
        return "it took too long and was stopped" + (f" ({reply['place']})" if reply.get("place") else "")
    if reply["status"] in ("crashed", "stopped"):
        return reply["message"]
    if reply.get("failed_check"):
        return reply["message"]
    place = f"\n  in your code, {reply['place']}" if reply.get("place") else ""
    return f"{reply['type']}: {reply['message']}{place}"


CANARY = """
import math, torch
from homework.checks import expect, require
one, two = torch.tensor([1.0]), torch.tensor([2.0])
failures = 0
for attempt in (
    lambda: expect(one, two, "canary"), lambda: expect(1.5, 2.5, "canary"), lambda: expect([1], [2],
    "canary"),
    lambda: require(False, "canary"), lambda: torch.testing.assert_close(one, two),
):
    try:
        attempt()
    except AssertionError:
        failures += 1
wrong = [torch.equal(one, two), torch.allclose(one, two), bool((one == two).all()), math.isclose(1, 2),
one.item() == 2]
if failures == 5 and wrong == [False] * 5:
    raise RuntimeError({word!r})
"""


def canaries(session: Session, marks: Marks) -> None:
    """Run tests that must fail, and note what no longer does, or what was replaced."""
    word = secrets.token_hex(8)
    programs = {
        "a failing assert passes": (f"assert False, {word!r}", "AssertionError"),
        "comparisons of tensors give wrong answers": (CANARY.format(word=word), "RuntimeError"),
    }
    for alarm, (program, wanted) in programs.items():
        reply = session.run("test", "canary", program, CANARY_SECONDS)
        if reply["status"] in ("timeout", "crashed", "stopped"):
            marks.stopped = f"the last look at the test machinery did not end: {reply['message']}"
            return
        if (reply.get("type"), reply.get("message")) != (wanted, word):
            marks.altered.append(alarm)
    reply = session.run("altered", "canary", "", CANARY_SECONDS)
    if "altered" in reply:
        marks.altered += [f"{name} was replaced" for name in reply["altered"]][:20]
    else:
        marks.stopped = reply["message"]
