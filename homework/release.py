"""Makes the student's copies of the sources: solutions, hidden tests and outputs out, cells locked."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from homework.cells import CODE_STUB, TEST, TEXT_STUB, kind_of
from homework.folders import COURSE, Folders, copy_name, read_source
from launcher.errors import CourseError
from launcher.files import whole_file

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
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    steps = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums, ClearHiddenTests)
    notebook = copy.deepcopy(source)
    try:
        # The checksums are those of the cells as they are handed out, so they are computed twice.
        for step in (*steps, ComputeChecksums):
            notebook, _ = step(config=config).preprocess(notebook, {})
    except Exception as problem:
        raise CourseError(f"nbgrader refuses the source: {problem}") from problem
    for cell in notebook.cells:
        if (
            kind_of(cell.metadata) == TEST
        ):  # JupyterLab shows the first line of a folded cell, the test's title
            cell.metadata.jupyter = NotebookNode(source_hidden=True)
    notebook.metadata = NotebookNode(kernelspec=KERNELSPEC, language_info={"name": "python"})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def to_text(notebook: NotebookNode) -> str:
    """The file as JupyterLab itself writes it: one blank of indent, real characters, a newline at the end."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def release(names: list[str], folders: Folders = COURSE) -> list[str]:
    """Write the student's copies of these homeworks (all when there is no name).

    Returns:
        A line for each: what was written, or that nothing has changed.

    Raises:
        CourseError: no such homework, or the sources are not here, as in the student edition.
    """
    names = names or list(folders.all_sources())
    sources = [read_source(name, folders)[0] for name in names]
    return [release_one(source, folders) for source in sources]


def release_one(source: NotebookNode, folders: Folders) -> str:
    """Write a copy to work in, and one for `check` to know what was handed out; returns the line that says
    whether there was anything to write."""
    name, text = copy_name(source), to_text(student_copy(source))
    written = [write(folder / name, text) for folder in (folders.copies, folders.handed_out)]
    return f"{name}: {'written' if any(written) else 'unchanged'}"


def write(target: Path, text: str) -> bool:
    """Write a file unless it is there already; returns whether it was written."""
    if target.exists() and target.read_bytes() == text.encode():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(target) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return True
