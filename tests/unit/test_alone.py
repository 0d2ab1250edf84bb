"""The lock around an installation: a second one waits; a disk without locks stops nobody."""

import errno
import subprocess
import sys

import pytest
from course_project import ROOT

from launcher import alone
from launcher.errors import CourseError


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    """The folder where the lock lies."""
    monkeypatch.setattr(alone, "LOGS", tmp_path / "logs")
    return tmp_path / "logs"


def refusing(number: int):
    """What `take_lock` does on a file system that answers with this errno."""

    def take_lock(file):
        raise OSError(number, "as the system says it")

    return take_lock


@pytest.mark.parametrize("number", [errno.EWOULDBLOCK, errno.EACCES])
def test_a_second_installation_is_refused(number, monkeypatch):
    monkeypatch.setattr(alone, "take_lock", refusing(number))
    with pytest.raises(CourseError, match="still running"), alone.one_installation_at_a_time():
        pass


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_disk_without_locks_is_told_once_and_goes_on(number, monkeypatch, capsys):
    monkeypatch.setattr(alone, "take_lock", refusing(number))
    with alone.one_installation_at_a_time():
        said = capsys.readouterr().out
    assert said.count("cannot lock files: as the system says it") == 1


def test_any_other_trouble_is_not_hidden(monkeypatch):
    monkeypatch.setattr(alone, "take_lock", refusing(errno.EIO))
    with pytest.raises(OSError, match="as the system says it"), alone.one_installation_at_a_time():
        pass


def test_the_lock_is_seen_by_another_process_and_ends_with_the_block(logs):
    code = (
        f"import sys; sys.path.append({str(ROOT)!r}); from pathlib import Path; from launcher import alone\n"
        f"alone.LOGS = Path({str(logs)!r})\n"
        "with alone.one_installation_at_a_time(): print('alone')"
    )
    second = [sys.executable, "-c", code]
    with alone.one_installation_at_a_time():
        refused = subprocess.run(second, capture_output=True, text=True)
    assert refused.returncode == 1 and "still running" in refused.stderr
    assert subprocess.check_output(second, text=True) == "alone\n"
