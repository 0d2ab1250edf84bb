"""One cell of a hand-in, with what it was found to be, and what is looked up about it."""

from __future__ import annotations

import dataclasses
import re
from functools import cached_property

from homework.cells import QUESTION, TEXT_STUB, Assignment, Cell
from homework.definitions import Code
from homework.reading import Part


@dataclasses.dataclass(eq=False)
class Piece:
    """A cell of a hand-in.

    Attributes:
        part: as it came.
        source: its source, without other cells of the homework that were merged into it.
        name: which cell of the homework it is; None for one of the student's own.
        is_used: whether its text was taken for a question.
    """

    part: Part
    name: str | None = None
    is_used: bool = False

    def __post_init__(self):
        self.source = self.part.source

    def cut(self, text: str) -> None:
        """Take a text that belongs to another cell out of the source."""
        self.source = self.text.replace(text, "", 1)
        for name in ("code", "text", "lines"):
            self.__dict__.pop(name, None)

    @property
    def is_own(self) -> bool:
        return self.name is None

    @property
    def is_own_text(self) -> bool:
        """Whether it is one of the student's own cells, and holds text that was not taken yet."""
        return (
            self.is_own and not self.is_used and self.part.cell_type != "code" and bool(self.source.strip())
        )

    @cached_property
    def code(self) -> Code:
        return Code.of(self.source)

    @cached_property
    def text(self) -> str:
        return plain(self.source)

    @cached_property
    def lines(self) -> frozenset[str]:
        return lines_in(self.source)


def plain(source: str) -> str:
    """A source without the white space that editors add and take away."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def lines_in(source: str) -> frozenset[str]:
    """The lines with something in them, to compare sources by."""
    return frozenset(line for line in (line.strip() for line in source.splitlines()) if len(line) > 1)


def marks_of(cell: Cell) -> frozenset[str]:
    """The lines by which a cell of the homework is known."""
    return lines_in(cell.source) - ({TEXT_STUB} if cell.kind == QUESTION else set())


def places(pristine: Assignment) -> dict[str, int]:
    """{name of a cell of the homework: its number from the top}"""
    return {cell.name: number for number, cell in enumerate(pristine.cells)}


def count_words(text: str) -> float:
    """How many words a text has; two Chinese characters count as one."""
    return len(re.findall(r"[^\W\d_]{2,}", re.sub(r"[\u3400-\u9fff]", " ", text))) + (
        len(re.findall(r"[\u3400-\u9fff]", text)) / 2
    )
