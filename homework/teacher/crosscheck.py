"""What shows when hand-ins lie side by side: one file from two students, one student with two accounts."""

from __future__ import annotations

import collections
import hashlib
from collections.abc import Collection

from homework.teacher.identity import Handin, Roster
from homework.teacher.texts import words_of


def compare(handins: list[Handin], roster: Roster, handed_out: Collection[str] = ()) -> None:
    """Enter doubts and notes in the hand-ins of an inbox.

    Args:
        handins: all of them.
        roster: {} without one.
        handed_out: hashes of files that everybody has; two students may hand these in.
    """
    name_apart(handins)
    if not roster:
        join_cases(handins)
    doubt_two_accounts(handins, names_count=not roster)
    suspect_same_files(handins, handed_out)
    tell_of_doubts(handins)


def name_apart(handins: list[Handin]) -> None:
    """No two hand-ins have the same name: an archive may hold two files of one name."""
    numbers, taken = collections.Counter(), set()
    for handin in handins:
        plain = handin.file
        while handin.file in taken:
            numbers[plain] += 1
            handin.file = f"{plain} [{numbers[plain] + 1}]"
        taken.add(handin.file)


def join_cases(handins: list[Handin]) -> None:
    """Without a roster, ids that differ in capital letters alone are one student's."""
    first: dict[str, str] = {}
    for handin in handins:
        name = first.setdefault(handin.student.casefold(), handin.student)
        if name != handin.student and not handin.doubt:
            handin.notes.append(f"the id {handin.student!r} was taken for {name!r}")
            handin.student = name


def doubt_two_accounts(handins: list[Handin], names_count: bool) -> None:
    """What two users of a platform handed in as one student's is a doubt for both.

    Args:
        handins: all of them.
        names_count: whether two names are two users: without a roster nothing else tells them apart.
    """
    groups = collections.defaultdict(list)
    for handin in handins:
        if handin.student and not handin.doubt and handin.account:
            groups[handin.student, handin.account.rpartition(" ")[0]].append(handin)
            if names_count:
                groups[handin.student, ""].append(handin)
    for (student, platform), found in groups.items():
        users = {handin.account if platform else tuple(sorted(words_of(handin.person))) for handin in found}
        if len(users) > 1:
            names = dict.fromkeys(f"{handin.person} {handin.account.rpartition(' ')[2]}" for handin in found)
            for handin in found:
                handin.doubt = f"two users of the platform handed in as {student}: {', '.join(names)}"
                handin.candidates = [student]


def suspect_same_files(handins: list[Handin], handed_out: Collection[str]) -> None:
    """The same bytes from two students have to be looked at, whoever made them."""
    groups = collections.defaultdict(list)
    for handin in handins:
        if handin.data is not None and handin.student and not handin.doubt:
            groups[hashlib.sha256(handin.data).hexdigest()].append(handin)
    for digest, found in groups.items():
        students = sorted({handin.student for handin in found})
        if len(students) > 1 and digest not in handed_out:
            for handin in found:
                others = [student for student in students if student != handin.student]
                more = f" and {len(others) - 3} more" if len(others) > 3 else ""
                handin.suspect = f"the same file came from {', '.join(others[:3])}{more}"


def tell_of_doubts(handins: list[Handin]) -> None:
    """Say beside a student's own hand-ins that another one may be theirs."""
    doubtful = collections.defaultdict(list)
    for handin in handins:
        for student in handin.candidates if handin.doubt else ():
            doubtful[student].append(handin.file)
    for handin in handins:
        if not handin.doubt:
            handin.notes += [
                f"may be theirs as well: {file}" for file in doubtful.get(handin.student, [])[:3]
            ]
