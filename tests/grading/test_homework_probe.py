"""What stands in the way of a sandbox is found before the first hand-in, with what to do about it."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from homework import cgroup, sandbox, seccomp, walls
from launcher.errors import CourseError

pytestmark = pytest.mark.skipif(sandbox.problem() is not None, reason="no sandbox on this machine")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's code reads what the user may read")


@pytest.fixture
def uncached():
    """`problem` looks again, before and after."""
    sandbox.lacking.cache_clear()
    yield
    sandbox.lacking.cache_clear()


@pytest.fixture
def own_helpers(monkeypatch, tmp_path):
    """Folders of a course that can be closed: its helpers and its data."""
    for name in ("helpers", "data"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "file.py").touch(0o644)
        (tmp_path / name / "__pycache__").mkdir(0o700)
    tmp_path.chmod(0o700)  # what lies above is nothing that is needed
    monkeypatch.setattr(walls, "course_files", lambda: [tmp_path / "helpers", tmp_path / "data"])
    return tmp_path


def test_a_course_that_can_be_read_is_fine():
    assert sandbox.closed_files() is None and sandbox.no_start() is None
    sandbox.require_sandbox()


@as_root
@pytest.mark.parametrize(
    ("place", "mode"), [("helpers", 0o700), ("data/sub", 0o711), ("data/sub/file.py", 0o600)]
)
def test_closed_files_are_named_with_the_command_that_opens_them(own_helpers, place, mode):
    assert sandbox.closed_files() is None
    (own_helpers / place).chmod(mode)
    with pytest.raises(CourseError) as problem:
        sandbox.require_sandbox()
    folder = own_helpers / place.partition("/")[0]
    assert str(own_helpers / place) in str(problem.value) and "umask 077" in str(problem.value)
    assert f"chmod -R go+rX {folder}\n" in str(problem.value)
    assert "Nothing was graded." in str(problem.value)


@as_root
def test_the_packages_are_looked_at_as_well(monkeypatch, tmp_path):
    package = tmp_path / "lib" / "python3.11" / "site-packages" / "torch"
    package.mkdir(parents=True)
    monkeypatch.setattr(walls, "python_folders", lambda: [tmp_path])
    for name, told in ((".lock", False), ("__init__.py", True)):
        (package / name).touch(0o600)
        (tmp_path).chmod(0o755)
        assert (sandbox.closed_files() is not None) == told


def test_what_python_says_when_it_does_not_start_is_shown(monkeypatch):
    monkeypatch.setattr(sandbox, "START", "raise OSError('the disk is on fire')")
    with pytest.raises(CourseError, match="the disk is on fire") as problem:
        sandbox.require_sandbox()
    assert sys.prefix in str(problem.value) and "Nothing was graded." in str(problem.value)


def test_what_bubblewrap_says_is_shown(monkeypatch, uncached):
    monkeypatch.setattr(walls, "apart", lambda: ["--no-such-option"])
    assert "Unknown option --no-such-option" in sandbox.problem()


def test_a_machine_without_a_filter_grades_nothing(monkeypatch, uncached):
    monkeypatch.setattr(sandbox.platform, "machine", lambda: "riscv64")
    assert "riscv64" in sandbox.problem() and "x86_64 or aarch64" in sandbox.problem()
    assert set(seccomp.MACHINES) == {"x86_64", "aarch64"}


def test_missing_programs_are_named(monkeypatch, uncached):
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "prlimit" else f"/usr/bin/{name}")
    assert "and prlimit is not there" in sandbox.problem() and "util-linux" in sandbox.problem()


@pytest.mark.parametrize(("version", "told"), [((0, 8, 0), True), ((0, 11, 2), True), ((0, 12, 0), False)])
def test_the_version_of_bubblewrap_is_told_where_a_fix_matters(monkeypatch, version, told):
    monkeypatch.setattr(walls, "version", lambda: version)
    notes = " ".join(sandbox.notes())
    assert ("CVE-2026-87766" in notes) == told
    assert (f"bubblewrap {'.'.join(map(str, version))}" in notes) == told


def test_the_version_is_that_of_the_program():
    assert (0, 3) < walls.version() < (9,)


def test_lower_walls_are_told_and_high_ones_are_not(monkeypatch, tmp_path):
    monkeypatch.setattr(walls, "version", lambda: (0, 12, 0))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for kept, folder, notes in ((True, tmp_path, []), (False, None, [sandbox.FILTER_ONLY, cgroup.NONE])):
        monkeypatch.setattr(walls, "can_disable_namespaces", lambda kept=kept: kept)
        monkeypatch.setattr(cgroup, "parent", lambda folder=folder: folder)
        assert sandbox.notes() == notes
