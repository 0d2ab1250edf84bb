"""What the programs say in Chinese: the catalogue is in step with the sources, and texts are found in it."""

import collections
import json
import re

import pytest

from launcher.places import ROOT
from launcher.speaking import IN_ENGLISH, Speaker, columns
from launcher.templates import PLACE
from translations import catalogue, messages, sources
from translations.chinese import problems
from translations.speaking import speaker

# Data and the words of libraries: they stand in tests, and are the same in Chinese.
SAME = {
    *("set HTTPS_PROXY=http://ADDRESS:PORT", "export HTTPS_PROXY=http://ADDRESS:PORT"),
    *("token {0}", "Could not fetch URL", "(160x5 and", "size of tensor a", "is invalid for input of size"),
    *("Sizes of tensors must match", "must match the existing size", "(3) must match the existing size (4)"),
    *("she sells sea shells", "zyx hasle", "to be, or not to be: that is the question"),
}


@pytest.fixture(scope="module")
def found():
    return {message.id: message for message in catalogue.read(messages.CATALOGUE) if message.id}


def test_the_catalogue_holds_what_is_said_and_nothing_else(found):
    assert set(found) == set(sources.messages()), "run `python -m translations update`, and translate"


def test_everything_is_translated(found):
    assert not [text for text, message in found.items() if not message.string or message.fuzzy]
    assert {text for text, message in found.items() if message.string == text} == SAME


def test_what_is_put_into_a_message_is_put_into_its_translation(found):
    wrong = [
        text
        for text, message in found.items()
        if collections.Counter(PLACE.findall(text)) != collections.Counter(PLACE.findall(message.string))
    ]
    assert not wrong


def test_code_in_a_message_stays(found):
    def code(text):
        return sorted(re.findall(r"`[^`]*`", text))

    assert not [text for text, message in found.items() if code(text) != code(message.string)]


def test_the_chinese_is_as_chinese_is_printed(found):
    told = {}
    for text, message in found.items():
        if text not in SAME:
            shown = PLACE.sub("…", message.string).replace("**", "^")
            wrong = [problem for problem in problems(shown) if "a space beside" not in problem]
            told |= {text: wrong} if wrong else {}
    assert not told


def test_what_is_said_is_found_in_a_module_in_a_test_and_on_a_page(tmp_path):
    module = (
        '"""Not this."""\nX = "first words"\n\ndef f(x):\n    return f"it has {len(x)} {x!r:>{9}} words"\n'
    )
    assert list(sources.of_module(module)) == ["first words", "it has {0} {1} words"]
    assert list(sources.of_module('HINTS = (("a .* pattern of words", "what it means"),)')) == [
        "what it means"
    ]
    silent = 're.search("a .* pattern", x) is None; f(this_command(f"lab it {x}"))'
    assert list(sources.of_module(silent)) == []
    assert list(sources.of_module('PROBE = "import json, sys and more"')) == []
    assert list(sources.of_page("<p>{{ say(\"so many {0}\", say(x)) }} {{ say('two words') }}</p>")) == [
        "so many {0}",
        "two words",
    ]
    test = "# Test · the title\nexpect(f(x), 1, 'f(x)', hints={'A hint.': 2, 'Add one more.': 3})\n"
    solution = "def f(x):\n    return 'not these words'"
    cells = [
        {"cell_type": "code", "metadata": {"nbgrader": {"solution": False}}, "source": test},
        {"cell_type": "code", "metadata": {"nbgrader": {"solution": True}}, "source": solution},
    ]
    (tmp_path / "source.ipynb").write_text(json.dumps({"cells": cells}))
    assert list(sources.of_homework(tmp_path / "source.ipynb")) == ["the title", "A hint.", "Add one more."]


