"""Takes a student's answers out of whatever came back, and puts them into the pristine homework.

Locked cells always come from the source: a deleted test, an edited points flag or a renamed id changes
nothing.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Sequence

from homework.answers import answer_of
from homework.cells import ANSWER, EXTRA, GIVEN, TEST, Assignment, Cell
from homework.definitions import Code, tree_of
from homework.excerpts import dumps_of, loads_of, needed, without_stubs
from homework.lost import Search
from homework.matching import MOST_NAMED, asked_for, check_homework, rejoin, sort, take_apart
from homework.pieces import Piece, plain
from homework.questions import Questions
from homework.reading import read_parts
from homework.wordings import in_english

MOST_EXTRAS = 100


@dataclasses.dataclass
class Rebuilt:
    """A homework with a student's answers in it.

    Attributes:
        assignment: all cells, locked ones from the source, the student's extra cells in their places.
        repairs: what was not as it was handed out, in words.
        texts: {name of a question: the student's text, "" when it was left as it was}.
        doubts: what a person has to look at before the marks count, in words.
    """

    assignment: Assignment
    repairs: list[str]
    texts: dict[str, str]
    doubts: list[str] = dataclasses.field(default_factory=list)

    @property
    def answers(self) -> dict[str, str]:
        return {cell.name: cell.source for cell in self.assignment.of_kind(ANSWER)}


def rebuild(
    assignment: Assignment, pristine: Assignment, data: bytes, others: Sequence[Assignment] = ()
) -> Rebuilt:
    """Put the answers of a handed-in notebook into the homework.

    The bytes come from anybody: where that matters, this is done by `homework.teacher.confined`.

    Args:
        assignment: the source, with hidden tests and solutions.
        pristine: the same as students got it.
        data: the bytes of the notebook file.
        others: the other homeworks' student copies, to recognise a notebook that belongs to one of them.

    Raises:
        Rejected: the file is no notebook, or belongs to another homework.
    """
    parts, repairs = read_parts(data)
    parts = in_english(parts, [pristine, *others])
    doubts: list[str] = []
    check_homework(parts, assignment, pristine, others)
    pieces = sort(parts, pristine, repairs)
    note_locked(pristine, pieces, repairs)
    note_order(pristine, pieces, repairs)
    take_apart(pieces, pristine)
    pieces = rejoin(pieces, pristine, repairs)
    answers = answers_of(assignment, pristine, pieces, repairs, doubts)
    texts = Questions(pieces, pristine, repairs, doubts).texts()
    added = added_to_locked(pristine, pieces, answers.values(), repairs)
    complete = with_extras(assignment.with_sources(answers | texts), pristine, pieces, added, repairs)
    return Rebuilt(complete, sorted(set(repairs)), texts, sorted(set(doubts)))


def note_locked(pristine: Assignment, pieces: list[Piece], repairs: list[str]) -> None:
    """Say which locked cells were changed, copied or are missing. They come from the source anyway."""
    missing = []
    for cell in pristine.of_kind(GIVEN, TEST):
        copies = [piece for piece in pieces if piece.name == cell.name]
        if not copies:
            missing.append(cell.name)
        elif len(copies) > 1:
            repairs.append(f"the locked cell {cell.name} is there {len(copies)} times")
        if any(piece.source.strip() != cell.source.strip() for piece in copies):
            repairs.append(f"the locked cell {cell.name} was changed")
        elif any(piece.part.cell_type != cell.cell_type for piece in copies):
            repairs.append(f"the type of cell {cell.name} was changed")
    if len(missing) > MOST_NAMED:
        repairs.append(f"{len(missing)} locked cells are missing, the first {missing[0]}")
    else:
        repairs += [f"the locked cell {name} is missing" for name in missing]


def note_order(pristine: Assignment, pieces: list[Piece], repairs: list[str]) -> None:
    """Say that cells were moved."""
    first = list(dict.fromkeys(piece.name for piece in pieces if piece.name))
    if [cell.name for cell in pristine.cells if cell.name in first] != first:
        repairs.append("cells were put in another order")


def answers_of(
    assignment: Assignment, pristine: Assignment, pieces: list[Piece], repairs: list[str], doubts: list[str]
) -> dict[str, str]:
    """The sources of all answers."""
    came = {cell.name: [p for p in pieces if p.name == cell.name] for cell in pristine.of_kind(ANSWER)}
    search = Search(pieces, pristine, repairs, doubts)
    search.run()
    solutions = {cell.name: cell for cell in assignment.of_kind(ANSWER)}
    answers = {}
    for cell in pristine.of_kind(ANSWER):
        if any(piece.part.cell_type != "code" for piece in came[cell.name]):
            repairs.append(f"the type of cell {cell.name} was changed")
        found = [(piece, piece.source) for piece in pieces if piece.name == cell.name]
        found += search.borrowed.get(cell.name, [])
        sources = [source for piece, source in sorted(found, key=lambda one: pieces.index(one[0]))]
        count = len(came[cell.name])
        answers[cell.name] = answer_of(cell, solutions[cell.name], sources, count, repairs, doubts)
    return answers


def added_to_locked(
    pristine: Assignment, pieces: list[Piece], answers: Iterable[str], repairs: list[str]
) -> dict[str, str]:
    """{locked cell: what a student added to it and an answer uses, such as an import}"""
    code = [cell for cell in pristine.cells if cell.cell_type == "code"]
    given = {cell.name: cell for cell in code if cell.kind == GIVEN}
    changed = [
        piece for piece in pieces if piece.name in given and piece.text != plain(given[piece.name].source)
    ]
    if not changed:
        return {}
    ours = set().union(*(Code.of(cell.source).states for cell in code))
    used = loads_of(filter(None, map(tree_of, answers))) - ours
    added = {}
    for piece in changed:
        lines = needed(piece.source, used & piece.code.states.keys(), dumps_of(given[piece.name].source))
        if lines:
            added[piece.name] = lines
            repairs.append(f"what was added to the locked cell {piece.name} was kept in a cell of its own")
    return added


def with_extras(
    assignment: Assignment,
    pristine: Assignment,
    pieces: list[Piece],
    added: dict[str, str],
    repairs: list[str],
) -> Assignment:
    """The homework with the student's own cells where they stood, but for copies of a stub."""
    by_place: dict[str | None, list[str]] = {name: [lines] for name, lines in added.items()}
    asked = set().union(*(asked_for(cell) for cell in pristine.of_kind(ANSWER)))
    place, count = None, 0
    for piece in pieces:
        place = piece.name or place
        source = without_stubs(piece.source, asked) if "NotImplementedError" in piece.source else piece.source
        if piece.is_own and piece.part.cell_type == "code" and source.strip():
            count += 1
            if count <= MOST_EXTRAS:
                by_place.setdefault(place, []).append(source)
    if count > MOST_EXTRAS:
        repairs.append(f"of {count} code cells that were added, only the first {MOST_EXTRAS} were run")
    numbers, cells = itertools.count(), []
    for cell in (None, *assignment.cells):
        cells += [cell] if cell else []
        sources = by_place.get(cell.name if cell else None, [])
        cells += [Cell(f"extra-{next(numbers)}", EXTRA, "code", source) for source in sources]
    return dataclasses.replace(assignment, cells=cells)
