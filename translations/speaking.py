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
from collections.abc import Mapping

from launcher.languages import CHINESE, ENGLISH

PLACE = re.compile(r"\{(\w+)\}")
FEWEST_LETTERS = 4  # that a template must have to be recognised: "{0} of {1}" fits everywhere
DEEPEST = 6
JOINTS = (" Or: ", " And: ", "; ", ": ", ", ")
WIDE = {"; ": "；", ": ": "：", ", ": "，"}
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
        found = sorted((text for text in self.known if is_template(text)), key=literal_letters, reverse=True)
        self.templates = [(*pattern_of(text), text) for text in found]

    def __call__(self, text: str, *values: str) -> str:
        """A text in this language.

        Args:
            text: English; a template where there are values: "{0} of {1}".
            values: what is put into its places, said already.
        """
        if self.language != ENGLISH:
            text = self.known.get(text, text) if values else self.said(text)
        return filled(text, dict(zip(map(str, range(len(values))), values, strict=True)))

    def said(self, text: str, depth: int = 0) -> str:
        """A whole text, with the white space around it as it was."""
        core = text.strip()
        if not core or depth > DEEPEST:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return before + self.core(core, depth) + after

    def core(self, text: str, depth: int) -> str:
        if text in self.known:
            return self.known[text]
        if task := TASK.fullmatch(text):
            return f"任务 {task[1]}"
        made = self.by_template(text, depth)
        if made is None and "\n" in text:
            made = "\n".join(self.said(line, depth + 1) for line in text.split("\n"))
        return self.by_parts(text, depth) if made is None else made

    def by_template(self, text: str, depth: int) -> str | None:
        """A text that was made of a template, its values said too; None when it was made of none."""
        for pattern, names, template in self.templates:
            if found := pattern.fullmatch(text):
                values = {
                    name: self.said(value, depth + 1) for name, value in zip(names, found.groups(), strict=True)
                }
                return filled(self.known[template], values)
        return None

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
        return WIDE.get(joint) or self.known.get(joint.strip(), joint)

    def wrapped(self, text: str, width: int) -> str:
        """A text in lines of at most so many columns; a Chinese sign takes two."""
        return textwrap.fill(text, width) if self.language == ENGLISH else "\n".join(lines_of(text, width))

    def padded(self, text: str, width: int) -> str:
        """A text moved to the right end of so many columns."""
        return " " * (width - columns(text)) + text


def is_template(text: str) -> bool:
    """Whether a message has places, and enough beside them to be recognised by."""
    return bool(PLACE.search(text)) and literal_letters(text) >= FEWEST_LETTERS


def literal_letters(text: str) -> int:
    return sum(sign.isalpha() for sign in PLACE.sub("", text))


def pattern_of(template: str) -> tuple[re.Pattern, list[str]]:
    """What the texts made of a template look like, and the names of its places in their order."""
    parts = PLACE.split(template)
    seen, pattern = [], ""
    for number, part in enumerate(parts):
        if number % 2 == 0:
            pattern += re.escape(part)
        elif part in seen:
            pattern += f"(?P=p_{part})"
        else:
            pattern += f"(?P<p_{part}>.*?)"
            seen.append(part)
    return re.compile(pattern, re.DOTALL), seen


def filled(text: str, values: Mapping[str, str]) -> str:
    """A template with its values; other braces stay."""
    return PLACE.sub(lambda place: values.get(place[1], place[0]), text) if values else text


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
