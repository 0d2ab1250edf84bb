"""What pip and the system say, in words."""

import errno
import os
import re
from pathlib import Path

import pytest
from course_project import ROOT

from launcher import cli, failures


@pytest.mark.parametrize(
    "text, words",
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "is full",
        ),
        ("OSError: [WinError 112] There is not enough space on the disk", "is full"),
        (
            "ERROR: [Errno 13] Permission denied: '/x/.venv/lib'\nConsider using the --user option",
            "belongs to",
        ),
        ("ERROR: [WinError 32] The process cannot access the file", "another program uses it"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "damaged"),
        ("WARNING: ... SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]')", "certificate"),
        ("WARNING: Retrying ... NewConnectionError: [Errno 11001] getaddrinfo failed", "does not answer"),
        ("OSError: [Errno 2] ... HINT: ... Windows Long Path support enabled", "too long for Windows"),
        ("ERROR: something nobody has seen", "does not know"),
    ],
)
def test_failures_of_pip_are_put_in_words(text, words):
    message = failures.explain_failure(text, Path("pip.log"))
    assert words in message
    first, *others = text.splitlines()
    assert "course.py lab" in message and "kept" in message and first[:40] in message
    assert not [line for line in others if line in message]  # the one that says it, not all of them


def test_the_cause_counts_not_what_follows_from_it():
    text = "WARNING: Connection reset by peer\nERROR: OSError: [Errno 28] No space left on device"
    assert "is full" in failures.explain_failure(text, Path("pip.log"))


def error(number: int, filename: object = "/elsewhere/x", winerror: int | None = None) -> OSError:
    """An error of the system, as Windows reports it when there is a winerror."""
    made = OSError(number, os.strerror(number), str(filename))
    if winerror:
        made.winerror = winerror
    return made


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (error(errno.ENOSPC), "The disk is full"),
        (error(errno.EDQUOT), "The disk is full, or your quota"),
        (error(errno.EACCES), "belongs to someone else"),
        (error(errno.EPERM), "belongs to someone else"),
        (error(errno.EROFS), "A file could not be written"),
        (error(errno.EINVAL, winerror=32), "another program uses it"),
        (
            error(errno.ENOENT, ROOT / "etc" / "x"),
            "A file of the course is missing: .*x\nDownload",
        ),
    ],
)
def test_errors_of_the_system_are_put_in_words(problem, words):
    message = str(failures.explain_system_error(problem))
    assert re.search(words, message) and "pip said" not in message
    assert "Nothing is lost" in message or "untouched" in message


@pytest.mark.parametrize("problem", [error(errno.ENOENT), error(errno.EIO), error(errno.ECONNREFUSED)])
def test_an_error_that_nobody_foresaw_keeps_its_traceback(problem):
    assert failures.explain_system_error(problem) is None


def test_a_full_disk_ends_a_command_with_words(monkeypatch, capsys):
    def fill(*asked):
        raise error(errno.ENOSPC)

    monkeypatch.setattr("launcher.lab.choose_environment", fill)
    assert cli.main(["lab"]) == 1
    assert "The disk is full" in capsys.readouterr().err
