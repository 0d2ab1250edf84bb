"""The Chinese pages that are committed are what their catalogues make."""

import re

import pytest
from course_project import ROOT

from translations import editions, pages


@pytest.mark.parametrize("name", editions.PAGES)
def test_a_committed_page_is_what_is_made(name):
    made = pages.NOTE.format(name=name) + pages.chinese_page(ROOT / name)
    assert (ROOT / editions.PAGES[name]).read_text("utf-8") == made, "run: python -m translations pages"


def test_the_glossary_leads_to_its_notation_by_a_name_that_jupyterlab_keeps():
    """JupyterLab makes other anchors of headings than GitHub, and finds none that is not ASCII."""
    for text in (editions.GLOSSARY.read_text("utf-8"), pages.chinese_page(editions.GLOSSARY)):
        led = re.findall(r'<a href="#(\w+)">|\]\(#(.+?)\)', text)
        assert led == [("letters", "")]
        assert re.search(r'\n\n<a id="letters"></a>\n\n## [^\n]*记号', text)
