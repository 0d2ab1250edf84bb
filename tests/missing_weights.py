"""A plugin for nbval: what pre-trained networks said is compared where their files are on the machine.

python -m pytest --nbval -p tests.missing_weights notebooks/09_style_transfer.ipynb

Cells with the tag ``weights`` run everywhere, and must not fail; without the files they say something else.
"""

from __future__ import annotations

import functools

import pytest
from nbval.plugin import IPyNbCell

from helpers.vision.model_list import MODELS
from helpers.vision.weights import has_model

TAG = "weights"


@functools.cache
def all_here() -> bool:
    """Whether every network's files are on this machine."""
    return all(has_model(name) for name in MODELS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Compare nothing in the cells that need files which are not there."""
    for item in items:
        if isinstance(item, IPyNbCell) and TAG in item.cell.metadata.get("tags", []) and not all_here():
            item.options["check"] = False
