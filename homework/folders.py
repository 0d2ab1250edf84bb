"""Where the homework lies, and how one is found and read by its short name."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING

from homework.cells import Assignment, assignment_of
from launcher.errors import CourseError
from launcher.languages import ENGLISH
from launcher.places import this_command

if TYPE_CHECKING:
    from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
STUDENT_EDITION = """This is the student edition: it has no solutions and no hidden tests, so it cannot
grade or release. Use the full course, cloned with git. Nothing was changed."""

NOT_BUILT = """The Chinese notebook {path} is not there.
`{command}` builds it. With `--language en` the English one is taken. Nothing was changed."""


@dataclasses.dataclass(frozen=True)
class Folders:
    """The folders of a course's homework.

    Attributes:
        sources: has a folder for each homework, with `source.ipynb` in it; none in the student edition.
        copies: what the students work in.
        handins: where `submit` puts its files.
        language: of the copies that the student works in; the Chinese ones are built beside the English.
    """

    sources: Path
    copies: Path
    handins: Path
    language: str = ENGLISH

    def all_sources(self) -> dict[str, Path]:
        """{"hw3": its source}, in the order of the names.

        Raises:
            CourseError: there are none, as in the student edition.
        """
        found = {path.parent.name: path for path in sorted(self.sources.glob("hw*/source.ipynb"))}
        if not found:
            raise CourseError(STUDENT_EDITION)
        return found

    def all_copies(self) -> dict[str, Path]:
        """{"hw3": the student's English copy}, in the order of the names."""
        return {path.name.split("_")[0]: path for path in sorted(self.copies.glob("hw*_*.ipynb"))}

    @property
    def worked_in(self) -> Path:
        """Has the copies that the student works in."""
        return self.copies if self.language == ENGLISH else self.copies.parent / self.language / "homework"

    @property
    def handed_out(self) -> Path:
        """Has the English copies as they were released; nobody works in them."""
        return self.copies / ".handed_out"

    def source(self, name: str) -> Path:
        """The source of a homework; raises CourseError when there is none."""
        return find(self.all_sources(), name, self.sources)

    def copy(self, name: str) -> Path:
        """The student's copy of a homework, in his language; raises CourseError when there is none."""
        known = self.all_copies()
        if self.language != ENGLISH:
            known = {short: self.worked_in / path.name for short, path in known.items()}
        path = find(known, name, self.worked_in)
        if self.language != ENGLISH and not path.exists():
            raise CourseError(NOT_BUILT.format(path=path, command=this_command("lab --language zh")))
        return path


COURSE = Folders(ROOT / "homework", ROOT / "notebooks" / "homework", ROOT / "handins")


def find(known: dict[str, Path], name: str, folder: Path) -> Path:
    """The homework of a name such as "hw3", "HW03" or "3".

    Raises:
        CourseError: no homework has that name; the message lists those that exist.
    """
    match = re.fullmatch(r"(?:hw)?0*(\d+)", name.strip().lower())
    if match and f"hw{match[1]}" in known:
        return known[f"hw{match[1]}"]
    names = ", ".join(known) or "none"
    raise CourseError(
        f"There is no homework called {name!r} in {folder}.\nThose that exist: {names}. Nothing was changed."
    )


def copy_name(source: NotebookNode) -> str:
    """The file name of the student's copy, which stands in the source's metadata.

    Raises:
        CourseError: the source does not say it.
    """
    name = source.metadata.get("course", {}).get("copy")
    if not name:
        raise CourseError(
            "A homework's source needs its copy's file name in the notebook's metadata: {\"course\": "
            '{"copy": "hw3_backpropagation.ipynb"}}. Nothing was changed.'
        )
    return name


def load(path: Path) -> Assignment:
    """Read a student's copy of a homework."""
    import nbformat

    from homework.wordings import with_wordings

    return with_wordings(assignment_of(nbformat.read(path, as_version=4), path.name.split("_")[0], path.name))


def read_source(name: str, folders: Folders = COURSE) -> tuple[NotebookNode, Assignment]:
    """The teacher's source of a homework, as a notebook and as its cells.

    Raises:
        CourseError: no such homework, or the sources are not here, as in the student edition.
    """
    import nbformat

    path = folders.source(name)
    notebook = nbformat.read(path, as_version=4)
    return notebook, assignment_of(notebook, path.parent.name, copy_name(notebook))


def load_source(name: str, folders: Folders = COURSE) -> Assignment:
    """The cells of a homework's source; errors as in `read_source`."""
    return read_source(name, folders)[1]
