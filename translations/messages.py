"""The catalogue of what the programs say, `messages.po`: see `translations.sources` for what is in it."""

from __future__ import annotations

import json
from pathlib import Path

from launcher.files import write_whole
from launcher.pythons import WORDS
from translations import catalogue, sources
from translations.catalogue import Unit

LAUNCHER_WORDS = Path(WORDS)
CATALOGUE: Path = catalogue.FOLDER / catalogue.LANGUAGE / "messages.po"


def units() -> list[Unit]:
    """What has to be translated. The same words are the same message wherever they are said."""
    return [Unit("", text) for text in sources.messages()]


def known() -> dict[str, str]:
    """{English: Chinese} of all that is translated; what is not stays English where it is said."""
    return {text: chinese for (_, text), chinese in catalogue.usable(CATALOGUE).items()}


def launcher_words() -> str:
    """The file of what the launcher itself says: {English: Chinese} of what differs."""
    found = known()
    words = {text: found[text] for text in sources.launcher_messages() if found.get(text, text) != text}
    return json.dumps(words, ensure_ascii=False, indent=1) + "\n"


def write_launcher_words() -> None:
    """Bring that file in step with the catalogue."""
    write_whole(LAUNCHER_WORDS, launcher_words())


def launcher_problem() -> str | None:
    """That the file is not in step with the catalogue, and what to do; None when it is."""
    there = LAUNCHER_WORDS.read_text(encoding="utf-8") if LAUNCHER_WORDS.exists() else ""
    if there == launcher_words():
        return None
    name = LAUNCHER_WORDS.name
    return f"launcher/{name} is not what {CATALOGUE.name} makes. Run `python -m translations pages`."
