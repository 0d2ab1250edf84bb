"""The launcher's own words in Chinese, readable before anything is installed.

They stand in `zh_CN.json`, which `python -m translations pages` makes of the catalogue.
"""

from launcher.languages import CHINESE
from launcher.pythons import chinese_words
from launcher.speaking import IN_ENGLISH, Speaker


def launcher_speaker(language: str) -> Speaker:
    """What says the launcher's words in a language; in English where the Chinese ones cannot be read."""
    words = chinese_words() if language == CHINESE else {}
    return Speaker(CHINESE, words) if words else IN_ENGLISH
