"""The questions of a lesson's quiz, as its notebook has them."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from pathlib import Path

from launcher.errors import CourseError
from launcher.places import NOTEBOOKS

SECTION = re.compile(r"^## Quiz\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
QUESTION = re.compile(
    r"^(?:\*\*(?P<bold>\d+)\.\*\*|(?P<plain>\d+)\.) +(?P<text>.+?)"
    r"<details><summary>Answer</summary>(?P<answer>.+?)</details>",
    re.MULTILINE | re.DOTALL,
)
TITLE = re.compile(r"# \d\d[a-z]? · (.+?) \(")


@dataclasses.dataclass(frozen=True)
class QuizText:
    """A question of a notebook: markdown, and the answer that is folded below it, which is HTML."""

    number: int
    text: str
    answer: str

    @property
    def digest(self) -> str:
        """Twelve digits that change with the question or its answer, but not with line breaks."""
        words = " ".join(f"{self.text} {self.answer}".split())
        return hashlib.sha256(words.encode()).hexdigest()[:12]


@dataclasses.dataclass(frozen=True)
class Lesson:
    """A lesson's number such as "03a", its title, and the questions of its quiz."""

    number: str
    title: str
    questions: tuple[QuizText, ...]


def lesson_numbers(notebooks: Path = NOTEBOOKS) -> list[str]:
    """The numbers of all lessons, in order: "00", "01", …, "03a", "03b", …"""
    return sorted(path.name.partition("_")[0] for path in notebooks.glob("[0-9][0-9]*_*.ipynb"))


def read_lesson(number: str, notebooks: Path = NOTEBOOKS) -> Lesson:
    """A lesson and the questions of its quiz.

    Raises:
        CourseError: its notebook has no title or no quiz as the others have.
    """
    import nbformat

    path = next(notebooks.glob(f"{number}_*.ipynb"))
    cells = nbformat.read(path, as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    title, section = TITLE.search(text), SECTION.search(text)
    questions = [
        QuizText(int(found["bold"] or found["plain"]), found["text"].strip(), found["answer"].strip())
        for found in QUESTION.finditer(section[1] if section else "")
    ]
    if not title or [question.number for question in questions] != list(range(1, len(questions) + 1)):
        raise damaged(path)
    if not questions or section[1].count("<details>") != len(questions):
        raise damaged(path)
    return Lesson(number, title[1], tuple(questions))


def damaged(path: Path) -> CourseError:
    return CourseError(
        f"{path.name} has no quiz that can be read: below `## Quiz` each question begins with its number, "
        "`**1.**`, `**2.**`, …, and its answer is folded below it in `<details>`. `git checkout notebooks` "
        "brings the original back. Nothing was changed."
    )
