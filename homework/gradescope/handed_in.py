"""What a student uploaded to Gradescope, graded: whose it is and when it came the server knows."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from homework.folders import Folders, load
from homework.gradescope.metadata import Metadata
from homework.session import Command
from homework.teacher.grading import TOTAL_SECONDS, Grading, Status, grade_by
from homework.teacher.identity import Handin
from homework.teacher.inbox import collect
from homework.teacher.original import Original
from homework.teacher.table import Counted, chosen, with_doubts
from launcher.errors import CourseError

MOST_NOTEBOOKS = 4  # of one hand-in that are graded, to find the one that counts
TOO_MANY = "there are {count} notebooks in it; hand in one"
NOTHING = "there is no file in it"


def read_original(folders: Folders) -> Original:
    """The homework of an autograder, which is the only one there; others it knows as students have them."""
    original = Original.read(next(iter(folders.all_sources())), folders)
    others = [load(path) for path in sorted(folders.handed_out.glob("*.ipynb"))]
    return dataclasses.replace(original, others=(*original.others, *others))


def graded(
    original: Original, folder: Path, command: Command, metadata: Metadata
) -> tuple[Counted, list[str]]:
    """The notebook in a folder that counts with what grading found, and the other files with the reasons.

    Args:
        original: the homework.
        folder: with what was handed in, in any of the forms that `homework.teacher.inbox` reads.
        command: starts the workers.
        metadata: gives the time.
    """
    try:
        found = [mine(handin) for handin in collect(folder, {}, original.name)]
    except CourseError as problem:
        if not folder.is_dir():
            raise  # that is nothing of the student's
        return refused(str(problem)), []
    notebooks = list({handin.data: handin for handin in found if handin.data is not None}.values())
    if len(notebooks) > MOST_NOTEBOOKS:
        return refused(TOO_MANY.format(count=len(notebooks))), []
    if not notebooks:
        return refused("; ".join(f"{handin.file}: {handin.problem}" for handin in found) or NOTHING), []
    share = TOTAL_SECONDS / len(notebooks)  # Gradescope gives 20 minutes at most for all together
    results = [
        (handin, grade_by(command, original, handin.data, total_seconds=share)) for handin in notebooks
    ]
    counted = chosen([(handin, with_doubts(handin, result)) for handin, result in results], None)
    counted.handin.submitted = metadata.created
    rest = [handin for handin in found if handin.data != counted.handin.data]
    return counted, [f"{handin.file}: {handin.problem or 'another notebook counts'}" for handin in rest]


def mine(handin: Handin) -> Handin:
    """A hand-in of the student who uploaded it: only what its manifest says of the notebook is in doubt."""
    return dataclasses.replace(handin, student="-", doubt="; ".join(handin.misfits), suspect="")


def refused(reason: str) -> Counted:
    """What counts when there is nothing to grade."""
    return Counted(Handin("", student="-"), Grading(Status.REJECTED, reason), [])
