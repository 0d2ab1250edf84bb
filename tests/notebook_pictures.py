"""A plugin for nbval, which compares every output but pictures: a notebook has to draw the same twice.

python -m pytest --nbval -p tests.notebook_pictures notebooks/01_tensors.ipynb

The bytes of a picture depend on a machine's fonts and arithmetic. So where nbval's execution drew something
else than what is committed, the notebook is executed once more, and these two executions have to agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell

from tests.notebook_tools import IGNORED, PICTURES, execute

SEEN = pytest.StashKey[dict[str, tuple[list[str], list[str]]]]()  # cell id: pictures (committed, drawn)


def pictures(outputs: list[NotebookNode]) -> list[str]:
    """The pictures among a cell's outputs, as base64 without line ends."""
    found = (output.get("data", {}).get(kind, "") for output in outputs for kind in PICTURES)
    return ["".join(picture.split()) for picture in found if picture]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Note a cell's pictures; after the last cell of a notebook, when its kernel is gone, judge them."""
    kernel = item.parent.kernel if isinstance(item, IPyNbCell) else None
    whole = kernel is not None and kernel.is_alive()
    yield
    if not whole:  # no notebook, or one whose kernel died: its cells have failed already
        return
    seen = item.parent.stash.setdefault(SEEN, {})
    if IGNORED not in item.cell.metadata.get("tags", []):
        seen[item.cell.id] = pictures(item.cell.outputs), pictures(item.test_outputs or [])
    if nextitem is None or nextitem.parent is not item.parent:
        judge(item.parent.path, seen)


def judge(notebook: Path, seen: dict[str, tuple[list[str], list[str]]]) -> None:
    """Execute the notebook again if a picture is not the committed one.

    Raises:
        AssertionError: the second execution drew something else than the first.
    """
    if all(committed == drawn for committed, drawn in seen.values()):
        return
    again = {cell.id: pictures(cell.get("outputs", [])) for cell in execute(notebook).cells}
    moved = [cell for cell, (_, drawn) in seen.items() if drawn != again[cell]]
    assert not moved, f"{notebook.name} draws something else each time in the cells {', '.join(moved)}"
