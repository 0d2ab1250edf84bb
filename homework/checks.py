"""What the test cells of the homework use: compare, say what was expected, and name a known mistake.

A test cell never says only "wrong". It hands its own right value and the values that well-known
mistakes would give to `expect`, and the student reads which of them theirs looks like.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

NUMBERS_SHOWN = 12  # of a tensor, in a message


class CheckFailed(AssertionError):
    """A check did not hold. `hint` names the mistake when it is a known one."""

    def __init__(self, message: str, hint: str | None = None):
        super().__init__(message)
        self.hint = hint


def expect(
    got: Any,
    wanted: Any,
    what: str,
    *,
    hints: Mapping[str, Any] | None = None,
    rtol: float = 1e-4,
    atol: float = 1e-5,
) -> None:
    """Hold an answer against the right value.

    Args:
        got: what the student's code gave.
        wanted: the right value: a tensor, a number, a string, a bool, or a list, tuple or dict of these.
        what: the expression that was tried, as the student would write it: "mean_of_rows(x)".
        hints: {sentence that names a mistake: the value which that mistake gives}. The value may be a
            function without arguments, computed only when the check fails. The first that matches `got`
            is shown.
        rtol, atol: how far numbers may be off: |got - wanted| <= atol + rtol * |wanted|.

    Raises:
        CheckFailed: with what was expected, what came, and the hint.
    """
    problem = difference(got, wanted, rtol, atol)
    if problem is None:
        return
    message = f"{what}: {problem}\n  expected: {show(wanted)}\n  got:      {show(got)}"
    raise CheckFailed(message, matching_hint(got, hints or {}, rtol, atol))


def require(condition: Any, message: str, hint: str | None = None) -> None:
    """Raise CheckFailed with this message (and hint) unless the condition is true.

    Raises:
        CheckFailed: the condition does not hold, or is no plain truth value.
    """
    if type(condition) is np.bool_ or (type(condition) is torch.Tensor and condition.numel() == 1):
        condition = condition.item()
    if condition is not True:
        raise CheckFailed(message, hint)


def observe(value: Any) -> Any:
    """The same value. In grading, all that stands in the brackets is computed where the student's code runs,
    and only the value leaves: for what can be seen nowhere else, such as whether two names are one object.
    """
    return value


def observer(function: Callable) -> Callable:
    """Marks a given function that looks at how an answer works: its calls are as if in `observe`."""
    return function


def judged(function: Callable) -> Callable:
    """Marks a function that gets values only, no answers: in grading it runs where the tests are judged."""
    return function


def matching_hint(got: Any, hints: Mapping[str, Any], rtol: float, atol: float) -> str | None:
    """The first hint whose mistaken value is what came; None when it is no known mistake."""
    for sentence, value in hints.items():
        if isinstance(value, Callable):
            value = value()
        if difference(got, value, rtol, atol) is None:
            return sentence
    return None


def difference(got: Any, wanted: Any, rtol: float, atol: float) -> str | None:
    """In words, how `got` differs from `wanted`; None when it does not.

    Types are compared by identity of the class, so that an object which claims to equal everything does not
    pass.
    """
    if isinstance(wanted, torch.Tensor):
        return tensor_difference(got, wanted, rtol, atol)
    if isinstance(wanted, (bool, str)) or wanted is None:
        if type(got) is type(wanted) and got == wanted:
            return None
        return "the value is wrong" if type(got) is type(wanted) else wrong_type(got, wanted)
    if isinstance(wanted, numbers.Real):
        return number_difference(got, wanted, rtol, atol)
    if isinstance(wanted, (list, tuple)):
        return sequence_difference(got, wanted, rtol, atol)
    if isinstance(wanted, dict):
        if type(got) is not dict:
            return wrong_type(got, wanted)
        if set(got) != set(wanted):
            return f"the keys are {sorted(map(str, got))}, not {sorted(map(str, wanted))}"
        found = ((key, difference(got[key], wanted[key], rtol, atol)) for key in wanted)
        return next((f"[{key!r}]: {problem}" for key, problem in found if problem), None)
    raise TypeError(f"expect cannot compare with a {type(wanted).__name__}")


def tensor_difference(got: Any, wanted: torch.Tensor, rtol: float, atol: float) -> str | None:
    """How a tensor differs: in type, shape, dtype, device, or numbers."""
    if type(got) not in (torch.Tensor, torch.nn.Parameter):
        return wrong_type(got, wanted)
    if got.shape != wanted.shape:
        return f"the shape is {tuple(got.shape)}, not {tuple(wanted.shape)}"
    if got.dtype != wanted.dtype:
        return f"the dtype is {got.dtype}, not {wanted.dtype}"
    if got.device.type != wanted.device.type:
        return f"the tensor lies on {got.device.type}, not on {wanted.device.type}"
    form = torch.complex128 if wanted.is_complex() else torch.float64
    exact, off = wanted.detach().to(form), got.detach().to(form)
    far = ~torch.isclose(off, exact, rtol=rtol, atol=atol, equal_nan=True)
    if not far.any():
        return None
    if far.all():
        return "every number is wrong" if far.numel() > 1 else "the number is wrong"
    first = tuple(far.nonzero()[0].tolist())
    return f"{int(far.sum())} of {far.numel()} numbers are wrong, the first at {list(first)}"


def number_difference(got: Any, wanted: numbers.Real, rtol: float, atol: float) -> str | None:
    """How a number differs. A tensor or array of one number counts as a number; a bool does not."""
    if isinstance(wanted, int) and type(got) is not int:
        return f"a whole number (int) is wanted, not a {type(got).__name__}"
    if type(got) is torch.Tensor and got.numel() == 1 and got.dtype != torch.bool:
        got = got.item()
    if type(got) not in (int, float) and type(got).__module__ != "numpy":
        return wrong_type(got, wanted)
    if abs(float(got) - float(wanted)) <= (
        0 if isinstance(wanted, int) else atol + rtol * abs(float(wanted))
    ):
        return None
    return "the number is wrong"


def sequence_difference(got: Any, wanted: list | tuple, rtol: float, atol: float) -> str | None:
    """How a list or a tuple differs; either serves for the other."""
    if type(got) not in (list, tuple):
        return wrong_type(got, wanted)
    if len(got) != len(wanted):
        return f"it has {len(got)} entries, not {len(wanted)}"
    pairs = enumerate(zip(got, wanted, strict=True))
    found = ((i, difference(one, other, rtol, atol)) for i, (one, other) in pairs)
    return next((f"entry {i}: {problem}" for i, problem in found if problem), None)


def wrong_type(got: Any, wanted: Any) -> str:
    """Words for a value of the wrong type."""
    if got is None:
        return "nothing came back (None). Does your function end with `return`?"
    return f"the type is {type(got).__name__}, not {type(wanted).__name__}"


def show(value: Any) -> str:
    """A value for a message, short."""
    if isinstance(value, torch.Tensor):
        shape = "×".join(map(str, value.shape)) or "one number"
        if value.numel() <= NUMBERS_SHOWN:
            text = short_numbers(value.detach().cpu())
        else:
            text = short_numbers(value.detach().cpu().flatten()[:6])[:-1] + ", …]"
        return f"{text}  ({shape}, {str(value.dtype).removeprefix('torch.')})"
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "…"


def short_numbers(value: torch.Tensor) -> str:
    """Nested lists of numbers with five significant digits."""
    if value.dim() == 0:
        number = value.item()
        return f"{number:.5g}" if isinstance(number, float) else str(number)
    return "[" + ", ".join(short_numbers(part) for part in value) + "]"
