"""The files for Moodle and for what reads QTI: read back, they hold the quizzes, and mark as they should."""

from __future__ import annotations

import io
import itertools
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest
from quiz_readers import QTI, answered, inner, plain, read_gift, unescaped, words

from homework.__main__ import main
from homework.quizzes import names, qti
from homework.quizzes.bank import Choice, Form, Question, read_questions
from homework.quizzes.gift import gift
from homework.quizzes.texts import lesson_numbers, read_lesson
from launcher.files import write_whole

LESSONS = lesson_numbers()
PACKAGE = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
# What Moodle lets an answer be worth, in percent, and the same below zero.
GRADES = {100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5}
# The parts of an item, in the order that its schema wants.
ORDER = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]
NASTY = r"a ~b = {c} # d : e \n \ f <b>g</b> & $\frac{a}{b} < 1$ and `x[~y] == {1: '#'}`"
SEEN = r"a ~b = {c} # d : e \n \ f <b>g</b> & \(\frac{a}{b} < 1\) and x[~y] == {1: '#'}"


def questions_of(lesson: str) -> list[Question]:
    return read_questions(read_lesson(lesson))


def question_with(text: str) -> Question:
    choices = (Choice(text, True), *(Choice(f"{letter} {text}", False, f"no, {text}") for letter in "xyz"))
    return Question(
        "03a.9",
        f"Lesson {text}",
        "Why :: {so}",
        text,
        f"So: {text}",
        "<code>{a: ~1 &lt; 2}</code> # <em>so</em>",
        Form.ONE,
        choices,
    )


def items_of(questions: list[Question]) -> list[ET.Element]:
    files = qti.package("03", questions)
    return [ET.fromstring(files[f"items/{qti.identifier(question)}.xml"]) for question in questions]


# ------------------------------------------------------------ GIFT


@pytest.mark.parametrize("lesson", LESSONS)
def test_moodle_reads_what_the_quiz_holds(lesson):
    questions = questions_of(lesson)
    category, found = read_gift(gift(lesson, questions))
    assert category == f"Deep learning, hands on/Quiz {lesson}"
    assert len(found) == len(questions)
    for question, asked in zip(questions, found, strict=True):
        assert (asked.name, asked.kind) == (question.title, question.form)
        assert words(asked.text) == plain(f"{question.place} {question.text} {question.ask}")
        assert words(asked.feedback) == plain(unescaped(question.explanation))
        assert [words(why) for _, why in asked.choices.values()] == [plain(c.why) for c in question.choices]
        if question.form == Form.NUMBER:
            assert list(asked.choices) == [(float(c.text), question.tolerance) for c in question.choices]
        else:
            assert [words(text) for text in asked.choices] == [plain(c.text) for c in question.choices]


@pytest.mark.parametrize("lesson", LESSONS)
def test_moodle_marks_as_the_quiz_says(lesson):
    questions = questions_of(lesson)
    for question, asked in zip(questions, read_gift(gift(lesson, questions))[1], strict=True):
        percents = [percent for percent, _ in asked.choices.values()]
        right = [p for p, choice in zip(percents, question.choices, strict=True) if choice.is_right]
        wrong = [p for p, choice in zip(percents, question.choices, strict=True) if not choice.is_right]
        assert sum(right) == pytest.approx(100, abs=0.01)
        assert sum(wrong) == pytest.approx(-100 if question.form == Form.SEVERAL else 0, abs=0.01)
        assert all(abs(percent) in GRADES | {0} for percent in percents)


def test_signs_of_gift_and_of_html_stay_what_they_are():
    text = gift("03", [question_with(NASTY)])
    asked = read_gift(text)[1][0]
    assert words(asked.text) == f"Lesson {NASTY} {SEEN} So: {SEEN}"
    assert [words(choice) for choice in asked.choices] == [SEEN, *(f"{letter} {SEEN}" for letter in "xyz")]
    assert [words(why) for _, why in asked.choices.values()] == ["", *[f"no, {SEEN}"] * 3]
    assert words(asked.feedback) == "{a: ~1 < 2} # so" and "<em>so</em>" in asked.feedback
    assert "<code>{a: ~1 &lt; 2}</code>" in asked.feedback
    assert asked.name == "03a.9 Why :: {so} …"
    assert r"\(\frac{a}{b} &lt; 1\)" in asked.text and "<code>x[~y] == {1: '#'}</code>" in asked.text


def test_a_blank_line_in_a_question_does_not_end_it():
    block = "Look:\n\n```\nx = 1\n\ny = 2\n```"
    asked = read_gift(gift("03", [question_with(block)]))[1]
    assert len(asked) == 1 and "<pre>x = 1\n\ny = 2" in asked[0].text


# ------------------------------------------------------------ QTI


