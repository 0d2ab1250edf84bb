"""Environments beside the course's own: they see its packages and are made once."""

import subprocess

import nbformat
import pytest

from launcher import beside
from launcher.environment import venv_python


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An environment that has nothing of its own, and the list that it was made from."""
    folder = tmp_path_factory.mktemp("beside")
    pins = folder / "pins.txt"
    pins.write_text("# nothing\n")
    assert beside.prepare(folder / "environment", ["-r", str(pins)]) == ""
    return folder / "environment", pins


def test_it_sees_the_packages_of_the_course(made):
    ask = [venv_python(made[0]), "-I", "-c", "import nbformat; print(nbformat.__file__)"]
    assert subprocess.check_output(ask, encoding="utf-8").strip() == nbformat.__file__


def test_one_that_is_whole_is_left_alone(made, monkeypatch):
    monkeypatch.setattr(beside, "run", lambda command: pytest.fail("it is made anew"))
    assert beside.prepare(made[0], ["-r", str(made[1])]) == ""


def test_another_list_or_another_place_makes_it_anew(made, tmp_path):
    folder, pins = made
    other = tmp_path / "pins.txt"
    other.write_text("more==1.0\n")
    prints = {
        beside.fingerprint(folder, ["-r", str(pins)]),
        beside.fingerprint(folder, ["-r", str(other)]),
        beside.fingerprint(tmp_path, ["-r", str(pins)]),
        beside.fingerprint(folder, ["more==1.0"]),
    }
    assert len(prints) == 4


def test_one_that_failed_has_no_mark(tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "install", lambda folder, packages: "the index does not answer")
    assert beside.prepare(tmp_path / "half", ["more==1.0"]) == "the index does not answer"
    assert not (tmp_path / "half" / beside.MARKER).exists()
