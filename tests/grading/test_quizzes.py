"""The quizzes' choices: they fit the notebooks, and give nothing away but what they ask."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections import Counter

import pytest

from homework.quizzes.bank import HERE, Form, problem_of, read_questions
from homework.quizzes.texts import lesson_numbers, read_lesson
from launcher.errors import CourseError
from launcher.places import NOTEBOOKS, ROOT

LESSONS = lesson_numbers()
QUESTIONS = [question for number in LESSONS for question in read_questions(read_lesson(number))]
ONE = [question for question in QUESTIONS if question.form == Form.ONE]


@pytest.mark.parametrize("number", LESSONS)
def test_each_question_of_a_notebook_has_its_choices(number):
    notebook = json.loads(next(NOTEBOOKS.glob(f"{number}_*.ipynb")).read_text("utf-8"))
    text = "\n\n".join("".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown")
    quiz = text.partition("\n## Quiz\n")[2].partition("\n## ")[0]
    asked = re.findall(r"^\**\d+\.\** +(.*)", quiz, re.MULTILINE)
    ours = [question for question in QUESTIONS if question.name.startswith(f"{number}.")]
    assert [question.text for question in ours] == asked and len(asked) >= 4
    assert [question.name for question in ours] == [f"{number}.{n + 1}" for n in range(len(asked))]
    answers = re.findall(r"</summary>(.*?)</details>", quiz, re.DOTALL)
    assert [question.explanation for question in ours] == answers
    entries = tomllib.loads((HERE / f"{number}.toml").read_text("utf-8"))["question"]
    assert [question.ask for question in ours] == [entry.get("ask", "") for entry in entries]


@pytest.fixture
def changed(tmp_path):
    """Change lesson 06a's notebook, or the file of its choices, in a copy; then read it."""

    def change(of_notebook=None, of_choices=None):
        source, choices = next(NOTEBOOKS.glob("06a_*.ipynb")), HERE / "06a.toml"
        for path, pair in ((source, of_notebook), (choices, of_choices)):
            text = path.read_text("utf-8")
            if pair:
                assert pair[0] in text
                text = text.replace(*pair, 1)
            (tmp_path / path.name).write_text(text, "utf-8")
        return read_questions(read_lesson("06a", tmp_path), tmp_path)

    assert change() == [question for question in QUESTIONS if question.name.startswith("06a.")]
    return change


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("is left after 22 steps?", "is left after 23 steps?"),
        ("about a tenth.</details>", "about an eighth.</details>"),
    ],
)
def test_a_changed_question_or_answer_is_noticed(changed, old, new):
    with pytest.raises(CourseError, match="question 2 or its answer in the notebook has changed") as told:
        changed(of_notebook=(old, new))
    digest = re.search(r"digest there: ([0-9a-f]{12})", str(told.value))[1]
    before = tomllib.loads((HERE / "06a.toml").read_text("utf-8"))["question"][1]["digest"]
    assert len(changed(of_notebook=(old, new), of_choices=(before, digest))) == 4  # what it says helps


def test_the_first_words_are_those_of_the_question(changed):
    with pytest.raises(CourseError, match="question 2 or its answer in the notebook has changed"):
        changed(of_choices=('begins = "A forget gate', 'begins = "One forget gate'))


def test_a_question_more_or_less_is_noticed(changed):
    with pytest.raises(CourseError, match=r"the questions \[1, 2, 3, 4\], the notebook 5 of them"):
        more = "**5.** Why?\\n\\n<details><summary>Answer</summary>So.</details>\\n\\n## Summary"
        changed(of_notebook=("## Summary", more))
    with pytest.raises(CourseError, match=r"the questions \[1, 2, 3, 5\], the notebook 4 of them"):
        changed(of_choices=("number = 4", "number = 5"))


