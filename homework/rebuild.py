"""Takes a student's answers out of whatever came back, and puts them into the pristine homework.

Locked cells always come from the source: a deleted test, an edited points flag or a renamed id changes
nothing.
Answers are found by nbgrader's grade id, then by the cell's id, then by the names that they define.
"""

from __future__ import annotations

import copy
import dataclasses
import json

import nbformat

from homework.assignments import (
    ANSWER,
    EXTRA,
    GIVEN,
    QUESTION,
    TEST,
    Assignment,
    Cell,
    names_bound,
    with_stub,
)
from homework.release import TEXT_STUB

MOST_CELLS = 2000
MOST_EXTRAS = 100
LONGEST_SOURCE = 200_000  # characters of one cell
ENCODINGS = ("utf-8-sig", "utf-16", "gb18030")


class Rejected(Exception):
    """A hand-in that cannot be graded. The text says why, for the student to read."""


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


def read_cells(data: bytes) -> tuple[list[dict], list[str]]:
    """The cells of a notebook file, each with cell_type, source (str), metadata and id, and repair notes.

    Raises:
        Rejected: the file is not a notebook.
    """
    text, note = decode(data)
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise Rejected("the file is not a whole notebook: its JSON is cut off or damaged") from None
    if not isinstance(notebook, dict):
        raise Rejected("the file is JSON, but not a notebook")
    notes = [note] if note else []
    if "worksheets" in notebook:
        try:
            notebook = nbformat.convert(nbformat.from_dict(notebook), 4)
        except Exception:
            raise Rejected("the notebook is in the old format 3, and damaged") from None
        notes.append("the notebook was in the old format 3")
    elif notebook.get("nbformat") != 4:
        notes.append(f"the notebook says that its format is {str(notebook.get('nbformat'))[:20]}, not 4")
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Rejected("the file is JSON, but not a notebook: it has no list of cells")
    if len(cells) > MOST_CELLS:
        raise Rejected(f"the notebook has {len(cells)} cells; at most {MOST_CELLS} are read")
    return [plain_cell(cell) for cell in cells if isinstance(cell, dict)], notes


