"""What the programs say, in the reader's language: `say("the number is wrong")` gives 数值不对 in Chinese.

The programs are written in English. What a program says is looked up in the catalogue `messages.po` as it
stands, then by the templates that it may have been made of, then line by line. What is not found stays
English: what a library says, names, code.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Mapping

from launcher.languages import ENGLISH
from launcher.templates import Template, filled, is_said, is_template, literal_letters

DEEPEST = 6
PIECES = "; "
JOINTS = (" Or: ", " And: ", PIECES, ": ", ", ")
SIGNS = {"; ": "；", ": ": "：", ", ": "，"}
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

        Where several fit, or one in several ways, the first counts whose values can all be said; of those
        of several lines the first that fits: it has the most words.
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
            if readings and template.is_long:
                return second
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
