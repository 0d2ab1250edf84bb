"""Collects hand-ins from a folder: our zips, bare notebooks, bulk downloads of Moodle and Canvas, mixed.

Nothing is unpacked onto the disk, and no name found in an archive is ever used as a path. Whatever is wrong
with a file becomes the problem of its hand-in: none stops the others.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Collection
from pathlib import Path

from homework.teacher import crosscheck
from homework.teacher.archives import MOST_BYTES, Unsafe, is_ignored
from homework.teacher.collector import Collector, Part, guarded
from homework.teacher.identity import Handin, Roster
from launcher.errors import CourseError


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
        CourseError: the folder is not there.
    """
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}. Nothing was graded.")
    collector, found, loose = Collector(roster, homework), [], []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if is_ignored(name) or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink() or not stat.S_ISREG(path.lstat().st_mode):
            found.append(collector.problem(name, "it is a link or a device, not a file; it was not followed"))
        elif is_zip(path):
            found += guarded(collector, name, lambda name=name, path=path: collector.of_file(name, path))
        else:
            loose.append(Part(name, lambda path=path: read_file(path)))
    found += collector.of_parts(loose)
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
