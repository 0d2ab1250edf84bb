"""Tries the folded answers of *Your turn*: each in its stub, with the cells that it needs and no others."""

import builtins
import contextlib
import dis
import io
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from notebook_checks import tags
from notebook_laws import STUB, VERDICT, folded_code

LOADS, STORES = {"LOAD_NAME", "LOAD_GLOBAL"}, {"STORE_NAME", "STORE_GLOBAL", "DELETE_NAME"}


def run_with_answers(notebook: NotebookNode, path: Path) -> dict[str, list[str]]:
    """The lines that each check prints when the folded answer before it stands in the stub: id → lines."""
    sources = with_answers(notebook)
    checks = [i for i, cell in enumerate(notebook.cells) if VERDICT in tags(cell)]
    said = run_needed(sources, checks, path)
    return {notebook.cells[i].id: said[i] for i in checks}


def run_needed(sources: dict[int, str], wanted: list[int], path: Path) -> dict[int, list[str]]:
    """The lines that each cell prints when ``wanted`` run, with the cells that they need, in their folder."""
    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *shown, **options: None}
    said = {}
    with contextlib.chdir(path.parent):
        for i in sorted(needed(sources, wanted)):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(sources[i], f"cell {i} of {path.name}", "exec"), names)
            said[i] = printed.getvalue().splitlines()
    return said


def with_answers(notebook: NotebookNode) -> dict[int, str]:
    """Cell number → its code; of a stub the code that is folded in the box before it."""
    python = TransformerManager().transform_cell
    sources = {}
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            answered = STUB in tags(cell)
            sources[i] = folded_code(notebook.cells[i - 1].source) if answered else python(cell.source)
    return sources


def needed(sources: dict[int, str], wanted: list[int]) -> set[int]:
    """The cells that ``wanted`` need: for each name that one uses, the last cell before it that makes it."""
    uses, makes = {}, {}
    for i, source in sources.items():
        uses[i], makes[i] = names_of(source)
    found: set[int] = set()
    waiting = list(wanted)
    while waiting:
        i = waiting.pop()
        if i in found:
            continue
        found.add(i)
        for name in uses[i]:
            makers = [k for k in sources if k < i and name in makes[k]]
            waiting += makers[-1:]
    return found


def names_of(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell takes from other cells, and those that it makes."""
    uses: set[str] = set()
    makes: set[str] = set()
    for code in codes(compile(source, "cell", "exec")):
        for instruction in dis.get_instructions(code):
            if instruction.opname in LOADS and instruction.argval not in makes:
                uses.add(instruction.argval)
            elif instruction.opname in STORES:
                makes.add(instruction.argval)
    return uses - set(dir(builtins)), makes


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and those inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)
