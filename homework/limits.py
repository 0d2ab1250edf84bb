"""The rights and limits of what runs in the sandbox, as commands that come before it."""

from __future__ import annotations

import os

import psutil

LIMITS = {
    "as": 12_000_000_000,  # bytes of addresses: torch reserves 4 GB and uses few of them
    "data": 3_000_000_000,  # bytes of private memory of one process
    "fsize": 100_000_000,  # bytes of a file
    "nofile": 256,
    "nproc": 48,  # processes and threads of the user
    "core": 0,
    "cpu": 1800,  # seconds
}
FIRST_USER = 61_000  # when root grades: one unprivileged user for each job, because nproc counts by user


def limited(slot: int) -> list[str]:
    """The command that gives up all rights and sets the limits.

    Args:
        slot: which of the jobs that run at the same time.
    """
    return limited_as(FIRST_USER + slot)


def limited_as(number: int) -> list[str]:
    """The same for a user of this number, whom only root can become."""
    allowed = {**LIMITS, "nproc": LIMITS["nproc"] + threads_of_this_user()}
    return [*user(str(number)), "prlimit", *(f"--{name}={value}" for name, value in allowed.items())]


def user(number: str) -> list[str]:
    """The command that gives up root's rights, when root grades."""
    if os.geteuid() != 0:
        return []
    gone = ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--clear-groups"]
    return ["setpriv", "--reuid", number, "--regid", number, *gone]


def threads_of_this_user() -> int:
    """How many threads the kernel counts already: none for root, whose jobs run as users of their own."""
    if os.geteuid() == 0:
        return 0
    total = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        if process.info["uids"] and process.info["uids"].real == os.getuid():
            total += process.info["num_threads"] or 0
    return total
