"""The Chinese catalogues: in step with the English, the same markup, printed well, the glossary's terms."""

import collections
import json
import re

import pytest

from launcher.errors import CourseError
from translations import catalogue, editions, figures, terms
from translations.catalogue import Unit
from translations.chinese import has_chinese, problems
from translations.markup import differences

TEXTS = [path for path in editions.editions() if path.exists()]
GLOSSARY = terms.terms(editions.GLOSSARY)
SAME = {"*Your answer here.*", "## 1. Dice", "## 2. U-Net"}  # names, and the stub that grading looks for
EXCUSED = {
    ("nb12-067", "convolutional neural network"),  # in the title of a paper
    ("an13-017", "embedding"),  # named in the sentence before
}


def pairs(path):
    """[(unit, Chinese)] of a text."""
    units = editions.units(path)
    found = catalogue.translations(editions.catalogue_of(path), units)
    return [(unit, found[unit.context, unit.text]) for unit in units]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_block_is_translated_with_the_same_markup_and_printed_well(path):
    found = pairs(path)
    assert found
    for unit, chinese in found:
        assert differences(unit.text, chinese) == [], (unit, chinese)
        assert problems(chinese) == [], unit
        assert has_chinese(chinese) or not needs_chinese(unit.text), unit
        assert (chinese == unit.text) <= (unit.text.strip() in SAME or not needs_chinese(unit.text)), unit


def needs_chinese(english):
    """Whether anything of a block is more than names and titles of papers."""
    return english.strip() not in SAME and bool(re.search(r"[a-z]{3}", terms.words_of(english)))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_nothing_is_kept_that_is_no_longer_asked_for(path):
    asked = {(unit.context, unit.text) for unit in editions.units(path)}
    kept = catalogue.read(editions.catalogue_of(path))
    assert {(message.context, message.id) for message in kept if message.id} == asked


def test_every_catalogue_belongs_to_a_text():
    there = {path.name for path in (catalogue.FOLDER / catalogue.LANGUAGE).glob("*.po")}
    assert there - {"messages.po", "figures.po"} == {editions.catalogue_of(path).name for path in TEXTS}


def figures_in_both():
    """[(unit, Chinese)] of the words of all figures."""
    found = figures.translations()
    return [(unit, found[unit.context, unit.text]) for unit in figures.units()]


def test_every_figure_has_its_words_in_chinese():
    found = figures_in_both()
    assert len(found) > 180
    for unit, chinese in found:
        assert differences(unit.text, chinese) == [] and problems(chinese) == [], (unit, chinese)
        assert has_chinese(chinese), unit
    kept = catalogue.read(figures.CATALOGUE)
    assert {(message.context, message.id) for message in kept if message.id} == {
        (unit.context, unit.text) for unit, _ in found
    }


def test_a_notebook_tells_its_figures_in_chinese():
    fold = "<details><summary>The figure in words</summary>the loss falls &lt; 1</details>"
    picture = {"data": {"image/png": "AA"}, "metadata": {"image/png": {"alt": "the loss falls < 1"}}}
    other = {"data": {"text/html": "<p>The figure in words</p>"}, "metadata": {}}
    outputs = [picture, {"data": {"text/html": fold}, "metadata": {}}, other]
    text = json.dumps({"cells": [{"id": "a", "outputs": outputs}, {"id": "b", "outputs": outputs}]})
    one, two = json.loads(figures.in_chinese(text, {("a", "the loss falls < 1"): "损失降到 < 1"}))["cells"]
    assert one["outputs"][0]["metadata"]["image/png"]["alt"] == "损失降到 < 1"
    html = one["outputs"][1]["data"]["text/html"]
    assert html == "<details><summary>图的文字说明</summary>损失降到 &lt; 1</details>"
    assert one["outputs"][2] == other
    assert two["outputs"][0] == picture and "the loss falls" in two["outputs"][1]["data"]["text/html"]


def test_a_term_of_the_glossary_has_its_chinese_term():
    met, missed = collections.Counter(), collections.Counter()
    for found in (*map(pairs, editions.notebooks()), figures_in_both()):
        for unit, chinese in found:
            for term in terms.used(unit.text, GLOSSARY):
                met[term] += 1
                if terms.has_term(chinese, term, GLOSSARY):
                    continue
                missed[term] += 1
                excused = (unit.context, term) in EXCUSED or term in terms.EVERYDAY
                assert excused, f"{term} ({GLOSSARY[term]}) in {unit.context}: {chinese}"
    assert met.total() > 3000 and len(met) > 240
    rare = {"code", "heads", "in place", "view"}  # met more often as everyday words
    assert [term for term in terms.EVERYDAY - rare if missed[term] > met[term] / 2] == []


