"""Makes what is committed of the Chinese edition: the pages beside the English ones, the launcher's words."""

from __future__ import annotations

from pathlib import Path

from launcher.files import write_whole
from launcher.places import ROOT
from translations import catalogue, editions, messages
from translations.blocks import page_split, translate

NOTE = "<!-- Made of {name} and its catalogue by `python -m translations pages`. Do not edit. -->\n"


def chinese_page(path: Path, new: Path | None = None) -> str:
    """A page in Chinese.

    Args:
        path: the English page.
        new: where it will lie when it lies with Chinese pages alone, under their English names.

    Raises:
        CourseError: its catalogue does not fit the English page.
    """
    found = catalogue.translations(editions.catalogue_of(path), editions.units(path))
    text = translate(path.read_text(encoding="utf-8"), lambda block: found[path.stem, block], page_split)
    if new:
        return editions.relinked(text, path, new, lambda target: False)
    committed = {ROOT / name for name in editions.PAGES}
    return editions.relinked(text, path, editions.place_of(path), committed.__contains__)


def write_all() -> int:
    """Write every page that is committed, and the launcher's words."""
    messages.write_launcher_words()
    for name in editions.PAGES:
        path = ROOT / name
        write_whole(editions.place_of(path), NOTE.format(name=name) + chinese_page(path))
    return 0
