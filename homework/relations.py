"""What every wrong tensor is asked, where no hint of its test fits: is it the right one but for …?"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch

from homework.comparing import close, difference

MOST_FACTOR = 12  # by which a number is said to be too large or too small
FEW = 3  # different numbers that a tensor must have, for what is said of it to be no accident


def relation(got: Any, wanted: Any, rtol: float, atol: float) -> str | None:
    """How a wrong tensor, or number, is related to the right one, in words; None when it is not."""
    if isinstance(wanted, torch.Tensor) and type(got) in (torch.Tensor, torch.nn.Parameter):
        if got.shape != wanted.shape:
            return other_shape(got.detach(), wanted, rtol, atol)
        if got.dtype != wanted.dtype:
            return other_dtype(got.detach(), wanted, rtol, atol)
        return other_numbers(got.detach(), wanted, rtol, atol)
    if isinstance(wanted, torch.Tensor) and type(got) in (int, float):
        return "A tensor is wanted, not a plain number: leave out .item(), float() or int()."
    if isinstance(wanted, (list, tuple)) and type(got) in (list, tuple) and len(got) == len(wanted):
        return first_of(zip(got, wanted, strict=True), rtol, atol)
    if isinstance(wanted, dict) and type(got) is dict and set(got) == set(wanted):
        return first_of(((got[key], wanted[key]) for key in wanted), rtol, atol)
    if type(wanted) is int and type(got) is float and got == wanted:
        return (
            "The value is right, but a whole number is wanted: // divides without fractions, int() converts."
        )
    if isinstance(wanted, (int, float)) and type(got) is torch.Tensor and got.numel() > 1:
        return too_many(got)
    if type(wanted) in (int, float) and type(got) in (int, float):
        return of_numbers(got, wanted, 0 if type(wanted) is int else rtol)
    return None


def too_many(got: torch.Tensor) -> str:
    """Words for a tensor that came where one number is wanted."""
    return f"One number is wanted, and {got.numel()} came: is a sum or a mean missing?"


def first_of(pairs: Iterable[tuple[Any, Any]], rtol: float, atol: float) -> str | None:
    """The relation of the first of several wrong things to the right one."""
    wrong = (pair for pair in pairs if difference(*pair, rtol, atol) is not None)
    return next((relation(*pair, rtol, atol) for pair in wrong), None)


def other_shape(got: torch.Tensor, wanted: torch.Tensor, rtol: float, atol: float) -> str | None:
    """The right numbers in another shape, no numbers, or too many."""
    if got.numel() == 0:
        return "It is empty: a range, a slice or a loop holds nothing."
    if wanted.numel() == 1 and got.numel() > 1:
        return too_many(got)
    if (
        got.dim() == wanted.dim() == 2
        and got.shape == wanted.T.shape
        and close(got, wanted.T, rtol, atol).all()
    ):
        return "The numbers are right, with rows and columns exchanged."
    if got.numel() == wanted.numel() and close(got.reshape(wanted.shape), wanted, rtol, atol).all():
        return f"The numbers are right and in order; only the shape is another than {tuple(wanted.shape)}."
    if got.numel() == wanted.numel() and is_telling(wanted) and same_numbers(got, wanted, rtol, atol):
        return "These are the right numbers in another order: axes are exchanged, or reshape mixed them."
    return None


def other_dtype(got: torch.Tensor, wanted: torch.Tensor, rtol: float, atol: float) -> str | None:
    """The right numbers in another dtype."""
    if not close(got, wanted, max(rtol, 1e-4), max(atol, 1e-4)).all():
        return None
    return f"The numbers are right, the dtype is not: {got.dtype} came, {wanted.dtype} is wanted."


def other_numbers(got: torch.Tensor, wanted: torch.Tensor, rtol: float, atol: float) -> str | None:
    """Numbers that a factor, a sum or an order makes the right ones."""
    if not got.isfinite().all() and wanted.isfinite().all():
        return "There are infinite numbers or NaN in it: a division by 0, log(0), or exp of something large."
    if wanted.dtype == torch.bool or wanted.is_complex() or not got.isfinite().all():
        return None
    if wanted.numel() == 1:
        return of_numbers(got.item(), wanted.item(), rtol)
    if not is_telling(wanted):
        return None
    if (got == got.flatten()[0]).all():
        same = "a zero" if got.flatten()[0] == 0 else "the same"
        return f"Every number is {same}: is the result written where it belongs, and is the input used?"
    exact, off = wanted.double().flatten(), got.double().flatten()
    if close(off, -exact, rtol, atol).all():
        return "All numbers have the opposite sign."
    factor = float((off * exact).sum() / exact.square().sum())
    if (
        abs(factor) > 1e-6
        and abs(factor - 1) > 1e-3
        and close(off, factor * exact, rtol, atol * abs(factor)).all()
    ):
        times = f"{factor:.4g}" if abs(factor) >= 1 else f"1/{1 / factor:.4g}"
        return f"All numbers are {times} times the right ones: a mean for a sum, or another factor?"
    shift = float((off - exact).mean())
    if close(off, exact + shift, rtol, atol).all():
        return f"All numbers are too {'large' if shift > 0 else 'small'} by {abs(shift):.4g}."
    for axis in range(wanted.dim()):
        if wanted.shape[axis] > 1 and close(got, wanted.flip(axis), rtol, atol).all():
            return f"The right numbers, but backwards along axis {axis}."
    if got.dim() == 2 and got.shape[0] == got.shape[1] and close(got, wanted.T, rtol, atol).all():
        return "Rows and columns are exchanged."
    if same_numbers(got, wanted, rtol, atol):
        return "These are the right numbers, in another order."
    return None


def of_numbers(got: float, wanted: float, rtol: float) -> str | None:
    """What one number has to do with the right one: its sign, a whole factor, 1 more or less, 1 minus it."""
    if not (math.isfinite(got) and math.isfinite(wanted)) or abs(wanted) < 1e-6:
        return None

    def near(other: float) -> bool:
        return abs(got - other) <= rtol * abs(other)

    if near(-wanted):
        return "The sign is the opposite one."
    for factor in range(2, MOST_FACTOR + 1):
        if near(wanted * factor):
            return f"It is {factor} times the right number."
        if near(wanted / factor):
            return f"It is the right number divided by {factor}."
    if near(wanted + 1) or near(wanted - 1):
        return f"It is too {'large' if got > wanted else 'small'} by 1."
    if 0 < wanted < 1 and near(1 - wanted):
        return "It is 1 minus the right number."
    return None


def is_telling(wanted: torch.Tensor) -> bool:
    """Whether a tensor has enough different numbers for a relation to be no accident."""
    return wanted.unique().numel() >= FEW


def same_numbers(got: torch.Tensor, wanted: torch.Tensor, rtol: float, atol: float) -> bool:
    ours, theirs = (part.double().flatten().sort().values for part in (wanted, got))
    return bool(close(theirs, ours, rtol, atol).all())
