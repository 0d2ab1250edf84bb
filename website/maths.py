"""Formulas as HTML, made by KaTeX while the site is built: a page needs no script to show them.

MathML stands beside the HTML for screen readers.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

SCRIPT = Path(__file__).with_name("formulas.js")


@functools.cache
def renderer() -> subprocess.Popen:
    """Node with KaTeX; it ends with the process that reads its answers."""
    katex = Path(os.environ["SITE_KATEX"], "dist", "katex.js")
    pipe = subprocess.PIPE
    return subprocess.Popen(["node", str(SCRIPT), str(katex)], stdin=pipe, stdout=pipe, encoding="utf-8")


@functools.cache
def html_of(tex: str, display: bool) -> str:
    """A formula as HTML.

    Raises:
        ExtensionError: KaTeX does not know something in it.
    """
    process = renderer()
    process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    if "error" in answer:
        raise ExtensionError(f"KaTeX cannot draw the formula {tex!r}: {answer['error']}")
    return answer["html"]


def inline(writer, node) -> None:
    writer.body.append(f'<span class="math">{html_of(node.astext(), False)}</span>')
    skip()


def displayed(writer, node) -> None:
    writer.body.append(f'<div class="math">{html_of(node.astext(), True)}</div>')
    skip()


def skip() -> None:
    from docutils.nodes import SkipNode

    raise SkipNode


def setup(app: Sphinx) -> dict:
    app.add_html_math_renderer("katex", (inline, None), (displayed, None))
    app.add_css_file("katex.css")
    return {"parallel_read_safe": True, "parallel_write_safe": False}
