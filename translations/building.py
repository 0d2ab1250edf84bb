"""Builds the Chinese edition of the notebooks: markdown from the catalogues, all else byte for byte."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Collection
from pathlib import Path

from launcher.errors import CourseError
from launcher.files import write_whole
from launcher.languages import CHINESE
from launcher.places import HOMEWORK, NOTEBOOKS
from translations import catalogue, editions, pages
from translations.blocks import translate
from translations.speaking import speaker

BUILT = ".built.json"  # {file: SHA-256 of what was written}: what differs from it is the reader's own
DATA = "Here lies what the notebooks of the folder `zh` read and write, such as pictures and clips.\n"
SAMPLES = ("cat.jpg", "clip.webm")


def chinese_notebook(path: Path, new: Path, known: Collection[Path] | None = None) -> str:
    """The file of a notebook in Chinese, to lie at `new`.

    Args:
        path: the English notebook.
        new: where it will lie; its links lead from there.
        known: what is read in Chinese in a place of its own; otherwise every notebook and the glossary.

    Raises:
        CourseError: its catalogue does not fit the English notebook.
    """
    return in_chinese(path.read_text(encoding="utf-8"), path, new, known)


def in_chinese(text: str, path: Path, new: Path, known: Collection[Path] | None = None) -> str:
    """As :func:`chinese_notebook`, of a notebook's text that was read, or made, already."""
    notebook = json.loads(text)
    units = catalogue.units_in(notebook["cells"])
    found = catalogue.translations(editions.catalogue_of(path), units)
    known = known_editions() if known is None else known
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = translate("".join(cell["source"]), lambda block, cell=cell: found[cell["id"], block])
            text = editions.relinked(text, path, new, known.__contains__)
            renew_checksum(cell, text)
            cell["source"] = text.splitlines(keepends=True)
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def known_editions() -> set[Path]:
    """What links lead to in Chinese."""
    return {*editions.notebooks(), editions.GLOSSARY}


def chinese_cells(name: str, texts: dict[str, str]) -> dict[str, str]:
    """{id of a text cell: its Chinese text, as it is built}, without the cells that are not translated.

    Args:
        name: the file name of a homework.
        texts: {id of a text cell: its English text}.
    """
    path = HOMEWORK / name
    found, known = catalogue.usable(editions.catalogue_of(path)), known_editions()
    chinese = {}
    for context, text in texts.items():
        with contextlib.suppress(KeyError):
            made = translate(text, lambda block, context=context: found[context, block])
            chinese[context] = editions.relinked(made, path, editions.place_of(path), known.__contains__)
    return chinese


def renew_checksum(cell: dict, text: str) -> None:
    """nbgrader's button tells a locked cell that was changed by this."""
    entry = cell["metadata"].get("nbgrader", {})
    if "checksum" in entry:
        from nbformat import from_dict
        from nbgrader.utils import compute_checksum

        entry["checksum"] = compute_checksum(from_dict(cell | {"source": text}))


def texts() -> dict[str, str]:
    """{place below the edition's folder: what is to be there}"""
    made = {}
    for path in editions.notebooks():
        new = editions.place_of(path)
        made[new.relative_to(editions.EDITION).as_posix()] = chinese_notebook(path, new)
    made["glossary.md"] = pages.chinese_page(editions.GLOSSARY)
    return made


def build(folder: Path = editions.EDITION) -> list[str]:
    """Write the edition into its folder. What a reader changed there is kept.

    Returns:
        the names of the files that were kept although the course has another version of them now.

    Raises:
        CourseError: a catalogue does not fit its English text. Nothing was written then.
    """
    made, kept = texts(), []
    record = folder / BUILT
    built = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    for name, text in made.items():
        place, digest = folder / name, digest_of(text)
        if place.exists() and digest_of(place.read_text(encoding="utf-8")) not in (built.get(name), digest):
            if built.get(name) != digest:
                kept.append(name)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, text)
        built[name] = digest
    fill_data(NOTEBOOKS / "data")
    write_whole(record, json.dumps(built, indent=1))
    return kept


def fill_data(folder: Path) -> None:
    """Put what lessons read from `../data` beside the edition, as seen from which that is here."""
    folder.mkdir(exist_ok=True)
    write_whole(folder / "README.md", speaker(CHINESE)(DATA))
    if not all((folder / name).exists() for name in SAMPLES):
        from helpers.data.pictures import write_samples  # takes a second, and only the first time

        write_samples(folder)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> int:
    """Build, and say what of the reader's was kept."""
    try:
        kept = build()
    except CourseError as problem:
        print(problem)
        return 1
    if kept:
        say = speaker(CHINESE)
        print(say("These were changed by you and are kept; the course has a newer version of them now:"))
        print("\n".join(f"    notebooks/zh/{name}" for name in kept))
        print(say("To get the new one, rename or delete yours and start again."))
    return 0


if __name__ == "__main__":
    sys.exit(main())
