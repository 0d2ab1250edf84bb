"""Finds hints that cannot tell two mistakes apart, while a right answer is tried."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any
from unittest.mock import patch

from homework import checks
from homework.comparing import difference


@contextlib.contextmanager
def looking_for_twins() -> Iterator[list[str]]:
    """While it is open, every `expect` of the judge compares the values of its hints.

    Returns:
        A list that gets a sentence for each pair of hints with the same value, and for each hint whose
        value is the right one: on that value a student would be told of both.
    """
    found: list[str] = []
    expect = checks.expect

    def looking(got: Any, wanted: Any, what: str, *, hints: Mapping | None = None, **options: Any) -> None:
        expect(got, wanted, what, hints=hints, **options)
        tolerance = options.get("rtol", 1e-4), options.get("atol", 1e-5)
        values = {
            sentence: value() if isinstance(value, Callable) else value
            for sentence, value in (hints or {}).items()
        }
        for (one, first), (other, second) in combinations({"the right answer": wanted, **values}.items(), 2):
            if difference(first, second, *tolerance) is None:
                found.append(f"{what}: these have the same value: {one!r} and {other!r}")

    with patch.object(checks, "expect", looking):
        yield found
