"""Cuts markdown into blocks, the units that are translated, and puts them together again.

A block ends at an empty line. Fences, displayed formulas and HTML elements with empty lines in them stay
whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable

FENCE = re.compile(r"\s*(```+|~~~+)")
FORMULA = "$$"
OPENS = re.compile(r"<(details|table|div|figure|pre|ul|ol|section)\b", re.IGNORECASE)
LISTED = re.compile(r"```(?:console)?\n")  # a fence of commands or files, not of a program
BESIDE = re.compile(r"^ *\S.*? {2,}(?:# )?(\S.*)$", re.MULTILINE)  # in columns: a comment, or what a file is
NOT_WORDS = re.compile(r"(```+|~~~+).*?\1|\$\$.*?\$\$|`[^`]*`|\$[^$\n]+\$|<[^>]*>", re.DOTALL)


def split(markdown: str) -> list[str]:
    """The pieces of a markdown text: blocks and, between them, what separates them.

    Returns:
        texts whose join is the markdown; those at even places are blocks (the first and the last may be
        empty), those at odd places are line ends.
    """
    pieces, block, depth, fence, in_formula = [], "", 0, None, False
    for line in markdown.splitlines(keepends=True):
        if not line.strip() and not (fence or in_formula or depth) and block.endswith("\n"):
            pieces += [block.rstrip("\n"), "\n" * (len(block) - len(block.rstrip("\n"))) + line]
            block = ""
            continue
        if not block and pieces and not line.strip():
            pieces[-1] += line
            continue
        block += line
        fence, in_formula, depth = after(line, fence, in_formula, depth)
    return [*pieces, block]


def after(line: str, fence: str | None, in_formula: bool, depth: int) -> tuple[str | None, bool, int]:
    """What is open after a line: the fence, a displayed formula, HTML elements."""
    mark = FENCE.match(line)
    if fence:
        return (None if mark and mark[1].startswith(fence) else fence), in_formula, depth
    if mark and not in_formula:
        return mark[1], in_formula, depth
    if line.count(FORMULA) % 2:
        in_formula = not in_formula
    for name in OPENS.findall(line):
        depth += 1 if name else 0
    depth -= len(re.findall(r"</(?:details|table|div|figure|pre|ul|ol|section)>", line, re.IGNORECASE))
    return fence, in_formula, max(0, depth)


def has_words(block: str) -> bool:
    """Whether anything in a block is language: letters outside code, formulas and tags.

    A block of indented lines is code.
    """
    if all(line.startswith("    ") for line in block.splitlines()):
        return False
    return bool(re.search(r"[^\W\d_]", NOT_WORDS.sub(" ", block)))


def page_split(markdown: str) -> list[str]:
    """As :func:`split`, for a page with long tables: each row is a block of its own.

    So is what stands beside each line of a list of commands or files; the commands are between the blocks.
    """
    pieces = []
    for piece in split(markdown):
        rows = re.split(r"(\n)(?=\|)", piece) if piece.startswith("|") else [piece]
        pieces += beside(piece) if LISTED.match(piece) else rows
    return pieces


def beside(fence: str) -> list[str]:
    """A fence cut into what stands beside its lines, at even places, and all the rest, at odd ones."""
    pieces, end = [""], 0
    for found in BESIDE.finditer(fence):
        pieces += [fence[end : found.start(1)], found[1]]
        end = found.end()
    return [*pieces, fence[end:], ""] if end else [fence]


def blocks(markdown: str, cut: Callable[[str], list[str]] = split) -> list[str]:
    """The blocks of a markdown text that have to be translated, in their order."""
    return [piece for piece in cut(markdown)[::2] if has_words(piece)]


def translate(
    markdown: str, translation_of: Callable[[str], str], cut: Callable[[str], list[str]] = split
) -> str:
    """A markdown text with each of its blocks translated; all that is between them stays.

    Args:
        markdown: the English text.
        translation_of: what gives the translation of a block of :func:`blocks`.
        cut: how it is cut: `split`, or `page_split`.
    """
    pieces = cut(markdown)
    pieces[::2] = [translation_of(piece) if has_words(piece) else piece for piece in pieces[::2]]
    return "".join(pieces)
