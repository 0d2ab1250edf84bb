"""The questions of a quiz with the choices that a platform marks: notebook and TOML file together."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import tomllib
from pathlib import Path

from homework.folders import STUDENT_EDITION
from homework.quizzes import names
from homework.quizzes.texts import Lesson, QuizText
from launcher.errors import CourseError

HERE = Path(__file__).parent
KEYS = {"number", "begins", "digest", "form", "right", "wrong"}
MAY_BE = {"ask", "tolerance"}
CHANGED = """question {text.number} or its answer in the notebook has changed since its choices were written.
Look whether these still fit. Then put the question's first words and this digest there: {text.digest}"""


class Form(enum.StrEnum):
    """How a question is answered: one choice, several choices, or a number."""

    ONE = "one"
    SEVERAL = "several"
    NUMBER = "number"


@dataclasses.dataclass(frozen=True)
class Choice:
    """What can be answered: markdown, or a number as it is written; and what to tell who takes it."""

    text: str
    is_right: bool
    why: str = ""


@dataclasses.dataclass(frozen=True)
class Question:
    """A question that a machine can mark; the right choice stands at a random place, always the same.

    Attributes:
        name: the lesson and the number in its quiz: "03a.1".
        place: the lesson in words: "Lesson 03a, Back-propagation".
        begins: its first words.
        text: markdown; `ask` is a sentence below it, or empty.
        explanation: HTML, as the notebook has it.
        tolerance: how far a number may be off, 0 where it is exact.
    """

    name: str
    place: str
    begins: str
    text: str
    ask: str
    explanation: str
    form: Form
    choices: tuple[Choice, ...]
    tolerance: float = 0.0

    @property
    def title(self) -> str:
        """What a teacher sees in a list of questions: plain text, for no formula is drawn there."""
        return f"{self.name} {names.plain(self.begins)} …"

    @property
    def right(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.is_right]

    @property
    def wrong(self) -> list[Choice]:
        return [choice for choice in self.choices if not choice.is_right]

    def share(self, choice: Choice) -> float:
        """What a choice is worth, of 1: several right ones share it, and as many wrong ones take it away."""
        if self.form != Form.SEVERAL:
            return float(choice.is_right)
        return 1 / len(self.right) if choice.is_right else -1 / len(self.wrong)


def read_questions(lesson: Lesson, folder: Path = HERE) -> list[Question]:
    """The questions of a lesson's quiz, with their choices from <folder>/NN.toml.

    Raises:
        CourseError: the file is not there (as in the student edition), cannot be understood, or does not fit
            the notebook: a question is new, gone or changed.
    """
    path = folder / f"{lesson.number}.toml"
    if not path.exists():
        raise CourseError(STUDENT_EDITION if not any(folder.glob("*.toml")) else missing(path))
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
        numbers = [entry["number"] for entry in entries]
    except (ValueError, KeyError, TypeError) as problem:
        raise refused(path, f"it must hold tables [[question]], each with a number ({problem!r})") from None
    if numbers != [text.number for text in lesson.questions]:
        raise refused(path, f"it has the questions {numbers}, the notebook {len(lesson.questions)} of them")
    return [
        question_of(lesson, text, entry, path) for text, entry in zip(lesson.questions, entries, strict=True)
    ]


def question_of(lesson: Lesson, text: QuizText, entry: dict, path: Path) -> Question:
    """A question out of its two halves; raises CourseError when they do not fit."""
    if problem := problem_of(entry):
        raise refused(path, f"question {text.number} {problem}")
    if entry["digest"] != text.digest or not text.text.startswith(entry["begins"]):
        raise refused(path, CHANGED.format(text=text))
    form, name = Form(entry["form"]), f"{lesson.number}.{text.number}"
    choices = [Choice(str(value), True) for value in right_of(entry)]
    choices += [Choice(str(value), False, why) for value, why in entry["wrong"]]
    return Question(
        name=name,
        place=f"Lesson {lesson.number}, {lesson.title}",
        begins=entry["begins"],
        text=text.text,
        ask=entry.get("ask", ""),
        explanation=text.answer,
        form=form,
        choices=tuple(choices) if form == Form.NUMBER else shuffled(choices, name),
        tolerance=float(entry.get("tolerance", 0)),
    )


def right_of(entry: dict) -> list:
    return entry["right"] if isinstance(entry["right"], list) else [entry["right"]]


def problem_of(entry: dict) -> str | None:
    """What is wrong with an entry by itself; None when nothing is."""
    keys = set(entry)
    if missing := KEYS - keys:
        return f"lacks {', '.join(sorted(missing))}"
    if unknown := keys - KEYS - MAY_BE:
        return f"has {', '.join(sorted(unknown))}, which nothing reads"
    if entry["form"] not in list(Form):
        return f"has the form {entry['form']!r}; there are {', '.join(Form)}"
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in entry["wrong"]):
        return "needs pairs in `wrong`: what is wrong, and why"
    right, several = right_of(entry), entry["form"] == Form.SEVERAL
    if (len(right) > 1) != several or not entry["wrong"]:
        return f"needs {'right choices' if several else 'one right choice'} and wrong ones"
    values = [*right, *(value for value, _ in entry["wrong"])]
    if len(set(map(str, values))) < len(values):
        return "has the same choice twice"
    if any(isinstance(value, str) == (entry["form"] == Form.NUMBER) for value in values):
        return "needs numbers without quotation marks for the form `number`, and texts for the others"
    return None


def shuffled(choices: list[Choice], seed: str) -> tuple[Choice, ...]:
    """In an order that looks random and is the same with every Python."""
    return tuple(sorted(choices, key=lambda c: hashlib.sha256(f"{seed} {c.text}".encode()).digest()))


def missing(path: Path) -> str:
    return f"There is no {path.name} in {path.parent}, so this quiz has no choices. Nothing was written."


def refused(path: Path, problem: str) -> CourseError:
    return CourseError(f"{path} does not fit its notebook: {problem}. Nothing was written.")
