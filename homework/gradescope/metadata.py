"""What Gradescope says of a hand-in, in `submission_metadata.json`: when it came, by the server's clock."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

LONGEST = 64  # characters of a time
UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclasses.dataclass(frozen=True)
class Metadata:
    """What is known of a hand-in without looking into it.

    Attributes:
        created: when the server got it; None when it does not say.
        due: until when it was to come: of the student, where somebody got more time; None without a limit.
        people: the names of those whose it is: several in a group.
    """

    created: datetime.datetime | None = None
    due: datetime.datetime | None = None
    people: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Metadata:
        """What can be read of it; a hand-in is graded without it as well."""
        try:
            told = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return cls()
        users = [user for user in entry(told, "users", list) if isinstance(user, dict)]
        own = [time_of(entry(user, "assignment", dict).get("due_date")) for user in users]
        due = max(filter(None, own), default=None) or time_of(entry(told, "assignment", dict).get("due_date"))
        people = tuple(str(user.get("name") or user.get("email") or "?")[:LONGEST] for user in users)
        return cls(time_of(entry(told, "created_at", str)), due, people)

    def timing(self) -> str:
        """Whether it came in time, in words."""
        if self.created is None:
            return "Gradescope does not say when this came, so nothing is said of its being late."
        came = f"Handed in: {in_words(self.created)}, by Gradescope's clock"
        if self.due is None:
            return f"{came}. There is no due time."
        late = int((self.created - self.due).total_seconds())
        if late <= 0:
            return f"{came}: in time (due {in_words(self.due)})."
        return (
            f"{came}: LATE by {duration(late)} (due {in_words(self.due)}). No points were taken off for it."
        )


def entry(told: Any, name: str, kind: type) -> Any:
    """An entry of what is told, if it is of this kind; an empty one without it."""
    found = told.get(name) if isinstance(told, dict) else None
    return found if isinstance(found, kind) else kind()


def time_of(text: object) -> datetime.datetime | None:
    """A time in ISO form, in UTC where it names no zone; None for what is none."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)


def in_words(time: datetime.datetime) -> str:
    """In the zone that Gradescope gave it."""
    zone = time.strftime("%z")
    return f"{time:%Y-%m-%d %H:%M:%S} {'UTC' if zone == '+0000' else f'UTC{zone[:3]}:{zone[3:5]}'}"


def duration(seconds: int) -> str:
    """The two largest units of a time, such as "1 day 3 hours"."""
    parts = []
    for name, size in UNITS:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append(f"{count} {name}{'s' if count != 1 else ''}" if count else "")
    return " ".join(filter(None, parts[:2]))