KNOWN = {
    "the number is wrong": "数不对",
    "{0}: {1}\n  expected: {2}\n  got:      {3}": "{0}：{1}\n  应为：{2}\n  得到：{3}",
    "entry {0}": "第 {0} 项",
    "it has {0} entries, not {1}": "有 {0} 项，不是 {1} 项",
    "in your code, {0}": "在你的代码里，{0}",
    "line {0}: {1}": "第 {0} 行：{1}",
    "the answer to {0} was found in {1}": "{0} 的答案在{1}里",
    "the cell {0}": "单元格 {0}",
    "{0} of {1}": "{0} / {1}",
    "Or:": "或者：",
    "The bias is missing.": "少了偏置。",
    "Hint: {0}": "提示：{0}",
    "f(x), with the default": "f(x)，默认",
    "{0}\nNothing was changed.": "{0}\n什么都没变。",
    "It is in {0}\nand says {1}\nNothing was changed.": "它在 {0}\n说 {1}\n什么都没变。",
}
SAID = {
    "as it stands": ("the number is wrong", "数不对"),
    "with its blanks": ("  the number is wrong\n", "  数不对\n"),
    "a template": ("it has 3 entries, not 4", "有 3 项，不是 4 项"),
    "a message in a template": ("the answer to task2 was found in the cell x", "任务 2 的答案在单元格 x 里"),
    "several lines of one template": (
        "f(x), with the default: entry 0: the number is wrong\n  expected: [1]\n  got:      [2]",
        "f(x)，默认：第 0 项：数不对\n  应为：[1]\n  得到：[2]",
    ),
    "colons in brackets": (
        "f(lambda v: v, g(y)): the number is wrong\n  expected: 1\n  got:      a: b",
        "f(lambda v: v, g(y))：数不对\n  应为：1\n  得到：a: b",
    ),
    "a list that was cut off": (
        "f: it has 9 entries, not 1\n  expected: [1]\n  got:      [1, 1, …",
        "f：有 9 项，不是 1 项\n  应为：[1]\n  得到：[1, 1, …",
    ),
    "an error of Python's": (
        "ValueError: no way out\n  in your code, line 3: x = y",
        "ValueError: no way out\n  在你的代码里，第 3 行：x = y",
    ),
    "several lines with any values": (
        "It is in my own folder (1\nand says a: b\nNothing was changed.",
        "它在 my own folder (1\n说 a: b\n什么都没变。",
    ),
    "two hints": ("The bias is missing. Or: the number is wrong", "少了偏置。或者：数不对"),
    "what is not known": ("3 of the others are unknown", "3 of the others are unknown"),
    "a task": ("task12", "任务 12"),
    "a cell": ("task12-values", "task12-values"),
}


@pytest.mark.parametrize("text", SAID)
def test_a_text_is_said_in_chinese(text):
    english, chinese = SAID[text]
    assert Speaker("zh", KNOWN)(english) == chinese
    assert IN_ENGLISH(english) == english


def test_values_are_put_in_as_they_are():
    assert Speaker("zh", KNOWN)("{0} of {1}", "the number is wrong", "{0}") == "the number is wrong / {0}"
    assert IN_ENGLISH("{0} of {1}", "3", "{1}") == "3 of {1}"
    assert IN_ENGLISH("braces {0} stay") == "braces {0} stay"


def test_chinese_lines_are_cut_by_what_they_take_in_a_terminal():
    lines = speaker("zh").wrapped("提示：形状是 (3, 4)，" + "张量" * 30 + "。", 40).split("\n")
    assert len(lines) > 3 and all(20 < columns(line) <= 42 for line in lines[:-1])
    assert not any(line[0] in "，。" for line in lines)
    assert "".join(lines).replace(" ", "").endswith("张量。")
    assert IN_ENGLISH.wrapped("a b c", 3) == "a b\nc"


def test_the_sources_are_there():
    """A module that was moved would drop out of the catalogue silently."""
    for pattern in (*sources.MODULES, *sources.LAUNCHER, *sources.PAGES, sources.TESTS):
        assert list(ROOT.glob(pattern)), pattern
