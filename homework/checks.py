"""What the test cells of the homework use: compare, say what was expected, and name a known mistake.

A test cell never says only "wrong". It hands its own right value and the values that well-known
mistakes would give to `expect`, and the student reads which of them theirs looks like.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from homework.comparing import difference
from homework.relations import relation


class CheckFailed(AssertionError):
    """A check did not hold. `hint` names the mistake when it is a known one."""

    def __init__(self, message: str, hint: str | None = None):
        super().__init__(message)
        self.hint = hint
        if hint:
            self.add_note(f"Hint: {hint}")  # what a notebook shows below the error


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
            function without arguments, computed only when the check fails. Shown is the one that matches
            `got`. Of a list, a tuple or a dict each entry may have a mistake of its own. Where two mistakes
            give the same value, both are named. Without any, `relation` is asked.
        rtol, atol: how far numbers may be off: |got - wanted| <= atol + rtol * |wanted|.

    Raises:
        CheckFailed: with what was expected, what came, and the hint.
    """
    found = difference(got, wanted, rtol, atol)
    if found is None:
        return
    message = f"{what}: {found.problem}\n  expected: {found.wanted}\n  got:      {found.got}"
    hint = matching_hint(got, wanted, hints or {}, rtol, atol) or relation(got, wanted, rtol, atol)
    raise CheckFailed(message, hint)


def at_least(
    value: float, needed: float, what: str, *, safe: float | None = None, hint: str | None = None,
    percent: bool = True,
) -> None:  # fmt: skip
    """Hold something measured, such as an accuracy, against a threshold, and print what was reached.

    Args:
        value: what was reached.
        needed: the least that passes.
        what: what was measured: "of 1,000 test digits are read right".
        safe: below it, the printed line warns: grading measures anew, mostly on other data.
        hint: what helps when it is too little.
        percent: print 0.953 as 95.3 %.

    Raises:
        CheckFailed: it is less, or no number.
    """
    reached(value, needed, what, safe, hint, percent, better=1)


def at_most(
    value: float, needed: float, what: str, *, safe: float | None = None, hint: str | None = None,
    percent: bool = False,
) -> None:  # fmt: skip
    """As `at_least`, for what should be small, such as an error; `safe` is the value above which it warns."""
    reached(value, needed, what, safe, hint, percent, better=-1)


def reached(
    value: float, needed: float, what: str, safe: float | None, hint: str | None, percent: bool, better: int
) -> None:
    """Print what was reached, or raise CheckFailed. `better` is 1 where more is better, else -1."""
    value = float(value)
    came, bound = amount(value, percent), amount(needed, percent)
    least, most = f"{what}: {came}, at least {bound} needed", f"{what}: {came}, at most {bound} needed"
    words = least if better > 0 else most
    if not better * (value - needed) >= 0:
        raise CheckFailed(words, hint)
    if safe is not None and better * (value - safe) < 0:
        aim = amount(safe, percent)
        words = f"{words}. That is near the edge, and grading measures anew: aim at {aim}"
    print(words)


def amount(value: float, percent: bool) -> str:
    return f"{100 * value:.1f} %" if percent else f"{value:.3g}"


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


def matching_hint(got: Any, wanted: Any, hints: Mapping[str, Any], rtol: float, atol: float) -> str | None:
    """The hints whose mistaken value is what came; None when it is no known mistake."""
    values = values_of(hints)
    found = [sentence for sentence, value in values.items() if same(got, value, rtol, atol)]
    return " Or: ".join(found) if found else hints_by_entry(got, wanted, values, rtol, atol)


def values_of(hints: Mapping[str, Any]) -> dict[str, Any]:
    """{sentence: the value of its mistake}; functions are called for it."""
    return {sentence: value() if isinstance(value, Callable) else value for sentence, value in hints.items()}


def hints_by_entry(got: Any, wanted: Any, values: Mapping[str, Any], rtol: float, atol: float) -> str | None:
    """The hints for the entries of a list, a tuple or a dict that are wrong, each by itself."""
    if (
        type(wanted) not in (list, tuple, dict)
        or type(got) not in (list, tuple, dict)
        or len(got) != len(wanted)
    ):
        return None
    keys = wanted if isinstance(wanted, dict) else range(len(wanted))
    if isinstance(wanted, dict) and (type(got) is not dict or set(got) != set(wanted)):
        return None
    found: dict[str, None] = {}
    for key in keys:
        if not isinstance(wanted[key], (torch.Tensor, float)) or same(got[key], wanted[key], rtol, atol):
            continue
        for sentence, value in values.items():
            mistaken = entry(value, key, len(wanted))
            if mistaken is not None and not same(mistaken, wanted[key], rtol, atol):
                found |= {sentence: None} if same(got[key], mistaken, rtol, atol) else {}
    return " And: ".join(found) or None


def entry(value: Any, key: Any, length: int) -> Any:
    """An entry of a mistaken value that is made like the right one; else None."""
    if type(value) not in (list, tuple, dict) or len(value) != length:
        return None
    if isinstance(value, dict):
        return value.get(key)
    return value[key] if isinstance(key, int) else None


def same(got: Any, value: Any, rtol: float, atol: float) -> bool:
    return difference(got, value, rtol, atol) is None
