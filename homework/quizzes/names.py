"""What a question is called in a platform's list, which draws no formulas: plain text."""

from __future__ import annotations

import re

PART = re.compile(r"`(?P<code>[^`]+)`|\$(?P<formula>[^$]+)\$")
STYLE = re.compile(r"\\(?:mathbf|mathcal|mathrm|text)\{(\w+)\}")
SIGNS = {r"^\top": "ᵀ", r"\times": "×", r"\cdot": "·", r"\le": "≤", r"\ge": "≥", r"^2": "²"}
SIGN = re.compile("|".join(rf"{re.escape(tex)}(?![A-Za-z\d])" for tex in SIGNS))
IS_TEX = re.compile(r"[\\{}^]")
LEFT_OUT = "…"


def plain(markdown: str) -> str:
    """A line of markdown as plain text; a formula that needs drawing is left out."""
    return PART.sub(lambda part: part["code"] or plain_formula(part["formula"]), markdown)


def plain_formula(tex: str) -> str:
    r"""A formula as it would be typed: `S = AWᵀ + b` for `S = AW^\top + \mathbf{b}`; else "…"."""
    typed = SIGN.sub(lambda sign: SIGNS[sign[0]], STYLE.sub(r"\1", tex))
    return LEFT_OUT if IS_TEX.search(typed) else typed.strip()
