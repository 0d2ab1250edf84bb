"""Catalogues of translated blocks: gettext files by Babel, one for each notebook and each page.

A message is a block of markdown; its context is the id of its cell. An English block that was edited becomes
fuzzy by `update`, and nothing is built from a catalogue that has fuzzy or missing messages.
"""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import denormalize, read_po, write_po

from launcher.errors import CourseError
from launcher.files import whole_file
from launcher.places import ROOT
from translations.blocks import blocks

FOLDER = ROOT / "translations"
LANGUAGE = "zh_CN"
MOST_NAMED = 5
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')

Translations = dict[tuple[str, str], str]


@dataclasses.dataclass(frozen=True)
class Unit:
    """A block that has to be translated.

    Attributes:
        context: the id of its cell; of a page, its name.
        text: the block in English.
    """

    context: str
    text: str


def units_of(notebook: Path) -> list[Unit]:
    """The blocks of a notebook's markdown cells, each once, in their order."""
    return units_in(json.loads(notebook.read_text(encoding="utf-8"))["cells"])


def units_in(cells: list[dict]) -> list[Unit]:
    """As :func:`units_of`, of cells that were read already."""
    found = [
        Unit(cell["id"], block)
        for cell in cells
        if cell["cell_type"] == "markdown"
        for block in blocks("".join(cell["source"]))
    ]
    return list(dict.fromkeys(found))


def read(path: Path) -> Catalog:
    """A catalogue; an empty one where there is no file yet."""
    if not path.exists():
        return Catalog(locale=LANGUAGE, fuzzy=False)
    with path.open("rb") as file:
        catalogue = read_po(file, locale=LANGUAGE)
    for message in catalogue:
        take_former_english(message)
    return catalogue


def take_former_english(message: Message) -> None:
    """Babel writes the former English of a fuzzy message (`#|`), and reads it as a comment."""
    former = " ".join(line.removeprefix("|").strip() for line in message.user_comments)
    message.user_comments = []
    if message.fuzzy and former:
        message.previous_id = ["".join(denormalize(part[0]) for part in QUOTED.finditer(former))]


def updated(catalogue: Catalog, units: Iterable[Unit]) -> Catalog:
    """A catalogue for these units with the translations that there are.

    What was translated from nearly the same English becomes fuzzy, with the former English beside it; what is
    no longer asked for is dropped.
    """
    template = Catalog()
    for unit in units:
        template.add(unit.text, context=unit.context or None)
    former = {(message.context, message.id): message.previous_id for message in catalogue}
    catalogue.update(template)
    catalogue.obsolete.clear()
    for message in catalogue:  # Babel forgets it of what was fuzzy before
        if message.fuzzy and not message.previous_id:
            message.previous_id = former.get((message.context, message.id), [])
    return catalogue


def as_bytes(catalogue: Catalog) -> bytes:
    """The file of a catalogue. No date stands in it: the same translations are the same bytes."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=0, omit_header=True, include_previous=True)
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {LANGUAGE}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    )
    return header.encode() + buffer.getvalue()


def write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as part:
        part.write_bytes(as_bytes(catalogue))


def translations(path: Path, units: Iterable[Unit]) -> Translations:
    """{(context, English): Chinese} of all units.

    Raises:
        CourseError: something is not translated, or was edited in English since.
    """
    catalogue, found, missing, fuzzy = read(path), {}, [], []
    for unit in units:
        message: Message | None = catalogue.get(unit.text, unit.context or None)
        if message is None or not message.string:
            missing.append(unit)
        elif message.fuzzy:
            fuzzy.append(unit)
        else:
            found[unit.context, unit.text] = message.string
    if missing or fuzzy:
        raise CourseError(refusal(path, missing, fuzzy))
    return found


def usable(path: Path) -> Translations:
    """{(context, English): Chinese} of all that is translated and not fuzzy; {} without a catalogue."""
    if not path.exists():
        return {}
    messages = (message for message in read(path) if message.id and message.string and not message.fuzzy)
    return {(message.context, message.id): message.string for message in messages}


def refusal(path: Path, missing: list[Unit], fuzzy: list[Unit]) -> str:
    """What stands in the way of a catalogue's use, and what to do."""
    lines = [f"{path.name} does not fit its English text."]
    for found, what in (
        (missing, "not translated"),
        (fuzzy, "edited in English, the Chinese is the old one"),
    ):
        lines += [f"  {unit.context}: {unit.text[:60]!r} is {what}" for unit in found[:MOST_NAMED]]
        lines += [f"  and {len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    lines.append(
        "Run `python -m translations update`, translate what is empty or marked fuzzy, take the mark off."
    )
    return "\n".join(lines)
