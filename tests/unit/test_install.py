"""`course.py lab` installs: fresh, again, repaired, brought up to date, without a network, damaged."""

import ast
import functools
import http.server
import json
import subprocess
import threading
from pathlib import Path

import pytest
from course_project import COURSE_FILES, build_wheel, closed_port, from_index
from series import series

from launcher import builds, machine


def test_first_start_installs_and_says_each_step(installed_once):
    project, done = installed_once
    assert done.returncode == 0, done.stderr
    for words in ("Step 1 of 2", "Step 2 of 2", "GB", "Installed in", "All of it works."):
        assert words in done.stdout
    assert json.loads(project.marker.read_text()).keys() == {"lock", "extras", "python", "build"}
    assert "Successfully installed course_standin-1.0" in project.pip_log.read_text()
    assert not (project.root / ".venv.downloads").exists()


def test_helpers_is_found_by_a_relative_ascii_path(installed_once):
    project, _ = installed_once
    path = (project.packages() / "course.pth").read_text(encoding="ascii").strip()
    assert not Path(path).is_absolute()
    found = subprocess.check_output(
        [project.python, "-c", "import helpers; print(ascii(helpers.__file__))"], cwd="/", text=True
    )
    assert Path(ast.literal_eval(found)) == project.root / "helpers" / "__init__.py"


def test_second_start_installs_nothing_even_in_a_moved_folder(installed):
    log, marker = installed.pip_log.stat().st_mtime_ns, installed.marker.read_text()
    done = installed.run("lab", "--check", PIP_FIND_LINKS="")
    assert done.returncode == 0, done.stderr
    assert "The packages are installed" in done.stdout and "Step" not in done.stdout
    assert (installed.pip_log.stat().st_mtime_ns, installed.marker.read_text()) == (log, marker)


def test_changed_lock_is_installed(installed):
    installed.lock("2.0")
    done = installed.run("lab", "--check")
    assert done.returncode == 0, done.stderr
    assert "list of packages has changed" in done.stdout
    version = subprocess.check_output(
        [installed.python, "-c", "import course_standin as s; print(s.version)"], text=True
    )
    assert version.strip() == "2.0"


def test_switching_between_lab_and_test_installs_once(installed):
    first = installed.run("test", "-q", "tests/test_device.py")
    assert first.returncode == 0, first.stderr
    assert "a few packages more" in first.stdout
    assert "pytest ['-q', 'tests/test_device.py']" in first.stdout
    for command in (["lab", "--check"], ["test", "-x"]):
        done = installed.run(*command, PIP_FIND_LINKS="")
        assert done.returncode == 0 and "The packages are installed" in done.stdout, done.stderr
    installed.lock("2.0")  # an update must not take the tests' packages away
    assert installed.run("lab", "--check").returncode == 0
    assert "The packages are installed" in installed.run("test", "-x", PIP_FIND_LINKS="").stdout


@pytest.mark.parametrize("damage", ["lost", "cut off"])
def test_lost_marker_and_damaged_files_are_repaired(installed, damage):
    installed.marker.unlink()
    lost = installed.packages() / "course_standin.py"
    lost.unlink()
    if damage == "cut off":
        lost.write_text("version = ")
    (installed.packages() / "~ourse").mkdir()
    done = installed.run("lab", "--check")
    assert done.returncode == 0, done.stderr
    assert "did not finish" in done.stdout and "course_standin-1.0 was half installed" in done.stdout
    assert lost.read_text() == "version = '1.0'\n" and installed.marker.exists()
    assert not (installed.packages() / "~ourse").exists()


def test_half_written_marker_counts_as_none(installed):
    installed.marker.write_text('{"lock": "12')
    done = installed.run("lab", "--check")
    assert done.returncode == 0 and "did not finish" in done.stdout
    assert json.loads(installed.marker.read_text())["lock"]


@pytest.mark.parametrize("damage", series(["no python", "other python", "no pip"], 3))
def test_environment_that_cannot_be_repaired_is_made_anew(installed, damage):
    leftover = installed.venv / "leftover"
    leftover.touch()
    if damage == "no python":
        for python in installed.python.parent.glob("python*"):
            python.unlink()
    elif damage == "other python":
        marker = json.loads(installed.marker.read_text())
        installed.marker.write_text(json.dumps(dict(marker, python="3.9")))
    else:
        (installed.packages() / "pip").rename(installed.packages() / "pup")
    done = installed.run("lab", "--check")
    assert done.returncode == 0, done.stderr
    assert "made anew" in done.stdout and not leftover.exists()


