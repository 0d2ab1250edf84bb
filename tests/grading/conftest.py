"""What the tests of grading share."""

from __future__ import annotations

import pytest
from homework_course import make_course


@pytest.fixture
def course(tmp_path):
    """A course with one small homework, hw99."""
    return make_course(tmp_path)
