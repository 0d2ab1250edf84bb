"""What the process that reads hand-ins sends back, looked at before it is used.

It names only cells of the homework, in their order, with the student's own between them; locked cells come
from the source that this side has.
"""

from __future__ import annotations

import dataclasses
import re

from homework.cells import ANSWER, EXTRA, QUESTION, Assignment, Cell
from homework.reading import Rejected
from homework.rebuild import Rebuilt

TOO_LARGE = "the notebook takes too much memory to read: clear its outputs, save it, and hand it in again"
EXTRA_NAME = re.compile(r"extra-\d{1,4}")


class Unreadable(Exception):
    """The process did not start, or sent something that is no reply. The fault is not the student's."""


def rebuilt_from(reply: dict, source: Assignment) -> Rebuilt:
    """What the process found, as far as it can be what it should be.

    Raises:
        Rejected: the process says so.
        Unreadable: it is no such reply, or the process failed.
    """
    if isinstance(reply.get("rejected"), str):
        raise Rejected(reply["rejected"][:2000])
    if reply.get("memory") is True:
        raise Rejected(TOO_LARGE)
    if isinstance(reply.get("failed"), str):
        raise Unreadable(reply["failed"][:10_000])
    questions = {cell.name for cell in source.of_kind(QUESTION)}
    texts, repairs, doubts = reply.get("texts"), reply.get("repairs"), reply.get("doubts")
    if not (is_texts(texts) and texts.keys() == questions and is_words(repairs) and is_words(doubts)):
        raise Unreadable("the process that reads notebooks sent a reply of another form")
    cells = cells_from(reply.get("cells"), source)
    return Rebuilt(dataclasses.replace(source, cells=cells), repairs, texts, doubts)


def cells_from(found: object, source: Assignment) -> list[Cell]:
    """The cells of a homework with the answers, and the student's own between them; locked ones are ours.

    Raises:
        Unreadable: cells are missing, unknown or in another order.
    """
    ours, cells = {cell.name: cell for cell in source.cells}, []
    pairs = found if isinstance(found, list) and all(map(is_pair, found)) else []
    for name, text in pairs:
        cell = ours.get(name)
        if cell is None and EXTRA_NAME.fullmatch(name):
            cells.append(Cell(name, EXTRA, "code", text))
        elif cell is not None:
            is_students = cell.kind in (ANSWER, QUESTION)
            cells.append(dataclasses.replace(cell, source=text) if is_students else cell)
    if [cell.name for cell in cells if cell.kind != EXTRA] != list(ours) or len(cells) != len(pairs):
        raise Unreadable("the process that reads notebooks sent cells that are not those of the homework")
    return cells


def is_pair(found: object) -> bool:
    """Whether it is the name of a cell and its source."""
    return isinstance(found, list) and len(found) == 2 and all(isinstance(part, str) for part in found)


def is_words(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(part, str) for part in found)


def is_texts(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(part, str) for part in found.values())