@pytest.mark.parametrize("name", ["03", "07a"])
def test_a_package_lists_its_files_and_has_them(name):
    questions = [q for lesson in LESSONS if lesson.startswith(name) for q in questions_of(lesson)]
    files = qti.package(name, questions)
    manifest = ET.fromstring(files["imsmanifest.xml"])
    assert manifest.tag == f"{PACKAGE}manifest"
    assert manifest.findtext(f"{PACKAGE}metadata/{PACKAGE}schema") == "QTIv2.1 Package"
    assert [part.tag.removeprefix(PACKAGE) for part in manifest] == ["metadata", "organizations", "resources"]
    resources = manifest.findall(f"{PACKAGE}resources/{PACKAGE}resource")
    assert {r.get("href") for r in resources} | {"imsmanifest.xml"} == set(files)
    assert all([f.get("href") for f in r.iter(f"{PACKAGE}file")] == [r.get("href")] for r in resources)
    kinds = {r.get("identifier"): r.get("type") for r in resources}
    assert len(kinds) == len(resources) == len(questions) + 1
    whole = next(r for r in resources if r.get("type") == "imsqti_test_xmlv2p1")
    needed = [part.get("identifierref") for part in whole.iter(f"{PACKAGE}dependency")]
    assert needed == [key for key, kind in kinds.items() if kind == "imsqti_item_xmlv2p1"]
    ids = [part.get("identifier") for part in (manifest, *resources)]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[A-Za-z_][\w.-]*", one) for one in ids)


def test_the_test_has_a_section_for_each_lesson_and_every_question():
    questions = questions_of("03a") + questions_of("03b")
    files = qti.package("03", questions)
    test = ET.fromstring(files["test.xml"])
    sections = list(test.iter(f"{QTI}assessmentSection"))
    titles = ["Lesson 03a, Back-propagation", "Lesson 03b, Training that works"]
    assert [section.get("title") for section in sections] == titles
    named = [[ref.get("href") for ref in section] for section in sections]
    assert named == [[f"items/lesson-{lesson}-{n}.xml" for n in range(1, 5)] for lesson in ("03a", "03b")]
    summed = test.find(f"{QTI}outcomeProcessing/{QTI}setOutcomeValue/{QTI}sum/{QTI}testVariables")
    assert (
        summed.get("variableIdentifier") == test.find(f"{QTI}outcomeDeclaration").get("identifier") == "SCORE"
    )
    for ref in test.iter(f"{QTI}assessmentItemRef"):
        assert ET.fromstring(files[ref.get("href")]).get("identifier") == ref.get("identifier")


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_item_holds_the_question_and_its_parts_in_order(lesson):
    questions = questions_of(lesson)
    for question, item in zip(questions, items_of(questions), strict=True):
        assert item.tag == f"{QTI}assessmentItem" and item.get("title") == question.title
        tags = [part.tag.removeprefix(QTI) for part in item]
        assert [tag for tag, _ in itertools.groupby(tags)] == ORDER
        outcomes = {
            (o.get("identifier"), o.get("cardinality")) for o in item.iter(f"{QTI}outcomeDeclaration")
        }
        assert outcomes == {("SCORE", "single"), ("FEEDBACK", "multiple")}
        for condition in item.iter(f"{QTI}responseCondition"):
            branches = [branch.tag.removeprefix(QTI) for branch in condition]
            assert branches == ["responseIf", *["responseElseIf"] * (len(condition) - 1)]
        body = item.find(f"{QTI}itemBody")
        texts = " ".join(words(inner(part)) for part in body.findall(f"{QTI}p")).strip()
        assert texts == plain(f"{question.place} {question.text} {question.ask}")
        choices = {c.get("identifier"): words(inner(c)) for c in item.iter(f"{QTI}simpleChoice")}
        declared = item.find(f"{QTI}responseDeclaration")
        correct = [part.text for part in declared.iter(f"{QTI}value")]
        if question.form == Form.NUMBER:
            assert declared.get("baseType") == "float" and correct == [c.text for c in question.right]
            assert len(list(body.iter(f"{QTI}textEntryInteraction"))) == 1
            continue
        assert list(choices.values()) == [plain(choice.text) for choice in question.choices]
        assert [choices[key] for key in correct] == [plain(choice.text) for choice in question.right]
        several = question.form == Form.SEVERAL
        assert declared.get("cardinality") == ("multiple" if several else "single")
        assert body.find(f"{QTI}choiceInteraction").get("maxChoices") == ("0" if several else "1")


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_item_marks_and_tells_as_the_quiz_says(lesson):
    questions = questions_of(lesson)
    for question, item in zip(questions, items_of(questions), strict=True):
        explained = plain(unescaped(question.explanation))
        for letter, choice in zip("ABCDEF", question.choices, strict=False):
            if question.form == Form.SEVERAL:
                worth = 1 / len(question.right) if choice.is_right else 0
            else:
                worth = float(choice.is_right)
            response = [float(choice.text)] if question.form == Form.NUMBER else [letter]
            points, told = answered(item, response)
            assert points == pytest.approx(worth), (question.name, choice)
            assert told == f"{plain(choice.why)} {explained}".strip()


