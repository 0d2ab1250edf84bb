"""The catalogue of what the programs say, `messages.po`: see `translations.sources` for what is in it."""

from __future__ import annotations

from pathlib import Path

from translations import catalogue, sources
from translations.catalogue import Unit

CATALOGUE: Path = catalogue.FOLDER / catalogue.LANGUAGE / "messages.po"


def units() -> list[Unit]:
    """What has to be translated. The same words are the same message wherever they are said."""
    return [Unit("", text) for text in sources.messages()]


def known() -> dict[str, str]:
    """{English: Chinese} of all that is translated; what is not stays English where it is said."""
    return {text: chinese for (_, text), chinese in catalogue.usable(CATALOGUE).items()}
