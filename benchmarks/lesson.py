"""The programs of notebook 15. They are not copied here: what is measured is what the lesson shows."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import nbformat

from helpers import is_downloaded
from launcher.errors import CourseError
from launcher.places import NOTEBOOKS

NOTEBOOK = NOTEBOOKS / "15_training_fast.ipynb"


def need_whole_mnist() -> None:
    """The lesson alone is content with the sample; what is measured is not.

    Raises:
        CourseError: the whole set is not on this machine.
    """
    if not is_downloaded("mnist"):
        raise CourseError("This section needs the whole MNIST: load_images('mnist', full=True) downloads it.")


def lesson(**settings: Any) -> dict[str, Any]:
    """The names that the lesson's ``program`` cells define; ``settings`` replace those of its first cell."""
    names: dict[str, Any] = {"__name__": "lesson"}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
            tags = cell.metadata.get("tags", ())
            if "setup" in tags or "program" in tags:
                exec(compile(cell.source, NOTEBOOK.name, "exec", dont_inherit=True), names)
            if "setup" in tags:
                names |= settings
    return names
