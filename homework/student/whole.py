"""Says what of a homework's notebook is not as it was handed out, from the notebook alone.

Each cell of the released copy carries nbgrader's checksum, which tells whether a locked cell was changed. A
cell that is gone carries nothing: it is missed only where the rest points to it (a task with tests and no
answer, an answer without tests, a gap in the numbers). Grading puts locked cells back in any case.
"""

from __future__ import annotations

import collections
import re

from nbformat import NotebookNode

from homework.answered import is_begun, is_unanswered
from homework.cells import ANSWER, EXTRA, QUESTION, TEST, TEXT_STUB, Assignment, kind_of, task_of

TASK = re.compile(r"task(\d+)(-.+)?")  # as the homework names its cells; JupyterLab's ids are random signs
NO_METADATA = (
    "no cell carries the homework's marks any more, so nothing can be said of what was changed; your answers "
    "are found by the names that they define, and your texts by their place"
)


def what_is_not_whole(notebook: NotebookNode, homework: Assignment) -> list[str]:
    """What is missing or was changed in a student's notebook, in words.

    Args:
        notebook: as it came from the file.
        homework: the same, its cells by what they are for.
    """
    if all(cell.kind == EXTRA for cell in homework.cells):
        return [NO_METADATA]
    lost = lost_names(notebook)
    notes = [f"the cell {name} lost its metadata" for name in lost]
    notes += changed(notebook) + missing(homework, {task_of(name) for name in lost})
    return [*dict.fromkeys(notes), *unanswered(homework)]


def lost_names(notebook: NotebookNode) -> list[str]:
    """The homework's cells that do not say so any more: the cell's own id is the same word."""
    names = (cell.get("id", "") for cell in notebook.cells if kind_of(cell.metadata) == EXTRA)
    return [name for name in names if TASK.fullmatch(name)]


def changed(notebook: NotebookNode) -> list[str]:
    """The locked cells whose checksum is another now, cells of another type, cells that were copied."""
    notes = []
    ours = [cell for cell in notebook.cells if kind_of(cell.metadata) != EXTRA]
    counts = collections.Counter(cell.metadata.nbgrader.grade_id for cell in ours)
    for cell in ours:
        entry = cell.metadata.nbgrader
        if entry.get("cell_type", cell.cell_type) != cell.cell_type:
            notes.append(f"the type of cell {entry.grade_id} was changed")
        elif entry.get("locked") and checksum(cell) != entry.get("checksum"):
            notes.append(f"the locked cell {entry.grade_id} was changed")
    return notes + [f"the cell {name} is there {count} times" for name, count in counts.items() if count > 1]


def checksum(cell: NotebookNode) -> str | None:
    """nbgrader's checksum of a cell; None when its metadata is too damaged for one."""
    from nbgrader.utils import compute_checksum

    try:
        return compute_checksum(cell)
    except (KeyError, TypeError, ValueError):
        return None


def missing(homework: Assignment, with_lost_cells: set[str]) -> list[str]:
    """The answers and tests that tasks must have and do not have."""
    kinds = collections.defaultdict(set)
    for cell in homework.cells:
        if TASK.fullmatch(cell.name):
            kinds[cell.task].add(cell.kind)
    last = max((int(TASK.fullmatch(task)[1]) for task in kinds), default=0)
    notes = []
    for task in (f"task{number}" for number in range(1, last + 1)):
        if task in with_lost_cells:
            continue
        if not kinds[task] & {ANSWER, QUESTION}:
            notes.append(f"the answer cell {task} is missing")
        elif ANSWER in kinds[task] and TEST not in kinds[task]:
            notes.append(f"the tests of {task} are missing")
    return notes


def unanswered(homework: Assignment) -> list[str]:
    """The answers that are as they were handed out, or in part."""
    notes = []
    for cell in homework.of_kind(ANSWER, QUESTION):
        if TEXT_STUB in cell.source or (cell.kind == ANSWER and is_unanswered(cell.source)):
            notes.append(f"{cell.name} is not answered yet")
        elif cell.kind == ANSWER and is_begun(cell.source):
            notes.append(f"{cell.name} is answered in part: something in it still raises NotImplementedError")
    return notes
