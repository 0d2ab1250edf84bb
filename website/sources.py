"""Writes what Sphinx reads for one language: pages, pictures, the notebooks to download, the start page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from launcher.errors import CourseError
from launcher.languages import CHINESE
from launcher.places import ROOT
from translations import figures
from website import notebook, start
from website.pages import Page, sections, settled, text_of
from website.places import tag_of
from website.words import WORDS

IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")


def write(folder: Path, language: str, repository: str, drafts: bool) -> dict:
    """Write the sources of a language into an empty folder.

    Args:
        folder: it is made anew.
        language: of LANGUAGES.
        repository: its public address, or "".
        drafts: take English where the translation is unfinished.

    Returns:
        what Sphinx's settings ask for: {"notebooks": {page: links}, "colab_cell": code, "extra": folder,
        "english": the pages that are in English all the same}.

    Raises:
        CourseError: a translation is unfinished; all that are so are named.
    """
    shutil.rmtree(folder, ignore_errors=True)
    extra = folder.with_name(folder.name + "-extra")
    shutil.rmtree(extra, ignore_errors=True)
    parts = sections()
    found = texts([page for part in parts.values() for page in part], language, drafts)
    shown = with_words(found, language, drafts)
    known = {page.source for page in found}
    notebooks, titles = {}, {}
    for page, (text, is_translated) in found.items():
        titles[page.name] = WORDS[language].get(page.name) or start.title_of(text)
        place = folder / page.source.relative_to(ROOT)
        if page.is_notebook:
            put(extra / download_of(page), notebook.to_download(text, repository))
            notebooks[page.name] = links(page, repository)
            put(place, notebook.as_page(shown[page], language, page.is_homework))
        else:
            copy_pictures(text, page, folder)
            put(place, with_note(settled(text, page, known, repository, language), is_translated, language))
    answers = parts["answers"]
    of_lesson = {start.number_of(titles[page.name]): titles[page.name] for page in parts["lessons"]}
    for page in answers:
        titles[page.name] = of_lesson[start.number_of(titles[page.name])]
    put(folder / "notebooks" / "answers" / "index.md", start.answers_page(language, answers, titles))
    put(
        folder / "index.md",
        start.start_page(language, cards(parts, shown, extra, titles, language), parts, titles),
    )
    english = [page.name for page, (_, is_translated) in found.items() if not is_translated]
    colab_cell = notebook.colab_cell(repository)
    return {"notebooks": notebooks, "colab_cell": colab_cell, "extra": str(extra), "english": english}


def texts(pages: list[Page], language: str, drafts: bool) -> dict[Page, tuple[str, bool]]:
    """{page: its text, whether it is in the language}."""
    found, problems = {}, []
    for page in pages:
        try:
            found[page] = text_of(page, language, drafts)
        except CourseError as problem:
            problems.append(str(problem))
    if problems:
        raise CourseError("\n".join(problems))
    return found


def with_words(found: dict[Page, tuple[str, bool]], language: str, drafts: bool) -> dict[Page, str]:
    """{page: its text}, that of a notebook with its figures in the words of the language."""
    shown = {page: text for page, (text, _) in found.items()}
    if language == CHINESE:
        words = figures.usable() if drafts else figures.translations()
        shown |= {page: figures.in_chinese(text, words) for page, text in shown.items() if page.is_notebook}
    return shown


def put(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def download_of(page: Page) -> str:
    """Where a notebook's file lies below the top of its language."""
    return f"download/{page.source.name}"


def links(page: Page, repository: str) -> dict[str, str]:
    """What a notebook's page offers. Colab and Binder open the notebook of the repository, in English."""
    place = page.source.relative_to(ROOT).as_posix()
    offered = {"download": download_of(page)}
    if repository:
        owner = repository.removeprefix("https://github.com/")
        offered["colab"] = f"https://colab.research.google.com/github/{owner}/blob/HEAD/{place}"
        offered["binder"] = f"https://mybinder.org/v2/gh/{owner}/HEAD?labpath={place}"
    return offered


def copy_pictures(text: str, page: Page, folder: Path) -> None:
    """Copy the pictures that a page shows to the same place beside it."""
    for link in IMAGE.findall(text):
        picture = (page.source.parent / link).resolve()
        place = folder / picture.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, place)


def with_note(text: str, is_translated: bool, language: str) -> str:
    """A page that there is in English only says so below its title, and in which language that is."""
    note = WORDS[language]["only English"]
    if is_translated or not note:
        return text
    note = f'<blockquote lang="{tag_of(language)}"><p>{note}</p></blockquote>'
    return re.sub(r"^(# .+)$", rf"\1\n\n{note}", text, count=1, flags=re.MULTILINE)


def cards(
    parts: dict, shown: dict[Page, str], extra: Path, titles: dict[str, str], language: str
) -> list[str]:
    """The lessons on the map; their pictures go to the files that Sphinx only copies."""
    readme = next(text for page, text in shown.items() if page.name == "README")
    rows, made = start.rows(readme), []
    for page in parts["lessons"]:
        picture, words = start.picture_of(shown[page])
        place = extra / "_static" / "map" / f"{page.source.stem}.webp"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(picture)
        made.append(start.card(page, titles[page.name], *rows[page.source.stem], words, language))
    return made