def test_a_quiz_that_cannot_be_read_is_told(changed):
    with pytest.raises(CourseError, match=r"06a_rnn_lstm\.ipynb has no quiz that can be read"):
        changed(of_notebook=("**3.** Once", "**4.** Once"))
    with pytest.raises(CourseError, match=r"06a_rnn_lstm\.ipynb has no quiz that can be read"):
        changed(of_notebook=("**4.** Why", "Why"))
    with pytest.raises(CourseError, match="must hold tables"):
        changed(of_choices=("number = 4", "number 4"))


ENTRY = {
    "number": 1,
    "begins": "Why",
    "digest": "0",
    "form": "one",
    "right": "a",
    "wrong": [["b", "no"], ["c", "no"], ["d", "no"]],
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"form": "two"}, "has the form 'two'; there are one, several, number"),
        ({"right": ["a", "e"]}, "needs one right choice and wrong ones"),
        ({"form": "several", "right": ["a"]}, "needs right choices and wrong ones"),
        ({"wrong": []}, "needs one right choice and wrong ones"),
        ({"wrong": [["b"]]}, "needs pairs in `wrong`"),
        ({"wrong": [["a", "no"]]}, "has the same choice twice"),
        ({"form": "number"}, "needs numbers without quotation marks"),
        ({"right": 3}, "needs numbers without quotation marks"),
        ({"hint": "none"}, "has hint, which nothing reads"),
    ],
)
def test_an_entry_that_cannot_be_is_told(change, words):
    assert problem_of(ENTRY) is None
    assert words in problem_of(ENTRY | change)
    for key in ENTRY:
        assert problem_of({k: v for k, v in ENTRY.items() if k != key}) == f"lacks {key}"


def test_the_student_edition_has_no_choices(tmp_path):
    assert "homework/quizzes/*.toml export-ignore" in (ROOT / ".gitattributes").read_text().splitlines()
    with pytest.raises(CourseError, match="This is the student edition"):
        read_questions(read_lesson("06a"), tmp_path)
    shutil.copy(HERE / "06b.toml", tmp_path)
    with pytest.raises(CourseError, match=r"There is no 06a\.toml"):
        read_questions(read_lesson("06a"), tmp_path)


def test_three_wrong_choices_stand_beside_a_right_one():
    assert {(len(question.right), len(question.wrong)) for question in ONE} == {(1, 3)}
    for question in QUESTIONS:
        assert all(choice.text.strip() and choice.why.strip() for choice in question.wrong), question.name
        lowered = [choice.text.lower() for choice in question.choices]
        assert not any(re.match(r"(all|none|both) of (the|these)|.*the above", text) for text in lowered)
    several = [question for question in QUESTIONS if question.form == Form.SEVERAL]
    assert several and all(len(q.right) >= 2 and len(q.wrong) >= 2 for q in several)


def test_neither_length_nor_place_tells_the_right_choice():
    ranks, places = Counter(), Counter()
    for question in ONE:
        right, *wrong = (len(choice.text) for choice in (*question.right, *question.wrong))
        ranks["longest"] += right > max(wrong)
        ranks["shortest"] += right < min(wrong)
        places[question.choices.index(question.right[0])] += 1
        assert 0.6 < right / (sum(wrong) / 3) < 1.4, question.name
    assert ranks["longest"] < len(ONE) / 3 and ranks["shortest"] < len(ONE) / 3
    assert min(places[place] for place in range(4)) > len(ONE) / 6


def test_the_order_of_choices_is_always_the_same():
    question = next(question for question in QUESTIONS if question.name == "01.3")
    assert [choice.text for choice in question.choices] == [
        "No: one has four axes, the other three",
        "Yes, to (8, 1, 6, 5)",
        "No: 6 and 1 are different lengths",
        "Yes, to (8, 7, 6, 5)",
    ]


def test_a_wrong_number_is_never_near_the_right_one():
    for question in QUESTIONS:
        if question.form == Form.NUMBER:
            values = [float(choice.text) for choice in question.choices]
            gaps = [abs(a - b) for number, a in enumerate(values) for b in values[:number]]
            assert min(gaps) > 2 * question.tolerance, question.name
