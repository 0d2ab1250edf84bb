"""The two commands as a student runs them: fresh, again, interrupted, offline, disk full, wrong Python."""

import ast
import contextlib
import functools
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import tomllib
from pathlib import Path

import psutil
import pytest
from course_project import ROOT, Project, load_course, write_notebook

course = load_course()
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and users")


@pytest.fixture(scope="module")
def installed_once(tmp_path_factory):
    """A project whose `lab --check` ran once, and what it said."""
    project = Project.create(tmp_path_factory.mktemp("installed"))
    return project, project.run("lab", "--check")


@pytest.fixture
def installed(installed_once, tmp_path):
    """A copy of the installed project, to change and break."""
    return installed_once[0].copy_to(tmp_path)


@pytest.fixture
def project(tmp_path):
    """A project that nothing was installed for."""
    return Project.create(tmp_path)


# ---------------------------------------------------------------- installing


def test_first_start_installs_and_says_each_step(installed_once):
    project, done = installed_once
    assert done.returncode == 0, done.stderr
    for words in ("Step 1 of 2", "Step 2 of 2", "GB", "Installed in", "All of it works."):
        assert words in done.stdout
    assert json.loads(project.marker.read_text()).keys() == {"lock", "extras", "python"}
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


def test_lost_marker_and_lost_files_are_repaired(installed):
    installed.marker.unlink()
    lost = installed.packages() / "course_standin.py"
    lost.unlink()
    (installed.packages() / "~ourse").mkdir()
    done = installed.run("lab", "--check")
    assert done.returncode == 0, done.stderr
    assert "did not finish" in done.stdout and "course_standin-1.0 was half installed" in done.stdout
    assert lost.exists() and installed.marker.exists()
    assert not (installed.packages() / "~ourse").exists()


def test_half_written_marker_counts_as_none(installed):
    installed.marker.write_text('{"lock": "12')
    done = installed.run("lab", "--check")
    assert done.returncode == 0 and "did not finish" in done.stdout
    assert json.loads(installed.marker.read_text())["lock"]


@pytest.mark.parametrize("damage", ["no python", "other python", "no pip"])
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


class StuckIndex(http.server.BaseHTTPRequestHandler):
    """A package index that answers, but never finishes sending a wheel."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.path.endswith(".whl"):
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.server.sending.set()
            self.server.enough.wait()
        else:
            self.end_headers()
            name = "course_standin-1.0-py3-none-any.whl"
            self.wfile.write(f'<a href="/{name}">{name}</a>'.encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def stuck_index():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), StuckIndex) as server:
        server.sending, server.enough = threading.Event(), threading.Event()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.enough.set()
        server.shutdown()
        thread.join()


def from_index(port: int) -> dict[str, str]:
    """pip's settings for an index on a loopback port."""
    return {
        "PIP_NO_INDEX": "0",
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": f"http://127.0.0.1:{port}/simple",
        "PIP_RETRIES": "0",
    }


