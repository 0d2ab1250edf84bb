"""A quiz as a GIFT file, which Moodle imports into its question bank."""

from __future__ import annotations

import re

from homework.quizzes import markup
from homework.quizzes.bank import Choice, Form, Question

CATEGORY = "Deep learning, hands on"
SPECIAL = re.compile(r"[\\~=#{}:]")


def gift(name: str, questions: list[Question]) -> str:
    """The text of the file. A blank line parts two questions, so there is none within one."""
    parts = [f"$CATEGORY: {CATEGORY}/Quiz {name}", *map(gift_question, questions)]
    return "\n\n".join(parts) + "\n"


def gift_question(question: Question) -> str:
    title, body = escape(question.title), escape("".join(markup.body(question)))
    sign = "#" if question.form == Form.NUMBER else ""
    choices = [gift_choice(question, choice) for choice in question.choices]
    feedback = f"\t####{escape(markup.answer(question.explanation))}"
    return "\n".join([f"::{title}::[html]{body}{{{sign}", *choices, feedback, "}"])


def gift_choice(question: Question, choice: Choice) -> str:
    """A line for a choice: its sign, what it is worth, its text, and what to tell who takes it."""
    weight = decimal(round(100 * question.share(choice), 5))  # as Moodle's list of grades has it: 33.33333
    if question.form == Form.NUMBER:
        text = f"=%{weight}%{choice.text}:{decimal(question.tolerance)}"
    elif question.form == Form.SEVERAL:
        text = f"~%{weight}%{escape(markup.inline(choice.text))}"
    else:
        text = f"{'=' if choice.is_right else '~'}{escape(markup.inline(choice.text))}"
    return f"\t{text}" + (f"#{escape(markup.inline(choice.why))}" if choice.why else "")


def decimal(value: float) -> str:
    """A number without an exponent and without zeros at its end."""
    return f"{value:f}".rstrip("0").rstrip(".")


def escape(text: str) -> str:
    r"""What GIFT reads as a sign of its own gets a backslash; a line break is written as `\n`."""
    return SPECIAL.sub(r"\\\g<0>", text).replace("\n", r"\n")
