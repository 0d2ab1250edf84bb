"""Reads hand-ins in a process of its own, inside limits: a file can be made to take any time and memory.

    with Reader(original) as reader:
        rebuilt = reader.rebuild(data)

The process knows the homework and gets one file after the other; `homework.teacher.confined_reply` looks
at what it sends back. It is no sandbox: nothing of a student's is run there. Only time is limited elsewhere
than on Linux.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading

from homework.folders import ROOT
from homework.reading import Rejected
from homework.rebuild import Rebuilt
from homework.teacher.confined_reply import Unreadable, rebuilt_from
from homework.teacher.original import Original

SECONDS = 20.0  # for one hand-in
START_SECONDS = 60.0
MOST_REPLY = 64_000_000  # bytes
LARGE = 5_000_000  # bytes of a file after which the process is ended, so that its memory is free again
TRIES = 2  # a process that was ended from outside is not the student's fault
PROGRAM = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); import homework; del sys.path[0]\n"
    "from homework.teacher import confined_reader; confined_reader.main()"
)
TOO_LONG = (
    "the notebook takes too long to read: take out what is not part of the homework, and hand it in again"
)
CRASH = "the notebook cannot be read: Python crashed on it"


class Reader:
    """A process that rebuilds hand-ins; it starts with the first one, and again when it has died.

    Not for several threads at once.
    """

    def __init__(self, original: Original):
        self.original = original
        self.process: subprocess.Popen | None = None
        self.was_late = False

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def rebuild(self, data: bytes) -> Rebuilt:
        """As `homework.rebuild.rebuild`.

        Raises:
            Rejected: the file is no notebook of this homework, or takes too long or too much memory to read.
            Unreadable: reading does not work here; the text says why.
        """
        for _ in range(TRIES):
            if self.process is None:
                self.start()
            try:
                reply = self.ask(data, SECONDS)
            except EOFError:
                self.raise_for_time()
                continue
            if len(data) > LARGE:
                self.stop()
            return rebuilt_from(reply, self.original.source)
        raise Rejected(CRASH)

    def start(self) -> None:
        """Start the process and tell it the homework; raises Unreadable when it does not come up."""
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 -- `stop` closes it
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env={name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ},
            cwd=ROOT.anchor,
        )
        homework = {
            "source": dataclasses.asdict(self.original.source),
            "copy": dataclasses.asdict(self.original.copy),
            "others": [dataclasses.asdict(other) for other in self.original.others],
        }
        try:
            self.ask(json.dumps(homework).encode(), START_SECONDS)
        except EOFError:
            raise Unreadable(f"the process that reads notebooks did not start: {self.last_words()}") from None

    def ask(self, data: bytes, seconds: float) -> dict:
        """Send a message and wait for the reply.

        Raises:
            EOFError: the process has ended, of itself or because its time was over.
            Unreadable: it sent something that is no reply.
        """
        self.was_late = False
        timer = threading.Timer(seconds, self.end_late)
        timer.start()
        try:
            with contextlib.suppress(OSError):  # it ended before it had read all; the missing reply tells
                self.process.stdin.write(b"%d\n" % len(data) + data)
                self.process.stdin.flush()
            line = self.process.stdout.readline(MOST_REPLY)
        except BaseException:
            self.stop()
            raise
        finally:
            timer.cancel()
            timer.join()
        if self.was_late or not line:
            raise EOFError
        try:
            reply = json.loads(line)
        except (ValueError, RecursionError):
            reply = None
        if not isinstance(reply, dict):
            self.stop()
            raise Unreadable("the process that reads notebooks sent something that is no reply")
        return reply

    def end_late(self) -> None:
        self.was_late = True
        self.process.kill()

    def raise_for_time(self) -> None:
        """The process has ended over a hand-in, and the next try gets a new one.

        Raises:
            Rejected: a limit of time ended it.
        """
        code = self.process.wait()
        self.stop()
        if self.was_late or code == -getattr(signal, "SIGXCPU", 0):
            raise Rejected(TOO_LONG)

    def last_words(self) -> str:
        """The end of what the process said on stderr, which is over then."""
        self.process.wait()
        self.errors.seek(0)
        words = self.errors.read().decode(errors="replace")[-1000:].strip()
        self.stop()
        return words or "it said nothing"

    def stop(self) -> None:
        """End the process, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout, self.errors):
                with contextlib.suppress(OSError):
                    stream.close()
            self.process = None
