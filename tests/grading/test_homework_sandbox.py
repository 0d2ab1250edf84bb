"""What code inside the sandbox cannot do. Each is tried there; what is safe is shown to work outside."""

from __future__ import annotations

import functools
import socket
import threading

import pytest

from homework import sandbox
from homework.folders import ROOT
from homework.session import Session

pytestmark = pytest.mark.skipif(sandbox.problem() is not None, reason="no sandbox on this machine")

SLOT = 987  # a user of its own: another course that grades at the same time does not count as ours
CONNECT = """
import socket
try:
    socket.create_connection(("127.0.0.1", {port}), timeout=5).close()
    print("reached")
except OSError as error:
    print(type(error).__name__)
"""
THREADS = """
import threading
over, started = threading.Event(), 0
try:
    for _ in range(200):  # the system counts threads as it counts processes
        threading.Thread(target=over.wait).start()
        started += 1
except RuntimeError as error:
    print(error, end=": ")
over.set()
print(started)
"""
FILL = """
try:
    with open("big", "wb", buffering=0) as file:
        for _ in range(150):
            file.write(bytes(1_000_000))
except OSError as error:
    print(error.strerror)
import os
print(os.path.getsize("big"))
os.remove("big")
"""


@pytest.fixture(scope="module")
def inside():
    """Runs code inside, and returns what it printed."""
    with Session(functools.partial(sandbox.command, SLOT)) as session:

        def run(source: str) -> str:
            reply = session.run("given", "trial", source, 60)
            assert reply.ending == "ok", reply
            return reply.output

        yield run


@pytest.fixture
def port():
    """A port of this machine on which somebody listens and answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:  # the test is over
                    return

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def test_no_server_of_this_machine_is_reached(inside, port, capsys):
    exec(CONNECT.format(port=port), {})
    assert capsys.readouterr().out == "reached\n"
    assert inside(CONNECT.format(port=port)) == "ConnectionRefusedError\n"


def test_processes_and_threads_without_end_are_stopped(inside):
    words, started = inside(THREADS).split(": ")
    assert words == "can't start new thread"
    assert 5 < int(started) < sandbox.LIMITS["nproc"] <= 48


def test_a_file_stays_small(inside):
    words, size = inside(FILL).splitlines()
    assert words == "File too large"
    assert 90_000_000 < int(size) <= 100_000_000


def test_the_limits_are_those_that_the_readme_names():
    text = (ROOT / "homework" / "README.md").read_text(encoding="utf-8")
    assert f"processes ({sandbox.LIMITS['nproc']})" in text
    assert f"{sandbox.LIMITS['data'] / 1e9:.0f} GB a process" in text
