"""What a block and its translation have in common: code, formulas, links, tags, lists, tables."""

from __future__ import annotations

import collections
import re

FENCES = re.compile(r"(```+|~~~+).*?\1", re.DOTALL)
DISPLAYED = re.compile(r"\$\$.*?\$\$", re.DOTALL)
CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
FORMULA = re.compile(r"(?<![\\$])\$(?!\s)([^$\n]+?)(?<!\s)\$(?![\d$])")
LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")


def frame(block: str) -> dict[str, collections.Counter]:
    """{kind: how often each piece of it occurs} of all in a block that no translation may change."""
    found = {}
    for kind, pattern in (("a fence", FENCES), ("a displayed formula", DISPLAYED)):
        found[kind] = collections.Counter(match[0] for match in pattern.finditer(block))
        block = pattern.sub(" ", block)
    found["code"] = collections.Counter(match[2] for match in CODE.finditer(block))
    block = CODE.sub(" ", block)
    found["a formula"] = collections.Counter(match[1] for match in FORMULA.finditer(block))
    block = FORMULA.sub(" ", block)
    found["a link"] = collections.Counter(LINK.findall(block))
    found["a tag"] = collections.Counter(TAG.findall(block))
    lines = block.splitlines()
    found["a heading"] = collections.Counter(re.findall(r"^[> ]*(#+) ", block, re.MULTILINE))
    found["the mark of a list"] = collections.Counter(
        re.findall(r"^[> ]*(?:([-*+])|(\d+\.)) ", block, re.MULTILINE)
    )
    found["a quoted line"] = collections.Counter({">": sum(line.startswith(">") for line in lines)})
    found["the bars of a table"] = collections.Counter(
        line.count("|") - line.count("\\|") for line in lines if line.lstrip("> ").startswith("|")
    )
    return found


def differences(english: str, translation: str) -> list[str]:
    """What of the markup is not the same in a block and its translation, in words; [] when all is."""
    one, other = frame(english), frame(translation)
    told = []
    for kind in one:
        if missing := one[kind] - other[kind]:
            told.append(f"{kind} is missing: {sorted(map(str, missing.elements()))}")
        if added := other[kind] - one[kind]:
            told.append(f"{kind} is new: {sorted(map(str, added.elements()))}")
    plain = FORMULA.sub(" ", CODE.sub(" ", FENCES.sub(" ", translation)))
    if plain.count("**") % 2:
        told.append("a bold text is not closed")
    return told
