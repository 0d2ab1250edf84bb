"""nbgrader's folders: submitted/STUDENT/ASSIGNMENT/…, and its exchange's STUDENT+ASSIGNMENT+TIME+RANDOM/….

Their names, and the timestamp.txt that nbgrader puts into each, are the server's word on whose a hand-in is,
of which homework and when it came. What a student writes inside of them is not.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from homework.teacher.naming import MOODLE, OUR_NAME, from_canvas

if TYPE_CHECKING:
    from homework.teacher.collector import Part

SUBMITTED, STAMP = "submitted", "timestamp.txt"
WORK = (".ipynb", ".zip")  # what else lies there belongs to it, or is nbgrader's own
WHEN = (
    r"(\d{4}-\d\d-\d\d \d\d)[:_.-](\d\d)[:_.-](\d\d(?:\.\d{1,6})?)(?: ?([A-Za-z]{1,5}|[+-]\d\d:?(?:\d\d)?))?"
)
EXCHANGE = re.compile(  # a student's name may hold a "+"; systems without ":" in names put "_" in its place
    rf"(?P<student>.+)\+(?P<assignment>[^+]+)\+(?P<time>{WHEN})(?:\+[A-Za-z0-9_-]+)?", re.DOTALL
)
HOMEWORK = re.compile(
    r"(?<![^\W_])(?:hw|homework|assignment|作业)[ _-]*0*(\d{1,2})(?![0-9A-Za-z])", re.IGNORECASE
)
LONGEST, MOST_FOLDERS = 300, 40  # longer names, and deeper folders, are nobody's exchange


@dataclasses.dataclass(frozen=True)
class Place:
    """A folder of nbgrader's that holds what one student handed in.

    Attributes:
        folder: its path.
        depth: how many names at the end of that path nbgrader gave: 1 in the exchange, 2 else.
        time: when the server got it; None when it does not say.
        doubt: what in the server's own words does not agree.
        is_stamped: whether there is a timestamp.txt.
    """

    folder: str
    depth: int
    student: str
    assignment: str
    time: datetime.datetime | None = None
    doubt: str = ""
    is_stamped: bool = False

    @property
    def note(self) -> str:
        """What a teacher should know; "" for nothing."""
        return f"nbgrader's {STAMP} has no time that can be read" if self.is_stamped and not self.time else ""

    @property
    def homework(self) -> str:
        """As "hw3"; "" when the assignment's name has no number of a homework in it."""
        return homework_in(self.assignment)


def homework_in(assignment: str) -> str:
    """The homework of an assignment's name, as "hw3" of "hw03_backpropagation"; "" for none."""
    found = HOMEWORK.search(assignment)
    return f"hw{found[1]}" if found else ""


def place_of(path: str, stamps: Mapping[str, datetime.datetime | None]) -> Place | None:
    """The outermost of nbgrader's folders that a file lies in; None for none.

    Args:
        path: of the file.
        stamps: {folder that has a timestamp.txt: the time in it, None when it cannot be read}.
    """
    folders = path.split("/")[:-1][:MOST_FOLDERS]
    for at, name in enumerate(folders):
        folder = "/".join(folders[: at + 1])
        if len(name) <= LONGEST and (found := EXCHANGE.fullmatch(name)):
            time, stamp = read_stamp(found["time"]), stamps.get(folder)
            doubt = (
                f"nbgrader's folder says {time:%F %T}, its {STAMP} {stamp:%F %T}"
                if differ(time, stamp)
                else ""
            )
            return Place(
                folder, 1, found["student"], found["assignment"], time or stamp, doubt, folder in stamps
            )
        if is_of_others(name[:LONGEST]):  # what lies in there is a student's own
            return None
        is_below = at > 1 and folders[at - 2].lower() == SUBMITTED and is_homeworks(folders[at - 1], name)
        if (at > 0 and folder in stamps) or is_below:
            return Place(folder, 2, folders[at - 1], name, stamps.get(folder), is_stamped=folder in stamps)
    return None