@posix
def test_killed_installation_is_never_taken_for_whole(project, stuck_index):
    index = from_index(stuck_index.server_address[1])
    with subprocess.Popen(
        project.command("lab", "--check"),
        cwd=project.root,
        env=dict(project.env, **index),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        assert stuck_index.sending.wait(120), "pip never asked for the wheel"
        process.kill()
    assert project.python.exists() and not project.marker.exists()
    # pip outlives the command that was killed: a second pip beside it would destroy the environment
    assert "still running" in project.run("lab", "--check").stderr
    os.killpg(process.pid, signal.SIGKILL)
    done = project.run("lab", "--check")
    assert done.returncode == 0, done.stderr
    assert "did not finish. It is repaired" in done.stdout and project.marker.exists()


@posix
def test_on_a_terminal_pip_speaks_for_itself_and_failures_are_still_explained(installed):
    installed.lock("9.9")
    master, slave = os.openpty()
    command = installed.command("test", "-x")
    with subprocess.Popen(
        command, cwd=installed.root, env=installed.env, stdout=slave, stderr=subprocess.PIPE, text=True
    ) as process:
        os.close(slave)
        said = ""
        with contextlib.suppress(OSError):  # how Linux reports that the last writer has gone
            while chunk := os.read(master, 4096):
                said += chunk.decode(errors="replace")
        errors = process.stderr.read()
    os.close(master)
    assert process.returncode == 1
    assert "Looking in links" in said and "ERROR: No matching distribution found" in errors
    assert "no package for this computer" in errors


@posix
def test_ctrl_c_during_the_installation_stops_pip_too(project, stuck_index):
    index = from_index(stuck_index.server_address[1])
    with subprocess.Popen(
        project.command("lab", "--check"),
        cwd=project.root,
        env=dict(project.env, **index),
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=allow_interrupts,
    ) as process:
        assert stuck_index.sending.wait(120), "pip never asked for the wheel"
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        said = process.communicate()[0]
    assert process.returncode == 130 and "Nothing is lost" in said
    assert children and not psutil.wait_procs(children, timeout=30)[1]
    assert not project.marker.exists()


def allow_interrupts() -> None:
    """A test run that was started in the background ignores Ctrl-C, and its children would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


# ---------------------------------------------------------------- failures that a student meets


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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


def test_full_disk_is_seen_before_anything_is_made(project):
    patch = "import shutil; shutil.disk_usage = lambda path: shutil._ntuple_diskusage(9e9, 8e9, 1e9)"
    done = project.run("lab", before=patch)
    assert done.returncode == 1
    needed = course.disk_needed(course.platform.system(), 0) / 1e9
    assert f"Needed: {needed:.1f} GB" in done.stderr and "Free: 1.0 GB" in done.stderr
    assert str(project.root) in done.stderr
    assert not project.venv.exists()


@pytest.mark.parametrize("spare, kept", [(1e8, False), (9e9, True)])
def test_scarce_disk_is_not_filled_with_pips_store(project, tmp_path, spare, kept):
    free = course.disk_needed(course.platform.system(), 0) + spare
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


def test_disk_needed_counts_what_is_already_there():
    download, on_disk = course.PACKAGE_SIZES["Linux"]
    assert course.disk_needed("Linux", 0) == pytest.approx((download + on_disk) * 1e9)
    assert course.disk_needed("Linux", 0) > course.disk_needed("Windows", 0) > 2e9
    assert course.disk_needed("Linux", 5e9) == course.disk_needed("Linux", 0) - 5e9
    assert course.disk_needed("Linux", 50e9) == 1e9  # an update still needs some room


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
    problem = course.python_problem(version, is_64_bit, system, machine)
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
    assert course.python_problem(version, True, system, machine) is None


def test_old_python_is_told_so_by_the_real_command(project):
    done = project.run("lab", before="import sys; sys.version_info = (3, 9, 6, 'final', 0)")
    assert done.returncode == 1 and "This is Python 3.9; the course needs 3.11" in done.stderr
    assert not project.venv.exists()


def test_an_old_python_can_read_the_file():
    ast.parse((ROOT / "course.py").read_text(encoding="utf-8"), feature_version=(3, 8))


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
    message = course.explain_failure(text, Path("pip.log"))
    assert words in message
    assert "course.py lab" in message and "kept" in message and text.splitlines()[0][:40] in message


def test_the_cause_counts_not_what_follows_from_it():
    text = "WARNING: Connection reset by peer\nERROR: OSError: [Errno 28] No space left on device"
    assert "is full" in course.explain_failure(text, Path("pip.log"))


def test_port_taken(installed):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = installed.run("lab", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stderr and "--port" in done.stderr


@pytest.mark.parametrize("port", ["0", "70000", "lots"])
def test_impossible_port(project, port):
    done = project.run("lab", "--port", port)
    assert done.returncode == 2 and "is not a port" in done.stderr


def test_missing_file_of_the_course(project):
    (project.root / "requirements.txt").unlink()
    done = project.run("lab")
    assert done.returncode == 1 and "requirements.txt is missing" in done.stderr


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


# ---------------------------------------------------------------- the real JupyterLab


def test_check_with_the_real_jupyterlab_at_a_chinese_path(project):
    write_notebook(
        project.root / "notebooks" / "00_getting_started.ipynb",
        "import helpers, pathlib",
        "assert pathlib.Path.cwd().name == 'notebooks'",
    )
    before = (project.root / "notebooks" / "00_getting_started.ipynb").read_bytes()
    done = project.run("lab", "--check", "--current-env")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ok      ") == 7 and "all 2 code cells" in done.stdout
    assert not project.venv.exists()
    assert (project.root / "notebooks" / "00_getting_started.ipynb").read_bytes() == before


def test_check_fails_when_the_notebook_fails(project):
    write_notebook(project.root / "notebooks" / "00_getting_started.ipynb", "rate = 1 / 0")
    done = project.run("lab", "--check", "--current-env")
    assert done.returncode == 1
    assert "00_getting_started.ipynb does not run here" in done.stderr and "ZeroDivisionError" in done.stderr


def test_server_that_dies_at_the_start_shows_its_log(project):
    config = project.root / "etc" / "jupyter" / "jupyter_server_config.json"
    config.write_text(json.dumps({"ServerApp": {"ip": "192.0.2.1", "allow_root": True}}))
    done = project.run("lab", "--no-browser", "--current-env")
    assert done.returncode == 1
    assert (
        "JupyterLab ended while it was starting" in done.stderr and "assign requested address" in done.stderr
    )


def test_current_env_names_what_is_missing(project):
    hide = "import sys; sys.modules['cv2'] = sys.modules['jupyterlab'] = None"
    done = project.run("lab", "--current-env", before=hide)
    assert done.returncode == 1
    assert "lacks packages that the course needs: jupyterlab, opencv-python." in done.stderr


@posix
@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGHUP"])
def test_ctrl_c_or_a_closed_window_leaves_nothing_running(project, tmp_path, signal_name):
    opened = tmp_path / "opened"
    browser = tmp_path / "browser.sh"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{opened}.tmp" && mv "{opened}.tmp" "{opened}"\n')
    browser.chmod(0o755)
    with subprocess.Popen(
        project.command("lab", "--current-env"),
        cwd=project.root,
        env=dict(project.env, BROWSER=f"{browser} %s"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=allow_interrupts,
    ) as process:
        lines = []
        while not lines or "Ctrl-C" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], "".join(lines)
        address = re.search(r"http://127\.0\.0\.1:(\d+)/lab/tree/(\S+)\?token=(\w+)", "".join(lines))
        port, notebook, token = address.groups()
        assert notebook == "notebooks/00_getting_started.ipynb" and len(token) >= 32
        server = course.Server(None, int(port), token, None)
        assert server.ask("/api/kernels", method="POST", body=b'{"name": "python3"}')[0] == 201
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 2, "expected the server and its kernel"
        process.send_signal(getattr(signal, signal_name))
        rest = process.communicate()[0]
    assert process.returncode == 0 and "Traceback" not in rest
    assert not psutil.wait_procs(children, timeout=30)[1]
    assert opened.read_text().strip() == address.group()


def test_state_stays_in_the_project_and_foreign_settings_out(project, tmp_path):
    home = tmp_path / "home"
    (home / ".jupyter").mkdir(parents=True)
    (home / ".jupyter" / "jupyter_server_config.py").write_text("raise SystemExit('read the home folder')")
    before = sorted(home.rglob("*"))
    foreign = {"HOME": str(home), "USERPROFILE": str(home), "JUPYTER_CONFIG_DIR": str(home / ".jupyter")}
    done = project.run("lab", "--check", "--current-env", **foreign)
    assert done.returncode == 0, done.stderr
    left = {path for path in home.rglob("*") if "cache" not in path.relative_to(home).parts[0]}
    assert sorted(left) == before
    assert (project.root / ".jupyter" / "server.log").exists()


# ---------------------------------------------------------------- course.py test


def test_every_stage_runs_and_one_failure_fails_the_whole(installed):
    done = installed.run("test")
    assert done.returncode == 1  # the stand-in's browser tests fail
    summary = done.stdout.partition("=== Summary")[2].splitlines()
    results = [(line.split()[0], line.split("s  ", 1)[1]) for line in summary if line]
    assert [result for result, _ in results] == ["passed", "passed", "passed", "FAILED", "passed"]
    assert "1 notebooks" in results[-1][1]
    assert "--nbval-current-env" in done.stdout and "--cov-fail-under=95" in done.stdout


def test_notebook_is_compared_with_its_saved_outputs(project):
    notebook = project.root / "notebooks" / "00_getting_started.ipynb"
    write_notebook(notebook, "print(6 * 7)")
    content = json.loads(notebook.read_text())
    cell = content["cells"][0]
    cell["execution_count"] = 1
    for saved, code in (("42\n", 0), ("41\n", 1)):
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": saved}]
        notebook.write_text(json.dumps(content))
        done = project.run("test", "--current-env", "notebooks/00_getting_started.ipynb")
        assert done.returncode == code, done.stdout


def test_unknown_argument_of_lab_is_refused(project):
    done = project.run("lab", "--chekc")
    assert done.returncode == 2 and "--chekc" in done.stderr


# ---------------------------------------------------------------- what must agree with other files


def test_module_lists_agree_with_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(requirements):
        return {re.match(r"[\w.\-]+", requirement).group() for requirement in requirements}

    assert set(course.COURSE_MODULES.values()) == names(project["dependencies"])
    assert set(course.TEST_MODULES.values()) == names(project["optional-dependencies"]["test"])
    assert not course.missing_packages("test")


def test_every_setting_exists_in_the_installed_jupyterlab():
    """A setting under a wrong name does nothing, silently."""
    overrides = json.loads((ROOT / "etc/jupyter/labconfig/default_setting_overrides.json").read_text())
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    for plugin, settings in overrides.items():
        package, name = plugin.split(":")
        known = json.loads((schemas / package / f"{name}.json").read_text())["properties"]
        assert set(settings) <= set(known), plugin


def test_what_running_leaves_behind_is_ignored_by_git():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {".venv/", ".venv.*/", ".jupyter/"} <= set(ignored)
