"""The Chinese pages that are committed are what their catalogues make."""

import pytest
from course_project import ROOT

from translations import editions, pages


@pytest.mark.parametrize("name", editions.PAGES)
def test_a_committed_page_is_what_is_made(name):
    made = pages.NOTE.format(name=name) + pages.chinese_page(ROOT / name)
    assert (ROOT / editions.PAGES[name]).read_text("utf-8") == made, "run: python -m translations pages"