def differ(time: datetime.datetime | None, stamp: datetime.datetime | None) -> bool:
    """Whether two times of one hand-in cannot both be right."""
    return None not in (time, stamp) and abs(time - stamp) > datetime.timedelta(seconds=2)


def is_of_others(name: str) -> bool:
    """Whether a folder or an archive is named by `submit` or by another platform."""
    is_canvas = name.lower().endswith(".zip") and from_canvas(name)
    return any((OUR_NAME.match(name), MOODLE.fullmatch(name), is_canvas))


def is_homeworks(student: str, assignment: str) -> bool:
    """Whether two folders below submitted/ are a student's and a homework's, in this order."""
    return bool(homework_in(assignment)) and not homework_in(student)


def read_stamp(text: str) -> datetime.datetime | None:
    """nbgrader's form of a time, UTC where it names no zone; None for another zone's letters, or no time."""
    if not (found := re.fullmatch(WHEN, text.strip())):
        return None
    hours, minutes, seconds, zone = found.groups()
    if zone is None or zone.upper() in ("UTC", "GMT", "Z"):
        zone = "+00:00"
    try:
        time = datetime.datetime.fromisoformat(f"{hours}:{minutes}:{seconds}{zone}")
        return time.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None


class Shelf:
    """nbgrader's folders in an inbox: which of their files are hand-ins of the homework that is graded."""

    def __init__(self, homework: str):
        self.homework = homework
        self.places: dict[str, Place] = {}
        self.left_out: set[str] = set()  # assignments

    def place(self, path: str) -> Place | None:
        """The folder of nbgrader's that a file lies in, be it in an archive there; None for none."""
        names = path.split("/")[:MOST_FOLDERS]
        folders = ("/".join(names[:at]) for at in range(1, len(names) + 1))
        return next((self.places[folder] for folder in folders if folder in self.places), None)

    def sort(self, parts: list[Part], is_archive: bool = False) -> tuple[list[Part], list[Place]]:
        """The files that may be hand-ins, with the server's time, and the folders that have none.

        Args:
            parts: all files of the inbox, or of one archive.
            is_archive: whether somebody made it: it is believed when it has the work of two students or more,
                as a teacher's has. One student's may hold any folders.
        """
        stamps = {part.folder: stamp_of(part) for part in parts if part.path.endswith("/" + STAMP)}
        found = [(part, place_of(part.path, stamps)) for part in parts]
        places = {place.folder: place for _, place in found if place is not None}
        if is_archive and len({place.student for place in places.values()}) < 2:
            return parts, []
        self.places |= places
        wanted = self.wanted(places)
        self.left_out |= {place.assignment for folder, place in places.items() if folder not in wanted}
        full = {place.folder for part, place in found if place and part.path.lower().endswith(WORK)}
        for part, place in found:
            if place is not None:
                part.at_platform = place.time
        kept = [part for part, place in found if place is None or is_work(part, place, wanted & full)]
        return kept, [places[folder] for folder in sorted(wanted - full)]

    def wanted(self, places: Mapping[str, Place]) -> set[str]:
        """The folders of the homework that is graded; where none has its name, those that may be of it."""
        of_it = {folder for folder, place in places.items() if place.homework == self.homework}
        unknown = {folder for folder, place in places.items() if not place.homework}
        return set(places) if not self.homework else of_it or unknown


def is_work(part: Part, place: Place, folders: set[str]) -> bool:
    """Whether a file is what a student handed in, in one of these folders, and not only lies beside it."""
    return place.folder in folders and (part.path.lower().endswith(WORK) or part.is_manifest)


def stamp_of(part: Part) -> datetime.datetime | None:
    """The time in a timestamp.txt; None when it cannot be read."""
    try:
        return read_stamp(part.read()[:LONGEST].decode("utf-8-sig"))
    except Exception:  # a damaged archive has many ways to say so
        return None
