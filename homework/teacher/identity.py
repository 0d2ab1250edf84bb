"""A hand-in, and what its path and its manifest say of it."""

from __future__ import annotations

import dataclasses
import datetime

from homework.teacher.exchange import Place
from homework.teacher.naming import Claim, read_path, read_time
from homework.teacher.owners import on_roster, without_roster
from homework.teacher.people import People, Roster
from homework.teacher.versions import Version, version_of

__all__ = ["Handin", "Roster", "identified", "read_time"]


@dataclasses.dataclass
class Handin:
    """One handed-in file.

    Attributes:
        file: where it lay, for people: "inbox/week3.zip/hw3.ipynb".
        student: the student's id, or the name that the learning platform gave; "" when unknown.
        submitted: when, by the platform, its manifest or its name; None when none says.
        data: the bytes of the notebook; None when there is a problem.
        problem: why it cannot be graded, in words.
        doubt: why it is not known whose it is, such as two students' ids in one file.
        suspect: what a teacher has to decide although it is known whose it is.
        candidates: the ids of those whose it may be.
        late: whether the platform marks it as late.
        account: the platform's user who handed it in; "" when unknown.
        person: the name that the platform gives.
        version: what says whether it is newer than another one.
        notes: what else is worth knowing.
        misfits: what its manifest or its name says that does not fit the notebook; part of the doubt.
    """

    file: str
    student: str = ""
    submitted: datetime.datetime | None = None
    data: bytes | None = None
    problem: str = ""
    doubt: str = ""
    notes: list[str] = dataclasses.field(default_factory=list)
    misfits: list[str] = dataclasses.field(default_factory=list)
    suspect: str = ""
    candidates: list[str] = dataclasses.field(default_factory=list)
    late: bool = False
    account: str = ""
    person: str = ""
    version: Version = dataclasses.field(default_factory=Version)


def identified(
    handin: Handin,
    people: People,
    path: str = "",
    manifest: Claim | None = None,
    place: Place | None = None,
) -> Handin:
    """Fill in whose a hand-in is, and what its path says of its time.

    Args:
        handin: gets its student, or a doubt, or a problem.
        people: the roster.
        path: the names of folders, archives and the file as they are; that of the hand-in without it.
        manifest: the id in its manifest.
        place: the folder of nbgrader's that it lies in.
    """
    path = path or handin.file
    said = read_path(path, place)
    handin.submitted, handin.late, handin.person = said.time, said.late, said.person
    handin.version = version_of(path, said)
    handin.account = f"{said.platform} {said.number}" if said.number else ""
    if said.late:
        handin.notes.append("Canvas marks it as late")
    claims = [claim for claim in (said.owner, said.claim, manifest) if claim is not None]
    (on_roster if people.roster else without_roster)(handin, said, claims, people)
    if handin.problem:
        handin.data = None
    return handin
