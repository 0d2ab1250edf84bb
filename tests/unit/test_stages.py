"""What `course.py test` runs: a part of the long series, all of them with `--thorough`."""

import pytest
from course_project import ROOT
from series import series

from launcher import cli
from launcher.tests import test_stages as stages


@pytest.mark.parametrize(("arguments", "left_out"), [([], True), (["--thorough"], False)])
def test_the_long_series_are_left_to_the_thorough_test(arguments, left_out):
    options, rest = cli.read_arguments(["test", *arguments])
    commands = dict(stages("python", ["pytest"], options.thorough))
    assert rest == [] and ("not thorough" in " ".join(commands["unit tests"])) == left_out
    assert "not browser" in " ".join(commands["unit tests"])
    assert ("--cov-fail-under=95" in commands["unit tests"]) != left_out
    assert sum("ipynb" in " ".join(command) for command in commands.values()) == 1


def test_the_tests_in_a_browser_are_looked_for_where_all_of_them_are():
    command = dict(stages("python", ["pytest"], False))["browser tests"]
    mark = ".".join(("pytest", "mark", "browser"))
    marked = {path.parent for path in (ROOT / "tests").rglob("*.py") if mark in path.read_text("utf-8")}
    assert [folder.relative_to(ROOT).as_posix() for folder in marked] == [command[1]]


def test_every_third_of_a_series_and_what_is_always_wanted():
    marked = pytest.param("e", marks=pytest.mark.skip)
    found = series(["a", "b", "c", "d", marked, "f"], 3, always=["f"])
    assert [found[0], found[3], found[5]] == ["a", "d", "f"]
    assert [part.values for part in (found[1], found[2], found[4])] == [("b",), ("c",), ("e",)]
    assert [[mark.name for mark in found[at].marks] for at in (1, 4)] == [["thorough"], ["skip", "thorough"]]
