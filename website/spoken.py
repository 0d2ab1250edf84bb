"""In which language a part of a page is to be read aloud, where that is not the page's own."""

from __future__ import annotations

import re

from launcher.languages import ENGLISH
from website.places import tag_of

FIRST_TAG = re.compile(r"\s*<\w+")


def in_english(markup: str) -> str:
    """HTML whose first element, which holds all the others, is said to be in English."""
    return FIRST_TAG.sub(lambda tag: f'{tag[0]} lang="{tag_of(ENGLISH)}"', markup, count=1)
