"""Texts with places, such as "{0} of {1}", and the texts that were made of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping

FEWEST_LETTERS = 3  # that a template must have to be recognised: "{0} of {1}" fits everywhere
MOST_READINGS = 12  # of a text as made of one template
PLACE = re.compile(r"\{(\w*)\}")
IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^][]*\]|\{[^{}]*\}|'[^']*'")
CODE_WORDS = frozenset({"lambda", "if", "else", "import", "return", "def"})
WORD = re.compile(r"[A-Za-z]?[a-z’'-]+[,.:;?!]*")
HAN, LATIN = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[A-Za-z0-9]")
WIDE = re.compile(r"[\u3400-\u9fff，。；：？！、（）]")


class Template:
    """A message with places, and the texts that are made of it."""

    def __init__(self, text: str):
        self.text, self.has_colon = text, ": " in text
        self.is_long = "\n" in text
        self.names: list[str] = []
        self.open: set[str] = set()  # places that a colon may stand in
        parts, self.pattern = PLACE.split(text), ""
        for number, part in enumerate(parts):
            if number % 2 == 0:
                self.pattern += re.escape(part)
            elif part in self.names:
                self.pattern += f"(?P=p_{part})"
            else:
                # The first value may be asked to be longer: see `readings`.
                size = "*" if self.names else "{%d,}"
                self.pattern += f"(?P<p_{part}>.{size}?)"
                self.names.append(part)
                between = bool(parts[number - 1] and parts[number + 1])
                self.open |= {part} if between or parts[number - 1].endswith(("(", ", ")) else set()
        self.literals = [part for part in parts[::2] if part]

    def readings(self, text: str) -> Iterator[dict[str, str]]:
        """The values that the template was filled with to give a text, in every way that makes sense.

        A template of one line makes no text of several. In that of one line brackets are closed within a
        value, and a colon divides values, where it stands outside of brackets.
        """
        if self.is_long != ("\n" in text) or not all(part in text for part in self.literals):
            return
        least = 0
        for _ in range(MOST_READINGS):
            pattern = self.pattern.replace("{%d,}", f"{{{least},}}")
            found = re.fullmatch(pattern, text, re.DOTALL)
            if found is None:
                return
            values = dict(zip(self.names, found.groups(), strict=True))
            if all(self.may_be(name, value) for name, value in values.items()):
                yield values
            least = len(values[self.names[0]]) + 1

    def may_be(self, name: str, value: str) -> bool:
        """Whether a place may hold a value."""
        # Several lines that fit are no chance: a path, or what a program said, may be anything.
        if self.is_long:
            return True
        return is_closed(value) and (self.has_colon or name in self.open or not has_colon(value))


def is_closed(value: str) -> bool:
    """Whether each bracket of a text has its other one; what was cut off has not."""
    return value.endswith("…") or all(
        value.count(one) == value.count(other) for one, other in ("()", "[]", "{}")
    )


def has_colon(value: str) -> bool:
    """Whether a colon divides a text, outside of brackets."""
    return ": " in without_brackets(value)


def is_said(text: str, said: str) -> bool:
    """Whether a text was found, or holds no words that could be."""
    return said != text or not has_words(text)


def is_template(text: str) -> bool:
    """Whether a message has places, and enough beside them to be recognised by."""
    return bool(PLACE.search(text)) and literal_letters(text) >= FEWEST_LETTERS


def literal_letters(text: str) -> int:
    return sum(sign.isalpha() for sign in PLACE.sub("", text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A template with its values; other braces stay."""
    pieces = PLACE.split(text) if values else [text]
    pieces[1::2] = [values.get(name, f"{{{name}}}") for name in pieces[1::2]]
    return functools.reduce(joined, pieces)


def joined(one: str, other: str) -> str:
    """Two parts of a text, with a blank between Chinese and Latin, and none between Chinese and Chinese."""
    sides = one[-1:], other[:1]
    if any(a.match(sides[0]) and b.match(sides[1]) for a, b in ((HAN, LATIN), (LATIN, HAN))):
        return f"{one} {other}"
    if WIDE.match(one[-2:-1]) and one.endswith(" ") and WIDE.match(other[:1]):
        return one[:-1] + other
    if WIDE.match(one[-1:]) and other.startswith(" ") and WIDE.match(other[1:2]):
        return one + other[1:]
    return one + other


def without_brackets(text: str) -> str:
    """A text without what stands in brackets, and brackets in these."""
    while (less := IN_BRACKETS.sub("", text)) != text:
        text = less
    return text


def has_words(text: str) -> bool:
    """Whether a text is language: two words side by side outside of brackets, one of them no code."""
    words = without_brackets(PLACE.sub("X", text)).split()
    plain = [word for word in words if WORD.fullmatch(word) and len(word.strip(",.:;?!")) > 1]
    return len(words) > 1 and any(word.strip(",.:;?!") not in CODE_WORDS for word in plain)
