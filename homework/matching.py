"""Finds out which cells of the homework the cells of a hand-in are, or were.

By nbgrader's grade id, then by the cell's id; a locked cell by its text, an answer by the names that it
defines.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from homework.cells import ANSWER, GIVEN, TEST, Assignment, Cell, names_bound, with_stub
from homework.reading import Part, Rejected


@dataclasses.dataclass
class Sorted:
    """The cells of a hand-in by what they are.

    Attributes:
        found: {name of a cell of the homework: what came back of it, in order}.
        order: these names in the order in which they came.
        extras: (name of the homework's cell before it, None at the top; the cell) for each other cell.
    """

    found: dict[str, list[Part]] = dataclasses.field(default_factory=dict)
    order: list[str] = dataclasses.field(default_factory=list)
    extras: list[tuple[str | None, Part]] = dataclasses.field(default_factory=list)


def sort(parts: list[Part], pristine: Assignment, repairs: list[str]) -> Sorted:
    """Find out for each cell which one of the homework's it is; note ids that were changed."""
    handed_out = {cell.name: cell for cell in pristine.cells}
    came = Sorted()
    for part in parts:
        name = name_of(part, handed_out)
        if name is None:
            came.extras.append((came.order[-1] if came.order else None, part))
            continue
        if part.grade_id != name:
            repairs.append(f"the grade id of {name} was changed or lost")
        came.found.setdefault(name, []).append(part)
        came.order.append(name)
    return came


def name_of(part: Part, handed_out: dict[str, Cell]) -> str | None:
    """The name of the cell of the homework that this one is or was; None for a cell that the student
    added."""
    for key in (part.grade_id, part.id):
        if key in handed_out:
            return key
    same = [name for name, ours in handed_out.items() if ours.source == part.source and part.source]
    return same[0] if same and handed_out[same[0]].kind in (GIVEN, TEST) else None


def check_homework(
    parts: list[Part], assignment: Assignment, pristine: Assignment, others: Sequence[Assignment]
) -> None:
    """Refuse a notebook that has more of another homework's cells than of this one's."""
    sources = {part.source.strip() for part in parts}

    def overlap(homework: Assignment) -> int:
        return len(sources & {cell.source.strip() for cell in homework.of_kind(GIVEN, TEST)})

    ours = overlap(pristine)
    for other in others:
        if other.name != assignment.name and overlap(other) > ours:
            raise Rejected(f"this is {other.name}, not {assignment.name}: hand it in as {other.name}")
    if not ours and not has_ids(parts, pristine) and not defines_answers(parts, assignment):
        raise Rejected(f"nothing in this notebook belongs to {assignment.name}")


def has_ids(parts: list[Part], pristine: Assignment) -> bool:
    """Whether a cell carries a grade id of the homework."""
    return not {part.grade_id for part in parts}.isdisjoint(cell.name for cell in pristine.cells)


def defines_answers(parts: list[Part], assignment: Assignment) -> bool:
    """Whether a cell defines something that the homework asks for."""
    wanted = frozenset().union(*(cell.binds for cell in assignment.of_kind(ANSWER)))
    return any(wanted & names_bound(part.source) for part in parts)


def adopt(solutions: dict[str, Cell], came: Sorted, repairs: list[str]) -> list[tuple[str | None, Part]]:
    """Give answers that lost their ids their names back, by what they define; returns the other extra
    cells."""
    left = list(came.extras)
    for name, solution in solutions.items():
        if any(not unchanged(part, solution) for part in came.found.get(name, [])):
            continue
        for place in left:
            if solution.binds and solution.binds <= names_bound(place[1].source):
                came.found[name] = [place[1]]
                left.remove(place)
                repairs.append(f"the answer to {name} was found in a cell without its id")
                break
    return left


def unchanged(part: Part, solution: Cell) -> bool:
    """Whether an answer is still as it was handed out."""
    return part.source.strip() == with_stub(solution.source).strip() or "NotImplementedError" in part.source
