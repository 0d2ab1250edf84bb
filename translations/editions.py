"""What the Chinese edition is made of: which text becomes which, and where its links lead."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from launcher.places import HOMEWORK, NOTEBOOKS, ROOT
from translations import catalogue
from translations.blocks import blocks, page_split
from translations.catalogue import Unit, units_of

EDITION = NOTEBOOKS / "zh"
PAGES = {  # English: Chinese, both from the top of the course
    "README.md": "README.zh.md",
    "homework/teaching.md": "homework/teaching.zh.md",
    "homework/questionnaire.md": "homework/questionnaire.zh.md",
    "projects/expressions.md": "projects/expressions.zh.md",
    "projects/face_recognition.md": "projects/face_recognition.zh.md",
    "projects/mnist_speedrun.md": "projects/mnist_speedrun.zh.md",
}
GLOSSARY = NOTEBOOKS / "glossary.md"
HEADING = re.compile(r"^#+ .+$", re.MULTILINE)
LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")


def notebooks() -> list[Path]:
    """Every notebook that has a Chinese edition: lessons, answers, the students' copies of the homework."""
    folders = (NOTEBOOKS, NOTEBOOKS / "answers", HOMEWORK)
    return [path for folder in folders for path in sorted(folder.glob("[0-9h]*.ipynb"))]


def pages() -> list[Path]:
    """Every page that has a Chinese edition."""
    return [GLOSSARY, *(ROOT / name for name in PAGES)]


def catalogue_of(path: Path) -> Path:
    """Where the translations of a notebook or a page are."""
    return catalogue.FOLDER / catalogue.LANGUAGE / f"{path.stem}.po"


def units(path: Path) -> list[Unit]:
    """What has to be translated of a notebook or a page."""
    if path.suffix == ".ipynb":
        return units_of(path)
    found = blocks(path.read_text(encoding="utf-8"), page_split)
    return list(dict.fromkeys(Unit(path.stem, block) for block in found))


def place_of(path: Path) -> Path:
    """Where the Chinese edition of a notebook or a page is."""
    if path.is_relative_to(NOTEBOOKS):
        return EDITION / path.relative_to(NOTEBOOKS)
    return ROOT / PAGES[path.relative_to(ROOT).as_posix()]


def relinked(text: str, old: Path, new: Path, has_edition: Callable[[Path], bool]) -> str:
    """A text with its links leading from its new place to where they should.

    Args:
        text: markdown.
        old: the file that the text was written for.
        new: the file that it goes into.
        has_edition: whether what a link leads to is read in Chinese from there.
    """

    def moved(match: re.Match) -> str:
        link, mark, part = match[0].partition("#")
        if "://" in link or link.startswith("mailto:"):
            return match[0]
        target = Path(os.path.normpath(old.parent / link)) if link else old
        # Chinese pages alone lie under the names of the English ones.
        if target == old or has_edition(target) or (new == old and target in pages()):
            part = chinese_anchor(target, part)
        if not link:
            return mark + part
        target = place_of(target) if has_edition(target) else target
        target = old if target == new else target  # "in Chinese" leads back to the English page
        return Path(os.path.relpath(target, new.parent)).as_posix() + mark + part

    return LINK.sub(moved, text)


def chinese_anchor(page: Path, anchor: str) -> str:
    """The anchor of a page's heading in its Chinese edition; as it is where there is no such heading."""
    if page.suffix != ".md" or not anchor:
        return anchor
    found = catalogue.usable(catalogue_of(page))
    for heading in HEADING.findall(page.read_text(encoding="utf-8")):
        if anchor_of(heading) == anchor:
            return anchor_of(found.get((page.stem, heading), heading))
    return anchor


def anchor_of(heading: str) -> str:
    """The anchor that GitHub and the website give a heading such as "## The term"."""
    words = heading.lstrip("# ").strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def editions() -> Iterable[Path]:
    """All that is translated."""
    return [*notebooks(), *pages()]
