"""Collects hand-ins from a folder: our zips, bare notebooks, bulk downloads of Moodle and Canvas,
nbgrader's folders, mixed.

Nothing is unpacked onto the disk, and no name found in an archive is ever used as a path. Whatever is wrong
with a file becomes the problem of its hand-in: none stops the others.
"""

from __future__ import annotations

import functools
import stat
import zipfile
from collections.abc import Collection
from pathlib import Path

from homework.teacher import crosscheck
from homework.teacher.archives import MOST_BYTES, Unsafe, is_ignored
from homework.teacher.collector import Collector, Part, guarded
from homework.teacher.exchange import SUBMITTED
from homework.teacher.identity import Handin, Roster
from launcher.errors import CourseError

NOT_OF_IT = """In {folder} is nothing of {homework}: nbgrader's assignments there are {names}.
An assignment goes with the homework whose number is in its name, such as hw3. Nothing was graded."""


def collect(
    folder: Path, roster: Roster, homework: str = "", handed_out: Collection[str] = ()
) -> list[Handin]:
    """Every hand-in in a folder and its subfolders, in the order of their names.

    Args:
        folder: the inbox.
        roster: {student id: name}; {} without one.
        homework: the one that is graded, as "hw3"; "" for any.
        handed_out: SHA-256 of the files that all students have.

    Raises:
        CourseError: the folder is not there, or has other assignments of nbgrader's alone.
    """
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}. Nothing was graded.")
    folder = folder.resolve()
    collector, found, parts = Collector(roster, homework), [], []
    top = folder.parent if folder.name == SUBMITTED else folder  # that name is nbgrader's
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(top).as_posix()
        if is_ignored(name) or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink() or not stat.S_ISREG(path.lstat().st_mode):
            found.append(collector.problem(name, "it is a link or a device, not a file; it was not followed"))
        else:
            parts.append(Part(name, lambda path=path: read_file(path)))
    parts, empty = collector.sorted_out(parts)
    loose = []
    for part in parts:
        path = top / part.path
        if is_zip(path):
            make = functools.partial(collector.of_file, part.path, path, part.at_platform)
            found += guarded(collector, part.path, make)
        else:
            loose.append(part)
    found += [*empty, *collector.of_parts(loose)]
    if not found and collector.shelf.left_out:
        names = ", ".join(sorted(collector.shelf.left_out))
        raise CourseError(NOT_OF_IT.format(folder=folder, homework=homework, names=names))
    found.sort(key=lambda handin: handin.file)
    crosscheck.compare(found, roster, handed_out)
    return found


def is_zip(path: Path) -> bool:
    """Whether a file is read as a zip: by its name or what is in it."""
    if path.suffix.lower() == ".zip":
        return True
    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return False


def read_file(path: Path) -> bytes:
    """A loose file of the inbox."""
    if path.stat().st_size > MOST_BYTES:
        raise Unsafe(f"it is larger than {MOST_BYTES // 10**6} MB")
    return path.read_bytes()
