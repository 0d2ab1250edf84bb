"""An installation that is killed or interrupted, or that runs on a terminal."""

import contextlib
import http.server
import os
import signal
import subprocess
import threading

import psutil
import pytest
from course_project import allow_interrupts, from_index, posix


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
