"""One worker process: lines to it, lines from it, and an eye on its memory."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import queue
import subprocess
import threading
import time
from pathlib import Path

from homework.cgroup import Group
from homework.memory import end_family, memory_of, threads_of
from homework.replies import OutOfTime, WorkerDied

GRACE = 5.0  # seconds between the interrupt at the time limit and the end of the process
LONGEST_LINE = 150_000_000  # bytes of a reply: the features of 4,000 pictures can be 40 MB
MOST_MARKS = 4_000_000  # brackets and commas of a reply: five values of the most entries have fewer
MOST_BYTES = 2_000_000_000  # of all replies; a flood ends the process
MOST_MEMORY = 4_000_000_000  # bytes of all processes of a worker together
GROUP = "COURSE_GROUP"  # names the folder of the worker's cgroup, where it has one
TOO_MUCH = f"It took more than {MOST_MEMORY / 1e9:.0f} GB of memory."
FIXED_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "TQDM_DISABLE": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",  # no file beside the worker, or where it runs, is taken for a module
}


class WorkerProcess:
    """A started worker.

    Args:
        argv: the command.
        environment: what is added to this process's environment.
        folder: where it runs.
    """

    def __init__(self, argv: list[str], environment: dict[str, str], folder: str):
        self.group = Group(Path(environment[GROUP])) if GROUP in environment else None
        self.kills_before = self.group.kills() if self.group else 0
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=worker_environment(environment),
            cwd=folder,
        )
        self.lines: queue.Queue = queue.Queue()
        self.unread = 0  # bytes in the queue
        self.complaints: collections.deque = collections.deque(maxlen=20)
        for task in (self.listen, self.listen_to_errors, self.watch_memory):
            threading.Thread(target=task, daemon=True).start()

    def listen(self) -> None:
        """Put the worker's lines in a queue, and None at its end. (A thread: pipes cannot wait on
        Windows.)"""
        room = MOST_BYTES
        with contextlib.suppress(ValueError):  # `stop` closed the pipe
            while room > 0 and self.unread <= LONGEST_LINE:
                line = self.process.stdout.readline(LONGEST_LINE)
                if not line:
                    break
                room -= len(line)
                self.unread += len(line)
                self.lines.put(line)
        self.lines.put(None)

    def listen_to_errors(self) -> None:
        with contextlib.suppress(ValueError):
            for line in iter(lambda: self.process.stderr.readline(1000), b""):
                self.complaints.append(line.decode(errors="replace").strip())

    def watch_memory(self) -> None:
        """End the worker when it and its children take more than MOST_MEMORY together."""
        while self.process.poll() is None:
            if self.memory() > MOST_MEMORY:
                self.complaints.append(TOO_MUCH)
                self.process.kill()
            time.sleep(0.5)

    def memory(self) -> int:
        """Bytes of memory of the worker and all that it started."""
        return self.group.used() if self.group else memory_of(self.process.pid)

    def threads(self) -> int:
        """Threads of the worker and all that it started."""
        return threads_of(self.process.pid)

    def send(self, request: dict) -> None:
        """Raises WorkerDied when the process has ended."""
        try:
            self.process.stdin.write((json.dumps(request) + "\n").encode())
            self.process.stdin.flush()
        except OSError:
            raise WorkerDied(self.last_words()) from None

    def receive(self, seconds: float) -> dict:
        """The next line from the worker.

        Raises:
            OutOfTime: none came in time.
            WorkerDied: the process ended, or the line is no JSON object.
        """
        try:
            line = self.lines.get(timeout=seconds + GRACE)
        except queue.Empty:
            raise OutOfTime(
                f"the time limit ({seconds:.0f} s) was passed and the cell did not stop"
            ) from None
        if line is None:
            raise WorkerDied(self.last_words())
        self.unread -= len(line)
        try:
            # Read, `{},` takes thirty times its room: what is too much is known before.
            sent = json.loads(line) if sum(map(line.count, (b"{", b"[", b","))) <= MOST_MARKS else None
        except (ValueError, RecursionError):
            sent = None
        if not isinstance(sent, dict):
            raise WorkerDied("it sent something that is no reply")
        return sent

    def last_words(self) -> str:
        """How the process ended, and the end of what it said on stderr."""
        code = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self.process.wait(timeout=2)
        if self.group and self.group.kills() > self.kills_before:
            self.complaints.append(TOO_MUCH)
        words = " ".join(self.complaints)[-300:]
        return f"Python ended in the middle of the cell (exit code {code}). {words}".strip()

    def stop(self) -> None:
        """End the process and what it started."""
        end_family(self.process.pid)
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
        self.process.wait()


def worker_environment(added: dict[str, str]) -> dict[str, str]:
    """The environment of a worker: one thread, no progress bars, no window, no path of the student's."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, **FIXED_ENVIRONMENT, **added}
