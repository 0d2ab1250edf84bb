"""Looks whether the answers changed what the tests rely on."""

from __future__ import annotations

import secrets

from homework.cells import ANSWER, EXTRA, GIVEN, Assignment, Cell
from homework.replies import Ending
from homework.session import Session

WITHOUT_SECONDS = 5.0
CANARY_SECONDS = 60.0

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


def names_after_first_answer(assignment: Assignment) -> list[str]:
    """The names that exist only because somebody answered: bound by an answer, or by a cell after one."""
    names, answered = set(), False
    for cell in assignment.cells:
        answered = answered or cell.kind == ANSWER
        if answered and cell.cell_type == "code" and cell.kind in (ANSWER, GIVEN, EXTRA):
            names |= cell.binds
    return sorted(names)


def without_answers(cell: Cell, session: Session, removable: list[str]) -> list[str]:
    """Run a passed test again without these names; returns the alarm when it passes all the same."""
    source = "\n".join(part for part in (cell.visible, cell.hidden) if part)
    seconds = min(cell.seconds, WITHOUT_SECONDS)
    reply = session.run("without", cell.name, source, seconds, names=removable)
    return [f"{cell.name} passes even without an answer"] if reply.ending == Ending.OK else []


def canaries(session: Session) -> tuple[list[str], str]:
    """Run tests that must fail; returns what no longer does, or was replaced, and why it came to no end."""
    word, altered = secrets.token_hex(8), []
    programs = {
        "a failing assert passes": (f"assert False, {word!r}", "AssertionError"),
        "comparisons of tensors give wrong answers": (CANARY.format(word=word), "RuntimeError"),
    }
    for alarm, (program, wanted) in programs.items():
        reply = session.run("test", "canary", program, CANARY_SECONDS)
        if reply.ending in (Ending.TIMEOUT, Ending.CRASHED, Ending.STOPPED):
            return altered, f"the last look at the test machinery did not end: {reply.message}"
        if (reply.type, reply.message) != (wanted, word):
            altered.append(alarm)
    reply = session.run("altered", "canary", "", CANARY_SECONDS)
    if reply.altered is None:
        return altered, reply.message
    return altered + [f"{name} was replaced" for name in reply.altered][:20], ""
