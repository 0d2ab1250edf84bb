"""Grades what lies in Gradescope's folders: python -m homework.gradescope.run /autograder

What it prints is for teachers; students see `results/results.json` alone.
"""

from __future__ import annotations

import contextlib
import functools
import os
import random
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from homework import sandbox
from homework.cells import GIVEN
from homework.folders import COURSE
from homework.gradescope.handed_in import graded, read_original
from homework.gradescope.lowered import lowered
from homework.gradescope.metadata import Metadata
from homework.gradescope.results import Results, not_graded, results_of, write_results
from homework.replies import Ending
from homework.session import START_SECONDS, Command, Session
from homework.teacher.grading import Status
from homework.teacher.report import Shown
from homework.teacher.table import row_of
from homework.teacher.tried import tried_by_tests
from launcher.errors import CourseError

# The kernel counts a user's processes in all its containers together: not all are to be the same user.
USERS = 1000
NO_ROOT = "Grading here needs root, who can run students' code as somebody else. Nothing was graded."
IN_SANDBOX = "Students' code runs in bubblewrap."
LOWERED = """Students' code runs as a user of its own, without bubblewrap's walls: what grading knows is
closed to that user, who has no network. For bubblewrap, {missing} is not there.
{cure}"""
NO_WORKER = """No worker starts here: {why}
With less than 4 GB of memory PyTorch does not load: choose a larger container. Nothing was graded."""
TRIAL = "import torch, helpers\nassert torch.ones(2).sum() == 2"


@contextlib.contextmanager
def walled(base: Path) -> Iterator[Command]:
    """How workers start: in bubblewrap, else as a user of their own. Says which.

    Raises:
        CourseError: neither works here.
    """
    if os.geteuid() != 0:
        raise CourseError(NO_ROOT)
    lack = sandbox.lacking()
    if lack is None:
        sandbox.require_sandbox()
        print(IN_SANDBOX)
        yield functools.partial(sandbox.command, random.randrange(USERS))
        return
    print(LOWERED.format(missing=lack[0], cure=lack[1]))
    with lowered(base) as command:
        yield command


def try_worker(command: Command) -> None:
    """Raises CourseError when no worker starts: else every test would count as crashed, and be lost."""
    with Session(command) as session:
        reply = session.run(GIVEN, "trial", TRIAL, START_SECONDS)
    if reply.ending != Ending.OK:
        raise CourseError(NO_WORKER.format(why=reply.message))


def grade_folder(base: Path) -> Results:
    """Grade the hand-in in `base/submission`; returns what Gradescope is told."""
    original, metadata = read_original(COURSE), Metadata.read(base / "submission_metadata.json")
    print(f"{original.name}, handed in by {', '.join(metadata.people) or 'nobody whom Gradescope names'}")
    print(metadata.timing())
    with contextlib.closing(original), walled(base) as command:
        try_worker(command)
        counted, unused = graded(original, base / "submission", command, metadata)
    row, result = row_of(original, counted, metadata.due), counted.result
    print(f"{row.status}: {row.score} of {original.source.points:g} points. {row.notes}")
    if result.status == Status.FAILED:
        print(result.log)
    tried = tried_by_tests(original)
    return results_of(row, Shown.of(row, result), original.source, tried, metadata.timing(), unused)


def main(base: Path) -> int:
    """Grade, and write the results, whatever happens; returns the exit code: 1 when grading did not work."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace", line_buffering=True)
    place, results = base / "results" / "results.json", not_graded()
    write_results(place, results)  # in case that this process is ended
    try:
        results = grade_folder(base)
    except CourseError as problem:
        print(problem)
    except Exception:
        traceback.print_exc(file=sys.stdout)
    write_results(place, results)
    return 0 if "score" in results else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
