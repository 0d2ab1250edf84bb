"""Looks for answers that do not stand in their own cells: in cells that the student added, in other answers'
cells (two cells merged), and in locked cells that were changed.
"""

from __future__ import annotations

import dataclasses
from functools import cached_property

from homework.cells import ANSWER, GIVEN, TEST, Assignment, Cell
from homework.definitions import BEGUN, STUB, WRITTEN, State, mentions
from homework.excerpts import dumps_of, needed, needed_of_all, same_code
from homework.matching import asked_for
from homework.pieces import Piece, lines_in, places

MOST_COMPARED = 5  # drafts of one answer


@dataclasses.dataclass
class Search:
    """A search for lost answers.

    Attributes:
        pieces: the hand-in's cells; those that turn out to be an answer get its name.
        pristine: the homework as it was handed out.
        borrowed: {answer: [(a cell in which it stands with other things, what of that belongs to it)]}.
    """

    pieces: list[Piece]
    pristine: Assignment
    repairs: list[str]
    doubts: list[str]
    borrowed: dict[str, list[tuple[Piece, str]]] = dataclasses.field(default_factory=dict)

    def run(self) -> None:
        """Look for all answers that are not written in their own cells."""
        for answer in self.pristine.of_kind(ANSWER):
            own = [piece for piece in self.pieces if piece.name == answer.name]
            lost = {name for name in asked_for(answer) if written(own, name) < WRITTEN}
            holders = {name: self.holders(name, own) for name in lost}
            for piece in self.pieces:
                names = {name for name, found in holders.items() if found and found[-1] is piece}
                if names:
                    self.take(answer, piece, names)
            missed = [name for name in sorted(lost) if not holders[name]]
            self.doubt_missed(answer, own, [name for name in missed if written(own, name) == STUB])
            self.doubt_drafts(answer, holders)

    def holders(self, name: str, own: list[Piece]) -> list[Piece]:
        """The other cells that define a name whole, in their order; cells of text where there is no other."""
        found = [
            piece
            for piece in self.pieces
            if piece not in own
            and name in piece.source
            and piece.code.states.get(name) == WRITTEN
            and name not in self.given.get(piece.name, ())
        ]
        return [piece for piece in found if piece.part.cell_type == "code"] or found

    def take(self, answer: Cell, piece: Piece, names: set[str]) -> None:
        """Put an answer that was found to its place: the whole cell if it stands there, else a part."""
        where = "a cell without its id" if piece.is_own else f"the cell {piece.name}"
        self.repairs.append(f"the answer to {answer.name} was found in {where}")
        if piece.part.cell_type != "code":
            told = f"the answer to {answer.name} was taken from a cell of text"
            self.doubts.append(f"{told}: look whether the student meant it to count")
        if piece.is_own and self.is_in_place(piece, answer):
            piece.name = answer.name
            return
        sources = [part.source for part in [*self.too_late(piece, answer), piece]]
        text = needed_of_all(sources, names, self.locked)
        self.borrowed.setdefault(answer.name, []).append((piece, text))

    def is_in_place(self, piece: Piece, answer: Cell) -> bool:
        """Whether a cell stands between those that stand around an answer."""
        at = self.pieces.index(piece)
        before = [self.rank[other.name] for other in self.pieces[:at] if other.name]
        after = [self.rank[other.name] for other in self.pieces[at:] if other.name]
        return (before or [-1])[-1] <= self.rank[answer.name] <= (after or [len(self.rank)])[0]

    def too_late(self, piece: Piece, answer: Cell) -> list[Piece]:
        """The student's own code cells above a cell that will be run after the place of the answer in it."""
        late, after = [], False
        for other in self.pieces[: self.pieces.index(piece)]:
            if other.name:
                after = self.rank[other.name] >= self.rank[answer.name]
            elif after and other.part.cell_type == "code":
                late.append(other)
        return late

    def doubt_missed(self, answer: Cell, own: list[Piece], names: list[str]) -> None:
        """Doubt a zero where a definition stands in the notebook in a form that cannot be used."""
        others = [piece for piece in self.pieces if piece not in own]
        found = [name for name in names if any(self.may_define(piece, name) for piece in others)]
        if found:
            self.doubts.append(
                f"{answer.name} counts as not answered, but something like {' and '.join(found)} stands in "
                "another cell, where it cannot be run: look at the notebook"
            )

    def may_define(self, piece: Piece, name: str) -> bool:
        """Whether a student seems to have written a definition, in a remark or in what is no valid Python."""
        if name not in piece.source or piece.code.states.get(name) == STUB:
            return False
        lines = lines_in(piece.source) - self.locked_lines
        if piece.code.parsed and piece.part.cell_type == "code":  # what is no remark was seen
            lines = {line for line in lines if line.startswith("#")}
        return any(mentions(line, name) for line in lines)

    def doubt_drafts(self, answer: Cell, holders: dict[str, list[Piece]]) -> None:
        """Say that of several answers in different cells the last was taken."""
        for name, found in sorted(holders.items()):
            texts = [needed(piece.source, {name}, self.locked) for piece in found[-MOST_COMPARED:]]
            if any(not same_code(text, texts[-1]) for text in texts[:-1]):
                told = f"{name} of {answer.name} is defined in {len(found)} cells, and not in the same way"
                self.doubts.append(f"{told}: the last counts")

    @cached_property
    def rank(self) -> dict[str, int]:
        return places(self.pristine)

    @cached_property
    def given(self) -> dict[str, set[str]]:
        """{locked cell: the names that it binds itself}"""
        return {
            cell.name: asked_for(cell) for cell in self.pristine.of_kind(GIVEN) if cell.cell_type == "code"
        }

    @cached_property
    def locked(self) -> set[str]:
        """The statements of all locked cells."""
        cells = [cell for cell in self.pristine.of_kind(GIVEN, TEST) if cell.cell_type == "code"]
        return set().union(*(dumps_of(cell.source) for cell in cells))

    @cached_property
    def locked_lines(self) -> frozenset[str]:
        return frozenset().union(*(lines_in(cell.source) for cell in self.pristine.of_kind(GIVEN, TEST)))


def written(own: list[Piece], name: str) -> State:
    """How far a name is written in an answer's own cells; code that is no valid Python may be a beginning."""
    states = [piece.code.states.get(name, STUB) for piece in own if piece.code.parsed]
    if any(not piece.code.parsed and mentions(piece.source, name) for piece in own):
        states.append(BEGUN)
    return max(states, default=STUB)
