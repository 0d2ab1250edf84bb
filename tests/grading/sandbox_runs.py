"""Runs a line of Python in the sandbox as a worker would, for the tests of its walls."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from homework import sandbox

SLOT = 300 + os.getpid() % 600  # a user of its own: what others grade at the same time does not count as ours


def command(source: str, slot: int = SLOT) -> list[str]:
    """The command of a worker, with this source in its place."""
    return [*sandbox.command(slot)[0][:-1], "-c", source]


def run(source: str, *left_out: str) -> subprocess.CompletedProcess:
    """Execute this source inside, without these words of the command."""
    argv = [word for word in command(source) if word not in left_out]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120)


@contextlib.contextmanager
def started(argv: list[str]) -> Iterator[subprocess.Popen]:
    """A program that runs meanwhile and is ended afterwards."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def said(source: str, *left_out: str) -> str:
    """What this source prints inside."""
    done = run(source, *left_out)
    assert done.returncode == 0, done.stderr
    return done.stdout


def python(source: str) -> str:
    """What this source prints without a sandbox."""
    return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout
