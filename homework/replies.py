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
    """What became of one cell, or of a part of a test.

    Attributes:
        message: the error in words, or why the process ended.
        output: what the cell printed.
        notes: what the steps of a test gave, as `homework.inside` wrote it; not looked at yet.
        missed: what ended an expression of a test, as `homework.inside.describe` put it; not looked at yet.
        error: what ended the cell, as `homework.inside.describe` put it; not looked at yet.
    """

    ending: Ending
    message: str = ""
    output: str = ""
    notes: Any = None
    missed: Any = None
    error: Any = None

    @classmethod
    def read(cls, sent: dict[str, Any]) -> Reply:
        """A reply from what a worker sent. A student's code can have forged it, so every field is looked at.

        Raises:
            NoReply: it has not the form of a reply.
        """
        try:
            ending = Ending(sent["status"])
            output, error = text_of(sent.get("output", "")), sent.get("error")
            message = "" if error is None else in_words(error)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError):
            raise NoReply("it sent something that is no reply") from None
        if ending not in (Ending.OK, Ending.ERROR, Ending.TIMEOUT):
            raise NoReply("it sent something that is no reply")
        return cls(ending, message, output, sent.get("notes"), sent.get("missed"), error)

    @property
    def type(self) -> str:
        """The name of the error's type."""
        return self.error["types"][0] if self.error else ""


def text_of(value: object) -> str:
    """A text, without half emoji; raises TypeError when it is none."""
    if type(value) is not str:
        raise TypeError
    return value.encode("utf-8", "replace").decode()


def in_words(error: dict[str, Any]) -> str:
    """An error for a student to read."""
    if type(error) is not dict or type(error["types"]) is not list:
        raise TypeError
    kind, text = text_of(error["types"][0])[:80], text_of(error["text"])[:2000]
    place = "" if error["place"] is None else f"\n  in your code, {text_of(error['place'])[:200]}"
    return f"{kind}: {text}{place}"
