"""Takes a student's answers out of whatever came back, and puts them into the pristine homework.

Locked cells always come from the source: a deleted test, an edited points flag or a renamed id changes
nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from homework.cells import ANSWER, EXTRA, GIVEN, QUESTION, TEST, TEXT_STUB, Assignment, Cell, with_stub
from homework.matching import adopt, check_homework, sort
from homework.reading import Part, read_parts

MOST_EXTRAS = 100


@dataclasses.dataclass
class Rebuilt:
    """A homework with a student's answers in it.

    Attributes:
        assignment: all cells, locked ones from the source, the student's extra cells in their places.
        repairs: what was not as it was handed out, in words.
        texts: {name of a question: the student's text, "" when it was left as it was}.
    """

    assignment: Assignment
    repairs: list[str]
    texts: dict[str, str]

    @property
    def answers(self) -> dict[str, str]:
        return {cell.name: cell.source for cell in self.assignment.of_kind(ANSWER)}


def rebuild(
    assignment: Assignment, pristine: Assignment, data: bytes, others: Sequence[Assignment] = ()
) -> Rebuilt:
    """Put the answers of a handed-in notebook into the homework.

    Args:
        assignment: the source, with hidden tests and solutions.
        pristine: the same as students got it.
        data: the bytes of the notebook file.
        others: the other homeworks' student copies, to recognise a notebook that belongs to one of them.

    Raises:
        Rejected: the file is no notebook, or belongs to another homework.
    """
    parts, repairs = read_parts(data)
    check_homework(parts, assignment, pristine, others)
    solutions = {cell.name: cell for cell in assignment.of_kind(ANSWER)}
    came = sort(parts, pristine, repairs)
    extras = adopt(solutions, came, repairs)
    note_locked(pristine, came.found, repairs)
    note_order(pristine, came.order, repairs)
    answers = {name: answer_of(cell, came.found.get(name, []), repairs) for name, cell in solutions.items()}
    texts = {cell.name: text_of(cell, came.found.get(cell.name, [])) for cell in pristine.of_kind(QUESTION)}
    complete = with_extras(assignment.with_sources(answers | texts), extras)
    return Rebuilt(complete, sorted(set(repairs)), texts)


def note_locked(pristine: Assignment, found: dict[str, list[Part]], repairs: list[str]) -> None:
    """Say which locked cells were changed, copied or are missing. They come from the source anyway."""
    for cell in pristine.of_kind(GIVEN, TEST):
        copies = found.get(cell.name, [])
        if not copies:
            repairs.append(f"the locked cell {cell.name} is missing")
        elif len(copies) > 1:
            repairs.append(f"the locked cell {cell.name} is there {len(copies)} times")
        if any(part.source.strip() != cell.source.strip() for part in copies):
            repairs.append(f"the locked cell {cell.name} was changed")
        elif any(part.cell_type != cell.cell_type for part in copies):
            repairs.append(f"the type of cell {cell.name} was changed")


def note_order(pristine: Assignment, order: list[str], repairs: list[str]) -> None:
    """Say that cells were moved."""
    first = list(dict.fromkeys(order))
    if [cell.name for cell in pristine.cells if cell.name in first] != first:
        repairs.append("cells were put in another order")


def answer_of(solution: Cell, parts: list[Part], repairs: list[str]) -> str:
    """The source of an answer: as it came, its parts joined when the cell was split or copied, or the
    stub."""
    name = solution.name
    if not parts:
        repairs.append(f"the answer cell {name} is missing")
        return with_stub(solution.source)
    if any(part.cell_type != "code" for part in parts):
        repairs.append(f"the type of cell {name} was changed")
    sources = list(dict.fromkeys(part.source for part in parts))
    if len(parts) > 1:
        repairs.append(
            f"the answer cell {name} was split or copied: {len(parts)} parts, joined in their order"
        )
        written = [source for source in sources if "NotImplementedError" not in source]
        sources = written or sources
    return "\n".join(sources)


def text_of(cell: Cell, parts: list[Part]) -> str:
    """What a student wrote below a question; empty when nothing."""
    text = "\n\n".join(dict.fromkeys(part.source for part in parts))
    for line in (*cell.source.splitlines(), TEXT_STUB):
        if line.strip():
            text = text.replace(line, "", 1)
    return text.strip()


def with_extras(assignment: Assignment, extras: list[tuple[str | None, Part]]) -> Assignment:
    """The homework with the student's own cells where they stood."""
    by_place: dict[str | None, list[Cell]] = {}
    for number, (place, part) in enumerate(extras[:MOST_EXTRAS]):
        if part.cell_type == "code" and part.source.strip():
            extra = Cell(f"extra-{number}", EXTRA, "code", part.source)
            by_place.setdefault(place, []).append(extra)
    cells = by_place.pop(None, [])
    for cell in assignment.cells:
        cells += [cell, *by_place.pop(cell.name, [])]
    return dataclasses.replace(assignment, cells=cells)
