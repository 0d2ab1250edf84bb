"""The cells of a lesson by their tag, and what those behind its sliders define."""

from pathlib import Path
from typing import Any

import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]*.ipynb"))


def cells_tagged(notebook: str, tag: str) -> list[str]:
    """The sources of the cells of notebooks/``notebook``.ipynb that carry ``tag``."""
    cells = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells
    return [cell.source for cell in cells if tag in cell.metadata.get("tags", [])]


def logic(notebook: str, **names: Any) -> dict[str, Any]:
    """Runs the cells behind the sliders, and nothing else of the notebook; returns what they define."""
    sources = cells_tagged(notebook, "explorer-logic")
    assert sources, f"{notebook} has no cell tagged explorer-logic"
    for source in sources:
        exec(compile(source, notebook, "exec"), names)
    return names
