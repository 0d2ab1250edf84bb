"""A search that finds Chinese: each pair of neighbouring characters is a word of the index.

Sphinx's own needs a dictionary that is not installed, and its script in the page stops with an error
(sphinx#14229: `ChineseStemmer is not defined`).
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.search import languages
from sphinx.search.en import SearchEnglish

from website.pairs import SPLITTER, words_of


class English(SearchEnglish):
    """As Sphinx has it, and compounds joined as well; Chinese, as in the glossary, by pairs of characters."""

    js_splitter_code = SPLITTER

    def split(self, input: str) -> list[str]:
        return words_of(input)


class Chinese(English):
    """The same; the Latin words are cut and found as in English."""

    lang = "zh"  # the language's name stays: the page's stemmer is called after it


def setup(app: Sphinx) -> dict:
    languages["en"], languages["zh"] = English, Chinese
    return {"parallel_read_safe": True, "parallel_write_safe": True}
