"""Finds out which cells of the homework the cells of a hand-in are, or were.

By nbgrader's grade id, by the cell's id, by the text, and by how many lines of the text are left: some
editors drop all metadata, and some students edit a cell after that. Answers are found by what they define
(`homework.lost`), questions by their place as well (`homework.questions`).
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Sequence

from homework.cells import ANSWER, GIVEN, QUESTION, TEST, Assignment, Cell
from homework.definitions import Code
from homework.pieces import Piece, marks_of, plain
from homework.reading import Part, Rejected

SHORT = 20  # characters; a shorter text may stand anywhere
MOST_PARTS = 4  # of a cell that was split
ALIKE = 0.6  # so large a share of a cell's lines says that it is that cell
MOST_NAMED = 4  # repairs of one kind that are told one by one


def sort(parts: list[Part], pristine: Assignment, repairs: list[str]) -> list[Piece]:
    """Find out for each cell which one of the homework's it is; note ids that were changed."""
    handed_out = {cell.name: cell for cell in pristine.cells}
    pieces = [Piece(part) for part in parts]
    for piece in pieces:
        keys = (piece.part.grade_id, piece.part.id)
        piece.name = next((key for key in keys if key in handed_out), None)
    name_by_text(pieces, pristine)
    name_by_lines(pieces, pristine)
    note_ids([piece for piece in pieces if piece.name and piece.part.grade_id != piece.name], repairs)
    return pieces


def name_by_text(pieces: list[Piece], pristine: Assignment) -> None:
    """Name the cells without ids that are still as they were handed out."""
    found = {piece.name for piece in pieces}
    by_text = collections.defaultdict(list)
    for cell in pristine.cells:
        by_text[plain(cell.source)].append(cell.name)
    for piece in pieces:
        if piece.is_own and piece.text in by_text:
            names = by_text[piece.text]
            piece.name = next((name for name in names if name not in found), names[0])
            found.add(piece.name)


def name_by_lines(pieces: list[Piece], pristine: Assignment) -> None:
    """Name locked cells and questions without ids by what is left of their text; each gets the likest."""
    found = {piece.name for piece in pieces}
    lost = [cell for cell in pristine.of_kind(GIVEN, TEST, QUESTION) if cell.name not in found]
    for cell in lost:
        marks = marks_of(cell)
        shares = [
            (len(marks & piece.lines) / len(marks), piece) for piece in pieces if piece.is_own and marks
        ]
        share, likest = max(shares, key=lambda found: found[0], default=(0.0, None))
        if share >= ALIKE:
            likest.name = cell.name


def take_apart(pieces: list[Piece], pristine: Assignment) -> None:
    """Take locked cells that were merged into others out of them, so that the student's part is left."""
    locked = {cell.name: plain(cell.source) for cell in pristine.of_kind(GIVEN, TEST)}
    whole = {piece.name for piece in pieces if piece.text == locked.get(piece.name)}
    for name, text in locked.items():
        if name not in whole and len(text) >= SHORT:
            for piece in pieces:
                if text in piece.text:
                    piece.cut(text)


def rejoin(pieces: list[Piece], pristine: Assignment, repairs: list[str]) -> list[Piece]:
    """The cells, with those joined that are parts of an answer."""
    wanted = set().union(*(asked_for(cell) for cell in pristine.of_kind(ANSWER)))
    locked = {cell.name for cell in pristine.of_kind(GIVEN, TEST, QUESTION)}
    joined: list[Piece] = []
    for piece in pieces:
        joined.append(piece)
        for count in range(2, MOST_PARTS + 1):
            parts = joined[-count:]
            source = "\n".join(part.source for part in parts)
            if not any(name in source for name in wanted):
                continue
            if not continues(parts) or parts[0].name in locked:
                break
            if Code.of(source).parsed:
                part = dataclasses.replace(parts[0].part, source=source)
                joined[-count:] = [Piece(part, parts[0].name)]
                repairs.append(f"the cell {parts[0].name or 'of an answer'} was split: its parts were joined")
                break
    return joined


def continues(parts: list[Piece]) -> bool:
    """Whether cells may be parts of one: all but the first are the student's own and no valid Python."""
    if len(parts) < 2 or any(part.part.cell_type != "code" for part in parts):
        return False
    return all(part.is_own and not part.code.parsed for part in parts[1:])


def note_ids(pieces: list[Piece], repairs: list[str]) -> None:
    """Say which cells do not carry their names any more."""
    if len(pieces) > MOST_NAMED:
        repairs.append(f"the grade ids of {len(pieces)} cells were changed or lost")
    else:
        repairs += [f"the grade id of {piece.name} was changed or lost" for piece in pieces]


def check_homework(
    parts: list[Part], assignment: Assignment, pristine: Assignment, others: Sequence[Assignment]
) -> None:
    """Refuse a notebook that has more of another homework's cells than of this one's."""
    sources = {plain(part.source) for part in parts}

    def overlap(homework: Assignment) -> int:
        return len(sources & {plain(cell.source) for cell in homework.of_kind(GIVEN, TEST)})

    ours = overlap(pristine)
    for other in others:
        if other.name != assignment.name and overlap(other) > ours:
            raise Rejected(f"this is {other.name}, not {assignment.name}: hand it in as {other.name}")
    if not ours and not has_ids(parts, pristine) and not defines_answers(parts, pristine):
        raise Rejected(f"nothing in this notebook belongs to {assignment.name}")


def has_ids(parts: list[Part], pristine: Assignment) -> bool:
    """Whether a cell carries a grade id of the homework."""
    return not {part.grade_id for part in parts}.isdisjoint(cell.name for cell in pristine.cells)


def defines_answers(parts: list[Part], pristine: Assignment) -> bool:
    """Whether a cell defines something that the homework asks for."""
    wanted = set().union(*(asked_for(cell) for cell in pristine.of_kind(ANSWER)))
    likely = (part.source for part in parts if any(name in part.source for name in wanted))
    return any(wanted & Code.of(source).states.keys() for source in likely)


def asked_for(answer: Cell) -> set[str]:
    """The names that an answer must bind: those of the stub that was handed out."""
    return set(Code.of(answer.source).states)
