"""How an answer is written: whether it has loops, and what of other libraries it uses.

Both are read from the text of the student's cells, in the notebook as by the judge; who wants to hide
something can. What runs is seen by `torch_calls`.
"""

from __future__ import annotations

import contextlib
import dis
import linecache
import types
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

from torch.overrides import TorchFunctionMode

from homework.sourcetext import Sources

JUDGED: list[Sources] = []  # the last one: the answers that are being judged


def loops_in(function: Any) -> list[str]:
    """Names of the functions that hold a loop, among an answer and those of its notebook that it uses.

    A loop is `for`, `while`, a comprehension, `map` and its like, a function that calls itself, and what
    hides one: `exec`, `eval`.
    """
    texts, name = sources_of(function)
    found = set(texts.loops(name)) if texts else set()
    functions = reachable(getattr(function, "__wrapped__", function))
    looping = (one for one in functions if any(map(has_loop, with_inner(one.__code__))))
    return sorted(found | {one.__qualname__.split(".")[0] for one in looping})


def uses(function: Any, *names: str, only: Iterable[str] = ()) -> list[str]:
    """What an answer uses that it must not, as full names such as "torch.nn.functional.linear".

    Args:
        function: the answer. What it uses of its own notebook is looked at too.
        names: what must not be used: modules and their parts ("torch.nn"), or the last word of a name,
            whatever stands before it ("softmax", "backward").
        only: when given, the libraries that may be used ("torch", "math"): all others must not.
    """
    texts, name = sources_of(function)
    return texts.uses(name, names, tuple(only)) if texts else []


class Watch(TorchFunctionMode):
    """Notes the names of torch's functions that run inside `with Watch() as watch:`, in `watch.names`."""

    def __init__(self):
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        self.names.add(getattr(function, "__name__", ""))
        return function(*args, **(kwargs or {}))


def torch_calls(function: Callable, *arguments: Any, **named: Any) -> list[str]:
    """The names of torch's functions that run in function(*arguments, **named): ["add", "linear"]."""
    with Watch() as watch:
        function(*arguments, **named)
    return sorted(watch.names)


@contextlib.contextmanager
def judging(texts: Sources) -> Iterator[None]:
    """While it is open, `loops_in` and `uses` read these answers when they are asked about a stand-in."""
    JUDGED.append(texts)
    try:
        yield
    finally:
        JUDGED.pop()


def sources_of(function: Any) -> tuple[Sources | None, str]:
    """The cells that an answer is made of, and its name in them; None when their text cannot be had."""
    if type(function).__module__ == "homework.values":  # a stand-in: the judge's
        return (JUDGED[-1] if JUDGED else None), function.kind
    function = getattr(function, "__wrapped__", function)
    cells, modules = {}, {}
    for one in reachable(function):
        file = one.__code__.co_filename
        cells[file] = "".join(linecache.getlines(file))
        modules |= {name: thing.__name__ for name, thing in one.__globals__.items() if is_module(thing)}
    return Sources(cells.values(), modules), getattr(function, "__name__", "")


def is_module(thing: Any) -> bool:
    return isinstance(thing, types.ModuleType)


def functions_of(thing: Any) -> list[FunctionType]:
    """A function, or the functions of a class."""
    if isinstance(thing, type):
        return [part for part in vars(thing).values() if isinstance(part, FunctionType)]
    return [thing] if isinstance(thing, FunctionType) else []


def reachable(function: Any) -> list[FunctionType]:
    """An answer's functions, and those of its notebook that they use."""
    found = functions_of(function)
    names = found[0].__globals__ if found else {}
    for one in found:
        for code in with_inner(one.__code__):
            for name in globals_of(code):
                more = functions_of(names.get(name))
                found += [other for other in more if other.__globals__ is names and other not in found]
    return found


def globals_of(code: CodeType) -> set[str]:
    """The names that a function looks up in its notebook: no attributes."""
    return {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}


def with_inner(code: CodeType) -> Iterator[CodeType]:
    """A function's code, and that of the functions in it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from with_inner(inner)


def has_loop(code: CodeType) -> bool:
    return any("FOR_ITER" in step.opname or "BACKWARD" in step.opname for step in dis.get_instructions(code))
