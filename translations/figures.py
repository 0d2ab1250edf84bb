"""The words of the figures, `figures.po`: what the website tells of a figure to whoever does not see it.

In the notebooks they stay English, as all outputs do: they are the same byte for byte in both languages.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

from translations import catalogue, editions
from translations.catalogue import Translations, Unit

CATALOGUE: Path = catalogue.FOLDER / catalogue.LANGUAGE / "figures.po"
FOLD = re.compile(r"<details><summary>The figure in words</summary>(.*?)</details>", re.DOTALL)
CHINESE_FOLD = "<details><summary>图的文字说明</summary>{}</details>"


def units() -> list[Unit]:
    """The words of every stored figure; their context is the id of the cell that draws it."""
    found = [
        Unit(cell["id"], entry["alt"])
        for path in editions.notebooks()
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        for entry in described(output)
    ]
    return list(dict.fromkeys(found))


def described(output: dict) -> Iterator[dict]:
    """Where in an output's metadata the words of a figure are, as `alt`."""
    entries = output.get("metadata", {}).values()
    return (entry for entry in entries if isinstance(entry, dict) and "alt" in entry)


def translations() -> Translations:
    """All of them.

    Raises:
        CourseError: some are not translated, or were edited in English since.
    """
    return catalogue.translations(CATALOGUE, units())


def usable() -> Translations:
    """Those that are translated."""
    return catalogue.usable(CATALOGUE)


def in_chinese(text: str, found: Translations) -> str:
    """A notebook's file with the words of its figures in Chinese; words without translation stay."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            for entry in described(output):
                entry["alt"] = found.get((cell["id"], entry["alt"]), entry["alt"])
            fold = FOLD.fullmatch("".join(output.get("data", {}).get("text/html", "")))
            if fold:
                words = html.unescape(fold[1])
                chinese = found.get((cell["id"], words), words)
                output["data"]["text/html"] = CHINESE_FOLD.format(html.escape(chinese))
    return json.dumps(notebook, ensure_ascii=False)
