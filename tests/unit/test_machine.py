"""What a machine must offer: the wrong Python, a full disk, a folder that cannot be written."""

import ast
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from course_project import ROOT, Project, posix

from launcher.builds import LINUX_FULL, SMALL
from launcher.errors import CourseError
from launcher.machine import check_disk, disk_needed, folder_size, python_problem


def test_full_disk_is_seen_before_anything_is_made(project):
    patch = "import shutil; shutil.disk_usage = lambda path: shutil._ntuple_diskusage(9e9, 8e9, 1e9)"
    done = project.run("lab", before=patch)
    assert done.returncode == 1
    needed = disk_needed(LINUX_FULL, 0) / 1e9
    assert f"Needed: {needed:.1f} GB" in done.stderr and "Free: 1.0 GB" in done.stderr
    assert str(project.root) in done.stderr
    assert not project.venv.exists()


def test_disk_needed_counts_what_is_already_there():
    assert disk_needed((3.3, 6.6), 0) == pytest.approx(9.9e9)
    assert disk_needed(LINUX_FULL, 0) > disk_needed(SMALL, 0) > 2e9
    assert disk_needed(LINUX_FULL, 5e9) == disk_needed(LINUX_FULL, 0) - 5e9
    assert disk_needed(LINUX_FULL, 50e9) == 1e9  # an update still needs some room


def test_the_disk_that_a_folder_takes_is_counted(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(bytes(1000))
    (tmp_path / "y").write_bytes(bytes(234))
    assert folder_size(tmp_path) == 1234
    assert folder_size(tmp_path / "missing") == 0


@pytest.mark.parametrize("free, enough", [(5.0e9, True), (4.99e9, False)])
def test_the_disk_must_hold_what_is_needed(free, enough, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))
    if enough:
        assert check_disk(tmp_path, 5.0e9) == 0
    else:
        with pytest.raises(CourseError, match=r"Needed: 5\.0 GB.*Free: 5\.0 GB"):
            check_disk(tmp_path, 5.0e9)


def test_python_without_venv(project):
    done = project.run("lab", before="import sys; sys.modules['ensurepip'] = None")
    assert done.returncode == 1 and "sudo apt install python3-venv" in done.stderr
    assert not project.venv.exists()


@pytest.mark.parametrize(
    "version, is_64_bit, system, machine, words",
    [
        ((3, 10, 4), True, "Linux", "x86_64", "This is Python 3.10; the course needs 3.11 to"),
        ((3, 15, 0), True, "Windows", "AMD64", "This is Python 3.15; PyTorch has no package for it yet"),
        ((3, 12, 0), False, "Windows", "x86", "32-bit"),
        ((3, 12, 0), True, "Darwin", "x86_64", "Intel Macs"),
        ((3, 12, 0), True, "Windows", "ARM64", "Windows on ARM"),
    ],
)
def test_wrong_python_is_named_with_what_to_do(version, is_64_bit, system, machine, words):
    problem = python_problem(version, is_64_bit, system, machine)
    assert words in problem and "nstall" in problem


@pytest.mark.parametrize(
    "version, system, machine",
    [
        ((3, 11, 0), "Linux", "x86_64"),
        ((3, 14, 1), "Windows", "AMD64"),
        ((3, 13, 0), "Darwin", "arm64"),
        ((3, 12, 3), "Linux", "aarch64"),
    ],
)
def test_right_python_passes(version, system, machine):
    assert python_problem(version, True, system, machine) is None


def test_old_python_is_told_so_by_the_real_command(project):
    done = project.run("lab", before="import sys; sys.version_info = (3, 9, 6, 'final', 0)")
    assert done.returncode == 1 and "This is Python 3.9; the course needs 3.11" in done.stderr
    assert not project.venv.exists()


@pytest.mark.parametrize("name", ["course.py", "launcher/__init__.py", "launcher/pythons.py"])
def test_an_old_python_can_read_what_refuses_it(name):
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 6))
    futures = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    assert not futures  # Python 3.6 stops at one that it does not know


def unprivileged_python() -> str | None:
    """A Python that an ordinary user can start; None where there is none."""
    for python in (sys.executable, "/usr/bin/python3"):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            check = [python, "-c", "import sys; assert sys.version_info >= (3, 11)"]
            subprocess.run(check, check=True, stderr=subprocess.DEVNULL, preexec_fn=become_nobody)
            return python
    return None


def become_nobody() -> None:
    """Root can write everywhere: give that up."""
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


@posix
def test_folder_that_cannot_be_written():
    python = unprivileged_python()
    if python is None:
        pytest.skip("no Python here that an ordinary user may start, and root may write everywhere")
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        project = Project.create(Path(parent))
        project.root.chmod(0o555)
        done = subprocess.run(
            [python, "course.py", "lab"],
            cwd=project.root,
            env=project.env,
            capture_output=True,
            encoding="utf-8",
            preexec_fn=become_nobody,
        )
        project.root.chmod(0o755)
    assert done.returncode == 1
    assert "Nothing can be written" in done.stderr and str(project.root) in done.stderr
    assert "Traceback" not in done.stderr
