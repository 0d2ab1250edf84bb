"""Drives a worker process: one cell after the other, with time limits, and on after a crash."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from homework.assignments import ROOT

WORKER = Path(__file__).with_name("worker.py")
START_SECONDS = 120.0  # a slow disk needs long for the first import of torch
GRACE = 5.0  # seconds between the interrupt at the time limit and the end of the process
MOST_RESTARTS = 10
MOST_BYTES = 20_000_000  # of replies; a flood ends the process

MOST_MEMORY = 4_000_000_000  # bytes of all processes of a worker together
FIXED_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "TQDM_DISABLE": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}

Reply = dict


class WorkerDied(Exception):
    """The process ended, or did not answer in time. The text says which."""


def local_command() -> tuple[list[str], dict[str, str]]:
    """How the worker starts without a sandbox: argv, and what is added to the environment."""
    return [sys.executable, str(WORKER)], {"PYTHONPATH": str(ROOT)}


def quiet_environment(added: dict[str, str]) -> dict[str, str]:
    """The environment of a worker: one thread, no progress bars, no window."""
    return {**os.environ, **FIXED_ENVIRONMENT, **added}


class Session:
    """A namespace in which cells run. After a crash or a hang it starts anew, without the cell that
    caused it.

    Args:
        command: gives argv and environment of the worker; `local_command`, or the sandbox's.
        total_seconds: for all cells together.
    """

    def __init__(self, command=local_command, total_seconds: float = 900.0):
        self.command = command
        self.deadline = time.monotonic() + total_seconds
        self.replay: list[dict] = []  # what has run and is run again after a restart
        self.restarts = 0
        self.process: subprocess.Popen | None = None
        self.folder: tempfile.TemporaryDirectory | None = None
        self.number = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, kind: str, name: str, source: str, seconds: float, **more: object) -> Reply:
        """Execute one cell.

        Returns:
            {"status": "ok" | "error" | "timeout" | "crashed" | "stopped", "message", "hint", "output", …}
        """
        request = {"kind": kind, "name": name, "source": source, "seconds": seconds, **more}
        if self.restarts > MOST_RESTARTS or time.monotonic() > self.deadline:
            return stopped("the time for the whole homework was used up, or it crashed too often")
        try:
            self.ensure_running()
            reply = self.ask(request)
        except WorkerDied as problem:
            self.stop()
            self.restarts += 1
            status = "timeout" if "time limit" in str(problem) else "crashed"
            return {"status": status, "type": "", "message": str(problem), "hint": None, "output": ""}
        if kind in ("given", "answer", "extra"):
            if self.hoards(reply):  # it would starve the tests
                self.stop()
                self.restarts += 1
            elif reply["status"] != "timeout":
                self.replay.append(request)
        return reply

    def hoards(self, reply: Reply) -> bool:
        """Whether a cell was filling the memory: it ran out of it, or its time ended before that."""
        if reply["status"] == "timeout":
            return memory_of(self.process.pid) > MOST_MEMORY / 2
        return reply.get("type") == "MemoryError"

    def ensure_running(self) -> None:
        """Start the worker, and bring a new one to where the last one was."""
        if self.process is not None:
            return
        self.start()
        for request in list(self.replay):
            try:
                self.ask(request)
            except WorkerDied:
                self.replay.remove(request)
                raise

    def start(self) -> None:
        argv, environment = self.command()
        self.folder = tempfile.TemporaryDirectory(prefix="homework-", ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=quiet_environment({"IPYTHONDIR": self.folder.name, **environment}),
            cwd=self.folder.name,
        )
        self.lines: queue.Queue = queue.Queue()
        self.complaints: collections.deque = collections.deque(maxlen=20)
        threading.Thread(target=self.listen, args=(self.process, self.lines), daemon=True).start()
        threading.Thread(target=self.listen_to_errors, args=(self.process,), daemon=True).start()
        threading.Thread(target=self.watch_memory, args=(self.process,), daemon=True).start()
        if not self.receive(START_SECONDS).get("ready"):
            raise WorkerDied("it did not start")

    def listen(self, process: subprocess.Popen, lines: queue.Queue) -> None:
        """Put the worker's lines in a queue, and None at its end. (A thread: pipes cannot wait on
        Windows.)"""
        room = MOST_BYTES
        while room > 0 and (line := process.stdout.readline(room)):
            room -= len(line)
            lines.put(line)
        lines.put(None)

    def listen_to_errors(self, process: subprocess.Popen) -> None:
        for line in iter(lambda: process.stderr.readline(1000), b""):
            self.complaints.append(line.decode(errors="replace").strip())

    def watch_memory(self, process: subprocess.Popen) -> None:
        """End the worker when it and its children take more than MOST_MEMORY together."""
        while process.poll() is None:
            if memory_of(process.pid) > MOST_MEMORY:
                self.complaints.append(f"It took more than {MOST_MEMORY / 1e9:.0f} GB of memory.")
                process.kill()
            time.sleep(0.5)

    def ask(self, request: dict) -> Reply:
        self.number += 1
        limit = min(request["seconds"], max(self.deadline - time.monotonic(), 1.0))
        text = json.dumps({**request, "seconds": limit, "id": self.number}) + "\n"
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except OSError:
            raise WorkerDied(self.last_words()) from None
        reply = self.receive(limit + GRACE)
        if reply.get("id") != self.number:
            raise WorkerDied("it sent a reply that nobody asked for")
        return reply

    def receive(self, seconds: float) -> Reply:
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            raise WorkerDied(
                f"the time limit ({seconds - GRACE:.0f} s) was passed and the cell did not stop"
            ) from None
        if line is None:
            raise WorkerDied(self.last_words())
        try:
            reply = json.loads(line)
        except ValueError:
            reply = None
        if not isinstance(reply, dict):
            raise WorkerDied("it sent something that is no reply")
        return reply

    def last_words(self) -> str:
        code = self.process.poll() if self.process else None
        if code is None:
            try:
                code = self.process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                code = None
        words = " ".join(self.complaints)[-300:]
        return f"Python ended in the middle of the cell (exit code {code}). {words}".strip()

    def stop(self) -> None:
        """End the worker and everything in its folder."""
        if self.process is not None:
            self.process.kill()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                with contextlib.suppress(OSError):
                    stream.close()
            self.process.wait()
            self.process = None
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None


def memory_of(number: int) -> int:
    """Bytes of memory of a process and all that it started."""
    try:
        family = psutil.Process(number)
        family = [family, *family.children(recursive=True)]
    except psutil.Error:
        return 0
    total = 0
    for process in family:
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def stopped(reason: str) -> Reply:
    return {"status": "stopped", "type": "", "message": reason, "hint": None, "output": ""}
