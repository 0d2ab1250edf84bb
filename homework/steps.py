"""What the steps of both programs of a test have in common; see `homework.split`."""

from __future__ import annotations

import collections
import contextlib
import copy
import functools
import inspect
import random
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

COURSE_FILE = "<course>"  # what the given functions and the tests are compiled as
COURSE_MODULE = "course"  # the module that their classes say they are from
MOST_ENTRIES = 20_000  # of an iterator that is read to its end
# Functions of others that may be called on objects of the student's side, there.
INNER = (
    *(isinstance, issubclass, callable, hasattr, getattr, type, len, list, tuple, iter, next, vars, dir),
    *(copy.deepcopy, copy.copy, inspect.signature, inspect.getsource),
)
INNER_IDS = frozenset(map(id, INNER))


class Steps:
    """The steps of one test on one side.

    Attributes:
        counts: how often each statement has begun.
        events: how many steps the student's process has taken.
        entangled: objects that both sides have, and that the student's code got to keep: only what the
            student's side knows of them is true.
        changed: inputs that the student's code has changed, by the place of their memory.
    """

    def __init__(self):
        self.counts: collections.Counter = collections.Counter()
        self.events = 0
        self.entangled: dict[int, Any] = {}
        self.changed: dict[int, Any] = {}
        self.marks: dict[str, int] = {}

    def functions(self) -> dict[str, Callable]:
        """{name in the programs: function}"""
        names = (
            "begin name attribute entry call observe sent iterate do try seeded before used ours aside back"
        )
        return {f"__step_{name}": getattr(self, f"step_{name}") for name in names.split()}

    def step_call(self, number: str, function: Any, roots: Callable[[], tuple], own: bool) -> Callable:
        """What is called in the place of a function.

        Args:
            roots: gives what the names in the arguments hold.
            own: the call makes a wanted value, of the judge's own.
        """

        def call(*args: Any, **kwargs: Any) -> Any:
            given = list(flat((args, kwargs)))
            on_objects = self.is_inner(function) and any(self.stays(thing, own) for thing in given)
            if self.is_ours(function) or not (self.stays(function, own) or on_objects):
                return function(*args, **kwargs)
            inputs = {
                path: thing for path, thing in inputs_of(args, kwargs).items() if not self.stays(thing, own)
            }
            result = self.live(number, lambda: function(*args, **kwargs), inputs)
            if not own:
                self.entangle([*flat(roots()), *given], also_values=False)
            return result

        return call

    def step_begin(self, statement: str) -> None:
        self.counts[statement] += 1

    def key(self, number: str) -> tuple[str, int]:
        return number, self.counts[number.split(".")[0]]

    def step_before(self, number: str) -> None:
        self.marks[number] = self.events

    def step_used(self, number: str, thing: Any) -> None:
        if self.events > self.marks[number]:
            self.entangled[id(thing)] = thing

    def is_entangled(self, thing: Any) -> bool:
        if self.entangled.get(id(thing), self) is thing:
            return True
        return type(thing) is torch.Tensor and storage_of(thing) in self.changed

    def change(self, thing: Any) -> None:
        """Remember an input that the student's code has changed, and with it all that shares its memory."""
        self.entangled[id(thing)] = thing
        if type(thing) is torch.Tensor:
            self.changed[storage_of(thing)] = thing

    def is_outdated(self, thing: Any) -> bool:
        """Whether the judge has a stand-in for an object, or an outdated twin of it or of a part of it."""
        parts = flat(thing) if type(thing) in (list, tuple, dict) else ()
        return self.stays(thing) or any(map(self.is_entangled, parts))

    def entangle(self, things: Any, also_values: bool) -> None:
        """Remember objects that the student's code may keep.

        Args:
            also_values: tensors and containers too; their new state does not come out with the step itself.
        """
        for thing in flat(things):
            kinds = (torch.nn.Module, torch.nn.Parameter, torch.optim.Optimizer)
            kept = isinstance(thing, (*kinds, Iterator)) or type(thing).__module__ == COURSE_MODULE
            kept = kept or (isinstance(thing, torch.Tensor) and thing.requires_grad and thing.is_leaf)
            if kept or (also_values and isinstance(thing, (torch.Tensor, np.ndarray, list, dict, set))):
                self.entangled[id(thing)] = thing
            if isinstance(thing, torch.nn.Module):
                self.entangled |= {
                    id(part): part for part in (*thing.parameters(), *thing.buffers(), *thing.modules())
                }

    def is_inner(self, function: Any) -> bool:
        """Whether a function of others may be called on the student's objects."""
        return id(function) in INNER_IDS or (
            isinstance(function, type) and function.__module__ == COURSE_MODULE
        )


def storage_of(thing: torch.Tensor) -> int:
    """Where the memory of a tensor lies; -1 for one without numbers."""
    return thing.untyped_storage().data_ptr() if thing.layout is torch.strided and thing.numel() else -1


def flat(things: Any, depth: int = 0) -> Iterator[Any]:
    """Things, and what is in lists, tuples and dicts of them."""
    if depth > 3:
        return
    for thing in things.values() if isinstance(things, dict) else things:
        yield thing
        if type(thing) in (list, tuple, dict):
            yield from flat(thing, depth + 1)


def is_course(function: Any) -> bool:
    """Whether a function belongs to the homework's given ones or to a test: both sides run it."""
    for _ in range(5):
        if isinstance(function, types.FunctionType) and function.__code__.co_filename == COURSE_FILE:
            return True
        function = getattr(function, "__wrapped__", None) if is_wrapper(function) else None
    return False


def is_wrapper(thing: Any) -> bool:
    return isinstance(thing, (types.FunctionType, functools._lru_cache_wrapper))


def inputs_of(args: tuple, kwargs: dict) -> dict[str, Any]:
    """{path: a tensor, an array or a container among the arguments of a call}"""
    found: dict[str, Any] = {}

    def look(path: str, thing: Any, depth: int) -> None:
        if type(thing) in (torch.Tensor, np.ndarray, list, dict, set):
            found[path] = thing
        if type(thing) in (list, tuple, dict) and depth < 2 and len(thing) <= 100:
            pairs = thing.items() if type(thing) is dict else enumerate(thing)
            for key, part in pairs:
                look(f"{path}/{key}", part, depth + 1)

    for key, thing in [*enumerate(args), *kwargs.items()]:
        look(str(key), thing, 0)
    return found


def run(source: str, names: dict[str, Any]) -> None:
    """Execute a program of a test, or of what a homework gives."""
    exec(compile(source, COURSE_FILE, "exec"), names)


def forget_results(names: dict[str, Any]) -> None:
    """Empty the memory of given functions that are `functools.cache`d."""
    for thing in names.values():
        if isinstance(thing, functools._lru_cache_wrapper):
            thing.cache_clear()


@contextlib.contextmanager
def as_the_course_wants(seed: int) -> Iterator[None]:
    """torch's settings as a new process has them, and random numbers of this seed; as before afterwards."""
    before = torch.get_default_dtype(), torch.get_rng_state(), random.getstate(), np.random.get_state()
    threads = torch.get_num_threads()
    try:
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(1)
        torch.default_generator.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed)
        with torch.inference_mode(False), torch.enable_grad():
            yield
    finally:
        torch.set_default_dtype(before[0])
        torch.set_rng_state(before[1])
        random.setstate(before[2])
        np.random.set_state(before[3])
        torch.set_num_threads(threads)
