"""The student's own notebook of a homework: found, and read without changing it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import nbformat

from homework.cells import Assignment, assignment_of
from homework.folders import Folders
from homework.reading import Conflict, Rejected, decode, in_format_four, parse
from launcher.errors import CourseError
from launcher.languages import CHINESE, ENGLISH
from launcher.places import this_command

DAMAGED = """{path} cannot be {done}: {problem}.
Look for your answers in the copy in `.ipynb_checkpoints` beside it, and in your last file in handins/.
{back}
{nothing}"""
BACK = {
    ENGLISH: "`git checkout {name}`, typed in its folder, brings the homework back as it was handed out.",
    CHINESE: "Give the file another name: then `{command}` builds the homework as it was handed out.",
}
OTHER = """{path} holds {title}, not {name}.
Put each homework's notebook back under its own name. {nothing}"""
CONFLICT = """{path} cannot be {done}: {problem}.
Nothing is lost: both are in the file. Copy it to a safe place first; then open a terminal in its folder and
let git take one version whole:
    git checkout --ours {name}
    git checkout --theirs {name}
After `git pull`, --ours has your answers; after `git stash pop` or a rebase, --theirs has. Look into the
notebook; when it is the right one, run `git add {name}` and then this command again.
{nothing}"""


@dataclasses.dataclass(frozen=True)
class Own:
    """A student's notebook: where it lies, its bytes, the notebook in them, and its cells.

    `notes` say in words what was odd about the file.
    """

    path: Path
    data: bytes
    notebook: nbformat.NotebookNode
    homework: Assignment
    notes: list[str]


def read_own(name: str, folders: Folders, done: str, nothing: str) -> Own:
    """The student's notebook of a homework.

    Args:
        name: "hw3".
        done: what the notebook was to be, for the message: "read".
        nothing: what did not happen: "Nothing was changed."

    Raises:
        CourseError: no such homework, a file that is no notebook any more, or another homework's, with what
            to do.
    """
    path = folders.copy(name)
    told = {"path": path, "name": path.name, "done": done, "nothing": nothing}
    told["back"] = BACK[folders.language].format(name=path.name, command=this_command("lab --language zh"))
    try:
        own = parsed(path, path.read_bytes())
    except Conflict as problem:
        raise CourseError(CONFLICT.format(problem=problem, **told)) from None
    except Rejected as problem:
        raise CourseError(DAMAGED.format(problem=problem, **told)) from None
    except Exception as error:  # JSON, but not what nbformat takes for a notebook
        raise CourseError(DAMAGED.format(problem=error, **told)) from None
    title = re.match(r"(?:Homework|作业) (\d+)", own.homework.title)
    if title and f"hw{title[1]}" != own.homework.name:
        told["name"] = own.homework.name
        raise CourseError(OTHER.format(title=own.homework.title, **told))
    return own


def parsed(path: Path, data: bytes) -> Own:
    """Raises Rejected, or what nbformat raises, when it is no notebook."""
    text, note = decode(data)
    _, notes = in_format_four(parse(text))
    notebook = nbformat.reads(text, as_version=4)
    homework = assignment_of(notebook, path.name.split("_")[0], path.name)
    return Own(path, data, notebook, homework, [*([note] if note else []), *notes])
