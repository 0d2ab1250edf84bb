"""Installing with uv: what it does as pip does, what it tells when it fails, and when pip serves instead."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from course_project import Project, build_wheel, closed_port, from_index, serving

from launcher import pip, uv

VERSION = metadata.version("uv")


@pytest.fixture(scope="session")
def uv_wheel(tmp_path_factory) -> Path:
    """The installed uv as a wheel again, so that pip can bring it into a new environment."""
    info = f"uv-{VERSION}.dist-info"
    wheel = tmp_path_factory.mktemp("uv") / f"uv-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in metadata.files("uv"):
            is_program = ".." in file.parts
            name = f"uv-{VERSION}.data/scripts/{file.name}" if is_program else file.as_posix()
            if "__pycache__" not in name and file.name not in ("RECORD", "INSTALLER", "REQUESTED"):
                archive.write(file.locate(), name)
        rows = [f"{file.filename},,{file.file_size}\n" for file in archive.infolist()]
        archive.writestr(f"{info}/RECORD", "".join(rows))
    return wheel


@pytest.fixture(scope="session")
def ready_once(uv_wheel, tmp_path_factory):
    """A project that uv installed, and what was said."""
    project = Project.create(tmp_path_factory.mktemp("uv-project"))
    (project.wheels / uv_wheel.name).hardlink_to(uv_wheel)
    project.lock("1.0", f"uv=={VERSION}")
    return project, project.run("lab", "--check")


@pytest.fixture
def ready(ready_once, tmp_path) -> Project:
    """A copy of it, to change and break."""
    return ready_once[0].copy_to(tmp_path)


def log_of(project: Project) -> str:
    return (project.root / ".venv.logs" / "uv.log").read_text("utf-8")


def test_uv_installs_the_lock_and_pip_only_brings_uv(ready_once):
    project, done = ready_once
    assert done.returncode == 0, done.stderr
    assert "Installed in" in done.stdout and "All of it works." in done.stdout
    assert "course-standin==1.0" in log_of(project)
    collected = re.findall(r"Installing collected packages: (.*)", project.pip_log.read_text())
    assert collected == ["uv"]
    compiled = project.packages() / "jupyterlab" / "__pycache__"
    assert list(compiled.glob("__main__*.pyc"))  # grading reads them where it cannot write them
    assert not (project.root / ".venv.downloads").exists()


def test_nothing_is_kept_twice(ready_once):
    project, _ = ready_once
    installed = project.packages() / "course_standin.py"
    assert installed.stat().st_nlink > 1  # the same file lies in .venv.cache


@pytest.mark.thorough
def test_an_environment_made_anew_fetches_no_package_again(ready, tmp_path):
    ready.lock("1.0", f"uv=={VERSION}", "far_standin==1.0")
    build_wheel(tmp_path / "simple" / "far-standin", "far_standin", "1.0", {"far_standin.py": ""})
    fetched = []
    with serving(tmp_path, fetched) as address:
        index = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": f"{address}/simple"}
        assert ready.run("lab", "--check", **index).returncode == 0
        assert [path for path in fetched if path.endswith(".whl")]
        fetched.clear()
        shutil.rmtree(ready.venv)
        done = ready.run("lab", "--check", **index)
    assert done.returncode == 0 and (ready.packages() / "far_standin.py").exists(), done.stderr
    assert fetched and not [path for path in fetched if path.endswith(".whl")]


def test_a_changed_lock_and_lost_files_are_made_up_for(ready):
    ready.lock("2.0", f"uv=={VERSION}")
    (ready.packages() / "jupyterlab" / "__main__.py").unlink()
    ready.marker.unlink()
    done = ready.run("lab", "--check")
    assert done.returncode == 0 and "was half installed" in done.stdout, done.stderr
    found = subprocess.check_output([ready.python, "-m", "pip", "list", "--format=json"], text=True)
    assert {"name": "course_standin", "version": "2.0"} in json.loads(found)


def test_a_damaged_wheel_is_told(ready):
    ready.lock("2.0", f"uv=={VERSION}")
    wheel = next(ready.wheels.glob("course_standin-2.0*"))
    wheel.write_bytes(wheel.read_bytes()[:700])
    done = ready.run("test", "-x")
    assert done.returncode == 1 and "arrived damaged" in done.stderr
    assert "uv said:" in done.stderr and "uv.log" in done.stderr


def test_a_package_that_nobody_has_is_told(ready):
    ready.lock("9.9", f"uv=={VERSION}")
    done = ready.run("test", "-x")
    assert done.returncode == 1 and "no package for this computer" in done.stderr


def test_a_new_uv_alone_is_no_change_of_the_environment():
    assert not pip.started_to_change("2026-11-26T13:09:22,809 Installing collected packages: uv\n")
    assert pip.started_to_change("2026-11-26T13:09:22,809 Installing collected packages: uvloop\n")
    assert pip.started_to_change("2026-11-26T13:09:22,809 Installing collected packages: six, uv\n")


def test_without_a_network_the_old_packages_serve(ready):
    marker = ready.marker.read_text()
    ready.lock("2.0", f"uv=={VERSION}")
    for wheel in ready.wheels.glob("course_standin*"):
        wheel.unlink()
    index = {**from_index(closed_port()), "PIP_FIND_LINKS": ready.wheels.as_uri(), "UV_HTTP_RETRIES": "0"}
    done = ready.run("lab", "--check", **index)
    assert done.returncode == 0, done.stdout + ready.pip_log.read_text()
    assert "does not answer" in done.stdout and "packages that it had before" in done.stdout
    assert ready.marker.read_text() == marker


def test_pip_serves_where_the_index_has_no_uv(project):
    project.lock("1.0", "uv==0.0.1")
    done = project.run("lab", "--check")
    assert done.returncode == 1 and "uv==0.0.1" in done.stderr  # the lock itself cannot be had then
    assert "course_standin" in project.pip_log.read_text()


def test_pip_serves_where_uv_does_not_know_its_settings(ready):
    ready.lock("2.0", f"uv=={VERSION}")
    (ready.root / ".venv.logs" / "uv.log").unlink()
    done = ready.run("lab", "--check", PIP_KEYRING_PROVIDER="disabled")
    assert done.returncode == 0 and "course_standin-2.0" in ready.pip_log.read_text(), done.stderr
    assert not (ready.root / ".venv.logs" / "uv.log").exists()


@pytest.mark.parametrize("terminal", [True, False])
def test_how_far_it_is_shows_while_uv_works(terminal, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(uv, "LOG", tmp_path / "uv.log")
    monkeypatch.setattr(uv, "HEARTBEAT", 0.5)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(2)"]) as process:
        assert uv.follow(process, 2.0) == 0
    said = capsys.readouterr().out
    assert said.count("of about 2.0 GB") >= 1
    assert said.startswith("\r") == terminal and said.endswith("\n")


def test_the_line_says_what_is_fetched_and_how_far_it_is(monkeypatch, tmp_path):
    monkeypatch.setattr(uv, "LOG", tmp_path / "uv.log")
    assert uv.progress(0.0, 2.0) == f"[{'':20}] 0.0 of about 2.0 GB  asking the package index"
    uv.LOG.write_text("Resolved 3 packages in 1s\nDownloading torch (190MiB)\nDownloading six (1KiB)\n")
    assert uv.progress(0.5, 2.0).endswith(f"[{'#####':20}] 0.5 of about 2.0 GB  fetching torch")
    uv.LOG.write_text(uv.LOG.read_text() + " Downloaded torch\n")
    assert uv.progress(1.0, 2.0).endswith("fetching six")
    uv.LOG.write_text(uv.LOG.read_text() + " Downloaded six\n")
    assert uv.progress(1.9, 2.0).endswith("fetching and unpacking")
    uv.LOG.write_text(uv.LOG.read_text() + "Prepared 3 packages in 9s\n")
    assert uv.progress(3.0, 2.0).startswith(f"[{'#' * 20}]") and uv.progress(3.0, 2.0).endswith("installing")


LISTING = """:env:.find-links='/opt/a /opt/b'
:env:.no-index='0'
global.cert='/etc/ca.pem'
global.index-url='https://mirror.example/simple'
global.timeout='90'
global.user='true'
download.index-url='https://other.example'
"""


def test_pips_settings_are_taken_over():
    options, variables = uv.settings(LISTING)
    assert options == [
        *("--find-links", "/opt/a", "--find-links", "/opt/b"),
        *("--default-index", "https://mirror.example/simple"),
    ]
    assert variables == {"SSL_CERT_FILE": "/etc/ca.pem", "UV_HTTP_TIMEOUT": "90"}
    assert uv.settings(":env:.no-index='1'\n") == (["--no-index"], {})
    assert uv.settings("global.extra-index-url='https://x.example\\nhttps://y.example'") == (
        ["--index", "https://x.example", "--index", "https://y.example"],
        {},
    )
    assert uv.settings("global.proxy='http://127.0.0.1:3128'") is None


@pytest.mark.parametrize(
    "log, changed",
    [
        ("", False),
        ("error: Failed to fetch: `https://x`", False),
        ("  × No solution found when resolving dependencies", False),
        ("Prepared 3 packages in 1s\nerror: Failed to install: torch", True),
        ("Installed 2 packages in 1s\nerror: Failed to fetch: `https://x`", True),  # the second call failed
    ],
)
def test_what_was_only_fetched_changed_nothing(log, changed):
    assert uv.started_to_change(log) is changed
