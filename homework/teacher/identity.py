"""Finds out whose a hand-in is and when it came, from its manifest and the names of files and folders."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re

OUR_NAME = re.compile(r"hw(\d+)_(?P<student>.+)_(?P<time>\d{8}T\d{6}Z)(?:[-_ (]\d+\)?)?\.zip$", re.IGNORECASE)
MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?:/|_)?")
CANVAS = re.compile(r"^(?P<name>[^_/]+)_(?:(?P<late>LATE)_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)$")

Roster = dict[str, str]  # {student id: name}


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


def identified(handin: Handin, roster: Roster) -> Handin:
    """Find out from the name of the file whose hand-in it is."""
    name, base = handin.file, handin.file.split("/")[-1]
    if ids := ids_in(name, roster):
        handin.student = ids[0]
        if len(ids) > 1:
            handin.doubt = f"the file's name holds two students' ids: {' and '.join(sorted(ids))}"
        return handin
    moodle, canvas = MOODLE.search(name), CANVAS.match(base)
    if moodle or canvas:
        handin.student = by_name((moodle or canvas)["name"], roster)
        if canvas and not moodle and canvas["late"]:
            handin.notes.append("Canvas marks it as late")
    elif ours := OUR_NAME.search(base):
        handin.student, handin.submitted = ours["student"], read_time(ours["time"])
    else:
        handin.student = guessed(name)
    return known(handin, roster)


def ids_in(name: str, roster: Roster) -> list[str]:
    """The ids of the roster that stand in a name, apart from other letters and digits."""
    return [
        number
        for number in roster
        if number in name and re.search(rf"(?<![0-9A-Za-z]){re.escape(number)}(?![0-9A-Za-z])", name)
    ]


def by_name(person: str, roster: Roster) -> str:
    """The id of the one student of this name; the name itself when there is none, or more than one."""
    same = [number for number, full in roster.items() if letters(full) == letters(person)]
    return same[0] if len(same) == 1 else person


def guessed(name: str) -> str:
    """What looks like an id in the file's name, else the folder that the file lies in."""
    *folders, base = name.split("/")
    pieces = re.split(r"[_\s()-]+", base.split(".")[0])
    numbers = [piece for piece in pieces if re.search(r"\d{4,}", piece)]
    if numbers:
        return numbers[0]
    return folders[-1].removesuffix(".zip") if folders else ""


def letters(name: str) -> str:
    """A name without blanks and signs, in lower case, its words in a fixed order."""
    return (
        "".join(sorted(re.findall(r"\w+", name.lower()))) if " " in name else re.sub(r"\W", "", name.lower())
    )


def known(handin: Handin, roster: Roster) -> Handin:
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


def read_manifest(data: bytes) -> dict:
    """What a hand-in says of itself; {} when it says nothing that can be read."""
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
