"""What a homework notebook consists of, read from nbgrader's cell metadata.

The source of a homework, `homework/hwN/source.ipynb`, holds everything: the text, the solutions, the visible
and the hidden tests. nbgrader's metadata says what each cell is. These markers, each on a line of its own,
say which lines a student never sees:

    ### BEGIN SOLUTION      …  ### END SOLUTION
    ### BEGIN HIDDEN TESTS  …  ### END HIDDEN TESTS
"""

from __future__ import annotations

import ast
import dataclasses
import enum
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where it is needed: `--help` must work before anything is installed
    from nbformat import NotebookNode

TITLE = "# Test ·"  # how the first line of a test begins
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()  # replace this line"
TEXT_STUB = "*Your answer here.*"
SECONDS = 20.0  # a cell may take so long, unless its metadata `seconds` says otherwise


class Kind(enum.StrEnum):
    """What a cell is for."""

    GIVEN = "given"  # locked
    ANSWER = "answer"  # code by the student
    TEST = "test"
    QUESTION = "question"  # answered in words by the student, marked by hand
    EXTRA = "extra"  # added by the student


GIVEN, ANSWER, TEST, QUESTION, EXTRA = Kind


@dataclasses.dataclass(frozen=True)
class Cell:
    """One cell of a homework.

    Attributes:
        name: nbgrader's grade id, unique in the notebook.
        cell_type: "code" or "markdown".
        points: of a TEST or a QUESTION.
        seconds: the time limit.
    """

    name: str
    kind: Kind
    cell_type: str
    source: str
    points: float = 0.0
    seconds: float = SECONDS

    @property
    def task(self) -> str:
        return task_of(self.name)

    @property
    def title(self) -> str:
        """What a test tries: its first line, `# Test · a disc and its edge`; empty without one."""
        first = self.source.split("\n", 1)[0]
        return first.removeprefix(TITLE).strip() if first.startswith(TITLE) else ""

    @cached_property
    def visible(self) -> str:
        """The lines of a test that students have."""
        return without(self.source, HIDDEN)

    @cached_property
    def hidden(self) -> str:
        """The lines of a test that students never see, at their line numbers; empty when there are none."""
        return inside(self.source, HIDDEN)

    @cached_property
    def binds(self) -> frozenset[str]:
        """The names that the cell binds at its top level."""
        return names_bound(self.source)


@dataclasses.dataclass
class Assignment:
    """A homework: its short name ("hw3"), its notebook file's name and its cells in order.

    Attributes:
        wordings: {Chinese: English} of its texts where it is read as handed out: see `homework.wordings`.
    """

    name: str
    file_name: str
    title: str
    cells: list[Cell]
    wordings: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def points(self) -> float:
        return sum(cell.points for cell in self.cells)

    def of_kind(self, *kinds: Kind) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind in kinds]

    def with_sources(self, sources: Mapping[str, str]) -> Assignment:
        """The same homework with other sources in the cells of these names."""
        cells = [dataclasses.replace(cell, source=sources.get(cell.name, cell.source)) for cell in self.cells]
        return dataclasses.replace(self, cells=cells)


def task_of(name: str) -> str:
    """The task that a cell belongs to: what stands before the first hyphen of its name."""
    return name.split("-")[0]


def kind_of(metadata: Mapping) -> Kind:
    """What a cell is, from nbgrader's entry in its metadata; EXTRA when there is none."""
    entry = metadata.get("nbgrader")
    if not isinstance(entry, dict) or not entry.get("grade_id"):
        return EXTRA
    graded, solution = bool(entry.get("grade")), bool(entry.get("solution"))
    return {(True, True): QUESTION, (True, False): TEST, (False, True): ANSWER}.get((graded, solution), GIVEN)


def assignment_of(notebook: NotebookNode, name: str, file_name: str) -> Assignment:
    """A homework from its notebook in nbgrader's form."""
    title = next((cell.source.splitlines()[0].lstrip("# ") for cell in notebook.cells if cell.source), name)
    cells = []
    for number, cell in enumerate(notebook.cells):
        entry = cell.metadata.get("nbgrader", {})
        cells.append(
            Cell(
                name=entry.get("grade_id") or f"extra-{number}",
                kind=kind_of(cell.metadata),
                cell_type=cell.cell_type,
                source=cell.source,
                points=float(entry.get("points") or 0),
                seconds=float(cell.metadata.get("seconds", SECONDS)),
            )
        )
    return Assignment(name, file_name, title, cells)


def without(source: str, markers: tuple[str, str]) -> str:
    """The source without the marked regions and their markers."""
    kept, hidden = [], False
    for line in source.splitlines():
        if line.strip() in markers:
            hidden = line.strip() == markers[0]
        elif not hidden:
            kept.append(line)
    return "\n".join(kept)


def inside(source: str, markers: tuple[str, str]) -> str:
    """The lines of the marked regions only. Other lines become empty, so that line numbers agree."""
    kept, hidden = [], False
    for line in source.splitlines():
        is_marker = line.strip() in markers
        if is_marker:
            hidden = line.strip() == markers[0]
        kept.append(line if hidden and not is_marker else "")
    return "\n".join(kept) if any(line.strip() for line in kept) else ""


def with_stub(source: str) -> str:
    """An answer cell as it is handed out."""
    lines, at = [], SOLUTION[0]
    for line in source.splitlines():
        if line.strip() == at:
            lines.append(line.replace(at, "raise NotImplementedError()"))
        lines.append(line)
    return without("\n".join(lines), SOLUTION)


def names_bound(source: str) -> frozenset[str]:
    """The names that a code cell binds at its top level; empty when it is not valid Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    names = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif not isinstance(node, (ast.Import, ast.ImportFrom)):
            inner = (part for part in ast.walk(node) if isinstance(part, ast.Name))
            names.update(part.id for part in inner if isinstance(part.ctx, ast.Store))
    return frozenset(names)
