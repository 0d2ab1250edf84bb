"""The homework in Chinese is the same homework: its texts are put back into English before anything is found.

`{Chinese: English}` of its text cells, and of their lines, goes with a homework as it was handed out. Code,
ids and tests are the same in both languages.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence

from homework.cells import TEXT_STUB, Assignment
from homework.pieces import plain
from homework.reading import Part

# Its own: the process that reads hand-ins finds no other package of the course.
HAN = re.compile(r"[\u3400-\u9fff]")
SHORT = 8  # characters; a shorter line, if it is no heading, may be the student's own


def with_wordings(assignment: Assignment) -> Assignment:
    """A homework as it was handed out, with its Chinese texts; without those that are not translated."""
    from translations.building import chinese_cells  # reading catalogues needs packages

    texts = {cell.name: cell.source for cell in assignment.cells if cell.cell_type == "markdown"}
    chinese = chinese_cells(assignment.file_name, texts)
    return dataclasses.replace(
        assignment, wordings=wordings((chinese[name], texts[name]) for name in chinese)
    )


def wordings(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """{Chinese: English} of cells and of their lines; lines that mean several things are left out."""
    cells, lines, several = {}, {}, set()
    for chinese, english in pairs:
        chinese, english = (plain(text.replace(TEXT_STUB, "")) for text in (chinese, english))
        cells[chinese] = english
        ours, theirs = english.split("\n"), chinese.split("\n")
        for one, other in zip(theirs, ours, strict=False) if len(ours) == len(theirs) else ():
            one, other = one.strip(), other.strip()
            if lines.setdefault(one, other) != other:
                several.add(one)
    kept = {line: other for line, other in lines.items() if line not in several and is_known_by(line)}
    return {text: other for text, other in (kept | cells).items() if HAN.search(text)}


def is_known_by(line: str) -> bool:
    """Whether a line is so long, or a heading, that it is the homework's wherever it stands."""
    return line.startswith("#") or len(line) >= SHORT


def chinese_title(assignment: Assignment) -> str:
    """The title in Chinese; the English one where there is none."""
    first = next((plain(cell.source) for cell in assignment.cells if cell.source), "")
    found = (chinese for chinese, english in assignment.wordings.items() if english == first)
    return next(found, assignment.title).split("\n")[0].lstrip("# ")


def in_english(parts: list[Part], homeworks: Sequence[Assignment]) -> list[Part]:
    """The cells of a hand-in with the homework's own words in English; the student's stay as they are.

    Args:
        homeworks: as handed out; where two have the same text, the first counts.
    """
    known = {}
    for homework in reversed(homeworks):
        known |= homework.wordings
    cells = sorted((text for text in known if "\n" in text), key=len, reverse=True)
    return [
        dataclasses.replace(part, source=translated(part.source, known, cells))
        if HAN.search(part.source)
        else part
        for part in parts
    ]


def translated(source: str, known: Mapping[str, str], cells: list[str]) -> str:
    """A source with the texts that are known put into English: the whole, texts in it, single lines.

    Args:
        cells: those of the known texts that have several lines, the longest first.
    """
    text = plain(source)
    for chinese in cells:
        if chinese in text:
            text = text.replace(chinese, known[chinese])
    lines = [known.get(line.strip(), line) for line in text.split("\n")]
    english = "\n".join(lines)
    return source if english == plain(source) else english
