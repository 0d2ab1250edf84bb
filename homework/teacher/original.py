"""The homework that hand-ins are held against, read once."""

from __future__ import annotations

import dataclasses

from nbformat import NotebookNode

from homework.cells import Assignment
from homework.folders import COURSE, Folders, load, read_source


@dataclasses.dataclass(frozen=True)
class Original:
    """A homework as the teacher has it.

    Attributes:
        notebook: the source as a notebook.
        source: its cells.
        copy: the cells of the student's copy.
        others: the students' copies of all homeworks, to recognise what was handed in for another one.
    """

    notebook: NotebookNode
    source: Assignment
    copy: Assignment
    others: tuple[Assignment, ...]

    @classmethod
    def read(cls, name: str, folders: Folders = COURSE) -> Original:
        """Raises CourseError when there is no such homework, or no sources, as in the student edition."""
        notebook, source = read_source(name, folders)
        others = tuple(load(path) for path in folders.all_copies().values())
        return cls(notebook, source, load(folders.copy(source.name)), others)

    @property
    def name(self) -> str:
        """Such as "hw3"."""
        return self.source.name

    @property
    def file_name(self) -> str:
        """Of the student's copy."""
        return self.source.file_name
