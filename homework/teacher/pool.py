"""Grades many hand-ins at the same time, on this machine or on a cluster."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import queue
import sys
from collections.abc import Iterator

from homework.cells import SECONDS
from homework.teacher import grading
from homework.teacher.grading import Grading, Status
from homework.teacher.original import Original
from launcher.errors import CourseError

CLUSTER_SECONDS = 30  # to wait for a Dask scheduler
NO_DASK = """Grading on a cluster needs the package `distributed`: install it beside the course with
    {python} -m pip install distributed
Nothing was graded."""


@dataclasses.dataclass(frozen=True)
class How:
    """How hand-ins are run.

    Attributes:
        jobs: how many at the same time.
        sandboxed: False runs students' code with the teacher's rights.
        dask: the address of a Dask scheduler, whose workers grade instead of this machine.
        cell_seconds: the time limit of a cell that has none of its own.
    """

    jobs: int = 1
    sandboxed: bool = True
    dask: str | None = None
    cell_seconds: float = SECONDS


Found = Iterator[tuple[str, Grading]]  # (key of the hand-in, result), as they come


def run_all(original: Original, waiting: dict[str, bytes], how: How) -> Found:
    """Grade these notebooks.

    Raises:
        CourseError: there is no such cluster.
    """
    return run_on_dask(original, waiting, how) if how.dask else run_here(original, waiting, how)


def run_here(original: Original, waiting: dict[str, bytes], how: How) -> Found:
    """Grade on this machine; each job that runs has a slot, and in the sandbox a user, of its own."""
    slots: queue.Queue = queue.Queue()
    for number in range(how.jobs):
        slots.put(number)

    def one(key: str) -> tuple[str, Grading]:
        slot = slots.get()
        try:
            place = slot if how.sandboxed else None
            return key, grading.grade_one(original, waiting[key], place, how.cell_seconds)
        finally:
            slots.put(slot)

    with concurrent.futures.ThreadPoolExecutor(how.jobs) as pool:
        futures = [pool.submit(one, key) for key in waiting]
        try:
            for future in concurrent.futures.as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def run_on_dask(original: Original, waiting: dict[str, bytes], how: How) -> Found:
    """Grade on the workers of a Dask cluster. They need the course at the same place, and bubblewrap."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise CourseError(NO_DASK.format(python=sys.executable)) from None
    try:
        client = Client(how.dask, timeout=CLUSTER_SECONDS)
    except OSError as error:
        raise CourseError(f"No Dask scheduler answers at {how.dask}: {error}. Nothing was graded.") from None
    with client:
        shared = client.scatter(original, broadcast=True)
        sent = {
            client.submit(
                grading.grade_remote, shared, data, how.sandboxed, how.cell_seconds, pure=False
            ): key
            for key, data in waiting.items()
        }
        for future in as_completed(sent):
            error = future.exception()
            reason = f"the cluster: {error}"
            yield sent[future], Grading(Status.FAILED, reason) if error else future.result()
