"""What the programs say, in the reader's language: `say("the number is wrong")` gives 数值不对 in Chinese.

The programs are written in English. What a program says is looked up in the catalogue `messages.po` as it
stands, then by the templates that it may have been made of, then line by line. What is not found stays
English: what a library says, names, code.
"""

from __future__ import annotations

import functools
import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping

from launcher.languages import CHINESE, ENGLISH
from translations.sources import PLACE, has_words, without_brackets

FEWEST_LETTERS = 3  # that a template must have to be recognised: "{0} of {1}" fits everywhere
DEEPEST = 6
MOST_READINGS = 12  # of a text as made of one template
PIECES = "; "
JOINTS = (" Or: ", " And: ", PIECES, ": ", ", ")
SIGNS = {"; ": "；", ": ": "：", ", ": "，"}
HAN, LATIN = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[A-Za-z0-9]")
WIDE = re.compile(r"[\u3400-\u9fff，。；：？！、（）]")
TASK = re.compile(r"task(\d+)")
CLOSING = "，。；：？！、）》”’%"


class Speaker:
    """Says things in one language.

    Args:
        language: "en" or "zh".
        known: {English: Chinese}; nothing for English.
    """

    def __init__(self, language: str = ENGLISH, known: Mapping[str, str] | None = None):
        self.language, self.known = language, dict(known or {})
        self.heard: dict[str, str] = {}  # what was said before
        found = sorted((text for text in self.known if is_template(text)), key=literal_letters, reverse=True)
        self.templates = [Template(text) for text in found]

    def __call__(self, text: str, *values: str) -> str:
        """A text in this language.

        Args:
            text: English; a template where there are values: "{0} of {1}".
            values: what is put into its places, said already.
        """
        if self.language != ENGLISH:
            text = self.known.get(text, text) if values else self.said(text)
        return filled(text, {str(number): str(value) for number, value in enumerate(values)})

    def said(self, text: str, depth: int = 0) -> str:
        """A whole text, with the white space around it as it was."""
        core = text.strip()
        if not core or depth > DEEPEST:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if core not in self.heard:
            self.heard[core] = self.core(core, depth)
        return before + self.heard[core] + after

    def core(self, text: str, depth: int) -> str:
        """A text without white space around it."""
        if text in self.known:
            return self.known[text]
        if task := TASK.fullmatch(text):
            return f"任务 {task[1]}"
        made = self.by_template(text, depth)
        if made is None and "\n" in text:
            made = "\n".join(self.said(line, depth + 1) for line in text.split("\n"))
        return self.by_parts(text, depth) if made is None else made

    def by_template(self, text: str, depth: int) -> str | None:
        """A text that was made of a template, its values said too; None when it was made of none.

        Where several fit, or one in several ways, the first counts whose values can all be said.
        """
        second = None
        for template in self.templates:
            readings = list(template.readings(text))
            readings.sort(key=lambda values: -sum(value in self.known for value in values.values()))
            for values in readings:
                said = {name: self.said(value, depth + 1) for name, value in values.items()}
                made = filled(self.known[template.text], said)
                if all(is_said(value, said[name]) for name, value in values.items()):
                    return made
                second = second or made
        return self.by_pieces(text, depth) or second

    def by_pieces(self, text: str, depth: int) -> str | None:
        """A row of texts, if each of them can be said; else None."""
        pieces = text.split(PIECES) if "\n" not in text else [text]
        if len(pieces) == 1:
            return None
        said = [self.said(piece, depth + 1) for piece in pieces]
        return SIGNS[PIECES].join(said) if all(map(is_said, pieces, said)) else None

    def by_parts(self, text: str, depth: int) -> str:
        """A text that is several, joined; what of it is not known stays."""
        for joint in JOINTS:
            for place in re.finditer(re.escape(joint), text):
                parts = text[: place.start()], text[place.end() :]
                said = [self.said(part, depth + 1) for part in parts]
                if said[0] != parts[0] and (said[1] != parts[1] or joint == ": "):
                    return self.joint(joint).join(said)
                if joint == ": " and said[1] != parts[1]:
                    return self.joint(joint).join(said)
        return text

    def joint(self, joint: str) -> str:
        """What joins two texts."""
        return SIGNS.get(joint) or self.known.get(joint.strip(), joint)

    def wrapped(self, text: str, width: int) -> str:
        """A text in lines of at most so many columns; a Chinese sign takes two."""
        return textwrap.fill(text, width) if self.language == ENGLISH else "\n".join(lines_of(text, width))

    def padded(self, text: str, width: int) -> str:
        """A text moved to the right end of so many columns."""
        return " " * (width - columns(text)) + text


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

        A template of one line makes no text of several. Brackets are closed within a value, and a colon
        divides values, where it stands outside of brackets.
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


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def lines_of(text: str, width: int) -> list[str]:
    """Cut a text at blanks and between Chinese signs; no line begins with a closing sign."""
    lines = [""]
    for piece in re.findall(r"[^\s\u2e80-\uffef]+|\s+|[\u2e80-\uffef]", text):
        piece = re.sub(r"\s+", " ", piece)
        if columns(lines[-1] + piece.rstrip()) > width and lines[-1] and piece not in CLOSING:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


IN_ENGLISH = Speaker()


@functools.cache
def speaker(language: str) -> Speaker:
    """What says things in a language."""
    if language != CHINESE:
        return IN_ENGLISH
    from translations.messages import known  # reading catalogues needs packages

    return Speaker(language, known())
