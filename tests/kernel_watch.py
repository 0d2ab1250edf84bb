"""A plugin for nbval, which waits for its time limit when a kernel is gone: the death is told at once.

python -m pytest --nbval -p tests.kernel_watch notebooks/01_tensors.ipynb
"""

from __future__ import annotations

import time
from functools import partial
from queue import Empty
from typing import Any

import pytest
from nbval.plugin import IPyNbCell

PATIENCE = 1.0  # seconds without a message, after which the kernel is looked at
DEATH = """The kernel died in this cell (exit code {code}; -9 or 137 mostly means that the memory was full).
The notebook's later cells are not run."""


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the cell's kernel be watched; the cells after a death are left out."""
    if not isinstance(item, IPyNbCell):
        return
    kernel = item.parent.kernel
    if not kernel.is_alive():
        pytest.skip("the kernel died in an earlier cell")
    kernel.get_message = partial(watched, item, type(kernel).get_message.__get__(kernel))


def watched(item: IPyNbCell, get_message: Any, stream: str, timeout: float) -> Any:
    """The kernel's next message, as nbval reads it; a dead kernel fails the cell."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return get_message(stream, timeout=min(PATIENCE, max(deadline - time.monotonic(), 0)))
        except Empty:
            if not item.parent.kernel.is_alive():
                code = item.parent.kernel.km.provisioner.process.returncode
                item.raise_cell_error(DEATH.format(code=code))
            if time.monotonic() > deadline:
                raise
