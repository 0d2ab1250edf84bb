"""`course.py lab` with the real JupyterLab: its check, its port, its end, its settings."""

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from course_project import ROOT, allow_interrupts, posix, write_notebook

from launcher import jupyter


def test_port_taken(installed):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = installed.run("lab", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stderr and "--port" in done.stderr


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


@contextlib.contextmanager
def running_lab(project, **env):
    """`course.py lab` until it tells its address: (the process, the address's match, a server to ask)."""
    with subprocess.Popen(
        project.command("lab", "--current-env"),
        cwd=project.root,
        env=project.env | env,
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
        yield process, address, jupyter.Server(None, int(address[1]), address[3], None)


@posix
@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGHUP"])
def test_ctrl_c_or_a_closed_window_leaves_nothing_running(project, tmp_path, signal_name):
    opened = tmp_path / "opened"
    browser = tmp_path / "browser.sh"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{opened}.tmp" && mv "{opened}.tmp" "{opened}"\n')
    browser.chmod(0o755)
    with running_lab(project, BROWSER=f"{browser} %s") as (process, address, server):
        assert address[2] == "notebooks/00_getting_started.ipynb" and len(address[3]) >= 32
        assert server.ask("/api/kernels", method="POST", body=b'{"name": "python3"}')[0] == 201
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 2, "expected the server and its kernel"
        process.send_signal(getattr(signal, signal_name))
        rest = process.communicate()[0]
    assert process.returncode == 0 and "Traceback" not in rest
    assert not psutil.wait_procs(children, timeout=30)[1]
    assert opened.read_text().strip() == address.group()


@posix
def test_proxies_stop_no_server_and_reach_kernels_and_terminals(project):
    proxies = {"ALL_PROXY": "socks5://127.0.0.1:9", "http_proxy": "127.0.0.1:7890", "NO_PROXY": "localhost"}
    with running_lab(project, **proxies) as (process, _, server):
        (running,) = psutil.Process(process.pid).children()
        assert server.ask("/api/kernels", method="POST", body=b'{"name": "python3"}')[0] == 201
        session = b'{"path": "a.ipynb", "name": "a", "type": "notebook", "kernel": {"name": "python3"}}'
        assert server.ask("/api/sessions", method="POST", body=session)[0] == 201
        assert server.ask("/api/terminals", method="POST", body=b"{}")[0] == 200
        started = [child.environ() for child in running.children()]
        assert len(started) == 3
        for env in started:
            assert {name: env[name] for name in env if name.lower().endswith("_proxy")} == proxies
        assert {name for name in running.environ() if name.lower().endswith("_proxy")} == {"NO_PROXY"}
        process.send_signal(signal.SIGINT)
        process.communicate()


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


def test_every_setting_exists_in_the_installed_jupyterlab():
    """A setting under a wrong name does nothing, silently."""
    overrides = json.loads((ROOT / "etc/jupyter/labconfig/default_setting_overrides.json").read_text())
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    for plugin, settings in overrides.items():
        package, name = plugin.split(":")
        known = json.loads((schemas / package / f"{name}.json").read_text())["properties"]
        assert set(settings) <= set(known), plugin
