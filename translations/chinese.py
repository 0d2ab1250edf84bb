"""What is held of Chinese sentences: punctuation, spaces, no English by accident, emphasis that is drawn."""

from __future__ import annotations

import re

from translations.markup import CODE, DISPLAYED, FENCES, FORMULA

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WIDE = "，。；：？！、（）《》〈〉“”‘’「」『』【】…—"
LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\]\([^)]*\)")
QUOTED = re.compile(r"[“\"](.*?)[”\"]|(?<!\*)\*([^*\n]+)\*(?!\*)|《([^》]*)》")
ENGLISH = re.compile(r"(?:\b[A-Za-z][A-Za-z'’-]*[,;:]? +){5,}[A-Za-z'’-]+")
CLOSES_AFTER_SIGN = re.compile(rf"[{WIDE}.,;:?!)%]\*\*(?=[{HAN}A-Za-z0-9])")
OPENS_BEFORE_SIGN = re.compile(rf"(?<=[{HAN}A-Za-z0-9])\*\*[{WIDE}(]")

RULES = {
    "a narrow sign beside Chinese; write it wide": re.compile(rf"[{HAN}][,;:?!](?!\S*//)|[,;:?!][{HAN}]"),
    "a full stop after Chinese; write 。": re.compile(rf"[{HAN}]\.(?![A-Za-z0-9])"),
    "narrow brackets around Chinese; write （）": re.compile(rf"\([^()]*[{HAN}][^()]*\)"),
    "no space between Chinese and Latin": re.compile(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%][{HAN}]"),
    "no space between Chinese and code or a formula": re.compile(rf"[{HAN}]\x01|\x01[{HAN}]"),
    "a space beside a wide sign": re.compile(
        r"(?<=[^\s|>\-.0-9]) [，。；：？！、）]|[，。；：？！、（] (?=[^\s*\[<|])"
    ),
    "您; write 你": re.compile("您"),
}


def problems(translation: str) -> list[str]:
    """What is not as Chinese is printed, in words; [] when nothing is."""
    text = FENCES.sub(" ", translation)
    text = DISPLAYED.sub(" ", text)
    text = CODE.sub("\x01", text)
    text = FORMULA.sub("\x01", text)
    told = []
    for sign in (CLOSES_AFTER_SIGN, OPENS_BEFORE_SIGN):
        told += [f"bold that is not drawn: {around(text, found)}" for found in sign.finditer(text)]
    plain = re.sub(r"<[^>]*>", "", LINK.sub(r"\1", text)).replace("**", "")
    for name, pattern in RULES.items():
        told += [f"{name}: {around(plain, found)}" for found in pattern.finditer(plain)]
    loose = QUOTED.sub(" · ", re.sub(r"<[^>]*>", " ", LINK.sub(" · ", text)).replace("**", ""))
    told += [f"English: {found[0][:80]}" for found in ENGLISH.finditer(loose)]
    return told


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character in a text."""
    return bool(re.search(f"[{HAN}]", text))


def around(text: str, found: re.Match) -> str:
    """A match with its neighbours, for a message."""
    return repr(text[max(0, found.start() - 12) : found.end() + 12].replace("\x01", "`…`"))
