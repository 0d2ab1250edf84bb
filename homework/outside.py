"""The steps of a test in the judge's process: what the student's process gave takes their place."""

from __future__ import annotations

import builtins
import collections
from collections.abc import Callable
from typing import Any

import torch

from homework import style
from homework.replies import in_words
from homework.sourcetext import Sources
from homework.steps import Steps, is_course
from homework.values import Opaque, Reader, Unreadable, read_text

KNOWN = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    and not issubclass(kind, (Warning, UnicodeError, ExceptionGroup))  # the last two want more than a text
}


class StudentError(Exception):
    """An error of a type that the judge does not have. Every error that came out of the student's process
    carries `told`, in words for a student."""

    told: str


class Missing(Exception):
    """A step that the student's process did not take."""


class Outside(Steps):
    """The steps of one test, taken from what was written down.

    Args:
        notes: of `homework.inside`, looked at with suspicion.
        ending: the error that ended the inner program, as `describe` put it; None when none did.
        sources: the answers, to be read for style.
    """

    def __init__(self, notes: object, ending: object = None, sources: Sources | None = None):
        super().__init__()
        self.sources = sources or Sources([])
        self.notes: dict[tuple[str, int], collections.deque] = collections.defaultdict(collections.deque)
        self.ending, self.missed = ending, None
        self.aside: list[torch.Tensor] = []
        self.add(notes)

    def add(self, notes: object) -> None:
        """Raises Unreadable when they are no notes."""
        if type(notes) is not list:
            raise Unreadable("it sent something that is no reply")
        for note in notes:
            if (
                type(note) is not list
                or len(note) != 5
                or type(note[0]) is not str
                or type(note[1]) is not int
            ):
                raise Unreadable("it sent something that is no reply")
            self.notes[note[0], note[1]].append(note[2:])

    def take(self, number: str, inputs: dict[str, Any] | None = None) -> Any:
        """What came of a step: a value, or the error that it raised."""
        self.events += 1
        waiting = self.notes.get(self.key(number))
        if not waiting:
            if self.ending is not None or self.missed is not None:
                raise error_of(self.missed if self.ending is None else self.ending)
            raise Missing("the answer went another way when it was tried than the test expects")
        kind, content, changed = waiting.popleft()
        if kind == "error":
            raise error_of(content)
        inputs = inputs or {}
        tensors = {path: thing for path, thing in inputs.items() if type(thing) is torch.Tensor}
        if type(changed) is not list:
            raise Unreadable("it sent something that is no reply")
        for path in changed:
            if type(path) is str and path in inputs:
                self.change(inputs[path])
                tensors.pop(path, None)
        return Reader(tensors).read(content)

    def stays(self, thing: Any, own: bool = False) -> bool:
        return isinstance(thing, Opaque) or (not own and self.is_entangled(thing))

    def step_name(self, number: str, thing: Any, is_live: bool) -> Any:
        if not self.is_outdated(thing):
            return thing
        value = self.take(number)
        return thing if isinstance(value, Opaque) and isinstance(thing, Opaque) else value

    def step_attribute(self, number: str, thing: Any, name: str, own: bool) -> Any:
        return self.take(number) if self.stays(thing, own) else getattr(thing, name)

    def step_entry(self, number: str, thing: Any, index: Any, own: bool) -> Any:
        return self.take(number) if self.stays(thing, own) else thing[index]

    def is_ours(self, function: Any) -> bool:
        return is_course(function)

    def live(self, number: str, act: Callable[[], Any], inputs: dict[str, Any]) -> Any:
        return self.take(number, inputs)

    def step_observe(self, number: str, function: Any, thunk: Callable[[], Any]) -> Any:
        value = self.take(number)
        if function in (style.loops_in, style.uses) and type(value) is list:
            with style.judging(self.sources):  # the text as well: what runs there can hide
                return sorted({*map(str, value), *thunk()})
        return value

    def step_sent(self, name: str) -> Any:
        raise Missing("the judge makes its inputs itself")

    def step_iterate(self, number: str, things: Any, own: bool) -> Any:
        return self.take(number) if self.stays(things, own) else things

    def step_do(self, number: str, roots: Callable[[], tuple], thunk: Callable[[], Any]) -> None:
        if not any(map(self.stays, roots())):
            thunk()
            return
        self.take(number)
        self.entangle(roots(), also_values=True)

    def step_try(self, thunk: Callable[[], Any]) -> None:
        thunk()

    def step_seeded(self) -> None:
        pass

    def step_ours(self, thing: Any) -> bool:
        """Whether an object is the judge's own, to be changed here too."""
        return not self.stays(thing)

    def step_aside(self) -> None:
        """What follows is the judge's alone: its random numbers are not those of the inner program."""
        self.aside.append(torch.get_rng_state())

    def step_back(self) -> None:
        torch.set_rng_state(self.aside.pop())


def error_of(told: object) -> Exception:
    """The error that a student's process told of, as one of this process."""
    if type(told) is not dict or type(told.get("types")) is not list:
        raise Unreadable("it sent something that is no reply")
    place = None if told.get("place") is None else read_text(told["place"])
    names = [read_text(name)[:80] for name in told["types"][:10]] or ["Exception"]
    text = read_text(told.get("text", ""))[:2000]
    kind = next((KNOWN[name] for name in names if name in KNOWN and name != "Exception"), StudentError)
    error = kind(text)
    error.told = in_words({"types": names, "text": text, "place": place})
    return error
