"""Drives a worker process: one cell after the other, with time limits, and on after a crash."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from homework import process
from homework.cells import ANSWER, EXTRA, GIVEN
from homework.limits import LIMITS
from homework.process import WorkerProcess
from homework.replies import Ending, NoReply, Reply, WorkerDied

WORKER = Path(__file__).with_name("worker.py")
START_SECONDS = 120.0  # a slow disk needs long for the first import of torch
MOST_RESTARTS = 24
USED_UP = "the time for the whole homework was used up, or it crashed too often"

Command = Callable[[], tuple[list[str], dict[str, str]]]


def local_command() -> tuple[list[str], dict[str, str]]:
    """How the worker starts without a sandbox: argv, and what is added to the environment."""
    return [sys.executable, str(WORKER)], {}


class Session:
    """A namespace in which cells run. After a crash or a hang it starts anew, without the cell that
    caused it.

    Args:
        command: gives argv and environment of the worker; `local_command`, or the sandbox's.
        total_seconds: for all cells together.
    """

    def __init__(self, command: Command = local_command, total_seconds: float = 900.0):
        self.command = command
        self.deadline = time.monotonic() + total_seconds
        self.replay: list[dict] = []  # what has run and is run again after a restart
        self.restarts = 0
        self.process: WorkerProcess | None = None
        self.is_ready = False
        self.folder: tempfile.TemporaryDirectory | None = None
        self.number = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, kind: str, name: str, source: str, seconds: float, **more: object) -> Reply:
        """Execute one cell. Never raises for what the cell does."""
        request = {"kind": kind, "name": name, "source": source, "seconds": seconds, **more}
        if self.restarts > MOST_RESTARTS or time.monotonic() > self.deadline:
            return Reply(Ending.STOPPED, message=USED_UP)
        try:
            self.ensure_running()
            reply = self.reply_to(request)
        except WorkerDied as problem:
            self.restart()
            return Reply(problem.ending, message=str(problem))
        if kind in (GIVEN, ANSWER, EXTRA):
            self.remember(request, reply)
        return reply

    def reply_to(self, request: dict) -> Reply:
        """Raises WorkerDied when the process ends, does not answer, or sends no reply."""
        try:
            return Reply.read(self.ask(request))
        except NoReply as problem:
            raise WorkerDied(str(problem)) from None

    def remember(self, request: dict, reply: Reply) -> None:
        """Keep a cell for the next start, unless it does harm."""
        if self.hoards(reply):  # it would starve the tests
            self.restart()
        elif reply.ending != Ending.TIMEOUT:
            self.replay.append(request)

    def hoards(self, reply: Reply) -> bool:
        """Whether a cell leaves too little: it was filling the memory, or left a crowd of processes."""
        if self.threads() > LIMITS["nproc"] / 2:
            return True
        if reply.ending == Ending.TIMEOUT:
            return self.memory() > process.MOST_MEMORY / 2
        return reply.type == "MemoryError"

    def restart(self) -> None:
        """End the worker; the next cell gets a new one."""
        self.stop()
        self.restarts += 1

    def ensure_running(self) -> None:
        """Start the worker, and bring a new one to where the last one was."""
        if self.process is not None and self.is_ready:
            return
        self.start()
        self.is_ready = True
        for request in list(self.replay):
            try:
                self.ask(request)
            except WorkerDied:
                self.replay.remove(request)
                raise

    def begin(self) -> None:
        """Let the worker start, and do not wait for it: it has torch to import."""
        if self.process is not None:
            return
        argv, environment = self.command()
        self.folder = tempfile.TemporaryDirectory(prefix="homework-", ignore_cleanup_errors=True)
        environment = {"IPYTHONDIR": self.folder.name, **environment}
        self.process = WorkerProcess(argv, environment, self.folder.name)

    def start(self) -> None:
        """Start the worker; raises WorkerDied when it does not come up."""
        self.begin()
        if not self.process.receive(START_SECONDS).get("ready"):
            raise WorkerDied("it did not start")

    def ask(self, request: dict) -> dict:
        """Send a request to the worker; returns what it sends back."""
        self.number += 1
        limit = min(request["seconds"], max(self.deadline - time.monotonic(), 1.0))
        self.process.send({**request, "seconds": limit, "id": self.number})
        sent = self.process.receive(limit)
        if sent.get("id") != self.number:
            raise WorkerDied("it sent a reply that nobody asked for")
        return sent

    def memory(self) -> int:
        """Bytes of memory that the worker takes."""
        return self.process.memory()

    def threads(self) -> int:
        """Threads of the worker and all that it started."""
        return self.process.threads()

    def stop(self) -> None:
        """End the worker and everything in its folder."""
        if self.process is not None:
            self.process.stop()
            self.process, self.is_ready = None, False
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None
