"""What students wrote, made fit to be shown: text that prints, and markdown without HTML, links or pictures.

Signs are parted with a blank of no width, wherever they stand: so it does not matter where a renderer sees
code, mathematics or text, and the eye sees what the student wrote.
"""

from __future__ import annotations

import re
from typing import Any

import mistune

THIN = "\u200b"  # has no width
LONGEST = 20_000  # characters that are rendered: more takes a renderer minutes, and nobody writes it by hand
# What colours a terminal.
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")
# Control signs, halves of an emoji, and signs that turn the direction of what follows.
UNPRINTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
# A tag, a comment or an address in angle brackets; a link, an image or where one leads; macros of MathJax
# that make links, attributes or signs by number, or load something.
PARTED = (
    re.compile(r"<(?=[A-Za-z/!?])"),
    re.compile(r"\](?=[(\[:])"),
    re.compile(r"\\(?=(?:href|url|unicode|require|class|cssId|style|data|mmlToken|html\w*)(?![A-Za-z]))"),
)


def printable(value: Any) -> Any:
    """A text without signs that cannot be written or printed; also in lists, tuples and dicts."""
    if isinstance(value, str):
        return UNPRINTED.sub("\ufffd", ESCAPES.sub("", value.replace("\r\n", "\n").replace("\r", "\n")))
    if isinstance(value, dict):
        return {printable(key): printable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(printable(part) for part in value)
    return value


def shortened(text: str) -> str:
    """The beginning of a very long text, and how much is missing."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n\n… ({len(text) - LONGEST} more characters are in the hand-in)"


def harmless_markdown(text: str) -> str:
    """Markdown that looks the same, and in which no tag, link or image is left for any renderer."""
    text = shortened(printable(text))
    for pattern in PARTED:
        text = pattern.sub(lambda found: found[0] + THIN, text)
    return text


class TextOnly(mistune.HTMLRenderer):
    """Tables, lists, code and emphasis as HTML; all else as text, a link with its address."""

    def __init__(self):
        super().__init__(escape=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        address = mistune.escape(url)
        return address if text == address else f"{text} ({address})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"[picture: {text}] ({mistune.escape(url)})"

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<p><strong>{text}</strong></p>\n"

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre>{mistune.escape(code)}</pre>\n"


def as_formula(renderer: mistune.HTMLRenderer, text: str) -> str:
    """A formula as it was typed."""
    return f"<code>{mistune.escape(text)}</code>"


def as_formula_block(renderer: mistune.HTMLRenderer, text: str) -> str:
    """A formula on lines of its own, as it was typed."""
    return f"<pre>{mistune.escape(text)}</pre>\n"


def new_renderer() -> mistune.Markdown:
    render = mistune.create_markdown(renderer=TextOnly(), plugins=["table", "strikethrough", "math"])
    render.renderer.register("inline_math", as_formula)
    render.renderer.register("block_math", as_formula_block)
    return render


def markdown_html(text: str) -> str:
    """A student's markdown as HTML: with tables, and without links, pictures or any HTML of theirs."""
    text = shortened(printable(text))
    try:
        return new_renderer()(text)
    except Exception:  # a renderer's own fault must not cost a page: the text is readable as it is
        return f"<pre>{mistune.escape(text)}</pre>"
