"""Values on their way from a student's process to the judge: what can cross, and how it is written.

Numbers, strings, lists, tuples, dicts, sets, tensors and arrays cross; nothing else does. What arrives was
written by a process that a student controls, so reading trusts nothing: every field is looked at, and
nothing is ever executed. An object that cannot cross is replaced by the name of its type.
"""

from __future__ import annotations

import base64
import collections
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

DEEPEST = 20  # containers in containers
MOST_ENTRIES = 200_000  # of all containers of a value together
MOST_BYTES = 64_000_000  # of all tensors, arrays and strings of a value together
LONGEST_NUMBER = 4000  # digits of an int
MOST_ALIKE = 100  # members of a set with one hash; many thousands made so would take hours to put in
DTYPES = {
    str(kind).removeprefix("torch."): kind
    for kind in (
        *(torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128),
        *(torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool),
    )
}
TYPES = {
    f"{kind.__module__}.{kind.__qualname__}": kind
    for kind in (
        *(int, float, complex, bool, str, bytes, list, tuple, dict, set, frozenset, type(None), range, slice),
        *(torch.Tensor, torch.nn.Parameter, torch.Size, torch.Generator, np.ndarray),
        *(value for value in vars(torch.nn).values() if isinstance(value, type)),
    )
}


OPERATORS = (
    *("eq", "ne", "lt", "le", "gt", "ge", "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"),
    *("and", "or", "xor", "neg", "pos", "abs", "invert", "radd", "rsub", "rmul", "rtruediv", "rfloordiv"),
    *("rmod", "rpow", "rmatmul", "rand", "ror", "rxor", "bool", "float", "int", "index", "complex", "len"),
    *("iter", "getitem", "setitem", "contains", "call", "round"),
)


class Unreadable(ValueError):
    """What arrived is no value."""


class Opaque:
    """Stands in the judge's process for an object that stayed in the student's: a function, a network.

    It can be handed back there (called, asked for an attribute); computing and comparing with it fails.
    """

    def __init__(self, kind: str):
        self.kind = kind

    def __repr__(self) -> str:
        return f"<{self.kind}>"

    def refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError(f"a {self.kind} came where a value is wanted")

    __hash__ = object.__hash__
    for _name in OPERATORS:
        vars()[f"__{_name}__"] = refuse
    del _name


class TypeName(Opaque):
    """The type of an object that stayed in the student's process, by its name."""


