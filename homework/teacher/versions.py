"""Which of a student's hand-ins is the newest, where their times or their names say it."""

from __future__ import annotations

import dataclasses
import datetime
import re
from typing import TYPE_CHECKING

from homework.teacher.naming import ENDINGS, Said

if TYPE_CHECKING:
    from homework.teacher.identity import Handin

NUMBERED = re.compile(
    r"(?P<stem>.*?)(?:[ _-]*\((?P<browser>\d{1,3})\)|-(?P<canvas>\d{1,2})| (?P<system>\d{1,2})"
    r"|[ _-]?v(?:er)?\.?(?P<version>\d{1,2}))?",
    re.IGNORECASE | re.DOTALL,
)
OLD = re.compile(r"(?:^|[ _-]|(?<=[\u3400-\u9fff]))(?:old|backup|bak|draft|previous|旧)$", re.IGNORECASE)
NO_TIME, TOGETHER = datetime.timedelta(0), datetime.timedelta(seconds=2)  # zips keep times to two seconds


@dataclasses.dataclass
class Version:
    """What says how new a file is.

    Attributes:
        stem: its folder and its name without the mark of a copy; numbers are compared among the same.
        number: that mark: 0 for "hw1.ipynb", 1 for "hw1 (1).ipynb", -1 for "hw1_old.ipynb".
        counter: who counts so, as "browser"; numbers of two counters say nothing of each other.
        upload: Canvas's number.
        archive, written: the student's own zip that it lay in, and the time in there.
        is_meant: whether a manifest in its folder was made for it.
    """

    stem: str = ""
    number: int = 0
    counter: str = ""
    upload: int | None = None
    archive: str = ""
    written: datetime.datetime | None = None
    is_meant: bool = False


def version_of(path: str, said: Said) -> Version:
    """What a path says of how new the file is."""
    *folders, base = path.split("/")
    own = said.texts[-1] if said.texts and said.texts[-1] else base
    plain = ENDINGS.sub("", own)
    if is_old := bool(OLD.search(plain)):
        plain = OLD.sub("", plain)
    elif is_old := bool(folders and OLD.search(folders[-1])):
        folders = folders[:-1] if OLD.fullmatch(folders[-1]) else [*folders[:-1], OLD.sub("", folders[-1])]
    found = NUMBERED.fullmatch(plain)
    marks = {name: int(text) for name, text in found.groupdict().items() if name != "stem" and text}
    counter, number = next(iter(marks.items()), ("", 0))
    if is_old:
        counter, number = "", -1
    return Version("/".join([*folders, found["stem"]]).casefold(), number, counter, said.upload)


def order(one: Handin, other: Handin) -> int:
    """1 where the first is newer, -1 where the second is, 0 where nothing says it or not all agrees."""
    if one.submitted and other.submitted and one.submitted != other.submitted:
        return sign(one.submitted > other.submitted)
    first, second, says = one.version, other.version, set()
    is_beside = first.stem.rpartition("/")[0] == second.stem.rpartition("/")[0]
    if is_beside and first.is_meant != second.is_meant:
        return sign(first.is_meant)
    is_counted = first.counter == second.counter or not (first.counter and second.counter)
    if first.stem == second.stem and first.number != second.number and is_counted:
        says.add(sign(first.number > second.number))
    if None not in (first.upload, second.upload) and first.upload != second.upload:
        says.add(sign(first.upload > second.upload))
    if first.archive and first.archive == second.archive and None not in (first.written, second.written):
        apart = first.written - second.written
        says |= {sign(apart > NO_TIME)} if abs(apart) > TOGETHER else set()
    return says.pop() if len(says) == 1 else 0


def sign(is_greater: bool) -> int:
    return 1 if is_greater else -1


def newest(handins: list[Handin]) -> Handin | None:
    """The one that is newer than all others, or holds the same bytes; None where nothing says which."""
    return next(
        (
            one
            for one in handins
            if all(one.data == other.data or order(one, other) == 1 for other in handins)
        ),
        None,
    )
