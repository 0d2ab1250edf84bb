"""Collects hand-ins from a folder: our zips, bare notebooks, bulk downloads of Moodle and Canvas, mixed.

Nothing is unpacked onto the disk, and no name found in an archive is ever used as a path.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import json
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from launcher.errors import CourseError

MOST_BYTES = 120_000_000  # of one notebook; stored outputs can be long
MOST_PACKED_BYTES = 2_000_000_000  # of all files of one archive, unpacked
MOST_FILES = 10_000  # in one archive
IGNORED = {".ds_store", "thumbs.db", "desktop.ini", "__macosx"}
OUR_NAME = re.compile(r"hw(\d+)_(?P<student>.+)_(?P<time>\d{8}T\d{6}Z)(?:[-_ (]\d+\)?)?\.zip$", re.IGNORECASE)
MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?:/|_)?")
CANVAS = re.compile(r"^(?P<name>[^_/]+)_(?:(?P<late>LATE)_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)$")
MANIFEST = "manifest.json"


@dataclasses.dataclass
class Handin:
    """One handed-in file.

    Attributes:
        file: where it lay, for people: "inbox/week3.zip/hw3.ipynb".
        student: the student's id, or the name that the learning platform gave; "" when unknown.
        submitted: when, by its manifest or its name; None when neither says.
        data: the bytes of the notebook; None when there is a problem.
        problem: why it cannot be graded, in words.
        doubt: what a teacher has to decide, such as two students' ids in one file.
        notes: what else is worth knowing.
    """

    file: str
    student: str = ""
    submitted: datetime.datetime | None = None
    data: bytes | None = None
    problem: str = ""
    doubt: str = ""
    notes: list[str] = dataclasses.field(default_factory=list)


class Unsafe(Exception):
    """An archive or a file that is not read. The text says why."""


def read_roster(path: Path | None) -> dict[str, str]:
    """{student id: name} of a CSV file whose first two columns are these; {} without a file.

    Raises:
        CourseError: the file is not there, or has no rows.
    """
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CourseError(f"The roster {path} cannot be read: {error}. Nothing was graded.") from None
    except UnicodeDecodeError:
        text = path.read_text(encoding="gb18030", errors="replace")
    rows = [row for row in csv.reader(io.StringIO(text)) if row and row[0].strip()]
    if rows and rows[0][0].strip().lower() in ("id", "student", "student id", "student_id", "学号"):
        rows = rows[1:]
    if not rows:
        raise CourseError(
            f"The roster {path} has no students. It needs a line for each: id,name. Nothing was graded."
        )
    return {row[0].strip(): row[1].strip() if len(row) > 1 else "" for row in rows}


def collect(folder: Path, roster: dict[str, str]) -> list[Handin]:
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


def is_ignored(name: str) -> bool:
    """Files that systems and learning platforms leave behind."""
    parts = name.lower().split("/")
    return any(part in IGNORED or part.startswith(("._", ".ipynb_checkpoints", "~$")) for part in parts)


def handins_of(name: str, path: Path, roster: dict[str, str]) -> list[Handin]:
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


def read_archive(
    name: str, archive: zipfile.ZipFile, roster: dict[str, str], depth: int = 0
) -> Iterator[Handin]:
    """The hand-ins of a zip: ours (it has a manifest), one with a single notebook, or a bulk download."""
    entries = check_archive(archive)
    manifests = [entry for entry in entries if Path(entry.filename).name == MANIFEST]
    notebooks = [entry for entry in entries if entry.filename.lower().endswith((".ipynb", ".json", ".txt"))]
    notebooks = [entry for entry in notebooks if entry not in manifests]
    archives = [entry for entry in entries if entry.filename.lower().endswith(".zip")]
    is_one = len(notebooks) == 1 and not archives
    if is_one:
        yield of_one_student(name, archive, notebooks[0], manifests, roster)
        return
    if not notebooks and not archives:
        raise Unsafe("there is no notebook in it")
    for entry in notebooks:
        yield bare(f"{name}/{entry.filename}", read_entry(archive, entry), roster)
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


def check_archive(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of a zip that may be read.

    Raises:
        Unsafe: it is encrypted, a bomb, or has names that lead outside.
    """
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise Unsafe(f"there are more than {MOST_FILES} files in it")
    if sum(entry.file_size for entry in entries) > MOST_PACKED_BYTES:
        raise Unsafe("it would unpack to more than 2 GB (a zip bomb)")
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if entry.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise Unsafe("a file name in it leads outside of the archive")
        if entry.flag_bits & 1:
            raise Unsafe("it is encrypted; hand it in without a password")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unsafe("it holds a symbolic link")
    return [entry for entry in entries if not entry.is_dir() and not is_ignored(entry.filename)]


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of one file of a zip; its own statement of its size is not believed."""
    with archive.open(entry) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unsafe(f"a file in it is larger than {MOST_BYTES // 10**6} MB (perhaps a zip bomb)")
    return data


def of_one_student(name: str, archive: zipfile.ZipFile, notebook, manifests: list, roster: dict) -> Handin:
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


def read_manifest(data: bytes) -> dict:
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def read_time(text: str) -> datetime.datetime | None:
    """A time such as 20261122T101500Z or 2026-11-22T10:15:00Z; None when it is none."""
    for form in ("%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.datetime.strptime(text, form).replace(tzinfo=datetime.UTC)
        except ValueError:
            continue
    return None


def bare(name: str, data: bytes, roster: dict[str, str]) -> Handin:
    """A notebook file by itself."""
    handin = Handin(name, data=data)
    if not name.lower().endswith(".ipynb"):
        if b'"cells"' not in data and b'"worksheets"' not in data:
            handin.data, handin.problem = None, "it is neither a notebook (.ipynb) nor a zip of one"
        else:
            handin.notes.append("the file's extension is wrong")
    return identified(handin, roster)


def identified(handin: Handin, roster: dict[str, str]) -> Handin:
    """Find out from the name of the file whose hand-in it is."""
    name = handin.file
    ids = [
        number for number in roster if re.search(rf"(?<![0-9A-Za-z]){re.escape(number)}(?![0-9A-Za-z])", name)
    ]
    if len(ids) > 1:
        handin.doubt = f"the file's name holds two students' ids: {' and '.join(sorted(ids))}"
    if ids:
        handin.student = ids[0]
        return handin
    moodle, canvas = MOODLE.search(name), CANVAS.match(name.split("/")[-1])
    if moodle or canvas:
        person = (moodle or canvas)["name"]
        if canvas and not moodle and canvas["late"]:
            handin.notes.append("Canvas marks it as late")
        same = [number for number, full in roster.items() if letters(full) == letters(person)]
        handin.student = same[0] if len(same) == 1 else person
        return known(handin, roster)
    stem = Path(name.split("/")[-1]).name.split(".")[0]
    ours = OUR_NAME.search(name.split("/")[-1])
    if ours:
        handin.student, handin.submitted = ours["student"], read_time(ours["time"])
        return known(handin, roster)
    pieces = [piece for piece in re.split(r"[_\s()-]+", stem) if re.search(r"\d{4,}", piece)]
    handin.student = pieces[0] if pieces else ""
    if not handin.student and "/" in name:
        handin.student = name.split("/")[-2].removesuffix(".zip")  # a folder for each student
    return known(handin, roster)


def letters(name: str) -> str:
    """A name without blanks and signs, in lower case, its words in a fixed order."""
    return (
        "".join(sorted(re.findall(r"\w+", name.lower()))) if " " in name else re.sub(r"\W", "", name.lower())
    )


def known(handin: Handin, roster: dict[str, str]) -> Handin:
    """Turn away a student who is not on the roster, and an id that is no id."""
    if handin.problem:
        return handin
    if not handin.student:
        handin.problem = "nothing says whose it is: put the student's id into the file's name"
    elif roster and handin.student not in roster:
        handin.problem = f"the student {handin.student[:60]!r} is not on the roster"
    if handin.problem:
        handin.data = None
    return handin
