"""The start page: the map of the lessons with a picture of each, and the order of all pages."""

from __future__ import annotations

import base64
import html
import io
import json
import re

from launcher.places import ROOT
from website.pages import Page
from website.words import WORDS

ROW = re.compile(
    r"^\| (\d\d[a-z]?) \| \[([^\]]+)\]\(notebooks/([^)]+)\.ipynb\) \| (.+?) \| (\d+) ", re.MULTILINE
)
LOW, WIDE = 1.1, 2.6  # width by height of a figure that fills its card
WIDTH = 480  # of a picture on the map, in pixels: twice what the page gives to it


def rows(readme: str) -> dict[str, tuple[str, str]]:
    """{file's name: (what is built, minutes)} from the README's map of the notebooks."""
    return {name: (built, minutes) for _, _, name, built, minutes in ROW.findall(readme)}


def title_of(text: str) -> str:
    """The title of a notebook's or a page's text, without the English name's translation in brackets."""
    if text.startswith("{"):
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)[1]
    return re.sub(r" \([^)]*\)$", "", heading.strip())


def picture_of(text: str) -> tuple[bytes, str]:
    """The figure that stands for a lesson on the map, made small, and its words: the richest that it has.

    Args:
        text: the lesson's notebook.
    """
    from PIL import Image

    figures = [
        (output["data"][kind], entry["alt"])
        for cell in json.loads(text)["cells"]
        for output in cell.get("outputs", ())
        for kind, entry in output.get("metadata", {}).items()
        if kind.startswith("image/")
    ]
    pictures = [(Image.open(io.BytesIO(base64.b64decode(data))), words, len(data)) for data, words in figures]
    of_shape = [entry for entry in pictures if LOW <= entry[0].width / entry[0].height <= WIDE] or pictures
    image, words, _ = max(of_shape, key=lambda entry: entry[2])
    image = image.convert("RGB")
    image.thumbnail((WIDTH, WIDTH))
    small = io.BytesIO()
    image.save(small, format="WEBP", quality=70)
    return small.getvalue(), words


def card(page: Page, title: str, built: str, minutes: str, words: str, language: str) -> str:
    """A lesson on the map."""
    number, _, name = title.partition(" · ")
    return f"""<li class="card"><a href="{page.name}.html">
<img src="_static/map/{page.source.stem}.webp" alt="{html.escape(words)}" loading="lazy">
<span class="card-title"><span class="card-number">{number}</span> {html.escape(name)}</span></a>
<p>{html.escape(built)}</p>
<p class="card-minutes">{minutes} {WORDS[language]["minutes"]}</p></li>"""


def start_page(
    language: str, cards: list[str], sections: dict[str, list[Page]], titles: dict[str, str]
) -> str:
    """The markdown of the start page; its lists name every page and give their order."""
    words = WORDS[language]
    first = sections["lessons"][0].name
    text = f"""# {words["course"]}

{words["about"]}

- [{words["begin"]}]({first}.ipynb)
- [{words["own machine"]}](README.md)

## {words["lessons"]}

```{{raw}} html
<ul class="cards">
{chr(10).join(cards)}
</ul>
```
"""
    for name in ("homework", "projects", "reference", "teachers"):
        entries = [
            f"- [{titles[page.name]}]({page.source.relative_to(ROOT).as_posix()})" for page in sections[name]
        ]
        entries += [f"- [{words['answers']}](notebooks/answers/index.md)"] if name == "homework" else []
        text += f"\n## {words[name]}\n\n" + "\n".join(entries) + "\n"
    for name in ("lessons", "homework", "projects", "reference", "teachers"):
        entries = [f"{titles[page.name]} <{page.name}>" for page in sections[name]]
        entries += [f"{words['answers']} <notebooks/answers/index>"] if name == "homework" else []
        text += toctree(words[name], entries)
    return text


def answers_page(language: str, pages: list[Page], titles: dict[str, str]) -> str:
    """The list of the worked answers, each under the title of its lesson."""
    words = WORDS[language]
    entries = [f"{titles[page.name]} <{page.source.stem}>" for page in pages]
    lines = [f"- [{titles[page.name]}]({page.source.name})" for page in pages]
    return (
        f"# {words['answers']}\n\n{words['answers of']}\n\n" + "\n".join(lines) + "\n" + toctree("", entries)
    )


def toctree(caption: str, entries: list[str]) -> str:
    """A list for Sphinx alone: the order of pages, and their names at the side."""
    head = f":caption: {caption}\n" if caption else ""
    return f"\n```{{toctree}}\n:hidden:\n{head}\n" + "\n".join(entries) + "\n```\n"


def number_of(title: str) -> str:
    """The number at the beginning of a notebook's title."""
    return title.partition(" ")[0]
