"""Runs pip inside `.venv`, says what it is doing, and reads its log."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from launcher.environment import venv_python
from launcher.errors import CourseError
from launcher.failures import explain_failure
from launcher.places import DOWNLOADS, LOGS, ROOT, read_text, say

HEARTBEAT = 10  # seconds between two signs of life of a long step


def run_pip(packages: list[str], lock_file, keep_downloads: bool) -> None:
    """Install packages with pip: its own bars on a terminal, a line every few seconds elsewhere."""
    log, errors = LOGS / "pip.log", LOGS / "pip-errors.log"
    command = [
        str(venv_python()),
        "-I",
        "-X",
        "utf8",
        "-m",
        "pip",
        "install",
        "--no-input",
        "--no-warn-script-location",
    ]
    command += ["--disable-pip-version-check", "--log", str(log), *packages]
    command += [] if keep_downloads else ["--no-cache-dir"]
    # The system's own temporary folder is often a small part of the memory: torch does not fit.
    shutil.rmtree(DOWNLOADS, ignore_errors=True)
    DOWNLOADS.mkdir()
    env = dict(os.environ, TMPDIR=str(DOWNLOADS), TEMP=str(DOWNLOADS), TMP=str(DOWNLOADS))
    # Where a pip outlives this process, the lock stays held as long as that pip lives.
    inherited = {} if os.name == "nt" else {"pass_fds": [lock_file.fileno()]}
    on_terminal = sys.stdout.isatty()
    try:
        with errors.open("w", encoding="utf-8") as error_file:
            if on_terminal:
                code = wait_for(subprocess.Popen(command, cwd=ROOT, env=env, **inherited), None)
            else:
                quiet = {"stdout": subprocess.DEVNULL, "stderr": error_file}
                code = wait_for(
                    subprocess.Popen([*command, "-qq"], cwd=ROOT, env=env, **quiet, **inherited), log
                )
    finally:
        shutil.rmtree(DOWNLOADS, ignore_errors=True)
    if code:
        raise CourseError(explain_failure(read_text(errors) + important_lines(read_text(log)), log))


def wait_for(process: subprocess.Popen, log: Path | None) -> int:
    """Wait for pip's end; with a log, say every few seconds what it is doing."""
    started = time.monotonic()
    try:
        while True:
            try:
                return process.wait(timeout=HEARTBEAT)
            except subprocess.TimeoutExpired:
                if log:
                    say(f"        {time.monotonic() - started:4.0f} s  {last_step(read_text(log))}")
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
    return "fetching " + re.sub(r"-\d.*", "", name)


def started_to_change(log: str) -> bool:
    """Whether pip got as far as writing into the environment: it fetches everything first."""
    return "Installing collected packages" in log


def important_lines(log: str) -> str:
    """pip's warnings and errors, and the end of its log, where a crash of pip stands."""
    lines = log.splitlines()
    marks = ("WARNING:", "ERROR:", "Could not fetch URL")
    return "\n".join([line for line in lines if any(mark in line for mark in marks)] + lines[-40:])
