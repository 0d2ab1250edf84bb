"""A student's own file that is called like a module, in the course's folder or where the command is typed."""

import shutil
import subprocess
import sys

import pytest
from course_project import ROOT

from launcher import shadows
from launcher.errors import CourseError

# Whoever imports one of these instead of Python's or the course's own module ends here.
MINE = "raise SystemExit('the file of the student was executed')"
NAMES = ("argparse", "json", "random", "tempfile", "socket", "torch", "jupyterlab", "pytest", "nbclient")


def write_mine(folder, names=NAMES):
    for name in names:
        (folder / f"{name}.py").write_text(MINE)


def test_files_in_the_courses_folder_get_in_nobodys_way(installed):
    write_mine(installed.root)
    done = installed.run("lab", "--check")
    assert done.returncode == 0, done.stderr
    assert "All of it works" in done.stdout
    assert "Careful: jupyterlab.py is called like the package jupyterlab" in done.stdout
    assert "random.py" not in done.stdout  # Python's own modules come first in notebooks as well
    done = installed.run("test", "tests/x.py")
    assert done.returncode == 0 and "pytest ['tests/x.py']" in done.stdout, done.stderr


def test_a_file_beside_a_notebook_is_named(installed):
    write_mine(installed.root / "notebooks", ["nbclient"])
    done = installed.run("lab", "--check")
    assert done.returncode == 0 and "Careful: notebooks/nbclient.py" in done.stdout, done.stderr


@pytest.mark.parametrize("name", ["homework", "random", "runpy"])
def test_a_file_where_the_command_is_typed_is_not_executed(installed, tmp_path, name):
    """And the homework's own program gets the arguments as they were typed."""
    program = installed.root / "homework" / "__main__.py"
    program.parent.mkdir()
    program.with_name("__init__.py").touch()
    program.write_text("import random, sys; print(sys.argv[1:], __file__)")
    shutil.copytree(ROOT / "notebooks" / "homework", installed.root / "notebooks" / "homework")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write_mine(elsewhere, [name])
    command = [sys.executable, installed.root / "course.py", "submit", "hw1", "--student", "7", "--to", "out"]
    done = subprocess.run(command, cwd=elsewhere, env=installed.env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "['submit', 'hw1', '--student', '7', '--to', 'out']" in done.stdout
    assert str(program) in done.stdout


def test_files_where_the_first_command_is_typed_stop_no_installation(project, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write_mine(elsewhere, ["venv", "ensurepip", "pip", *NAMES])
    command = [sys.executable, project.root / "course.py", "lab", "--check"]
    done = subprocess.run(command, cwd=elsewhere, env=project.env, capture_output=True, text=True)
    assert done.returncode == 0 and "Installed in" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["torch", "random"])
def test_the_running_python_would_take_the_file_so_it_is_refused_by_name(project, name):
    write_mine(project.root, [name])
    done = project.run("lab", "--check", "--current-env")
    assert done.returncode == 1
    assert str(project.root / f"{name}.py") in done.stderr and "Rename it" in done.stderr


def test_a_name_that_nothing_imports_is_the_students(tmp_path, monkeypatch):
    monkeypatch.setattr(shadows, "ROOT", tmp_path)
    write_mine(tmp_path, ["test", "homework3", "course"])
    shadows.name_shadows(use_current=True)
    write_mine(tmp_path, ["json"])
    with pytest.raises(CourseError, match=r"json\.py"):
        shadows.name_shadows(use_current=True)
