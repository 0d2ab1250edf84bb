"""What pip and the system say, in words."""

from pathlib import Path

import pytest

from launcher import failures


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
    assert "course.py lab" in message and "kept" in message and text.splitlines()[0][:40] in message


def test_the_cause_counts_not_what_follows_from_it():
    text = "WARNING: Connection reset by peer\nERROR: OSError: [Errno 28] No space left on device"
    assert "is full" in failures.explain_failure(text, Path("pip.log"))