def test_without_a_network_the_first_start_says_so(project):
    done = project.run("lab", **from_index(closed_port()))
    assert done.returncode == 1
    for words in ("does not answer", "web page opens in your browser", "course.py lab", "pip.log"):
        assert words in done.stderr
    assert not project.marker.exists()


def test_without_a_network_a_changed_lock_does_not_stop_the_course(installed):
    installed.lock("2.0")
    done = installed.run("lab", "--check", **from_index(closed_port()))
    assert done.returncode == 0, done.stderr
    assert "does not answer" in done.stdout and "packages that it had before" in done.stdout
    # the update is made up for as soon as there is a network
    assert "has changed" in installed.run("lab", "--check").stdout


def test_an_update_that_stops_in_the_middle_is_repaired_at_the_next_start(installed):
    """pip had begun to replace packages: what is there counts as no environment until it is whole."""
    build_wheel(installed.wheels, "course_standin", "3.0", COURSE_FILES | {"blocked/file.py": ""})
    blocker = installed.packages() / "blocked"
    blocker.touch()  # pip cannot make a folder of this name
    installed.lock("3.0")
    done = installed.run("lab", "--check")
    assert done.returncode == 1 and not installed.marker.exists(), done.stdout
    blocker.unlink()
    done = installed.run("lab", "--check")
    assert done.returncode == 0 and "did not finish. It is repaired" in done.stdout, done.stderr


@pytest.mark.thorough
def test_packages_never_go_elsewhere_unseen(project, tmp_path):
    elsewhere = {"PIP_TARGET": str(tmp_path / "t"), "PIP_PREFIX": str(tmp_path / "p"), "PIP_USER": "1"}
    done = project.run("lab", "--check", **elsewhere, PIP_REQUIRE_VIRTUALENV="1")
    assert done.returncode == 0, done.stderr
    assert (project.packages() / "course_standin.py").exists()


@pytest.mark.thorough
def test_a_setting_of_pips_own_that_leads_elsewhere_is_told(project, tmp_path):
    settings = tmp_path / "pip.conf"
    settings.write_text(f"[install]\ntarget = {tmp_path / 'elsewhere'}\n")
    done = project.run("lab", "--check", PIP_CONFIG_FILE=str(settings))
    assert done.returncode == 1 and not project.marker.exists()
    assert "course_standin is not in" in done.stderr and "pip config list" in done.stderr


def test_damaged_download(installed):
    installed.lock("2.0")
    wheel = next(installed.wheels.glob("course_standin-2.0*"))
    wheel.write_bytes(wheel.read_bytes()[:700])
    done = installed.run("test", "-x")
    assert done.returncode == 1
    assert "arrived damaged" in done.stderr and "course_standin" in done.stderr


def test_no_package_for_this_computer(project):
    project.lock("9.9")
    done = project.run("lab")
    assert done.returncode == 1
    assert "no package for this computer" in done.stderr and "course_standin==9.9" in done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize("spare, kept", [(1e8, False), (9e9, True)])
def test_scarce_disk_is_not_filled_with_pips_store(project, tmp_path, spare, kept):
    free = machine.disk_needed(builds.LINUX_FULL, 0) + spare
    patch = f"import shutil; shutil.disk_usage = lambda path: shutil._ntuple_diskusage(0, 0, {free})"
    store = tmp_path / "store"
    listing = functools.partial(QuietListing, directory=project.wheels)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), listing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        links = f"http://127.0.0.1:{server.server_address[1]}/"
        env = {"PIP_FIND_LINKS": links, "PIP_NO_CACHE_DIR": None, "PIP_CACHE_DIR": str(store)}
        # pip keeps nothing that came over plain HTTP, except from a host that it is told to trust
        done = project.run("lab", "--check", before=patch, **env, PIP_TRUSTED_HOST="127.0.0.1")
        server.shutdown()
        thread.join()
    assert done.returncode == 0, done.stderr
    assert any(path.is_file() for path in store.rglob("*")) == kept


class QuietListing(http.server.SimpleHTTPRequestHandler):
    """Serves the wheels of a folder, and allows them to be kept."""

    def log_message(self, *args):
        pass

    def end_headers(self):
        if self.path.endswith(".whl"):
            self.send_header("Cache-Control", "max-age=3600")
        super().end_headers()


def test_missing_file_of_the_course(project):
    (project.root / "requirements.txt").unlink()
    done = project.run("lab")
    assert done.returncode == 1 and "requirements.txt is missing" in done.stderr
