"""Runs pip inside `.venv`, says what it is doing, and reads its log."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from launcher.environment import venv_python
from launcher.errors import CourseError
from launcher.failures import explain_failure
from launcher.places import DOWNLOADS, LOGS, ROOT, read_text, say, told
from launcher.variables import pip_variables

LOG = LOGS / "pip.log"
HEARTBEAT = 10  # seconds between two signs of life of a long step


def run_pip(packages: list[str], lock_file: TextIO, keep_downloads: bool) -> None:
    """Install packages with pip: its own bars on a terminal, a line every few seconds elsewhere.

    Raises:
        CourseError: pip failed; the message says why, what to do, and where its log is.
    """
    log, errors = LOG, LOGS / "pip-errors.log"
    errors.unlink(missing_ok=True)
    command = [str(venv_python()), "-I", "-X", "utf8", "-m", "pip", "install", "--no-input"]
    command += ["--no-warn-script-location", "--disable-pip-version-check"]
    command += ["--log", str(log), *packages]
    command += [] if keep_downloads else ["--no-cache-dir"]
    with room_for_downloads():
        code = start_and_wait(command, lock_file, log, errors)
    if code:
        raise CourseError(explain_failure(read_text(errors) + important_lines(read_text(log)), log))


@contextlib.contextmanager
def room_for_downloads() -> Iterator[None]:
    """An empty folder for pip's temporary files, beside `.venv`; it goes with the block."""
    shutil.rmtree(DOWNLOADS, ignore_errors=True)
    DOWNLOADS.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(DOWNLOADS, ignore_errors=True)


def start_and_wait(command: list[str], lock_file: TextIO, log: Path, errors: Path) -> int:
    """pip's exit code. Where it outlives this process, the lock stays held as long as it lives."""
    options = {"cwd": ROOT, "env": pip_variables(), **holding(lock_file)}
    if sys.stdout.isatty():
        return wait_for(subprocess.Popen(command, **options), None)
    with errors.open("w", encoding="utf-8") as error_file:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": error_file}
        return wait_for(subprocess.Popen([*command, "-qq"], **options, **quiet), log)


def holding(lock_file: TextIO) -> dict:
    """How a program is started that keeps the installation's lock for as long as it lives."""
    return {} if os.name == "nt" else {"pass_fds": [lock_file.fileno()]}


def wait_for(process: subprocess.Popen, log: Path | None) -> int:
    """Wait for pip's end; with a log, say every few seconds what it is doing."""
    started = time.monotonic()
    try:
        while True:
            try:
                return process.wait(timeout=HEARTBEAT)
            except subprocess.TimeoutExpired:
                if log:
                    step = told(last_step(read_text(log)))
                    say(f"        {time.monotonic() - started:4.0f} s  {step}")
    except BaseException:
        process.terminate()
        process.wait()
        raise


def last_step(log: str) -> str:
    """What pip is doing, in plain words, read from the end of its log."""
    steps = re.findall(
        r"(Collecting|Downloading|Using cached|Installing collected packages)[: ]+([\w.\-]*)", log
    )
    if not steps:
        return "asking the package index"
    step, name = steps[-1]
    if step.startswith("Installing"):
        return "everything is here; unpacking and installing"
    name = re.sub(r"-\d.*", "", name)
    return f"fetching {name}"


def started_to_change(log: str) -> bool:
    """Whether pip got as far as writing into the environment: it fetches everything first.

    uv alone does not count: nothing of the course needs it.
    """
    return re.search(r"Installing collected packages: (?!uv$)", log, re.MULTILINE) is not None


def important_lines(log: str) -> str:
    """pip's warnings and errors, and the end of its log, where a crash of pip stands."""
    lines = log.splitlines()
    marks = ("WARNING:", "ERROR:", "Could not fetch URL")
    return "\n".join([line for line in lines if any(mark in line for mark in marks)] + lines[-40:])
