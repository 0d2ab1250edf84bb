"""How the workers share the tests: those of a file stay together, and the longest go first."""

from __future__ import annotations

from pathlib import Path

import pytest

# Each case of this takes long and needs nothing of the others: it may run apart from its file.
APART = "test_right_answers_pass_and_wrong_ones_are_named"
# What takes longest, longest first. The rest follows as it is found.
LONGEST = ("test_homework_hostile", "hw5", "hw7", "hw4", "hw2")


def group_of(nodeid: str) -> str:
    """The name of the tests that one worker runs together with this one."""
    file, _, test = nodeid.partition("::")
    name, _, case = test.partition("[")
    if name == APART:
        return case.rstrip("]")
    return Path(file).stem


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """For `--dist loadfile`: by group instead of by file, in the order in which the workers found them."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class ByGroup(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False  # most tests first: a file of one long test would come last
    return ByGroup(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A worker puts the longest groups first."""
    if hasattr(config, "workerinput"):
        order = {name: number for number, name in enumerate(LONGEST)}
        items.sort(key=lambda item: order.get(group_of(item.nodeid), len(order)))
