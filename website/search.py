"""A search that finds Chinese: each pair of neighbouring characters is a word of the index.

Sphinx's own needs a dictionary that is not installed, and its script in the page stops with an error
(sphinx#14229: `ChineseStemmer is not defined`).
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx
from sphinx.search import languages
from sphinx.search.en import SearchEnglish

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
IS_HAN = re.compile(f"[{HAN}]")

SPLITTER = f"""
function splitQuery(query) {{
  const words = [];
  for (const piece of query.match(/[{HAN}]+|(?:(?![{HAN}])[\\p{{L}}\\p{{N}}_])+/gu) || []) {{
    const characters = [...piece];
    if (characters.length < 2 || !/[{HAN}]/.test(piece)) words.push(piece);
    else for (let i = 1; i < characters.length; i++) words.push(characters[i - 1] + characters[i]);
  }}
  return words;
}}
"""


def words_of(text: str) -> list[str]:
    """The words of a text: Latin ones whole; of Chinese every character and every pair of neighbours."""
    words = []
    for piece in re.sub(rf"(?<=[{HAN}])(?=[^{HAN}])|(?<=[^{HAN}])(?=[{HAN}])", " ", text).split():
        for part in re.findall(r"\w+", piece):
            words += pairs(part) if IS_HAN.match(part) else [part]
    return words


def pairs(run: str) -> list[str]:
    """Every character of a run, and every two neighbours."""
    return [*run, *(run[i - 1 : i + 1] for i in range(1, len(run)))]


class Chinese(SearchEnglish):
    """Pairs of characters; the Latin words beside them as in English."""

    lang, language_name = "zh", "Chinese"
    js_splitter_code = SPLITTER

    def split(self, input: str) -> list[str]:
        return words_of(input)


def setup(app: Sphinx) -> dict:
    languages["zh"] = Chinese
    return {"parallel_read_safe": True, "parallel_write_safe": True}
