"""Which pages the site has: the same in both languages, each where its source lies in the course's folder."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from launcher.errors import CourseError
from launcher.languages import CHINESE
from launcher.places import HOMEWORK, NOTEBOOKS, ROOT
from translations import building, editions, pages
from website.places import FOLDER_OF

TEACHERS = ("homework/README.md", "homework/teaching.md", "homework/questionnaire.md")
OTHERS = ("README.md", "notebooks/glossary.md", "data/README.md", "benchmarks/RESULTS.md", "CONTRIBUTING.md")
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


@dataclasses.dataclass(frozen=True)
class Page:
    """A page of the site.

    Attributes:
        source: the English notebook or page.
    """

    source: Path

    @property
    def name(self) -> str:
        """What Sphinx calls it: its place below the top, without its ending."""
        return self.source.relative_to(ROOT).with_suffix("").as_posix()

    @property
    def is_notebook(self) -> bool:
        return self.source.suffix == ".ipynb"

    @property
    def is_homework(self) -> bool:
        return self.source.parent == HOMEWORK

    @property
    def has_chinese(self) -> bool:
        return self.is_notebook or self.source in editions.pages()


def sections() -> dict[str, list[Page]]:
    """{name of a section: its pages}, in the order in which they are read."""
    projects = sorted(path for path in (ROOT / "projects").glob("*.md") if not path.name.endswith(".zh.md"))
    return {
        "lessons": of(sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))),
        "homework": of(sorted(HOMEWORK.glob("hw*.ipynb"))),
        "projects": of(projects),
        "reference": of(ROOT / name for name in OTHERS),
        "teachers": of(ROOT / name for name in TEACHERS),
        "answers": of(sorted((NOTEBOOKS / "answers").glob("[0-9]*.ipynb"))),
    }


def of(paths) -> list[Page]:
    return [Page(path) for path in paths if path.exists()]


def text_of(page: Page, language: str, drafts: bool = False) -> tuple[str, bool]:
    """The text of a page's file in a language, its links as in English; and whether it is in that language.

    Args:
        page: the page.
        language: of LANGUAGES.
        drafts: take English where the translation is unfinished.

    Raises:
        CourseError: the translation is unfinished.
    """
    english = page.source.read_text(encoding="utf-8")
    if language != CHINESE or not page.has_chinese:
        return english, language != CHINESE
    try:
        if page.is_notebook:
            return building.chinese_notebook(page.source, page.source, known=()), True
        return pages.chinese_page(page.source, page.source), True
    except CourseError:
        if not drafts:
            raise
        return english, False


def settled(markdown: str, page: Page, known: set[Path], repository: str, language: str) -> str:
    """A text whose links to files that are no pages lead to the repository; without one they are text.

    A link to the page itself in the other language, which Sphinx does not know, is written as HTML.
    """
    to_top = "../" * page.name.count("/")
    there = f"{to_top}{'../' if language == CHINESE else FOLDER_OF[CHINESE]}{page.name}.html"

    def lead(match: re.Match) -> str:
        words, link, _ = match.groups()
        if link.endswith(".zh.md"):
            return f'<a href="{there}">{words}</a>'
        target = (page.source.parent / link).resolve()
        if "://" in link or not target.exists() or target in known:
            return match[0]
        place = target.relative_to(ROOT).as_posix()
        return f"[{words}]({repository}/blob/HEAD/{place})" if repository else words

    return LINK.sub(lead, markdown)
