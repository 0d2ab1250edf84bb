"""A JupyterLab of the course's own: its port, its process, its token, and how it is asked."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from launcher.errors import CourseError
from launcher.places import ROOT, STATE, read_text, this_command
from launcher.proxies import without_proxies

START_LIMIT = 180  # seconds: a slow disk and a virus scanner need more than a minute for the first start


def can_listen(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address (0: on any)."""
    with socket.socket() as probe:
        if os.name != "nt":  # as the server does: a port just left is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def choose_port(asked: int | None) -> int:
    """The port that was asked for, or 8888, or any that is free."""
    if asked is None:
        if can_listen(8888):
            return 8888
        return free_port()
    if not can_listen(asked):
        other = asked + 1 if asked < 65535 else 8899
        raise CourseError(f"""Port {asked} cannot be used: a program has it, perhaps an older JupyterLab.
Close that program, or choose another port with `--port`, for example `{this_command(f"lab --port {other}")}`,
or leave `--port` away: the course then finds a free one. Nothing is lost.""")
    return asked


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Report a redirection instead of following it."""

    def redirect_request(self, *args):
        return None


class Server:
    """A running JupyterLab: its process, address and token."""

    def __init__(self, process: subprocess.Popen, port: int, token: str, log: Path):
        self.process, self.port, self.token, self.log = process, port, token, log

    def address(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, token: bool = True) -> tuple:
        """(status, body) of a request to the server; OSError when nothing answers. Never through a proxy."""
        headers = {"Authorization": f"token {self.token}"} if token else {}
        request = urllib.request.Request(self.address(path), data=body, headers=headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def wait_until_ready(self) -> None:
        """Return once the server answers; CourseError with the end of its log when it does not."""
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise CourseError(self.failure("JupyterLab ended while it was starting."))
            with contextlib.suppress(OSError):
                if self.ask("/api/status")[0] == 200:
                    return
            time.sleep(0.2)
        raise CourseError(self.failure(f"JupyterLab did not answer within {START_LIMIT} seconds."))

    def failure(self, what: str) -> str:
        lines = read_text(self.log).splitlines()[-15:] or ["(it wrote nothing)"]
        tail = "\n".join("    " + line[:200] for line in lines)
        return f"""{what} The end of its log ({self.log}):
{tail}
Run the command again. If it fails again, delete the folder .jupyter (settings only, never notebooks), then
the folder .venv, and run `{this_command("lab")}` once more. Your notebooks are untouched."""

    def stop(self) -> None:
        """End the server and its kernels, first by asking."""
        # An impatient second Ctrl-C must not leave kernels behind.
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)
        if self.process.poll() is None:
            with contextlib.suppress(OSError):
                self.ask("/api/shutdown", method="POST", body=b"")
        for end in (lambda: None, self.process.terminate, self.process.kill):
            end()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=15)
                return


@contextlib.contextmanager
def running_server(python: Path, env: dict[str, str], port: int) -> Iterator[Server]:
    """A JupyterLab that answers; it ends with the block."""
    STATE.mkdir(exist_ok=True)
    log, token = STATE / "server.log", secrets.token_hex(24)
    server = Server(start_server(python, env, port, token, log), port, token, log)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


def start_server(python: Path, env: dict[str, str], port: int, token: str, log: Path) -> subprocess.Popen:
    """The process of a JupyterLab, in the course's folder, writing into its log."""
    command = [str(python), "-P", "-m", "jupyterlab", "--no-browser"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    # A group of its own: Ctrl-C reaches this program alone, which then ends the server in good order.
    if os.name == "nt":
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    else:
        group = {"start_new_session": True}
    # The token is not on the command line, where other users could read it.
    env = without_proxies(env) | {"JUPYTER_TOKEN": token}
    with log.open("w", encoding="utf-8") as out:
        streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        return subprocess.Popen(command, cwd=ROOT, env=env, **streams, **group)