class Writer:
    """Writes values as what JSON can hold.

    Args:
        keep: called with each object that cannot cross.
    """

    def __init__(self, keep: Callable[[Any], None] = lambda value: None):
        self.keep, self.entries, self.bytes = keep, 0, 0
        self.storages: dict[int, Any] = {}  # data_ptr of an input: the path by which the judge knows it

    def write(self, value: Any, depth: int = 0) -> Any:
        """The value in JSON's terms."""
        self.entries += 1
        kind = type(value)
        if depth > DEEPEST or self.entries > MOST_ENTRIES:
            return self.opaque(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            # hex: json.dumps refuses, and takes long for, numbers of thousands of digits
            return ["i", hex(value)] if value.bit_length() < 3 * LONGEST_NUMBER else self.opaque(value)
        if kind is float:
            return value if math.isfinite(value) else ["f", repr(value)]
        if kind is complex:
            return ["c", self.write(value.real), self.write(value.imag)]
        if kind is str:
            self.bytes += len(value)
            return ["s", value] if self.bytes < MOST_BYTES else self.opaque(value)
        if kind in (list, tuple, set, frozenset, torch.Size) or (
            issubclass(kind, tuple) and kind.__module__ == "torch.return_types"
        ):
            sign = {list: "l", set: "e", frozenset: "z", torch.Size: "S"}.get(kind, "t")
            return [sign, [self.write(part, depth + 1) for part in list(value)]]
        if kind in (dict, collections.OrderedDict):
            return [
                "d",
                [[self.write(k, depth + 1), self.write(v, depth + 1)] for k, v in list(value.items())],
            ]
        if kind in (torch.Tensor, torch.nn.Parameter):
            return self.tensor(value)
        if kind is np.ndarray or isinstance(value, np.generic):
            return self.array(value)
        if kind is torch.dtype and str(value).removeprefix("torch.") in DTYPES:
            return ["k", str(value).removeprefix("torch.")]
        if kind is torch.device:
            return ["v", str(value)]
        if kind in (range, slice):
            return [
                "r" if kind is range else "y",
                [self.write(getattr(value, p)) for p in ("start", "stop", "step")],
            ]
        if value is ...:
            return ["."]
        if isinstance(value, type):
            name = f"{value.__module__}.{value.__qualname__}"[:200]
            if name not in TYPES:
                self.keep(value)
            return ["T", name]
        return self.opaque(value)

    def opaque(self, value: Any) -> Any:
        self.keep(value)
        return ["o", type(value).__name__[:80]]

    def tensor(self, value: torch.Tensor) -> Any:
        name = str(value.dtype).removeprefix("torch.")
        plain = value.layout is torch.strided and value.device.type == "cpu" and name in DTYPES
        size = value.numel() * value.element_size() if plain else 0
        if not plain or self.bytes + size > MOST_BYTES:
            return self.opaque(value)
        shape, about = list(value.shape), {"d": name}
        if type(value) is torch.nn.Parameter:
            about["p"] = True
        if value.requires_grad:
            about["g"] = "leaf" if value.is_leaf else "made"
            if value.is_leaf and type(value.grad) is torch.Tensor:
                about["grad"] = self.tensor(value.grad)
        place = self.storages.get(value.untyped_storage().data_ptr()) if value.numel() else None
        if place is not None and not value.requires_grad:
            return ["a", about, shape, place, value.storage_offset(), list(value.stride())]
        self.bytes += size
        return ["x", about, shape, base64.b64encode(raw(value)).decode()]

    def array(self, value: np.ndarray | np.generic) -> Any:
        kind = "n" if type(value) is np.ndarray else "N"
        if value.dtype.kind not in "biufc" or self.bytes + value.nbytes > MOST_BYTES:
            return self.opaque(value)
        self.bytes += value.nbytes
        return [kind, value.dtype.str, list(value.shape), base64.b64encode(value.tobytes()).decode()]


def raw(value: torch.Tensor) -> bytes:
    """The numbers of a tensor as bytes, row by row."""
    with torch.inference_mode(False), torch.no_grad():
        flat = value.detach().resolve_conj().resolve_neg().contiguous().reshape(-1)
        return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


class Reader:
    """Reads what `Writer` wrote, or what pretends to be.

    Args:
        inputs: the judge's own tensors by the paths under which results can share their memory.
    """

    def __init__(self, inputs: dict[str, torch.Tensor] | None = None):
        self.inputs, self.entries = inputs or {}, 0

    def read(self, sent: Any, depth: int = 0) -> Any:
        """The value; raises Unreadable when it is none."""
        try:
            with torch.inference_mode(False):
                return self.value(sent, depth)
        except Unreadable:
            raise
        except Exception as problem:
            raise Unreadable(f"what came back is no value ({type(problem).__name__})") from None

    def value(self, sent: Any, depth: int = 0) -> Any:
        self.entries += 1
        if depth > DEEPEST + 1 or self.entries > MOST_ENTRIES + 1:
            raise Unreadable("what came back is too large")
        if sent is None or type(sent) in (bool, float):
            return sent
        if type(sent) is not list or not sent or type(sent[0]) is not str:
            raise Unreadable("what came back is no value")
        read = READERS.get(sent[0])
        if read is None:
            raise Unreadable("what came back is no value")
        return read(self, sent[1:], depth)

    def parts(self, sent: Any, depth: int) -> list:
        if type(sent) is not list:
            raise Unreadable("what came back is no value")
        return [self.value(part, depth + 1) for part in sent]

    def table(self, sent: Any, depth: int) -> dict:
        pairs = [self.parts(pair, depth) for pair in sent]
        apart([key for key, _ in pairs])
        return dict(pairs)

    def tensor(self, sent: list) -> torch.Tensor:
        about, shape, data = sent
        kind = DTYPES[about["d"]]
        count = math.prod(whole(size) for size in shape)
        made = torch.zeros(shape, dtype=kind) if count * kind.itemsize <= MOST_BYTES else None
        if made is None:
            raise Unreadable("what came back is too large")
        if count:
            numbers = np.frombuffer(base64.b64decode(data, validate=True), dtype=np.uint8)
            made.view(-1).view(torch.uint8).copy_(torch.from_numpy(numbers.copy()))
        return self.described(made, about)

    def shared(self, sent: list) -> torch.Tensor:
        about, shape, place, offset, stride = sent
        base = self.inputs[place]
        if DTYPES[about["d"]] is not base.dtype or len(shape) != len(stride):
            raise Unreadable("what came back is no value")
        whole(offset), [whole(number) for number in (*shape, *stride)]
        if math.prod(shape) * base.element_size() > MOST_BYTES:
            raise Unreadable("what came back is too large")
        reach = offset + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))
        if math.prod(shape) and reach >= base.untyped_storage().nbytes() // base.element_size():
            raise Unreadable("what came back is no value")
        return torch.as_strided(base.detach(), shape, stride, offset)

    def described(self, made: torch.Tensor, about: dict) -> torch.Tensor:
        if about.get("p"):
            made = torch.nn.Parameter(made, requires_grad=False)
        if about.get("g"):
            made.requires_grad_()
        if "grad" in about:
            made.grad = self.value(about["grad"])
        return made.view_as(made) if about.get("g") == "made" else made

    def array(self, sent: list, scalar: bool) -> np.ndarray | np.generic:
        kind, shape, data = sent
        kind = np.dtype(kind)
        if kind.kind not in "biufc":
            raise Unreadable("what came back is no value")
        made = np.frombuffer(base64.b64decode(data, validate=True), dtype=kind).reshape(
            [whole(n) for n in shape]
        )
        return made.reshape(-1)[0] if scalar else made.copy()


