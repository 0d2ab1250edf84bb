"""Makes the student's copies of the sources: solutions, hidden tests and outputs out, cells locked."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from homework.assignments import COPIES, SOURCES, find, load_source
from launcher.errors import CourseError
from launcher.files import whole_file

STUB = "# YOUR CODE HERE\nraise NotImplementedError()  # replace this line"
TEXT_STUB = "*Your answer here.*"
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def student_copy(source: NotebookNode) -> NotebookNode:
    """The notebook as students get it, by nbgrader's own steps; the same bytes every time.

    Raises:
        CourseError: the source's metadata is not what nbgrader accepts; the message says why.
    """
    from nbgrader.preprocessors import (
        CheckCellMetadata,
        ClearHiddenTests,
        ClearOutput,
        ClearSolutions,
        ComputeChecksums,
        LockCells,
    )
    from traitlets.config import Config

    config = Config()
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    steps = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums, ClearHiddenTests)
    notebook = copy.deepcopy(source)
    try:
        # The checksums are those of the cells as they are handed out, so they are computed twice.
        for step in (*steps, ComputeChecksums):
            notebook, _ = step(config=config).preprocess(notebook, {})
    except Exception as problem:
        raise CourseError(f"nbgrader refuses the source: {problem}") from problem
    notebook.metadata = NotebookNode(kernelspec=KERNELSPEC, language_info={"name": "python"})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def to_text(notebook: NotebookNode) -> str:
    """The file as JupyterLab itself writes it: one blank of indent, real characters, a newline at the end."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def release(names: list[str], copies: Path | None = None) -> list[str]:
    """Write the student's copies of these homeworks (all when there is no name).

    Returns:
        A line for each: what was written, or that nothing has changed.
    """
    if not SOURCES.is_dir():
        load_source(names[0] if names else "hw1")  # says that this is the student edition
    paths = [find(SOURCES, name) for name in names] or sorted(SOURCES.glob("hw*_*.ipynb"))
    lines, copies = [], copies or COPIES
    copies.mkdir(parents=True, exist_ok=True)
    for path in paths:
        text = to_text(student_copy(nbformat.read(path, as_version=4)))
        target = copies / path.name
        if target.exists() and target.read_bytes() == text.encode():
            lines.append(f"{target.name}: unchanged")
            continue
        with whole_file(target) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
        lines.append(f"{target.name}: written")
    return lines
