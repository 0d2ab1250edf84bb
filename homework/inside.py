"""The steps of a test in the student's process: they are taken, and what they give is written down."""

from __future__ import annotations

import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from homework.steps import MOST_ENTRIES, Steps, is_course
from homework.values import MOST_BYTES, Reader, Writer, raw

TORCH = str(Path(torch.__file__).parent)
VIEWS = (type({}.keys()), type({}.values()), type({}.items()))


class Inside(Steps):
    """The steps of one test, taken.

    Args:
        live: what the student's answers bind.
        kept: objects that could not leave in the tests before.
        inputs: what the judge sends, by name, as `Writer` wrote it.

    Attributes:
        notes: what they gave, in order.
        kept: objects that could not leave: the judge has a stand-in for each.
        muted: above 0 while the student's code runs: what happens in it is no step.
        theirs: the state of torch's random numbers as the student's code left it.
    """

    def __init__(self, live: list[Any], kept: dict[int, Any], inputs: dict[str, Any]):
        super().__init__()
        self.inputs = inputs
        self.notes: list[list] = []
        self.kept = kept
        self.muted, self.theirs, self.missed = 0, torch.get_rng_state(), None
        for thing in live:
            Writer(self.keep).write(thing)

    def keep(self, thing: Any) -> None:
        self.kept[id(thing)] = thing

    def stays(self, thing: Any, own: bool = False) -> bool:
        """Whether the judge has a stand-in for an object, or an outdated twin."""
        return self.kept.get(id(thing), self) is thing or (not own and self.is_entangled(thing))

    def note(
        self, number: str, value: Any, writer: Writer | None = None, changed: list | None = None
    ) -> None:
        self.events += 1
        number, count = self.key(number)
        written = (writer or Writer(self.keep)).write(value)
        self.notes.append([number, count, "value", written, changed or []])

    def note_error(self, number: str, error: BaseException) -> None:
        self.events += 1
        self.notes.append([*self.key(number), "error", describe(error), []])

    def step_name(self, number: str, thing: Any, is_live: bool) -> Any:
        if not self.muted and (is_live or self.is_outdated(thing)):
            self.note(number, thing)
        return thing

    def step_attribute(self, number: str, thing: Any, name: str, own: bool) -> Any:
        if self.muted or not self.stays(thing, own):
            return getattr(thing, name)
        return self.perform(number, lambda: getattr(thing, name))

    def step_entry(self, number: str, thing: Any, index: Any, own: bool) -> Any:
        if self.muted or not self.stays(thing, own):
            return thing[index]
        return self.perform(number, lambda: thing[index])

    def is_ours(self, function: Any) -> bool:
        return self.muted > 0 or is_course(function)

    def live(self, number: str, act: Callable[[], Any], inputs: dict[str, Any]) -> Any:
        return self.perform(number, act, inputs)

    def step_observe(self, number: str, function: Any, thunk: Callable[[], Any]) -> Any:
        return thunk() if self.muted else self.perform(number, thunk)

    def step_sent(self, name: str) -> Any:
        """An input that the judge made."""
        return Reader().read(self.inputs[name])

    def step_iterate(self, number: str, things: Any, own: bool) -> Any:
        if self.muted or not self.stays(things, own):
            return things
        return self.perform(number, lambda: first_of(things))

    def step_do(self, number: str, roots: Callable[[], tuple], thunk: Callable[[], Any]) -> None:
        if self.muted or not any(map(self.stays, roots())):
            thunk()
            return
        self.perform(number, lambda: (thunk(), None)[1])
        self.entangle(roots(), also_values=True)

    def step_try(self, thunk: Callable[[], Any]) -> None:
        """Take the steps of an expression. An error ends this expression only; the first one is kept, for the
        judge to tell when a step that he wants was not taken."""
        try:
            thunk()
        except Exception as error:
            self.missed = self.missed or describe(error)

    def step_seeded(self) -> None:
        self.theirs = torch.get_rng_state()

    def step_ours(self, thing: Any) -> bool:
        return True

    def step_aside(self) -> None:
        pass

    step_back = step_aside

    def perform(self, number: str, act: Callable[[], Any], inputs: dict[str, Any] | None = None) -> Any:
        """Let the student's code run; write down what it gave, what it changed, or its error."""
        inputs = inputs or {}
        before = {path: state_of(thing) for path, thing in inputs.items()}
        ours = torch.get_rng_state()
        torch.set_rng_state(self.theirs)
        self.muted += 1
        try:
            result = settled(act())
        except Exception as error:
            self.note_error(number, error)
            raise
        finally:
            self.muted -= 1
            self.theirs = torch.get_rng_state()
            torch.set_rng_state(ours)
        writer = Writer(self.keep)
        changed = [path for path, thing in inputs.items() if state_of(thing) != before[path]]
        for path in changed:
            self.change(inputs[path])
        writer.storages = {
            thing.untyped_storage().data_ptr(): path
            for path, thing in inputs.items()
            if type(thing) is torch.Tensor and thing.numel() and path not in changed
        }
        self.note(number, result, writer, changed)
        return result


def settled(value: Any) -> Any:
    """What torch gives as a generator (`model.parameters()`), and views of dicts, as lists."""
    if isinstance(value, types.GeneratorType) and value.gi_code.co_filename.startswith(TORCH):
        return list(value)
    return list(value) if isinstance(value, VIEWS) else value


def first_of(things: Any) -> list:
    """The entries of an iterator."""
    found = []
    for thing in things:
        found.append(thing)
        if len(found) > MOST_ENTRIES:
            raise RuntimeError(f"it goes on after {MOST_ENTRIES} entries")
    return found


def state_of(thing: Any) -> Any:
    """What tells whether an input was changed."""
    if isinstance(thing, torch.Tensor):
        if thing.numel() * thing.element_size() > MOST_BYTES or thing.layout is not torch.strided:
            return None
        return thing.shape, thing.dtype, raw(thing)
    if isinstance(thing, np.ndarray):
        return thing.shape, thing.dtype, thing.tobytes()
    if isinstance(thing, dict):
        return [(id(key), id(value)) for key, value in thing.items()]
    return [id(part) for part in thing]


def describe(error: BaseException) -> dict[str, Any]:
    """An error in words: the names of its type and of the types that it is made from, its text, the student's
    line that it came through."""
    try:
        text = str(error)[:2000]
    except Exception:
        text = ""
    place = None
    try:
        frames = traceback.extract_tb(error.__traceback__)
        inner = [f for f in frames if "ipython-input" in f.filename or "ipykernel" in f.filename]
        if inner:
            place = f"line {inner[-1].lineno}: {(inner[-1].line or '').strip()}"[:200]
    except Exception:
        place = None
    return {
        "types": [kind.__name__[:80] for kind in type(error).__mro__[:-1]][:10],
        "text": text,
        "place": place,
    }
