"""Right answers with the habits of people who work in notebooks: they lose nothing and accuse nobody."""

from __future__ import annotations

import pytest

pytest.importorskip("homework.author", reason="the student edition has no solutions")
sandbox = pytest.importorskip("homework.sandbox")

import homework_target as catalogue  # noqa: E402
from homework_target import graded, target  # noqa: E402
from series import series  # noqa: E402

from homework.teacher.grading import Status  # noqa: E402

pytestmark = pytest.mark.skipif(sandbox.problem() is not None, reason="no sandbox on this machine")
ALL = catalogue.habits()


def test_there_are_at_least_sixty():
    names = [entry["name"] for entry in catalogue.read("habits")["habit"]]
    assert len(names) >= 60 and len(set(names)) == len(names)
    assert sorted(name for one in ALL.values() for name in one.names.values()) == sorted(names)


@pytest.mark.parametrize("hand_in", series(ALL, 3))
def test_a_habit_loses_nothing(hand_in):
    aim, habits = target("hw98"), ALL[hand_in]
    grading = graded(aim, habits.handed_in())
    lost = {
        habits.names.get(result.task, result.name): result.message
        for result in grading.tests
        if not result.points
    }
    assert lost == {}
    assert {habits.names.get(cell, cell): problem for cell, problem in grading.problems.items()} == {}
    status = Status.REPAIRED if habits.repaired else Status.GRADED
    assert (grading.status, grading.reason, bool(grading.repairs)) == (status, "", habits.repaired)
    assert grading.score == sum(result.max_points for result in grading.tests)
