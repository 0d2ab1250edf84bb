"""The homework that hand-ins are held against, read once."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from homework.cells import Assignment, assignment_of
from homework.folders import COURSE, Folders, copy_name, read_source
from homework.judge import Judge
from homework.release import student_copy
from homework.wordings import with_wordings

if TYPE_CHECKING:
    from homework.teacher.confined import Reader


@dataclasses.dataclass(frozen=True)
class Original:
    """A homework as the teacher has it.

    Attributes:
        notebook: the source as a notebook.
        source: its cells.
        copy: the cells of the student's copy, made from the source: in the one on the disk somebody may have
            worked, the teacher too.
        others: the same of all homeworks, to recognise what was handed in for another one.
    """

    notebook: NotebookNode
    source: Assignment
    copy: Assignment
    others: tuple[Assignment, ...]

    @classmethod
    def read(cls, name: str, folders: Folders = COURSE) -> Original:
        """Raises CourseError when there is no such homework, or no sources, as in the student edition."""
        notebook, source = read_source(name, folders)
        others = {known: as_handed_out(known, folders) for known in folders.all_sources()}
        return cls(notebook, source, others[source.name], tuple(others.values()))

    @functools.cached_property
    def judge(self) -> Judge:
        """Decides about its tests."""
        return Judge(self.source)

    @functools.cached_property
    def reader(self) -> Reader:
        """Takes the answers out of hand-ins, in a process of its own."""
        from homework.teacher.confined import Reader

        return Reader(self)

    def close(self) -> None:
        """End what was started for it."""
        if "reader" in vars(self):
            self.reader.stop()

    def __getstate__(self) -> dict:
        """For another process, which makes its own judge and reader."""
        return {name: value for name, value in vars(self).items() if name not in ("judge", "reader")}

    @property
    def name(self) -> str:
        """Such as "hw3"."""
        return self.source.name

    @property
    def file_name(self) -> str:
        """Of the student's copy."""
        return self.source.file_name


def as_handed_out(name: str, folders: Folders) -> Assignment:
    """The cells of a homework's copy as students got it."""
    notebook, _ = read_source(name, folders)
    return with_wordings(assignment_of(student_copy(notebook), name, copy_name(notebook)))