def test_several_choices_are_marked_together():
    question = next(question for question in questions_of("03a") if question.form == Form.SEVERAL)
    item = items_of([question])[0]
    letters = dict(zip(question.choices, "ABCDEF", strict=True))
    right, wrong = ([letters[choice] for choice in some] for some in (question.right, question.wrong))
    assert answered(item, right)[0] == pytest.approx(1)
    assert answered(item, right[:2])[0] == pytest.approx(2 / 3)
    assert answered(item, [*right, wrong[0]])[0] == pytest.approx(2 / 3)
    for chosen in ([*right, *wrong], wrong, []):
        assert answered(item, chosen)[0] == pytest.approx(0)


def test_a_number_may_be_off_by_its_tolerance_and_no_more():
    question = next(question for question in questions_of("02") if question.form == Form.NUMBER)
    item = items_of([question])[0]
    points = {given: answered(item, [given])[0] for given in (4.59, 4.601, 4.605, 4.619, 4.63)}
    assert points == {4.59: 0, 4.601: 1, 4.605: 1, 4.619: 1, 4.63: 0}
    assert answered(item, [2.005])[1].startswith("That is the logarithm with base 10")


def test_signs_of_xml_stay_what_they_are():
    item = items_of([question_with(NASTY)])[0]
    paragraphs = [words(inner(part)) for part in item.find(f"{QTI}itemBody").findall(f"{QTI}p")]
    assert paragraphs == [f"Lesson {NASTY}", SEEN, f"So: {SEEN}"]
    assert [words(inner(c)) for c in item.iter(f"{QTI}simpleChoice")][:2] == [SEEN, f"x {SEEN}"]
    assert answered(item, ["B"])[1] == f"no, {SEEN} {{a: ~1 < 2}} # so"
    assert next(code.text for code in item.iter(f"{QTI}code")) == "x[~y] == {1: '#'}"


# ------------------------------------------------------------ what a list of questions shows


def test_names_are_plain_short_and_each_its_own():
    questions = [question for lesson in LESSONS for question in questions_of(lesson)]
    in_moodle = [asked.name for asked in read_gift(gift("all", questions))[1]]
    assert in_moodle == [item.get("title") for item in items_of(questions)]
    assert len(set(in_moodle)) == len(questions) > 90
    assert [name for name in in_moodle if re.search(r"[$\\`{}^]", name) or not 10 < len(name) < 60] == []
    assert {"03a.2 S = AWᵀ + b with …", "07a.1 During training L_D stays close to …"} < set(in_moodle)
    assert "01.1 x has shape …" in in_moodle


@pytest.mark.parametrize(
    ("begins", "shown"),
    [
        (r"Why is $\frac{a}{b}$ not $x$", "Why is … not x"),
        (r"Take $x^{12} \leq y$, $x^2 \le 3$ and $x^21$", "Take …, x² ≤ 3 and …"),
        (r"`a[$i]` and `\n` cost $5", r"a[$i] and \n cost $5"),
    ],
)
def test_a_formula_that_must_be_drawn_is_left_out_of_a_name(begins, shown):
    assert names.plain(begins) == shown


# ------------------------------------------------------------ the command


def export(*arguments: str) -> int:
    return main(["export", "quiz", *arguments])


def test_the_command_writes_the_same_bytes_each_time(tmp_path, capsys):
    for folder in ("a", "b"):
        assert export("hw3", "15", "08b", "--to", str(tmp_path / folder / "quizzes")) == 0
    made = {path.name: path.read_bytes() for path in (tmp_path / "a" / "quizzes").iterdir()}
    assert made == {path.name: path.read_bytes() for path in (tmp_path / "b" / "quizzes").iterdir()}
    names = [f"quiz{name}" for name in ("03", "08b", "15")]
    assert sorted(made) == sorted(f"{name}.{kind}" for name in names for kind in ("gift.txt", "qti.zip"))
    assert "03     8 questions   quiz03.gift.txt" in capsys.readouterr().out
    with zipfile.ZipFile(io.BytesIO(made["quiz03.qti.zip"])) as archive:
        assert archive.namelist()[0] == "imsmanifest.xml" and archive.testzip() is None
        assert {(e.date_time, e.create_system) for e in archive.infolist()} == {((1980, 1, 1, 0, 0, 0), 3)}
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files == qti.package("03", questions_of("03a") + questions_of("03b"))
    text = made["quiz03.gift.txt"].decode("utf-8")
    assert "\r" not in text and text == gift("03", questions_of("03a") + questions_of("03b"))


def test_without_a_name_every_lesson_has_its_quiz(tmp_path):
    assert export("--to", str(tmp_path)) == 0
    found = [read_gift(path.read_text("utf-8"))[1] for path in sorted(tmp_path.glob("*.gift.txt"))]
    assert len(found) == 16
    asked = [question.name for lesson in LESSONS for question in questions_of(lesson)]
    assert [question.name.split()[0] for questions in found for question in questions] == asked


def test_a_folder_that_cannot_be_written_is_told(tmp_path, capsys):
    write_whole(tmp_path / "file", "mine")
    assert export("hw3", "--to", str(tmp_path / "file")) == 1
    assert "Name another folder with --to. Nothing was lost." in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "mine"
