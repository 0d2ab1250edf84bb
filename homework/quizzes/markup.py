r"""From the notebooks' markdown to the HTML of a question: well-formed, everything else escaped.

Formulas become `\( … \)`: MathJax, which Moodle and Canvas load, shows them, and where it is missing they can
still be read. MathML would be larger than the questions themselves.
"""

from __future__ import annotations

import functools
import html
import re

import mistune

from homework.quizzes.bank import Question
from homework.teacher.harmless import new_renderer

TAG = re.compile(r"<(code|em)>(.*?)</\1>", re.DOTALL)
MARKS = {"code": "`", "em": "*"}  # how markdown has it


@functools.cache
def renderer() -> mistune.Markdown:
    render = new_renderer()
    render.renderer.register("inline_math", lambda _, formula: rf"\({mistune.escape(formula)}\)")
    return render


def blocks(markdown: str) -> str:
    """Paragraphs of markdown as XHTML."""
    return renderer()(markdown).strip()


def inline(markdown: str) -> str:
    """A line of markdown as XHTML without a paragraph around it."""
    return blocks(markdown).removeprefix("<p>").removesuffix("</p>")


def answer(folded: str) -> str:
    """The answer that is folded below a question, as XHTML; in a fold, code and stress are HTML."""
    marked = TAG.sub(lambda found: f"{MARKS[found[1]]}{found[2]}{MARKS[found[1]]}", html.unescape(folded))
    return blocks(marked)


def body(question: Question) -> list[str]:
    """The paragraphs of a question: the lesson, the notebook's question, and what is asked below it."""
    parts = [f"<p><em>{mistune.escape(question.place)}</em></p>", blocks(question.text), blocks(question.ask)]
    return [part for part in parts if part]
