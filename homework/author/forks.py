"""Sessions for many trials of one homework: their workers are forks of a process that has run much already.

Only for answers that we wrote ourselves: a fork holds all that its parent knows.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from homework.memory import memory_of, threads_of
from homework.replies import OutOfTime, Reply, WorkerDied
from homework.session import Session

if TYPE_CHECKING:
    from homework.worker import Worker

STEM_SECONDS = 120.0  # for a given cell or a solution: some train


class Stem:
    """The cells that trials begin with, run once in this process: each worker is a fork of it and goes on."""

    def __init__(self, folder: str):
        settle(folder)
        self.worker = fresh_worker()
        self.requests: list[dict] = []
        self.replies: list[dict] = []

    def grow(self, requests: list[dict]) -> bool:
        """Run what of these requests has not run yet.

        Returns:
            Whether a fork is where these lead; when others have run before, it is not.
        """
        if requests[: len(self.requests)] != self.requests:
            return False
        for request in requests[len(self.requests) :]:
            self.replies.append(plain(self.worker.run({**request, "seconds": STEM_SECONDS})))
            self.requests.append(request)
        return True


class ForkedSession(Session):
    """A session whose worker is a fork of this process: torch is imported once. For answers we wrote
    ourselves.

    Args:
        stem: has run the first cells already.
    """

    def __init__(self, stem: Stem | None = None):
        super().__init__()
        self.stem = stem
        self.ahead = list(zip(stem.requests, stem.replies, strict=True)) if stem else []

    def run(self, kind: str, name: str, source: str, seconds: float, **more: object) -> Reply:
        if not self.ahead:
            return super().run(kind, name, source, seconds, **more)
        request, reply = self.ahead.pop(0)
        if request != {"kind": kind, "name": name, "source": source, "seconds": seconds, **more}:
            raise ValueError(f"the stem has run the cell {request['name']}; {name} cannot come in its place")
        return Reply.read(reply)

    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="homework-", ignore_cleanup_errors=True)
        ours, theirs = multiprocessing.Pipe()
        self.pipe, self.process = ours, os.fork()
        if self.process == 0:
            ours.close()
            serve(theirs, self.folder.name, self.stem.worker if self.stem else None)
        theirs.close()

    def ask(self, request: dict) -> dict:
        self.pipe.send(request)
        if not self.pipe.poll(request["seconds"] + 5):
            raise OutOfTime("the time limit was passed and the cell did not stop")
        try:
            return self.pipe.recv()
        except (EOFError, ConnectionError):
            raise WorkerDied("Python ended in the middle of the cell") from None

    def memory(self) -> int:
        return memory_of(self.process)

    def threads(self) -> int:
        return threads_of(self.process)

    def stop(self) -> None:
        if self.process is not None:
            os.kill(self.process, 9)
            os.waitpid(self.process, 0)
            self.pipe.close()
            self.process, self.is_ready = None, False
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None


@contextlib.contextmanager
def forked(work: Callable[..., None], *arguments: object) -> Iterator[Connection]:
    """The pipe from a fork of this process, which runs work(its end, *arguments) until the block ends."""
    ours, theirs = multiprocessing.Pipe()
    number = os.fork()
    if number == 0:
        ours.close()
        work(theirs, *arguments)
    theirs.close()
    try:
        yield ours
    finally:
        os.kill(number, 9)
        os.waitpid(number, 0)
        ours.close()


def serve(pipe: Connection, folder: str, worker: Worker | None) -> None:
    """The child's part: answer requests in a folder of its own until the parent ends it."""
    try:
        settle(folder)
        worker = worker or fresh_worker()
        while True:
            request = pipe.recv()
            try:
                reply = worker.run(request)
            except KeyboardInterrupt:
                reply = {"status": "timeout", "output": ""}
            pipe.send(plain(reply))
    finally:
        os._exit(0)


def plain(reply: dict) -> dict:
    """A reply as it would have come through a pipe of JSON."""
    return json.loads(json.dumps(reply))


def settle(folder: str) -> None:
    """Work in this folder."""
    os.chdir(folder)
    os.environ["IPYTHONDIR"] = folder


def fresh_worker() -> Worker:
    """A worker as in a new process: without the warnings and the tracing of the tests before the fork."""
    from homework.worker import Worker

    sys.settrace(None)  # coverage would slow down every call, and what it counts here is never written
    warnings.resetwarnings()
    return Worker()


def import_once() -> None:
    """Import what every worker needs, so that its forks need not."""
    import IPython.core.interactiveshell  # noqa: F401

    import homework.inside  # noqa: F401

    with warnings.catch_warnings(action="ignore"):
        import torch._dynamo  # noqa: F401  (the first optimiser does: 2 seconds)


def make_session(stem: Stem | None = None) -> Session:
    if not hasattr(os, "fork"):
        return Session()
    import_once()
    return ForkedSession(stem)
