"""Pairs of students whose answers are more alike than two people's usually are. Flagged, never punished.

Answers are compared as programs, not as texts: names, numbers, comments and spaces do not count. What
stands in the handed-out notebook counts for nobody, and what many students share is what the task asks for.
"""

from __future__ import annotations

import io
import keyword
import tokenize

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

PIECE = 8  # tokens in a row
LEAST_PIECES = 30  # shorter answers prove nothing
THRESHOLD = 0.85
COMMON = 0.3  # a piece that so many students have is the task's, not theirs
BLOCK = 500  # students compared with all others at a time
LONGEST = 50_000  # characters of a student's answers: nobody writes more by hand
SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}


def normal_tokens(source: str) -> list[str]:
    """A program as tokens, names but keywords as "v", numbers as "0", strings as "s"."""
    kinds = {tokenize.NUMBER: "0", tokenize.STRING: "s", tokenize.INDENT: ">", tokenize.DEDENT: "<"}
    tokens = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME:
                tokens.append(token.string if keyword.iskeyword(token.string) else "v")
            elif token.type not in SKIPPED:
                tokens.append(kinds.get(token.type, token.string.strip() or ";"))
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError):
        pass  # what could be read counts
    return tokens


def pieces(source: str) -> list[str]:
    """All runs of PIECE tokens of a program."""
    tokens = normal_tokens(source)
    return [" ".join(tokens[i : i + PIECE]) for i in range(len(tokens) - PIECE + 1)]


def similar_pairs(
    answers: dict[str, str], handed_out: str = "", threshold: float = THRESHOLD
) -> list[tuple[str, str, float]]:
    """Pairs of students with alike answers.

    Args:
        answers: {student: all answers of a homework as one text}.
        handed_out: the notebook's own text.
        threshold: the least share of common pieces (Jaccard index) of a pair that is told.

    Returns:
        (student, student, share), the most alike first.
    """
    students = sorted(answers)
    own = set(pieces(handed_out))
    found = [
        [piece for piece in dict.fromkeys(pieces(answers[student][:LONGEST])) if piece not in own]
        for student in students
    ]
    if not any(found):
        return []
    counts = (
        CountVectorizer(analyzer=lambda part: part, binary=True, dtype=np.int32).fit_transform(found).tocsr()
    )
    if len(students) >= 20:
        shared = np.asarray((counts > 0).sum(axis=0)).ravel()
        counts = counts[:, shared <= COMMON * len(students)]
    sizes = np.asarray(counts.sum(axis=1)).ravel()
    pairs = []
    for start in range(0, len(students), BLOCK):
        common = (counts[start : start + BLOCK] @ counts.T).tocoo()
        for row, column, both in zip(common.row + start, common.col, common.data, strict=True):
            if row < column and min(sizes[row], sizes[column]) >= LEAST_PIECES:
                share = both / (sizes[row] + sizes[column] - both)
                if share >= threshold:
                    pairs.append((students[row], students[column], float(share)))
    return sorted(pairs, key=lambda pair: -pair[2])
