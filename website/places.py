"""Where the website's files lie, and the two languages."""

from __future__ import annotations

import tomllib

from launcher.languages import CHINESE, ENGLISH
from launcher.places import ROOT

PACKAGE = ROOT / "website"
SITE = ROOT / "site"
ENVIRONMENT = ROOT / ".venv-site"
WORK = ROOT / ".site"  # what Sphinx reads and writes on the way, and what npm brought
FETCHED = WORK / "npm"
LANGUAGES = (ENGLISH, CHINESE)
FOLDER_OF = {ENGLISH: "", CHINESE: "zh/"}  # of a language's pages, below the top of the site
LOCALE_OF = {ENGLISH: "en", CHINESE: "zh_CN"}


def tag_of(language: str) -> str:
    """A language as HTML names it."""
    return LOCALE_OF[language].replace("_", "-")


def other(language: str) -> str:
    """The language that a page's switch leads to."""
    return CHINESE if language == ENGLISH else ENGLISH


def repository() -> str:
    """The public address of the repository, as pyproject.toml names it; "" when it names none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Repository", "").rstrip("/")
