"""What a homework notebook consists of, read from nbgrader's cell metadata.

A source notebook in `homework/source/` holds everything: the text, the solutions, the visible and the hidden
tests. nbgrader's metadata says what each cell is; these markers, each on a line of its own, say which lines a
student never sees:

    ### BEGIN SOLUTION      …  ### END SOLUTION
    ### BEGIN HIDDEN TESTS  …  ### END HIDDEN TESTS
"""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING

from launcher.errors import CourseError

if TYPE_CHECKING:  # imported where it is needed: `--help` must work before anything is installed
    from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "homework" / "source"
COPIES = ROOT / "notebooks" / "homework"  # what the student works in
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
SECONDS = 20.0  # a cell may take so long, unless its metadata `seconds` says otherwise

GIVEN, ANSWER, TEST, QUESTION, EXTRA = "given", "answer", "test", "question", "extra"


@dataclasses.dataclass
class Cell:
    """One cell of a homework.

    Attributes:
        name: nbgrader's grade id, unique in the notebook.
        kind: GIVEN (locked), ANSWER (code by the student), TEST, QUESTION (text by the student, marked by
            hand) or EXTRA (a cell that a student added).
        cell_type: "code" or "markdown".
        points: of a TEST or a QUESTION.
        seconds: the time limit.
    """

    name: str
    kind: str
    cell_type: str
    source: str
    points: float = 0.0
    seconds: float = SECONDS

    @property
    def task(self) -> str:
        """The task that the cell belongs to: what stands before the first hyphen of its name."""
        return self.name.split("-")[0]


@dataclasses.dataclass
class Assignment:
    """A homework: its short name ("hw3"), its notebook file's name and its cells in order."""

    name: str
    file_name: str
    title: str
    cells: list[Cell]

    @property
    def points(self) -> float:
        return sum(cell.points for cell in self.cells)

    def of_kind(self, *kinds: str) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind in kinds]


def kind_of(metadata: dict) -> str:
    """What a cell is, from nbgrader's entry in its metadata; EXTRA when there is none."""
    entry = metadata.get("nbgrader")
    if not isinstance(entry, dict) or not entry.get("grade_id"):
        return EXTRA
    graded, solution = bool(entry.get("grade")), bool(entry.get("solution"))
    return {(True, True): QUESTION, (True, False): TEST, (False, True): ANSWER}.get((graded, solution), GIVEN)


def read_cells(notebook: NotebookNode) -> list[Cell]:
    """The cells of a notebook in nbgrader's form."""
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
    return cells


def find(folder: Path, name: str) -> Path:
    """The notebook of a homework such as "hw3" in a folder.

    Raises:
        CourseError: no homework has that name; the message lists those that exist.
    """
    match = re.fullmatch(r"(?:hw)?0*(\d+)", name.strip().lower())
    found = sorted(folder.glob(f"hw{match[1]}_*.ipynb")) if match else []
    if not found:
        names = ", ".join(path.name.split("_")[0] for path in sorted(folder.glob("hw*_*.ipynb"))) or "none"
        raise CourseError(
            f"There is no homework called {name!r} in {folder}.\nThose that exist: {names}. Nothing was "
            f"changed."
        )
    return found[0]


def load(path: Path) -> Assignment:
    """Read a homework notebook, the source or the student's copy."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    title = next(
        (cell.source.splitlines()[0].lstrip("# ") for cell in notebook.cells if cell.source), path.stem
    )
    return Assignment(path.name.split("_")[0], path.name, title, read_cells(notebook))


def load_source(name: str) -> Assignment:
    """The teacher's source of a homework.

    Raises:
        CourseError: the sources are not here, as in the student edition.
    """
    if not SOURCES.is_dir():
        raise CourseError(
            "This is the student edition: it has no solutions and no hidden tests, so it cannot grade "
            "or release.\n"
            "Use the full course, cloned with git. Nothing was changed."
        )
    return load(find(SOURCES, name))


def split_test(source: str) -> tuple[str, str]:
    """The visible lines of a test cell, and the hidden ones (empty when it has none)."""
    return without(source, HIDDEN), inside(source, HIDDEN)


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


def names_bound(source: str) -> set[str]:
    """The names that a code cell binds at its top level; empty when it is not valid Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif not isinstance(node, (ast.Import, ast.ImportFrom)):
            inner = (part for part in ast.walk(node) if isinstance(part, ast.Name))
            names.update(part.id for part in inner if isinstance(part.ctx, ast.Store))
    return names
