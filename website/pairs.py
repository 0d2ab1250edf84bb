"""Cuts texts into the words of the search: Latin words, and pairs of neighbouring Chinese characters."""

from __future__ import annotations

import re

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
CHARACTER = rf"(?!的)[{HAN}]"  # the particle belongs to no word
PIECE = re.compile(rf"(?:{CHARACTER})+|(?:(?![{HAN}])\w)+")
COMPOUND = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)+")
IS_HAN = re.compile(f"[{HAN}]")

# The same in the page, for what a reader types: of one character itself, of more the pairs. A page has to
# have all of them: Sphinx itself asks for words of three letters and more.
SPLITTER = f"""
function splitQuery(query) {{
  const words = [];
  for (const piece of query.match(/(?:{CHARACTER})+|(?:(?![{HAN}])[\\p{{L}}\\p{{N}}_])+/gu) || []) {{
    const characters = [...piece];
    if (characters.length < 2 || !/[{HAN}]/.test(piece)) words.push(piece);
    else for (let i = 1; i < characters.length; i++) words.push(characters[i - 1] + characters[i]);
  }}
  return words;
}}

const searchTerms = Search.performTermsSearch;
Search.performTermsSearch = (words, excluded) => {{
  const {{ terms, titleterms, docnames }} = Search._index;
  const chinese = [...words].filter((word) => /[{HAN}]/.test(word));
  return searchTerms(words, excluded).filter(([page]) => {{
    const number = docnames.indexOf(page);
    return chinese.every((word) => [terms[word], titleterms[word]].flat().includes(number));
  }});
}};
"""


def words_of(text: str) -> list[str]:
    """The words of a text: Latin ones whole; of Chinese every character and every pair of neighbours.

    Compounds stand there joined as well: who types "backpropagation" finds "back-propagation".
    """
    words = [found.replace("-", "") for found in COMPOUND.findall(text)]
    for piece in PIECE.findall(text):
        words += pairs(piece) if IS_HAN.match(piece) else [piece]
    return words


def pairs(run: str) -> list[str]:
    """Every character of a run, and every two neighbours."""
    return [*run, *(run[i - 1 : i + 1] for i in range(1, len(run)))]
