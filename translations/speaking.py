"""What the programs of the homework say in the reader's language, from the whole catalogue."""

from __future__ import annotations

import functools

from launcher.languages import CHINESE
from launcher.speaking import IN_ENGLISH, Speaker


@functools.cache
def speaker(language: str) -> Speaker:
    """What says things in a language."""
    if language != CHINESE:
        return IN_ENGLISH
    from translations.messages import known  # reading catalogues needs packages

    return Speaker(language, known())
