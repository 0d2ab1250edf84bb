"""What the path of a hand-in says: a platform's name and numbers, our own file name, words that may be ids.

Moodle:  NAME_NUMBER_assignsubmission_file[_]/FILE, or all in one name; the number is the user's in this task.
Canvas:  SURNAMEGIVEN[_LATE]_USER_UPLOAD_FILE; anonymous: [LATE_]anon_CODE_UPLOAD_FILE. An upload's number is
the greater, the later it came. These numbers are nobody's id.
nbgrader: see `exchange`.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from typing import TYPE_CHECKING

from homework.teacher.texts import shown, words_of

if TYPE_CHECKING:
    from homework.teacher.exchange import Place

OUR_NAME = re.compile(
    r"(?:^|.*[\W_])hw0*(?P<homework>\d+)_(?P<student>[^/]+?)_(?P<time>\d{8}T\d{6}Z)(?P<rest>(?![0-9A-Za-z]).*)?$",
    re.IGNORECASE | re.DOTALL,
)
MOODLE = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.DOTALL)
CANVAS = re.compile(
    r"(?P<name>[^_].*?)(?:_(?P<late>late))?_(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)",
    re.IGNORECASE | re.DOTALL,
)
ANONYMOUS = re.compile(
    r"(?:(?P<late>late)_)?(?P<name>anon)_(?P<number>[0-9a-z]+)_(?P<upload>\d+)_(?P<file>.+)", re.IGNORECASE
)
ENDINGS = re.compile(r"(?:\.(?:ipynb|zip|json|txt))+$", re.IGNORECASE)

HOMEWORK_WORD = (
    r"(?:hw|homework|assignment|exercise|ex|week|lab|task|part|unit|chapter|lecture|version|ver|v|作业|第)"
)
NO_NAME = re.compile(
    rf"{HOMEWORK_WORD}[ _-]*\d+.*|homework|assignment|submissions?", re.IGNORECASE | re.DOTALL
)
HOMEWORK_NUMBER = re.compile(rf"(?<![^\W_]){HOMEWORK_WORD}[ _-]*\d{{1,2}}(?![0-9A-Za-z])", re.IGNORECASE)
YEAR, MONTH, DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
CLOCK = r"(?:[01]\d|2[0-3])(?:[-_.:h]?[0-5]\d){1,2}Z?"
DATES = re.compile(
    rf"(?<!\d)(?:{YEAR}([-_.]){MONTH}\1{DAY}(?:[T _-]+{CLOCK})?"  # 2026-11-01 10.15.00
    rf"|{YEAR}{MONTH}{DAY}[T _-]?(?:[01]\d|2[0-3])[0-5]\d[0-5]\dZ?"  # 20261101T101500Z
    rf"|\d{{1,2}}([-_.])\d{{1,2}}\2{YEAR}|{YEAR}[-_.]{MONTH})(?!\d)",  # 1.11.2026, 2026-11
    re.IGNORECASE,
)
DAY_ALONE = re.compile(rf"{YEAR}(?:{MONTH}{DAY})?")
COPY_WORD = r"(?:copy|kopie|copie|副本)"
COPY = re.compile(
    rf"(?:[ _-]*\(\d{{1,3}}\)|-\d{{1,2}}| \d{{1,2}}|[ _-]+{COPY_WORD}[ _-]*\d{{0,2}}|[的]?副本)$",
    re.IGNORECASE,
)
SCRIPTS_MEET = re.compile(
    r"(?<=[\u3400-\u9fff])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[\u3400-\u9fff])"  # 20220001张三
)
LONGEST, DEEPEST = 300, 12  # longer names, and deeper folders, are cut
WRAPPERS = {
    "submissions",
    "submission",
    "submitted",
    "handins",
    "inbox",
    "downloads",
    "files",
    "upload",
    "作业",
}


@dataclasses.dataclass(frozen=True)
class Claim:
    """An id that a hand-in states. `source` says where: "the file's name"."""

    student: object
    source: str


@dataclasses.dataclass
class Said:
    """What the path of a hand-in says.

    Attributes:
        platform: "Moodle", "Canvas", "nbgrader" or "" for a folder that somebody named; Moodle with the
            download that it is from.
        person: the name that the platform gives; "" for none.
        number: the user's, by the platform.
        upload: Canvas's number of the upload.
        late: whether the platform marks it as late.
        owner: nbgrader's word on whose it is.
        claim: the id in our own file name, with its homework and time.
        texts: what else stands in the names of folders and files, the innermost last.
    """

    platform: str = ""
    person: str = ""
    number: str = ""
    upload: int | None = None
    late: bool = False
    owner: Claim | None = None
    claim: Claim | None = None
    homework: str = ""
    time: datetime.datetime | None = None
    texts: list[str] = dataclasses.field(default_factory=list)


def read_path(path: str, place: Place | None = None) -> Said:
    """Take the names of folders, archives and the file apart.

    Args:
        path: of the file.
        place: the folder of nbgrader's that it lies in. What nbgrader named is taken as that, not as words.
    """
    said, parts = Said(), path.split("/")
    if place is not None:
        said.platform, said.number = "nbgrader", place.student
        said.owner = Claim(place.student, "nbgrader's folder")
        depth = place.folder.count("/") + 1
        parts = [*parts[: depth - place.depth], *(parts[depth:] or [""])]  # it may be that folder itself
    *folders, base = (part[:LONGEST] for part in parts[-DEEPEST:])
    for at, folder in enumerate(folders):
        said.texts.append(read_part(said, folder, "/".join(folders[:at]), folder.lower().endswith(".zip")))
    said.texts.append(read_part(said, base, "/".join(folders), True))
    return said


def read_part(said: Said, part: str, place: str, is_file: bool) -> str:
    """Note what one name of a path says; returns what is left of it."""
    if said.owner:  # what a student calls a file there is no word of another platform
        pass
    elif found := MOODLE.fullmatch(part):
        said.platform, said.person, said.number = f"Moodle in {place}", shown(found["name"]), found["number"]
        part = found["file"] or ""
    elif (is_file or OUR_NAME.match(part)) and (found := from_canvas(part)):
        if not said.platform.startswith("Moodle"):
            said.platform, said.person, said.number = "Canvas", shown(found["name"]), found["number"]
            said.upload, said.late = int(found["upload"]), bool(found["late"])
        part = found["file"]
    if ours := OUR_NAME.match(part):
        said.claim, said.homework = Claim(ours["student"], "the file's name"), f"hw{ours['homework']}"
        said.time = read_time(ours["time"].upper())
        return ""
    return part


def from_canvas(part: str) -> re.Match[str] | None:
    """Canvas's form of a name; None for one that starts as a homework's does."""
    found = ANONYMOUS.fullmatch(part) or CANVAS.fullmatch(part)
    is_name = found and re.search(r"[^\W\d_]", found["name"]) and not NO_NAME.fullmatch(found["name"])
    return found if is_name else None


def plain_text(text: str) -> str:
    """A name without its ending, dates with times, marks of copies and the homework's number."""
    text = HOMEWORK_NUMBER.sub(" ", DATES.sub(" ", ENDINGS.sub("", text)))
    while (shorter := COPY.sub("", text)) != text:
        text = shorter
    return text


def words_in(text: str) -> list[str]:
    """The words of a name that may be ids. A change between Chinese and other letters ends a word."""
    return re.findall(r"[^\W_]+", SCRIPTS_MEET.sub(" ", plain_text(text)))


def name_words(text: str) -> list[str]:
    """The words of a name that may be a person's."""
    return words_of(SCRIPTS_MEET.sub(" ", plain_text(text)))


def numbers_in(text: str) -> list[str]:
    """What looks like an id where no roster says what one is: pieces with four digits or more, no dates."""
    pieces = re.split(r"[_\s()-]+", SCRIPTS_MEET.sub(" ", plain_text(text).split(".")[0]))
    return [piece for piece in pieces if re.search(r"\d{4,}", piece) and not DAY_ALONE.fullmatch(piece)]


def read_time(text: str) -> datetime.datetime | None:
    """A time such as 20261122T101500Z or 2026-11-22T10:15:00Z; None when it is none."""
    for form in ("%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.datetime.strptime(text, form).replace(tzinfo=datetime.UTC)
        except ValueError:
            continue
    return None
