"""PyTorch's build for processors: who gets it, what is left out for it, and what happens without its index.

The wheels are stand-ins and the index is this test's own: PyTorch's real one is not asked.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from course_project import ROOT, Project, build_wheel, closed_port, posix, serving

from launcher import builds
from launcher.builds import Build
from launcher.errors import CourseError

LOCK = """course_standin==1.0
nvidia-standin==1.0 ; sys_platform == 'linux'  # via torch
torch==1.0                # via torchvision
torchvision==1.0          # via course
triton==1.0 ; sys_platform == 'linux'  # via torch
"""
ONLY_CUDA = {"nvidia-standin", "triton"}


@pytest.fixture
def cpu_index(tmp_path):
    """The address of an index that has the two packages of the CPU build."""
    folder = tmp_path / "index"
    for name in ("torch", "torchvision"):
        wheel = build_wheel(tmp_path / "cpu", name, "1.0+cpu", {f"{name}.py": "version = '1.0+cpu'\n"})
        (folder / "whl" / name).mkdir(parents=True)
        shutil.copy(wheel, folder / "whl" / name)
    with serving(folder, []) as address:
        yield f"{address}/whl"


@pytest.fixture
def linux(project, cpu_index) -> Project:
    """A project whose lock names PyTorch and what only CUDA needs, on a machine without a driver."""
    for name in ("torch", "torchvision", "triton", "nvidia_standin"):
        build_wheel(project.wheels, name, "1.0", {f"{name}.py": "version = '1.0'\n"})
    (project.root / "requirements.txt").write_text(LOCK)
    (project.root / "requirements-test.txt").write_text(LOCK + "test_standin==1.0\n")
    pypi = f"{cpu_index}/pypi"  # has nothing: the wheels lie in a folder
    project.env.update(COURSE_TORCH_INDEX=cpu_index, PIP_NO_INDEX="0", PIP_INDEX_URL=pypi)
    return project


@pytest.fixture
def card(tmp_path) -> str:
    """A PATH on which there is a driver."""
    folder = tmp_path / "driver"
    folder.mkdir()
    (folder / "nvidia-smi").write_text("#!/bin/sh\n")
    (folder / "nvidia-smi").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def installed_in(project: Project) -> dict[str, str]:
    """{name: version} of what is in `.venv`."""
    listing = subprocess.check_output([project.python, "-m", "pip", "list", "--format=json"], text=True)
    return {found["name"].replace("_", "-"): found["version"] for found in json.loads(listing)}


@posix
def test_a_linux_without_a_driver_gets_the_small_build_and_keeps_it(linux):
    done = linux.run("lab", "--check")
    assert done.returncode == 0, done.stderr
    assert "no NVIDIA driver" in done.stdout and "course.py lab --gpu" in done.stdout
    assert "0.6 GB to fetch, 2.0 GB on disk" in done.stdout
    found = installed_in(linux)
    assert (found["torch"], found["torchvision"]) == ("1.0+cpu", "1.0+cpu")
    assert "course-standin" in found and not ONLY_CUDA & set(found)
    nowhere = f"http://127.0.0.1:{closed_port()}"
    again = linux.run("lab", "--check", COURSE_TORCH_INDEX=nowhere, PIP_INDEX_URL=nowhere, PIP_FIND_LINKS="")
    assert again.returncode == 0 and "The packages are installed" in again.stdout, again.stderr
    more = linux.run("test", "-x")  # the tests' packages come on top of the same build
    assert "a few packages more" in more.stdout and "driver" not in more.stdout, more.stderr
    assert installed_in(linux)["torch"] == "1.0+cpu" and "test-standin" in installed_in(linux)


@pytest.mark.thorough
@posix
def test_the_choice_can_be_changed_and_is_remembered(linux, card):
    assert linux.run("lab", "--check", PATH=card).returncode == 0
    assert installed_in(linux)["torch"] == "1.0" and set(installed_in(linux)) >= ONLY_CUDA
    done = linux.run("lab", "--check", "--cpu", PATH=card)
    assert done.returncode == 0 and "Another build of PyTorch" in done.stdout, done.stderr
    assert installed_in(linux)["torch"] == "1.0+cpu" and not ONLY_CUDA & set(installed_in(linux))
    assert "The packages are installed" in linux.run("lab", "--check", PATH=card).stdout
    assert linux.run("lab", "--check", "--gpu").returncode == 0
    assert installed_in(linux)["torch"] == "1.0"
    assert "The packages are installed" in linux.run("lab", "--check").stdout  # no driver, and still this one


@pytest.mark.thorough
@posix
def test_an_installation_that_was_stopped_goes_on_with_the_same_build(linux):
    assert linux.run("lab", "--check").returncode == 0
    linux.marker.unlink()
    (linux.packages() / "course_standin.py").unlink()
    done = linux.run("lab", "--check")
    assert done.returncode == 0 and "did not finish" in done.stdout, done.stderr
    assert installed_in(linux)["torch"] == "1.0+cpu" and not ONLY_CUDA & set(installed_in(linux))


@posix
def test_without_its_index_the_full_build_comes_or_is_offered(linux):
    nowhere = {"COURSE_TORCH_INDEX": f"http://127.0.0.1:{closed_port()}/whl"}
    asked = linux.run("lab", "--check", "--cpu", **nowhere)
    assert asked.returncode == 1 and not linux.venv.exists()
    for words in ("does not answer", "Connection refused", "3.3 GB to fetch", "course.py lab --gpu"):
        assert words in asked.stderr
    done = linux.run("lab", "--check", **nowhere)
    assert done.returncode == 0 and "In its place comes the full build" in done.stdout, done.stderr
    assert installed_in(linux)["torch"] == "1.0"
    before = linux.marker.read_text()
    refused = linux.run("lab", "--check", "--cpu", **nowhere)
    assert refused.returncode == 0 and "packages that it had before" in refused.stdout
    assert linux.marker.read_text() == before


@posix
def test_a_folder_of_wheels_serves_without_any_index(linux, tmp_path):
    for wheel in (tmp_path / "cpu").glob("*.whl"):
        shutil.copy(wheel, linux.wheels)
    done = linux.run("lab", "--check", PIP_NO_INDEX="1", COURSE_TORCH_INDEX="http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    assert installed_in(linux)["torch"] == "1.0+cpu"


@pytest.mark.parametrize("answer, goes_on", [("", True), ("y", True), ("n", False)])
def test_on_a_terminal_the_full_build_is_a_question(answer, goes_on, monkeypatch, tmp_path):
    monkeypatch.setattr(builds, "VENV", tmp_path / "none")
    monkeypatch.setattr(builds, "CHOICE", tmp_path / "none" / "build")
    monkeypatch.setattr(builds, "problem_of_index", lambda: "no network")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    if goes_on:
        assert builds.available(Build.CPU, None) is Build.FULL
    else:
        with pytest.raises(CourseError, match="Nothing has been changed"):
            builds.available(Build.CPU, None)


@pytest.mark.parametrize("system", ["Windows", "Darwin"])
def test_other_systems_have_one_build(system, monkeypatch, capsys):
    monkeypatch.setattr("platform.system", lambda: system)
    assert builds.choose(None, "requirements.txt") is Build.FULL
    assert capsys.readouterr().out == ""
    assert builds.choose(Build.CPU, "requirements.txt") is Build.FULL
    assert "--cpu changes nothing" in capsys.readouterr().out
    assert builds.package_sizes(system, Build.FULL) == builds.SMALL


def test_the_small_list_is_the_lock_without_cuda(monkeypatch, tmp_path):
    monkeypatch.setattr(builds, "LOGS", tmp_path)
    for name in ("requirements.txt", "requirements-test.txt"):
        whole = (ROOT / name).read_text("utf-8").splitlines()
        small = builds.lock_file(name, Build.CPU).read_text("utf-8").splitlines()
        left_out = [line for line in whole if line not in small]
        assert [line for line in whole if line in small] == small
        names = {re.match(r"[\w-]+", line)[0] for line in left_out}
        assert {"triton", "nvidia-cudnn-cu13", "cuda-toolkit"} <= names
        assert all(name == "triton" or name.startswith(("nvidia-", "cuda-")) for name in names)
        assert builds.lock_file(name, Build.FULL) == ROOT / name
    torch, vision = builds.pins("requirements.txt")
    assert re.fullmatch(r"torch==[\d.]+\+cpu", torch) and re.fullmatch(r"torchvision==[\d.]+\+cpu", vision)


@pytest.mark.parametrize("driver", ["file", "program", "none"])
def test_a_driver_is_seen_by_its_files_or_its_program(driver, monkeypatch, tmp_path, card):
    monkeypatch.setattr(builds, "DRIVER", [str(tmp_path / "version")])
    if driver == "file":
        Path(tmp_path / "version").touch()
    monkeypatch.setenv("PATH", card if driver == "program" else str(tmp_path))
    assert builds.has_nvidia_driver() == (driver != "none")
