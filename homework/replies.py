"""What comes back from a worker process: a reply, or its end."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any


class Ending(enum.StrEnum):
    """How a cell ended."""

    OK = "ok"
    ERROR = "error"  # it raised
    TIMEOUT = "timeout"
    CRASHED = "crashed"  # the process ended with it
    STOPPED = "stopped"  # it was not run: the homework's time was used up, or it crashed too often


class WorkerDied(Exception):
    """The worker is of no use any more. The text says why."""

    ending = Ending.CRASHED


class OutOfTime(WorkerDied):
    """The worker did not answer in time."""

    ending = Ending.TIMEOUT


class NoReply(ValueError):
    """The worker sent something that is no reply."""


@dataclasses.dataclass(frozen=True)
class Reply:
    """What became of one cell.

    Attributes:
        type: the class of the error that it raised.
        message: the error's text, or why the process ended.
        hint: of a failed check.
        output: what the cell printed.
        place: the last line of the student's code that the error came through.
        failed_check: whether the error is one of `homework.checks`.
        altered: names of what was replaced, when that was asked for.
    """

    ending: Ending
    type: str = ""
    message: str = ""
    hint: str | None = None
    output: str = ""
    place: str | None = None
    failed_check: bool = False
    altered: list[str] | None = None

    @classmethod
    def read(cls, sent: dict[str, Any]) -> Reply:
        """A reply from what a worker sent. A student's code can have forged it, so every field is looked at.

        Raises:
            NoReply: it has not the form of a reply.
        """
        try:
            fields = {name: sent[name] for name in WANTED if name in sent}
            reply = cls(Ending(sent["status"]), **fields)
        except (KeyError, ValueError):
            raise NoReply("it sent something that is no reply") from None
        if not all(isinstance(value, WANTED[name]) for name, value in fields.items()):
            raise NoReply("it sent a reply with fields of wrong types")
        return reply


WANTED = {
    "type": str,
    "message": str,
    "hint": str | None,
    "output": str,
    "place": str | None,
    "failed_check": bool,
    "altered": list | None,
}
