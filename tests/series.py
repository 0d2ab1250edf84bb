"""Long series of like cases: a part of them in every test, all of them in a thorough one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest


def series(cases: Iterable, every: int, always: Collection = ()) -> list:
    """The cases of a parametrised test.

    Args:
        cases: as `pytest.mark.parametrize` takes them, or made by `pytest.param`.
        every: so many-th case is a part of every test; the others are of the thorough one alone.
        always: cases that are a part of every test as well.
    """
    found = []
    for number, case in enumerate(cases):
        if number % every == 0 or case in always:
            found.append(case)
        else:
            values, marks = getattr(case, "values", (case,)), getattr(case, "marks", ())
            found.append(pytest.param(*values, marks=[*marks, pytest.mark.thorough]))
    return found
