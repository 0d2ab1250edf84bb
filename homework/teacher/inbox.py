"""Collects hand-ins from a folder: our zips, bare notebooks, bulk downloads of Moodle and Canvas, mixed.

Nothing is unpacked onto the disk, and no name found in an archive is ever used as a path.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from homework.teacher.archives import (
    MOST_BYTES,
    MOST_PACKED_BYTES,
    Unsafe,
    check_archive,
    is_ignored,
    read_entry,
)
from homework.teacher.identity import OUR_NAME, Handin, Roster, identified, known, read_manifest, read_time
from launcher.errors import CourseError

MANIFEST = "manifest.json"


def collect(folder: Path, roster: Roster) -> list[Handin]:
    """Every hand-in in a folder and its subfolders, in the order of their names.

    Raises:
        CourseError: the folder is not there.
    """
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}. Nothing was graded.")
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if is_ignored(name) or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink() or not stat.S_ISREG(path.lstat().st_mode):
            problem = "it is a link or a device, not a file; it was not followed"
            found.append(identified(Handin(name, problem=problem), roster))
            continue
        found += handins_of(name, path, roster)
    return found


def handins_of(name: str, path: Path, roster: Roster) -> list[Handin]:
    """The hand-ins in one file of the inbox: one, or those of a bulk download."""
    try:
        if path.stat().st_size > MOST_PACKED_BYTES:
            raise Unsafe(f"it is larger than {MOST_PACKED_BYTES // 10**6} MB")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return list(read_archive(name, archive, roster))
        if path.suffix.lower() == ".zip":
            raise Unsafe("it is called .zip, but is no zip file, or is cut off")
        if path.stat().st_size > MOST_BYTES:
            raise Unsafe(f"it is larger than {MOST_BYTES // 10**6} MB")
        return [bare(name, path.read_bytes(), roster)]
    except Unsafe as problem:
        return [identified(Handin(name, problem=str(problem)), roster)]
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, RuntimeError) as error:
        return [identified(Handin(name, problem=f"it cannot be read: {type(error).__name__}"), roster)]


def read_archive(name: str, archive: zipfile.ZipFile, roster: Roster, depth: int = 0) -> Iterator[Handin]:
    """The hand-ins of a zip: ours (it has a manifest), one with a single notebook, or a bulk download."""
    entries = check_archive(archive)
    manifests = [entry for entry in entries if Path(entry.filename).name == MANIFEST]
    notebooks = [entry for entry in with_ending(entries, ".ipynb", ".json", ".txt") if entry not in manifests]
    archives = with_ending(entries, ".zip")
    if len(notebooks) == 1 and not archives:
        yield of_one_student(name, archive, notebooks[0], manifests, roster)
        return
    if not notebooks and not archives:
        raise Unsafe("there is no notebook in it")
    for entry in notebooks:
        yield bare(f"{name}/{entry.filename}", read_entry(archive, entry), roster)
    yield from nested(name, archive, archives, roster, depth)


def with_ending(entries: list[zipfile.ZipInfo], *endings: str) -> list[zipfile.ZipInfo]:
    return [entry for entry in entries if entry.filename.lower().endswith(endings)]


def nested(
    name: str, archive: zipfile.ZipFile, archives: list[zipfile.ZipInfo], roster: Roster, depth: int
) -> Iterator[Handin]:
    """The hand-ins of zips in a zip, as bulk downloads have them."""
    for entry in archives:
        inner_name = f"{name}/{entry.filename}"
        if depth:
            yield Handin(inner_name, problem="a zip in a zip in a zip is not opened")
            continue
        try:
            with zipfile.ZipFile(io.BytesIO(read_entry(archive, entry))) as inner:
                yield from read_archive(inner_name, inner, roster, depth + 1)
        except Unsafe as problem:
            yield identified(Handin(inner_name, problem=str(problem)), roster)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            yield identified(Handin(inner_name, problem=f"it cannot be read: {type(error).__name__}"), roster)


def of_one_student(name: str, archive: zipfile.ZipFile, notebook, manifests: list, roster: Roster) -> Handin:
    """The hand-in of a zip with one notebook, with what its manifest says."""
    data = read_entry(archive, notebook)
    handin = bare(f"{name}/{notebook.filename}", data, roster)
    ours = OUR_NAME.search(name.split("/")[-1])
    manifest = read_manifest(read_entry(archive, manifests[0])) if manifests else {}
    claimed, time = str(manifest.get("student", "")), read_time(str(manifest.get("submitted", "")))
    if ours and claimed and claimed != ours["student"]:
        handin.doubt = f"the file's name says {ours['student']}, its manifest says {claimed}"
    if ours or claimed:  # better than what the names of files and folders suggest
        handin.student, handin.problem, handin.data = (ours["student"] if ours else claimed), "", data
        handin.submitted = time or (read_time(ours["time"]) if ours else None)
    handin.file = name
    return known(handin, roster)


def bare(name: str, data: bytes, roster: Roster) -> Handin:
    """A notebook file by itself."""
    handin = Handin(name, data=data)
    if not name.lower().endswith(".ipynb"):
        if b'"cells"' not in data and b'"worksheets"' not in data:
            handin.data, handin.problem = None, "it is neither a notebook (.ipynb) nor a zip of one"
        else:
            handin.notes.append("the file's extension is wrong")
    return identified(handin, roster)