def apart(members: list) -> list:
    """These, as the members of a set or the keys of a dict; raises Unreadable when too many share a hash."""
    if max(collections.Counter(map(hash, members)).values(), default=0) > MOST_ALIKE:
        raise Unreadable("what came back is no value")
    return members


def whole(number: Any) -> int:
    if type(number) is not int or not 0 <= number < 2**40:
        raise Unreadable("what came back is no value")
    return number


def read_text(sent: Any) -> str:
    if type(sent) is not str:
        raise Unreadable("what came back is no value")
    return sent.encode("utf-8", "replace").decode()  # no half emoji


def read_number(sent: Any) -> int:
    if type(sent) is not str or len(sent) > 3 * LONGEST_NUMBER:
        raise Unreadable("what came back is no value")
    return int(sent, 16)


def read_float(sent: Any) -> float:
    if sent not in ("inf", "-inf", "nan"):
        raise Unreadable("what came back is no value")
    return float(sent)


READERS: dict[str, Callable[[Reader, list, int], Any]] = {
    "i": lambda r, s, d: read_number(s[0]),
    "f": lambda r, s, d: read_float(s[0]),
    "c": lambda r, s, d: complex(*r.parts(s, d)),
    "s": lambda r, s, d: read_text(s[0]),
    "l": lambda r, s, d: r.parts(s[0], d),
    "t": lambda r, s, d: tuple(r.parts(s[0], d)),
    "S": lambda r, s, d: torch.Size(r.parts(s[0], d)),
    "e": lambda r, s, d: set(apart(r.parts(s[0], d))),
    "z": lambda r, s, d: frozenset(apart(r.parts(s[0], d))),
    "d": lambda r, s, d: r.table(s[0], d),
    "x": lambda r, s, d: r.tensor(s),
    "a": lambda r, s, d: r.shared(s),
    "n": lambda r, s, d: r.array(s, False),
    "N": lambda r, s, d: r.array(s, True),
    "k": lambda r, s, d: DTYPES[s[0]],
    "v": lambda r, s, d: torch.device(s[0]),
    "r": lambda r, s, d: range(*r.parts(s[0], d)),
    "y": lambda r, s, d: slice(*r.parts(s[0], d)),
    ".": lambda r, s, d: ...,
    "T": lambda r, s, d: TYPES.get(read_text(s[0])) or TypeName(read_text(s[0])),
    "o": lambda r, s, d: Opaque(read_text(s[0])),
}
