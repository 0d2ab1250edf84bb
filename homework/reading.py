"""Reads the file of a notebook in whatever state it came back: odd encodings, old formats, fields of wrong
types, half characters. What cells printed is dropped while the file is read: it can be large.
"""

from __future__ import annotations

import dataclasses
import json
import re

MOST_CELLS = 2000
LONGEST_SOURCE = 200_000  # characters of one cell
ENCODINGS = ("utf-8-sig", "utf-16", "gb18030")
LONGEST_ID = 200
NO_CHARACTERS = re.compile("[\x00\ud800-\udfff]")  # half an emoji, and what no file should hold
DROPPED = {"outputs": [], "output": [], "attachments": {}, "widgets": {}}  # of a cell, or of the whole
CONFLICT = re.compile(r"^(<{7}|\|{7}|>{7})( .*)?$", re.MULTILINE)  # on a line of its own: no line of JSON


class Rejected(Exception):
    """A hand-in that cannot be graded. The text says why, for the student to read."""


class Conflict(Rejected):
    """Git's conflict marks stand in the file: it holds two versions of the notebook."""


@dataclasses.dataclass(frozen=True)
class Part:
    """A cell as it came back: type, source, nbgrader's grade id and the cell's own id, "" for none.

    `was_cut` says that its source was longer than is read.
    """

    cell_type: str
    source: str
    grade_id: str
    id: str
    was_cut: bool = False


def decode(data: bytes) -> tuple[str, str | None]:
    """The text of a file, and a repair note when it was not plain UTF-8.

    Raises:
        Rejected: no known encoding fits.
    """
    if not data.strip():
        raise Rejected("the file is empty")
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if utf16 else ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        plain = encoding == "utf-8-sig" and not data.startswith(b"\xef\xbb\xbf")
        return text, None if plain else f"the file was read as {encoding}"
    raise Rejected("the file is no text in UTF-8, UTF-16 or GB 18030")


def parse(text: str) -> dict:
    """The notebook that a file's text holds.

    Raises:
        Rejected: it is no JSON, or no notebook; Conflict when git left its marks in it.
    """
    try:
        notebook = json.loads(text, object_hook=without_outputs)
    except (ValueError, RecursionError):
        raise no_json(text) from None
    if not isinstance(notebook, dict):
        raise Rejected("the file is JSON, but not a notebook")
    return notebook


def without_outputs(found: dict) -> dict:
    """A JSON object without what is large and of no use."""
    for key in DROPPED.keys() & found.keys():
        if isinstance(found[key], type(DROPPED[key])):
            found[key] = DROPPED[key].copy()
    return found


def no_json(text: str) -> Rejected:
    """Why a text is no JSON."""
    mark = CONFLICT.search(text.replace("\r\n", "\n"))
    if mark is None:
        return Rejected("the file is not a whole notebook: its JSON is cut off or damaged")
    number = text.replace("\r\n", "\n").count("\n", 0, mark.start()) + 1
    return Conflict(
        f"git's conflict marks stand in the file, the first in line {number} ({mark[0][:40]}): it holds two "
        "versions of the notebook, and git could not join them"
    )


def read_parts(data: bytes) -> tuple[list[Part], list[str]]:
    """The cells of a notebook file, and repair notes.

    Raises:
        Rejected: the file is not a notebook.
    """
    text, note = decode(data)
    notebook, more = in_format_four(parse(text))
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Rejected("the file is JSON, but not a notebook: it has no list of cells")
    if len(cells) > MOST_CELLS:
        raise Rejected(f"the notebook has {len(cells)} cells; at most {MOST_CELLS} are read")
    parts = [part_of(cell) for cell in cells if isinstance(cell, dict)]
    notes = [note] if note else []
    if any(part.was_cut for part in parts):
        notes.append(f"a cell is longer than {LONGEST_SOURCE:,} characters: the rest of it was left out")
    if any("\ufffd" in part.source for part in parts):
        notes.append("signs that are no characters were replaced")
    return parts, [*notes, *more]


def in_format_four(notebook: dict) -> tuple[dict, list[str]]:
    """The notebook in today's format, and a note when it was in another.

    Raises:
        Rejected: it is in format 3, and cannot be read as such.
    """
    if "worksheets" not in notebook:
        version = notebook.get("nbformat")
        other = [f"the notebook says that its format is {clean(str(version)[:20])}, not 4"]
        return notebook, [] if version == 4 else other
    import nbformat  # takes a second, and is not needed otherwise

    try:
        return nbformat.convert(nbformat.from_dict(notebook), 4), ["the notebook was in the old format 3"]
    except Exception:
        raise Rejected("the notebook is in the old format 3, and damaged") from None


def part_of(cell: dict) -> Part:
    """A cell with fields of the right types, whatever it held."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    source = source if isinstance(source, str) else ""
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    entry = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    return Part(
        cell_type=word(cell.get("cell_type")),
        source=clean(source[:LONGEST_SOURCE]).replace("\r\n", "\n").replace("\r", "\n"),
        grade_id=word(entry.get("grade_id")),
        id=word(cell.get("id")) or word(metadata.get("id")),  # some editors keep it there
        was_cut=len(source) > LONGEST_SOURCE,
    )


def word(found: object) -> str:
    """An id or a type; empty when it is none."""
    return clean(str(found)[:LONGEST_ID]) if isinstance(found, (str, int)) else ""


def clean(text: str) -> str:
    """The text with a sign of replacement for each half character, which nothing could write to a file."""
    return NO_CHARACTERS.sub("\ufffd", text)
