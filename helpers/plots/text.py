"""Titles and names that fit where they stand."""

import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Any


def wrap_title(title: str | None, width: float) -> str:
    """Breaks ``title`` into lines that fit a figure ``width`` inches wide."""
    return fill(title or "", max(12, int(9.5 * width)))


def fill(text: str, letters: int, **options: Any) -> str:
    """Breaks ``text`` into lines of so many Latin letters; a Chinese character takes the room of two."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return textwrap.fill(text, max(1, letters * len(text) // (len(text) + wide or 1)), **options)


def class_name(index: int, classes: Sequence[Any] | None) -> str:
    """The name of a class; its number where there are no names."""
    if classes is None:
        return str(index)
    if not 0 <= index < len(classes):
        raise ValueError(
            f"class {index} has no name: classes holds {len(classes)} names, for 0 to {len(classes) - 1}; "
            "classes are numbered from 0"
        )
    return str(classes[index])
