"""In which language the course is read: as asked for, as chosen before, or as the machine speaks."""

import argparse
import json
import locale
import os
import subprocess
from pathlib import Path

from launcher.errors import CourseError
from launcher.files import write_whole
from launcher.places import FIRST_NOTEBOOK, NOTEBOOKS, ROOT, STATE, read_text, say, this_command

ENGLISH, CHINESE = "en", "zh"
LANGUAGES = (ENGLISH, CHINESE)
CHOICE = STATE / "language"  # what was chosen, or that Chinese was offered
CHINESE_EDITION = NOTEBOOKS / "zh"
MENUS = STATE / "settings" / "@jupyterlab" / "translation-extension" / "plugin.jupyterlab-settings"
LOCALES = {ENGLISH: "en", CHINESE: "zh_CN"}
OFFER = "本课程有中文版 (this course has a Chinese edition):  {command}"


def language_option(parser: argparse.ArgumentParser) -> None:
    """Without it, the language that `lab --language` chose last."""
    text = "English or Chinese (中文); otherwise as chosen last"
    parser.add_argument("--language", choices=LANGUAGES, help=text)


def language_of(options: argparse.Namespace) -> str:
    """The language that is asked for, else the one that was chosen last."""
    asked = getattr(options, "language", None)
    if asked:
        return asked
    chosen = read_text(CHOICE).strip()
    return chosen if chosen in LANGUAGES else ENGLISH


def spoken(arguments: list[str]) -> str:
    """The language of a command line that was not read yet, and may be wrong."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--language", nargs="?")
    asked = parser.parse_known_args(arguments)[0].language
    return language_of(argparse.Namespace(language=asked if asked in LANGUAGES else None))


def choose_language(options: argparse.Namespace) -> str:
    """As :func:`language_of`; what is asked for is remembered. A Chinese machine is offered Chinese once."""
    language = language_of(options)
    if options.language:
        remember(language)
        set_menus(language)
    elif not CHOICE.exists() and speaks_chinese():
        remember("offered")
        say(OFFER.format(command=this_command("lab --language zh")))
    return language


def remember(word: str) -> None:
    """Write down what later starts go by."""
    try:
        STATE.mkdir(exist_ok=True)
        CHOICE.write_text(word + "\n", encoding="utf-8")
    except OSError as error:
        raise CourseError(f"The language could not be written down in {CHOICE}: {error.strerror}.") from None


def set_menus(language: str) -> None:
    """Give JupyterLab's menus a language; what a reader chooses in its own menu later counts."""
    MENUS.parent.mkdir(parents=True, exist_ok=True)
    write_whole(MENUS, json.dumps({"locale": LOCALES[language]}))


def speaks_chinese() -> bool:
    """Whether the machine is set to Chinese: by the variables of a terminal, or by Windows' own setting."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.lower().startswith("zh")
    return (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese"))


def first_notebook(language: str) -> Path:
    """What `lab` opens."""
    return FIRST_NOTEBOOK if language == ENGLISH else CHINESE_EDITION / FIRST_NOTEBOOK.name


def build_edition(python: Path, env: dict[str, str]) -> None:
    """Build the Chinese notebooks.

    Raises:
        CourseError: it could not be built; what is there already is unchanged.
    """
    command = [str(python), "-P", "-m", "translations.building"]
    if subprocess.call(command, cwd=ROOT, env=env):
        raise CourseError(f"""The Chinese edition could not be built; why stands above. Nothing is lost.
The English one opens with `{this_command("lab --language en")}`.""")
