"""Finds what a student wrote to the questions that a person marks, wherever in the notebook it stands."""

from __future__ import annotations

import dataclasses
import io
import re
import tokenize
from functools import cached_property

from homework.cells import GIVEN, QUESTION, TEXT_STUB, Assignment, Cell
from homework.definitions import MOST_PARSED
from homework.matching import ALIKE
from homework.pieces import Piece, count_words, lines_in, marks_of, places, plain

MOST_TEXT = 200_000  # characters
REMARK = 10  # so many words in the remarks of a code cell may be an answer
ESSAY = 25  # so many words in a cell of text far from an unanswered question may be one, too
PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|<img\b[^>]*>", re.IGNORECASE)


@dataclasses.dataclass
class Questions:
    """The answers in words of one hand-in.

    `pieces` are its cells.
    """

    pieces: list[Piece]
    pristine: Assignment
    repairs: list[str]
    doubts: list[str]

    def texts(self) -> dict[str, str]:
        """{name of a question: the student's text, "" when there is none}"""
        return {cell.name: self.text(cell)[:MOST_TEXT] for cell in self.pristine.of_kind(QUESTION)}

    def text(self, cell: Cell) -> str:
        own = [piece for piece in self.pieces if piece.name == cell.name]
        if any(piece.part.cell_type != cell.cell_type for piece in own):
            self.repairs.append(f"the type of cell {cell.name} was changed")
        text = self.of_its_cells(cell, own) if own else self.of_its_place(cell)
        ways = (self.of_remarks, self.from_elsewhere) if own else (self.from_elsewhere, self.of_remarks)
        text = text or ways[0](cell, own) or ways[1](cell, own)
        self.note_pictures(cell, text)
        return text

    # ------------------------------------------------------------ where the question is there

    def of_its_cells(self, cell: Cell, own: list[Piece]) -> str:
        """What stands in the question's cell, and in the cells of text right below it or, else, above it."""
        below = [piece for piece in self.beside(own[-1], 1) if piece.is_own_text]
        parts = [self.rest(piece.source, cell) for piece in own]
        parts = list(dict.fromkeys(filter(None, parts)))
        if below:
            self.repairs.append(f"the answer to {cell.name} goes on in a cell below it")
        elif not parts and (below := [piece for piece in self.beside(own[0], -1) if piece.is_own_text]):
            self.repairs.append(f"the answer to {cell.name} was found above its cell")
            self.doubts.append(f"{cell.name} has no answer in its cell; the text above it may be one")
        return "\n\n".join([*parts, *self.take(below, cell)])

    def beside(self, piece: Piece, step: int) -> list[Piece]:
        """The student's own cells between one and the homework's next, up (-1) or down (1), in order."""
        at, found = self.pieces.index(piece) + step, []
        while 0 <= at < len(self.pieces) and self.pieces[at].is_own:
            found.append(self.pieces[at])
            at += step
        return found[::step]

    def take(self, pieces: list[Piece], cell: Cell) -> list[str]:
        """The texts of cells; no other question gets them."""
        for piece in pieces:
            piece.is_used = True
        return [text for piece in pieces if (text := self.rest(piece.source, cell))]

    def rest(self, source: str, *cells: Cell) -> str:
        """A text without what was handed out: the lines of these cells, and of text cells merged into it."""
        known = {line.strip() for c in (*cells, *self.missing_texts) for line in c.source.splitlines()} - {""}
        kept = [line for line in source.replace(TEXT_STUB, "").splitlines() if line.strip() not in known]
        return "\n".join(kept).strip()

    @cached_property
    def missing_texts(self) -> list[Cell]:
        """The text cells of the homework that did not come back as cells."""
        found = {piece.name for piece in self.pieces}
        return [c for c in self.pristine.of_kind(GIVEN) if c.cell_type == "markdown" and c.name not in found]

    # ------------------------------------------------------------ where the question is gone

    def of_its_place(self, cell: Cell) -> str:
        """What stands where a question was: in a cell with others, below its heading, between neighbours."""
        self.repairs.append(f"the question {cell.name} is missing")
        marks, ours = marks_of(cell), {c.name: c for c in self.pristine.cells}
        for piece in self.pieces:
            if piece.name and len(marks & piece.lines) >= ALIKE * len(marks):
                self.repairs.append(f"the question {cell.name} was found in the cell {piece.name}")
                return self.rest(piece.source, cell, ours[piece.name])
        headed = [piece for piece in self.pieces if piece.is_own_text and self.heading_of(cell) & piece.lines]
        found = headed or self.between_neighbours(cell)
        if found:
            self.repairs.append(
                f"the question {cell.name} was found by its {'heading' if headed else 'place'}"
            )
        return "\n\n".join(self.take(found, cell))

    def heading_of(self, cell: Cell) -> set[str]:
        """The headings of a question."""
        return {line for line in lines_in(cell.source) if line.startswith("#")}

    def between_neighbours(self, cell: Cell) -> list[Piece]:
        """The student's own texts between the two cells that stood around a question."""
        order, rank = [c.name for c in self.pristine.cells], places(self.pristine)[cell.name]
        before, after = order[rank - 1 : rank], order[rank + 1 : rank + 2]
        if before:
            at = [number for number, piece in enumerate(self.pieces) if [piece.name] == before]
        else:
            at = [-1]
        if not at:
            return []
        between = self.pieces[at[-1] + 1 :]
        end = next((number for number, piece in enumerate(between) if piece.name), len(between))
        names = [piece.name for piece in between[end : end + 1]]
        return [piece for piece in between[:end] if piece.is_own_text] if names == after else []

    # ------------------------------------------------------------ where neither has a text

    def of_remarks(self, cell: Cell, own: list[Piece]) -> str:
        """Remarks in the student's own code beside an unanswered question; a person has to look at them."""
        near = [*self.beside(own[0], -1), *self.beside(own[-1], 1)] if own else self.pieces
        codes = [piece for piece in near if piece.is_own and piece.part.cell_type == "code"]
        remarks = [text for piece in codes if count_words(text := remarks_in(piece.source)) >= REMARK]
        if remarks:
            self.doubts.append(
                f"{cell.name} is not answered in a cell of text; remarks in a code cell may be the answer"
            )
        return "\n\n".join(remarks)

    def from_elsewhere(self, cell: Cell, own: list[Piece]) -> str:
        """Any longer text of the student's; a person has to say whether it is the answer."""
        handed_out = {c.name: c for c in self.pristine.of_kind(GIVEN) if c.cell_type == "markdown"}
        texts = [self.rest(p.source, cell) for p in self.pieces if p.is_own_text]
        for piece in self.pieces:
            if piece.name in handed_out and piece.text != plain(handed_out[piece.name].source):
                texts.append(self.rest(piece.source, cell, handed_out[piece.name]))
        found = [text for text in texts if count_words(text) >= (ESSAY if own else 1)]
        if found:
            self.doubts.append(
                f"{cell.name} has no answer in its place; a text elsewhere in the notebook may be it"
            )
        return "\n\n".join(found)

    def note_pictures(self, cell: Cell, text: str) -> None:
        """Say that an answer has pictures, which are not shown where it is marked."""
        if PICTURE.search(text):
            self.repairs.append(
                f"the answer to {cell.name} has pictures: they stand in the notebook that was handed in"
            )
            if count_words(PICTURE.sub("", text)) < REMARK:
                self.doubts.append(
                    f"the answer to {cell.name} is a picture: look at the notebook that was handed in"
                )


def remarks_in(source: str) -> str:
    """The comments and the texts between quotation marks of code, a line each."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source[:MOST_PARSED]).readline):
            if token.type in (tokenize.COMMENT, tokenize.STRING):
                found.append(token.string.strip("#\"' \n"))
    except (tokenize.TokenError, SyntaxError):
        found += [
            line.strip("# ") for line in source[:MOST_PARSED].splitlines() if line.strip().startswith("#")
        ]
    return "\n".join(text for text in found if count_words(text) > 1)
