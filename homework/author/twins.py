"""Finds hints that cannot tell two mistakes apart, while a right answer is tried."""

from __future__ import annotations

import collections
import contextlib
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any
from unittest.mock import patch

from homework import checks
from homework.comparing import difference


@contextlib.contextmanager
def looking_for_twins() -> Iterator[list[str]]:
    """While it is open, every `expect` of the judge compares the values of its hints.

    Returns:
        A list that gets, at the end, a sentence for each pair of hints which had the same value wherever both
        could apply: a student would always be told of both. (A hint whose value is the right one cannot be
        shown.)
    """
    found: list[str] = []
    alike: dict[tuple[str, str], list[bool]] = collections.defaultdict(list)
    expect = checks.expect

    def looking(got: Any, wanted: Any, what: str, *, hints: Mapping | None = None, **options: Any) -> None:
        expect(got, wanted, what, hints=hints, **options)
        tolerance = options.get("rtol", 1e-4), options.get("atol", 1e-5)
        values = checks.values_of(hints or {})
        values = {name: value for name, value in values.items() if difference(value, wanted, *tolerance)}
        for (one, first), (other, second) in combinations(values.items(), 2):
            alike[one, other].append(not difference(first, second, *tolerance))

    with patch.object(checks, "expect", looking):
        yield found
    found += [
        f"these have the same value: {one!r} and {other!r}"
        for (one, other), same in alike.items()
        if all(same)
    ]