def plain_cell(cell: dict) -> dict:
    """A cell with fields of the right types, whatever it held."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    source = source if isinstance(source, str) else ""
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    entry = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    return {
        "type": str(cell.get("cell_type")),
        "source": source.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST_SOURCE],
        "grade_id": str(entry.get("grade_id", "")),
        "id": str(cell.get("id", "")),
    }


def rebuild(
    assignment: Assignment, pristine: Assignment, data: bytes, others: list[Assignment] = ()
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
    cells, repairs = read_cells(data)
    check_homework(cells, assignment, pristine, others)
    handed_out = {cell.name: cell for cell in pristine.cells}
    solutions = {cell.name: cell for cell in assignment.of_kind(ANSWER)}
    found: dict[str, list[dict]] = {}
    order, extras = [], []
    last = None
    for cell in cells:
        name = name_of(cell, handed_out)
        if name is None:
            extras.append((last, cell))
            continue
        if cell["grade_id"] != name:
            repairs.append(f"the grade id of {name} was changed or lost")
        found.setdefault(name, []).append(cell)
        order.append(name)
        last = name
    extras = adopt(solutions, found, extras, repairs)
    note_locked(pristine, found, repairs)
    first = list(dict.fromkeys(order))
    if [name for name in handed_out if name in first] != first:
        repairs.append("cells were put in another order")
    answers = {name: answer_of(name, found.get(name, []), solutions, repairs) for name in solutions}
    texts = {cell.name: text_of(cell, found.get(cell.name, [])) for cell in pristine.of_kind(QUESTION)}
    return Rebuilt(put_together(assignment, answers, texts, extras), sorted(set(repairs)), texts)


def name_of(cell: dict, handed_out: dict[str, Cell]) -> str | None:
    """The name of the cell of the homework that this one is or was; None for a cell that the student
    added."""
    for key in (cell["grade_id"], cell["id"]):
        if key in handed_out:
            return key
    same = [name for name, ours in handed_out.items() if ours.source == cell["source"] and cell["source"]]
    return same[0] if same and handed_out[same[0]].kind in (GIVEN, TEST) else None


def check_homework(cells: list[dict], assignment: Assignment, pristine: Assignment, others: list) -> None:
    """Refuse a notebook that has more of another homework's cells than of this one's."""
    sources = {cell["source"].strip() for cell in cells}

    def overlap(homework: Assignment) -> int:
        locked = {cell.source.strip() for cell in homework.of_kind(GIVEN, TEST)}
        return len(sources & locked)

    ours = overlap(pristine)
    for other in others:
        if other.name != assignment.name and overlap(other) > ours:
            raise Rejected(f"this is {other.name}, not {assignment.name}: hand it in as {other.name}")
    wanted = set().union(*(names_bound(cell.source) for cell in assignment.of_kind(ANSWER)))
    has_ids = any(cell["grade_id"] in {c.name for c in pristine.cells} for cell in cells)
    if not ours and not has_ids and not any(wanted & names_bound(cell["source"]) for cell in cells):
        raise Rejected(f"nothing in this notebook belongs to {assignment.name}")


def adopt(solutions: dict, found: dict, extras: list, repairs: list[str]) -> list:
    """Give answers that lost their ids their names back, by what they define; returns the other extra
    cells."""
    left = list(extras)
    for name, solution in solutions.items():
        answered = any(not unchanged(cell, solution) for cell in found.get(name, []))
        wanted = names_bound(solution.source)
        for place in [] if answered else list(left):
            if wanted and wanted <= names_bound(place[1]["source"]):
                found[name] = [place[1]]
                left.remove(place)
                repairs.append(f"the answer to {name} was found in a cell without its id")
                break
    return left


def unchanged(cell: dict, solution: Cell) -> bool:
    return (
        cell["source"].strip() == with_stub(solution.source).strip()
        or "NotImplementedError" in cell["source"]
    )


def note_locked(pristine: Assignment, found: dict, repairs: list[str]) -> None:
    """Say which locked cells were changed, copied or are missing. They come from the source anyway."""
    for cell in pristine.of_kind(GIVEN, TEST):
        copies = found.get(cell.name, [])
        if not copies:
            repairs.append(f"the locked cell {cell.name} is missing")
        elif len(copies) > 1:
            repairs.append(f"the locked cell {cell.name} is there {len(copies)} times")
        if any(part["source"].strip() != cell.source.strip() for part in copies):
            repairs.append(f"the locked cell {cell.name} was changed")
        elif any(part["type"] != cell.cell_type for part in copies):
            repairs.append(f"the type of cell {cell.name} was changed")


def answer_of(name: str, parts: list[dict], solutions: dict[str, Cell], repairs: list[str]) -> str:
    """The source of an answer: as it came, its parts joined when the cell was split or copied, or the
    stub."""
    if not parts:
        repairs.append(f"the answer cell {name} is missing")
        return with_stub(solutions[name].source)
    if any(part["type"] != "code" for part in parts):
        repairs.append(f"the type of cell {name} was changed")
    sources = list(dict.fromkeys(part["source"] for part in parts))
    if len(parts) > 1:
        repairs.append(
            f"the answer cell {name} was split or copied: {len(parts)} parts, joined in their order"
        )
        written = [source for source in sources if "NotImplementedError" not in source]
        sources = written or sources
    return "\n".join(sources)


def text_of(cell: Cell, parts: list[dict]) -> str:
    """What a student wrote below a question; empty when nothing."""
    text = "\n\n".join(dict.fromkeys(part["source"] for part in parts))
    for line in {*cell.source.splitlines(), TEXT_STUB}:
        if line.strip():
            text = text.replace(line, "", 1)
    return text.strip()


def put_together(assignment: Assignment, answers: dict, texts: dict, extras: list) -> Assignment:
    """The source with the answers in place of the solutions, and the student's own cells where they stood."""
    complete = copy.deepcopy(assignment)
    by_place: dict[str | None, list[Cell]] = {}
    for number, (place, cell) in enumerate(extras[:MOST_EXTRAS]):
        if cell["type"] == "code" and cell["source"].strip():
            extra = Cell(f"extra-{number}", EXTRA, "code", cell["source"])
            by_place.setdefault(place, []).append(extra)
    cells = by_place.pop(None, [])
    for cell in complete.cells:
        cell.source = answers.get(cell.name, texts.get(cell.name, cell.source))
        cells += [cell, *by_place.pop(cell.name, [])]
    complete.cells = cells
    return complete
