"""Compares what came with what is wanted, and says how they differ."""

from __future__ import annotations

import dataclasses
import math
import numbers
from typing import Any

import torch

NUMBERS_SHOWN = 12  # of a tensor, in a message
LONGEST = 200  # characters of another value
SHORT = 60  # characters of a list that is shown whole though one entry of it differs


@dataclasses.dataclass(frozen=True)
class Difference:
    """How something differs from what is wanted, at the first place where it does.

    Attributes:
        problem: in words, with the place.
        wanted, got: as a message shows them, from that place on.
    """

    problem: str
    wanted: str
    got: str

    def within(self, place: str, got: Any, wanted: Any) -> Difference:
        """The same, of something larger, which is shown whole when it is short."""
        problem, both = f"{place}: {self.problem}", (repr(wanted), repr(got))
        if any(len(text) > SHORT or "tensor(" in text for text in both):
            return dataclasses.replace(self, problem=problem)
        return Difference(problem, *both)


def difference(got: Any, wanted: Any, rtol: float, atol: float) -> Difference | None:
    """The first difference; None without any.

    Types are compared by identity of the class, so that an object which claims to equal everything does not
    pass.

    Raises:
        TypeError: `wanted` is nothing that can be compared with.
    """
    if isinstance(wanted, torch.Tensor):
        return tensor_difference(got, wanted, rtol, atol)
    if isinstance(wanted, (bool, str)) or wanted is None:
        if type(got) is type(wanted) and got == wanted:
            return None
        return told(
            "the value is wrong" if type(got) is type(wanted) else wrong_type(got, wanted), got, wanted
        )
    if isinstance(wanted, numbers.Real):
        return number_difference(got, wanted, rtol, atol)
    if isinstance(wanted, (list, tuple)):
        return sequence_difference(got, wanted, rtol, atol)
    if isinstance(wanted, dict):
        return dict_difference(got, wanted, rtol, atol)
    raise TypeError(f"expect cannot compare with a {type(wanted).__name__}")


def told(problem: str, got: Any, wanted: Any) -> Difference:
    return Difference(problem, show(wanted), show(got))


def tensor_difference(got: Any, wanted: torch.Tensor, rtol: float, atol: float) -> Difference | None:
    """How a tensor differs: in type, shape, dtype, device, or numbers."""
    if type(got) not in (torch.Tensor, torch.nn.Parameter):
        return told(wrong_type(got, wanted), got, wanted)
    if got.shape != wanted.shape:
        return told(f"the shape is {tuple(got.shape)}, not {tuple(wanted.shape)}", got, wanted)
    if got.dtype != wanted.dtype:
        return told(f"the dtype is {got.dtype}, not {wanted.dtype}", got, wanted)
    if got.device.type != wanted.device.type:
        problem = f"the tensor lies on {got.device.type}, not on {wanted.device.type}"
        return Difference(problem, show(wanted), f"a tensor on {got.device.type}")
    far = ~close(got, wanted, rtol, atol)
    if not far.any():
        return None
    if far.all():
        return told("every number is wrong" if far.numel() > 1 else "the number is wrong", got, wanted)
    first = far.nonzero()[0].tolist()
    problem = f"{int(far.sum())} of {far.numel()} numbers are wrong, the first at {first}"
    start = int(far.flatten().nonzero()[0])
    return Difference(problem, show(wanted, start), show(got, start))


def close(got: torch.Tensor, wanted: torch.Tensor, rtol: float, atol: float) -> torch.Tensor:
    """Where two tensors of one shape agree: |got - wanted| <= atol + rtol * |wanted|."""
    form = torch.complex128 if wanted.is_complex() or got.is_complex() else torch.float64
    exact, off = wanted.detach().to(form), got.detach().to(form)
    return torch.isclose(off, exact, rtol=rtol, atol=atol, equal_nan=True)


def number_difference(got: Any, wanted: numbers.Real, rtol: float, atol: float) -> Difference | None:
    """How a number differs. A tensor or array of one number counts as a number; a bool does not."""
    if type(got) is torch.Tensor and got.numel() == 1 and got.dtype != torch.bool:
        got = got.item()
    if isinstance(wanted, int) and type(got) is not int:
        return told(f"a whole number (int) is wanted, not a {type(got).__name__}", got, wanted)
    if type(got) not in (int, float) and type(got).__module__ != "numpy":
        return told(wrong_type(got, wanted), got, wanted)
    ours, theirs = float(wanted), float(got)
    if not math.isfinite(ours):  # nothing but itself is near it
        near = theirs == ours or (math.isnan(theirs) and math.isnan(ours))
    else:
        near = abs(theirs - ours) <= (0 if isinstance(wanted, int) else atol + rtol * abs(ours))
    return None if near else told("the number is wrong", got, wanted)


def sequence_difference(got: Any, wanted: list | tuple, rtol: float, atol: float) -> Difference | None:
    """How a list or a tuple differs; either serves for the other."""
    if type(got) not in (list, tuple):
        return told(wrong_type(got, wanted), got, wanted)
    if len(got) != len(wanted):
        return told(f"it has {len(got)} entries, not {len(wanted)}", got, wanted)
    for number, (one, other) in enumerate(zip(got, wanted, strict=True)):
        if (found := difference(one, other, rtol, atol)) is not None:
            return found.within(f"entry {number}", got, wanted)
    return None


def dict_difference(got: Any, wanted: dict, rtol: float, atol: float) -> Difference | None:
    """How a dictionary differs: in its keys, or in a value."""
    if type(got) is not dict:
        return told(wrong_type(got, wanted), got, wanted)
    if set(got) != set(wanted):
        return told(f"the keys are {sorted(map(str, got))}, not {sorted(map(str, wanted))}", got, wanted)
    for key in wanted:
        if (found := difference(got[key], wanted[key], rtol, atol)) is not None:
            return found.within(f"[{key!r}]", got, wanted)
    return None


def wrong_type(got: Any, wanted: Any) -> str:
    """Words for a value of the wrong type."""
    if got is None:
        return "nothing came back (None). Does your function end with `return`?"
    return f"the type is {type(got).__name__}, not {type(wanted).__name__}"


def show(value: Any, start: int = 0) -> str:
    """A value for a message, short.

    Args:
        start: where a tensor that is too large to be shown whole begins, counted in its flattened form.
    """
    if not isinstance(value, torch.Tensor):
        text = repr(value)
        return text if len(text) <= LONGEST else text[: LONGEST - 3] + "…"
    shape = "×".join(map(str, value.shape)) or "one number"
    about = f"({shape}, {str(value.dtype).removeprefix('torch.')})"
    if value.numel() <= NUMBERS_SHOWN:
        return f"{short_numbers(value.detach().cpu())}  {about}"
    part = value.detach().cpu().flatten()[start : start + 6]
    left, right = "… " if start else "", ", …" if start + 6 < value.numel() else ""
    return f"[{left}{short_numbers(part)[1:-1]}{right}]  {about}"


def short_numbers(value: torch.Tensor) -> str:
    """Nested lists of numbers with five significant digits."""
    if value.dim() == 0:
        number = value.item()
        return f"{number:.5g}" if isinstance(number, float) else str(number)
    return "[" + ", ".join(short_numbers(part) for part in value) + "]"