def test_a_term_that_is_translated_otherwise_is_noticed():
    english = "The learning rate of the optimiser, `dropout`, and $loss$ of two ReLUs."
    assert terms.used(english, GLOSSARY) == ["learning rate", "optimiser"]
    assert terms.has_term("优化器的学习率", "learning rate", GLOSSARY)
    assert not terms.has_term("优化器的学习速度", "learning rate", GLOSSARY)
    assert terms.used("Two tensors", GLOSSARY) == ["tensor"] and terms.used("A tensorboard", GLOSSARY) == []


def made(tmp_path, *units, **translated):
    """A catalogue's file for these units, with translations by context."""
    book = catalogue.updated(catalogue.read(tmp_path / "none.po"), units)
    for unit in units:
        book.get(unit.text, unit.context).string = translated.get(unit.context, "")
    catalogue.write(tmp_path / "a.po", book)
    return tmp_path / "a.po"


ONE, TWO = (
    Unit("one", "The first block has some words."),
    Unit("two", "The second one has `code`.\n\nAnd more."),
)


def test_a_catalogue_gives_what_was_written(tmp_path):
    path = made(tmp_path, ONE, TWO, one="第一块。", two='第二块 "有" `code`。\n\n还有。')
    found = catalogue.translations(path, [ONE, TWO])
    assert found == {("one", ONE.text): "第一块。", ("two", TWO.text): '第二块 "有" `code`。\n\n还有。'}
    before = path.read_bytes()
    catalogue.write(path, catalogue.updated(catalogue.read(path), [ONE, TWO]))
    assert path.read_bytes() == before


def test_an_edited_block_becomes_fuzzy_and_is_refused(tmp_path):
    path = made(tmp_path, ONE, TWO, one="第一块。", two="第二块。")
    edited = Unit("one", "The first block has some other words.")
    catalogue.write(path, catalogue.updated(catalogue.read(path), [edited, TWO]))
    message = catalogue.read(path).get(edited.text, "one")
    assert message.fuzzy and message.string == "第一块。"
    assert f'#| msgid "{ONE.text}"' in path.read_text("utf-8")
    with pytest.raises(CourseError, match=r"one: .*some other words.* is edited in English") as told:
        catalogue.translations(path, [edited, TWO])
    assert "python -m translations update" in str(told.value) and "two" not in str(told.value)


def test_the_former_english_is_beside_a_fuzzy_block_until_it_is_none(tmp_path):
    """Whatever is in it, however often the catalogues are updated; then it goes."""
    one = Unit(
        "one",
        'A "quoted" word, a \\ and many others, so that it is more than one line.\n\n' + "And more. " * 9,
    )
    edited = Unit("one", one.text.replace("many", "some"))
    path = made(tmp_path, one, one="第一块。")
    for _ in range(3):
        catalogue.write(path, catalogue.updated(catalogue.read(path), [edited]))
        message = catalogue.read(path).get(edited.text, "one")
        assert message.fuzzy and message.previous_id == [one.text]
    path.write_text(path.read_text("utf-8").replace("#, fuzzy\n", ""), "utf-8")
    catalogue.write(path, catalogue.updated(catalogue.read(path), [edited]))
    assert "#" not in path.read_text("utf-8")


def test_a_block_without_translation_is_refused_and_named(tmp_path):
    path = made(tmp_path, ONE, TWO, one="第一块。")
    with pytest.raises(CourseError, match=r"two: .* is not translated"):
        catalogue.translations(path, [ONE, TWO])
    new = Unit("three", "A block that nobody has seen before, about something else.")
    with pytest.raises(CourseError, match="three"):
        catalogue.translations(path, [ONE, new])


def test_the_same_words_in_another_cell_are_another_message(tmp_path):
    other = Unit("other", ONE.text)
    path = made(tmp_path, ONE, other, one="第一块。", other="另一处。")
    assert catalogue.translations(path, [other]) == {("other", ONE.text): "另一处。"}


def test_what_is_no_longer_asked_for_goes(tmp_path):
    path = made(tmp_path, ONE, TWO, one="第一块。", two="第二块。")
    catalogue.write(path, catalogue.updated(catalogue.read(path), [ONE]))
    assert "second" not in path.read_text("utf-8")


def test_many_faults_are_counted_not_listed(tmp_path):
    units = [Unit(f"c{number}", f"Words number {number} of many.") for number in range(9)]
    with pytest.raises(CourseError, match="and 4 more"):
        catalogue.translations(made(tmp_path, *units), units)
