"""How the workers share the tests: those of a file stay together, and the longest go first.

And a small project, fresh or installed, for the tests that run the student's commands.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from course_project import Project

# Each case of this takes long and needs nothing of the others: it may run apart from its file.
APART = "test_right_answers_pass_and_wrong_ones_are_named"
# Each job of a grading is an unprivileged user of its own: two gradings at once would share their limits.
GRADING = tuple(f"test_homework_{name}" for name in ("hostile", "grade", "report", "sandbox", "again"))
# What takes longest, longest first. The rest follows as it is found.
LONGEST = ("grading", "hw5", "hw7", "hw4", "hw2", "test_install", "test_uv", "test_builds", "test_lab")


def group_of(nodeid: str) -> str:
    """The name of the tests that one worker runs together with this one."""
    file, _, test = nodeid.partition("::")
    name, _, case = test.partition("[")
    if name == APART:
        return case.rstrip("]")
    return "grading" if Path(file).stem in GRADING else Path(file).stem


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as "told", whether they passed or not."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    told = [
        text
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, text in report.user_properties
        if name == "told"
    ]
    if told:
        terminalreporter.section("told by the tests")
        terminalreporter.write_line("\n".join(told))


@pytest.fixture(scope="session")
def installed_once(tmp_path_factory):
    """A project whose `lab --check` ran once, and what it said."""
    project = Project.create(tmp_path_factory.mktemp("installed"))
    return project, project.run("lab", "--check")


@pytest.fixture
def installed(installed_once, tmp_path):
    """A copy of the installed project, to change and break."""
    return installed_once[0].copy_to(tmp_path)


@pytest.fixture
def project(tmp_path):
    """A project that nothing was installed for."""
    return Project.create(tmp_path)
