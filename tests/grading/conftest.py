"""What the tests of grading share."""

from __future__ import annotations

import functools
import warnings

import pytest
from homework_course import make_course


@pytest.fixture(scope="session", autouse=True)
def ask_alembic_once():
    """A new gradebook starts the program alembic, which takes seconds to say what is always the same."""
    with warnings.catch_warnings(action="ignore"):
        from nbgrader import api
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "get_alembic_version", functools.cache(api.get_alembic_version))
        yield


@pytest.fixture
def course(tmp_path):
    """A course with one small homework, hw99."""
    return make_course(tmp_path)
