"""Grades many hand-ins at the same time, on this machine or on a cluster."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import dataclasses
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from homework.cells import SECONDS
from homework.teacher import grading
from homework.teacher.grading import Grading, Status
from homework.teacher.original import Original
from launcher.errors import CourseError

MOST_MEMORY = 8_000_000_000  # bytes of a judge: values that a student made up can make it compute huge ones
MOST_TRIES = 3  # of a hand-in beside which a judge's process ended
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
    """Grade on this machine. Each job has a judge in a process of its own, and a user in the sandbox."""
    if min(how.jobs, len(waiting)) <= 1:
        with contextlib.closing(original):
            for key, data in waiting.items():
                yield key, grading.grade_one(original, data, 0 if how.sandboxed else None, how.cell_seconds)
        return
    left, tries = dict(waiting), collections.Counter()
    while left:
        try:
            for key, result in with_processes(original, left, how):
                del left[key]
                yield key, result
        except BrokenProcessPool:  # one of those that ran; each is tried again
            tries.update(list(left)[: how.jobs])
            for key in [key for key in left if tries[key] >= MOST_TRIES]:
                del left[key]
                yield key, Grading(Status.FAILED, "the process that judged it ended, several times")


def with_processes(original: Original, waiting: dict[str, bytes], how: How) -> Found:
    """Grade in as many processes as there are jobs. Raises BrokenProcessPool when one of them ends."""
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    if sys.platform == "linux":
        context.set_forkserver_preload(["homework.teacher.grading"])  # torch is imported once for all
    places = context.Queue()  # not the initializer's arguments: they would be sent before the next one starts
    for number in range(how.jobs):
        places.put((original, number if how.sandboxed else None))
    with concurrent.futures.ProcessPoolExecutor(how.jobs, context, begin, (places,)) as pool:
        futures = {pool.submit(one, data, how.cell_seconds): key for key, data in waiting.items()}
        try:
            for future in concurrent.futures.as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


place: dict[str, Any] = {}  # of this process, when it is one of a pool: the homework, and its slot


def begin(places: multiprocessing.Queue) -> None:
    """The first that a process of the pool does."""
    original, slot = places.get()
    place.update(original=original, slot=slot)
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


def one(data: bytes, cell_seconds: float) -> Grading:
    """Grade a hand-in in a process of the pool."""
    return grading.grade_one(place["original"], data, place["slot"], cell_seconds)


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
