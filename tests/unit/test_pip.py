"""What pip is doing, in words, while it runs; and what its log says of its end."""

import subprocess
import sys

import pytest

from launcher import pip

FETCHING = "Collecting torch==2.9\n  Downloading torch-2.9.0-cp313-linux.whl (899 MB)\n"
INSTALLING = "Installing collected packages: torch, numpy\n"


def test_a_long_step_gives_signs_of_life(tmp_path, monkeypatch):
    log, told = tmp_path / "pip.log", tmp_path / "told"
    log.write_text(FETCHING)
    said = []
    monkeypatch.setattr(pip, "HEARTBEAT", 0.05)
    monkeypatch.setattr(pip, "say", lambda text: (said.append(text), told.touch()))
    # ends as soon as the first sign was given, or after far longer than that takes
    code = "import os, sys, time\nfor _ in range(600): os.path.exists(sys.argv[1]) or time.sleep(0.05)"
    assert pip.wait_for(subprocess.Popen([sys.executable, "-c", code, told]), log) == 0
    assert said and said[0].endswith(" s  fetching torch")


def test_the_exit_code_is_pips_and_a_terminal_gets_no_signs(monkeypatch):
    monkeypatch.setattr(pip, "HEARTBEAT", 0.05)
    monkeypatch.setattr(pip, "say", lambda text: pytest.fail("pip draws its own bars there"))
    code = "import time; time.sleep(0.3); raise SystemExit(3)"
    assert pip.wait_for(subprocess.Popen([sys.executable, "-c", code]), None) == 3


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("", "asking the package index"),
        ("Looking in indexes\n", "asking the package index"),
        (FETCHING, "fetching torch"),
        (FETCHING + "Collecting numpy>=2\n", "fetching numpy"),
        ("Using cached opencv_python-4.12.0.88-cp37.whl\n", "fetching opencv_python"),
        (FETCHING + INSTALLING, "everything is here; unpacking and installing"),
    ],
)
def test_the_last_step_in_words(log, words):
    assert pip.last_step(log) == words


def test_pip_changes_the_environment_only_after_everything_is_there():
    assert not pip.started_to_change(FETCHING)
    assert pip.started_to_change(FETCHING + INSTALLING)


def test_warnings_from_anywhere_in_the_log_and_its_end_are_kept():
    lines = ["WARNING: first", *(f"line {number}" for number in range(100)), "Could not fetch URL x", "end"]
    kept = pip.important_lines("\n".join(lines)).splitlines()
    assert kept[:2] == ["WARNING: first", "Could not fetch URL x"] and kept[-1] == "end"
    assert "line 3" not in kept and "line 99" in kept
