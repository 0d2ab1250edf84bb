"""What is held of Chinese sentences: punctuation, spaces, no English by accident, emphasis that is drawn."""

from __future__ import annotations

import re
import unicodedata

from translations.markup import CODE, DISPLAYED, FENCES, FORMULA

REFERENCE = re.compile(r"^- .*\*.+\*.*$", re.MULTILINE)  # of a paper: title, journal, names
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WIDE = "，。；：？！、（）《》〈〉“”‘’「」『』【】…—"
LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\]\([^)]*\)")
QUOTED = re.compile(r"[“\"](.*?)[”\"]|(?<!\*)\*([^*\n]+)\*(?!\*)|《([^》]*)》")
ENGLISH = re.compile(r"(?:\b[A-Za-z][A-Za-z'’-]*[,;:]? +){5,}[A-Za-z'’-]+")

RULES = {
    "a narrow sign beside Chinese; write it wide": re.compile(rf"[{HAN}][,;:?!](?!\S*//)|[,;:?!][{HAN}]"),
    "a full stop after Chinese; write 。": re.compile(rf"[{HAN}]\.(?![A-Za-z0-9])"),
    "narrow brackets around Chinese; write （）": re.compile(rf"\([^()]*[{HAN}][^()]*\)"),
    "no space between Chinese and Latin": re.compile(rf"[{HAN}]\x02?[A-Za-z0-9]|[A-Za-z0-9%]\x02?[{HAN}]"),
    "no space between Chinese and code or a formula": re.compile(rf"[{HAN}]\x02?\x01|\x01\x02?[{HAN}]"),
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
    told += [f"bold that is not drawn: {around(text, mark)}" for mark in not_drawn(text)]
    plain = re.sub(r"<[^>]*>", "\x03", LINK.sub(r"\1", text)).replace("**", "\x02")
    for name, pattern in RULES.items():
        told += [f"{name}: {around(plain, found)}" for found in pattern.finditer(plain)]
    text = REFERENCE.sub(" ", text)
    loose = QUOTED.sub(" · ", re.sub(r"<[^>]*>", " ", LINK.sub(" · ", text)).replace("**", ""))
    told += [f"English: {found[0][:80]}" for found in ENGLISH.finditer(loose)]
    return told


def not_drawn(text: str) -> list[re.Match]:
    """The marks of bold text that CommonMark takes for stars: beside a sign, with a letter outside.

    Source: CommonMark 0.31, 6.2, left- and right-flanking runs.
    """
    found = []
    for number, mark in enumerate(re.finditer(r"\*\*", text)):
        before, after = text[: mark.start()][-1:], text[mark.end() :][:1]
        inner, outer = (after, before) if number % 2 == 0 else (before, after)
        if not inner.strip() or (is_sign(inner) and outer.strip() and not is_sign(outer)):
            found.append(mark)
    return found


def is_sign(character: str) -> bool:
    """Whether a character is punctuation or a symbol, as CommonMark has it."""
    return unicodedata.category(character)[0] in "PS"


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character in a text."""
    return bool(re.search(f"[{HAN}]", text))


def around(text: str, found: re.Match) -> str:
    """A match with its neighbours, for a message."""
    part = text[max(0, found.start() - 12) : found.end() + 12]
    return repr(part.replace("\x01", "`…`").replace("\x02", "**").replace("\x03", "<…>"))
