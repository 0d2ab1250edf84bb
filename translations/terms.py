"""The terms of the glossary, and whether a translation uses them."""

from __future__ import annotations

import re
from pathlib import Path

from translations.chinese import REFERENCE
from translations.markup import CODE, DISPLAYED, FENCES, FORMULA

ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| [^|]+ \| \d\d[ab]? \|$", re.MULTILINE)
TITLE = re.compile(r"(?<!\*)\*[^*\n]+\*(?!\*)|\]\([^)]*\)|<code>.*?</code>|<[^>]*>")
# Shorter or other forms of a term that are as right, by what stands around them.
ALSO = {
    "activation": ("激活",),
    "Adam": ("Adam",),
    "attention": ("注意力",),
    "bottleneck": ("瓶颈",),
    "checkerboard": ("棋盘",),
    "dtype": ("数值类型",),
    "epoch": ("轮",),
    "fully connected layer": ("全连接",),
    "gradient clipping": ("裁剪梯度",),
    "mean IoU": ("平均 IoU",),
    "softmax": ("softmax", "Softmax"),
    "warped": ("扭曲",),
}
# English uses these words outside of the term too: a frame of zeros, a loss of hair, lines of code.
EVERYDAY = {"anchor", "code", "delay", "device", "feature", "frame", "gate", "heads", "in place", "kernel"}
EVERYDAY |= {
    "key",
    "loss",
    "margin",
    "mask",
    "noise",
    "parameter",
    "patches",
    "precision",
    "query",
    "sequence",
}
EVERYDAY |= {"stride", "strides", "temperature", "track", "value", "view", "weight"}


def terms(glossary: Path) -> dict[str, str]:
    """{English: Chinese} of all rows of the glossary."""
    return dict(ROW.findall(glossary.read_text(encoding="utf-8")))


def words_of(block: str) -> str:
    """A block without what is not translated: code, formulas, titles of papers."""
    for pattern in (FENCES, DISPLAYED, CODE, FORMULA, REFERENCE, TITLE):
        block = pattern.sub(" ", block)
    return block


def used(english: str, known: dict[str, str]) -> list[str]:
    """The terms that occur in an English block, in the singular or the plural."""
    words = words_of(english)
    return [term for term in known if pattern_of(term).search(words)]


def pattern_of(term: str) -> re.Pattern:
    """A term as a word of its own. Names are met as they are written only."""
    name = not term.islower() and not term.istitle()
    return re.compile(rf"(?<![\w-]){re.escape(term)}(?:s|es)?(?![\w-])", 0 if name else re.IGNORECASE)


def has_term(chinese: str, term: str, known: dict[str, str]) -> bool:
    """Whether a translation has the Chinese of a term; names may stay as they are."""
    latin = () if re.fullmatch(r"[a-z -]+", term) else (term,)
    return any(form in chinese for form in (known[term], *ALSO.get(term, ()), *latin))
