"""A text that is on every reader's disk: the manual of ``torch.nn``, whole, as characters and as words.

The text comes out of the installed package (PyTorch, BSD-3-Clause licence).
"""

import inspect
import re
from collections import Counter
from typing import NamedTuple

import torch
from torch import Tensor, nn

__all__ = ["WordWindows", "manual", "manual_pages", "rows_of_letters", "word_windows", "words_of"]

UNKNOWN = 0  # the number of a word that is not in the vocabulary


class WordWindows(NamedTuple):
    """Pieces of text as numbers of words (N, T), and the kind of page (N,) from which each comes."""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    vocabulary: list[str]  # the words 1, 2, …; 0 is any other
    twins: Tensor  # (N,) bool: the held-out pieces that stand word for word on a page to learn from


def manual_pages() -> dict[str, list[str]]:
    """Source file of ``torch.nn`` → the documentation of each of its classes, in alphabetical order.

    Lines with a web address or with letters outside ASCII are left out.
    """
    pages: dict[str, list[str]] = {}
    for _, kind in sorted(vars(nn).items()):
        if isinstance(kind, type) and issubclass(kind, nn.Module) and kind.__doc__:
            lines = inspect.cleandoc(kind.__doc__).split("\n")
            kept = "\n".join(line for line in lines if line.isascii() and "http" not in line)
            pages.setdefault(kind.__module__.split(".")[-1], []).append(kept)
    return pages


def manual() -> dict[str, str]:
    """Source file of ``torch.nn`` → its whole text, two empty lines behind each class."""
    return {file: "".join(page + "\n\n\n" for page in pages) for file, pages in manual_pages().items()}


def rows_of_letters(text: str, letters: list[str], T: int = 64) -> tuple[Tensor, Tensor]:
    """Numbers of the characters of ``text``, and of those one later: two tensors (N, T).

    Built in notebook 06b, section 2.2. Characters that are not in ``letters`` are left out, and so is the
    end that fills no row.

    Raises:
        ValueError: the text is too short for a row.
    """
    number = {letter: place for place, letter in enumerate(letters)}
    code = torch.tensor([number[letter] for letter in text if letter in number], dtype=torch.int64)
    rows = (len(code) - 1) // T
    if rows < 1:
        raise ValueError(
            f"a row needs {T + 1} characters that are in letters, got {len(code)}: "
            "give a longer text or a smaller T"
        )
    return code[: rows * T].view(rows, T), code[1 : rows * T + 1].view(rows, T)


def words_of(text: str) -> list[str]:
    """Words in small letters, single digits and single signs: ``Conv2d(3)`` → ``conv 2 d ( 3 )``."""
    return re.findall(r"[a-z]+|\d|[^\sa-z\d]", text.lower())


def word_windows(pages: dict[str, list[str]], kinds: list[str], T: int = 16, size: int = 1000) -> WordWindows:
    """Windows of ``T`` words from the pages of each kind; every fourth page is held out as a whole.

    Windows to learn from overlap by half, held-out ones do not.

    Args:
        pages: kind → its pages, as ``manual_pages`` gives them.
        kinds: those to tell apart: kind number 0, 1, …
        T: words in a window.
        size: how many of the most frequent words have a number of their own.

    Raises:
        ValueError: a kind that ``pages`` does not have, or one with fewer than four pages.
    """
    train: list[tuple[list[str], int]] = []
    test: list[tuple[list[str], int]] = []
    learned: set[tuple[str, ...]] = set()  # every piece of a page to learn from, wherever it begins
    for number, kind in enumerate(kinds):
        if len(pages.get(kind, [])) < 4:
            raise ValueError(
                f"kind {kind!r} needs 4 pages, so that one can be held out, got {len(pages.get(kind, []))}: "
                f"choose among {', '.join(name for name in pages if len(pages[name]) >= 4)}"
            )
        for count, page in enumerate(pages[kind]):
            held = count % 4 == 3
            words = words_of(page)
            starts = range(0, len(words) - T + 1, T if held else T // 2)
            (test if held else train).extend((words[start : start + T], number) for start in starts)
            if not held:
                learned.update(tuple(words[start : start + T]) for start in range(len(words) - T + 1))
    counts = Counter(word for words, _ in train for word in words)
    vocabulary = sorted(counts, key=lambda word: (-counts[word], word))[:size]
    place = {word: number for number, word in enumerate(vocabulary, start=1)}
    tensors = []
    for part in (train, test):
        tensors.append(torch.tensor([[place.get(word, UNKNOWN) for word in words] for words, _ in part]))
        tensors.append(torch.tensor([number for _, number in part]))
    twins = torch.tensor([tuple(words) in learned for words, _ in test])
    return WordWindows(*tensors, vocabulary, twins)
