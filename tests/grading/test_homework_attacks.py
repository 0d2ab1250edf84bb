"""Answers that are worth nothing and a trick: they earn what they are worth, and accuse nobody."""

from __future__ import annotations

import pytest

pytest.importorskip("homework.author", reason="the student edition has no solutions")
sandbox = pytest.importorskip("homework.sandbox")

import homework_target as catalogue  # noqa: E402
from homework_target import Attack, graded, handed_in, target  # noqa: E402
from series import series  # noqa: E402

from homework.teacher.grading import Grading, Status  # noqa: E402

pytestmark = pytest.mark.skipif(sandbox.problem() is not None, reason="no sandbox on this machine")
MARKED = {Status.GRADED, Status.REPAIRED, Status.MANUAL}
ALL = catalogue.attacks()
OPEN = {
    entry["name"]: entry["open"]
    for name in catalogue.REAL
    for entry in catalogue.read(name)["attack"]
    if "open" in entry
}
ON_REAL = [
    pytest.param(
        name,
        attack,
        marks=[pytest.mark.xfail(reason=OPEN[attack], strict=True)] if attack in OPEN else [],
    )
    for name in catalogue.REAL
    for attack in catalogue.attacks_on(name)
]


def earned(grading: Grading) -> tuple[float | None, list[str]]:
    """The score, and the tests that passed."""
    return grading.score, [result.name for result in grading.tests if result.points]


def test_there_are_at_least_forty_of_many_kinds():
    assert len(ALL) >= 40
    entries = [entry for kind in catalogue.KINDS for entry in catalogue.read(kind)["attack"]]
    assert len(entries) == len(ALL), "two attacks have the same name"
    assert sum(entry["former"] != 0 for entry in entries) >= 40, "too few that ever did any harm"


@pytest.mark.parametrize("name", [catalogue.TARGET, catalogue.SMALL, *catalogue.REAL])
def test_the_zeros_are_worth_nothing_by_themselves(name):
    aim = target(name)
    grading = graded(aim, handed_in(aim, aim.zero))
    assert (grading.status, *earned(grading)) == (Status.GRADED, 0, [])


@pytest.mark.parametrize("attack", series(ALL, 6, always=catalogue.CROSSING))
def test_an_attack_earns_nothing(attack):
    assert_nothing_earned(ALL[attack])


@pytest.mark.parametrize(("name", "attack"), series(ON_REAL, 6))
def test_an_attack_on_a_real_homework_earns_nothing(name, attack):
    assert_nothing_earned(catalogue.attacks_on(name)[attack])


def assert_nothing_earned(attack: Attack) -> None:
    """Neither a point nor an accusation."""
    grading = graded(target(attack.aim), attack.handed_in(), catalogue.CELL_SECONDS)
    assert grading.status in MARKED, (grading.reason, grading.log)
    assert earned(grading) == (0, [])
