"""What a page has beyond Sphinx's own: figures with words and size, and what its template asks for."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from pathlib import Path

import imagesize
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from website.places import FOLDER_OF, other, tag_of
from website.spoken import in_english
from website.words import WORDS

PICTURE = re.compile(r"<img (?![^>]*loading=)")


def figures_of(notebook: Path) -> dict[str, tuple[str, int, int]]:
    """{SHA-256 of a stored figure: its words, its width and height in pixels of the page}"""
    found = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            for kind, entry in output.get("metadata", {}).items():
                if kind.startswith("image/"):
                    picture = base64.b64decode("".join(output["data"][kind]))
                    wide, high = imagesize.get(io.BytesIO(picture))
                    width = entry.get("width", wide)
                    shape = (width, round(high * width / wide))
                    found[hashlib.sha256(picture).hexdigest()] = (entry.get("alt", ""), *shape)
    return found


def describe_figures(app: Sphinx, doctree: nodes.document) -> None:
    """Give each figure of a notebook its words and its size; a figure without words is a warning."""
    source = Path(doctree["source"])
    figures = figures_of(source) if source.suffix == ".ipynb" else {}
    for image in doctree.findall(nodes.image):
        words, width, height = figures.get(Path(image["uri"]).stem, (image.get("alt", ""), 0, 0))
        if not words:
            logging.getLogger(__name__).warning("a figure says nothing in words", location=image)
        image["alt"] = words
        if width:
            image["width"], image["height"] = str(width), str(height)


def polish(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document) -> None:
    """Pictures are fetched when they come into view; the template learns where the other language is.

    What is in English among Chinese says so to those who listen.
    """
    if "body" in context:
        context["body"] = PICTURE.sub('<img loading="lazy" ', context["body"])
    language = app.config.site_language
    if pagename in app.config.site_english:
        context |= {part: in_english(context[part]) for part in ("body", "toc") if part in context}
    there = other(language)
    to_top = "../" * (pagename.count("/") + FOLDER_OF[language].count("/"))
    context["words"] = WORDS[language]
    context["switch"] = {
        "address": f"{to_top}{FOLDER_OF[there]}{pagename}.html",
        "language": tag_of(there),
    }
    context["notebook"] = app.config.site_notebooks.get(pagename)
    context["colab_cell"] = app.config.site_colab_cell


def setup(app: Sphinx) -> dict:
    for name in ("site_language", "site_notebooks", "site_colab_cell", "site_english"):
        app.add_config_value(name, None, "html")
    app.connect("doctree-read", describe_figures)
    app.connect("html-page-context", polish)
    app.add_css_file("course.css")
    app.add_js_file("course.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
