"""Markdown is cut into the blocks that are translated, and what has to stay stays."""

import json

import pytest

from translations import editions
from translations.blocks import blocks, page_split, split, translate
from translations.markup import differences

FOLD = "<details><summary>Answer</summary>\n\nIt is 3.\n\n</details>"
CASES = {
    "two paragraphs": ("One.\n\nTwo.", ["One.", "Two."]),
    "three empty lines between": ("One.\n\n\n\nTwo.\n", ["One.", "Two.\n"]),
    "a list stays whole": ("- one\n- two\n\nEnd", ["- one\n- two", "End"]),
    "a fence is code": ("Run\n\n```python\nx = 1\n\ny = 2\n```\n\nthis", ["Run", "this"]),
    "a fence in a fence": ("````\n```\nwords here\n\n```\nmore words\n````\n\nEnd", ["End"]),
    "a displayed formula": ("So\n\n$$\na = b\n\n\\text{c d}\n$$\n\nEnd", ["So", "End"]),
    "a fold stays whole": (f"**1.** Why?\n\n{FOLD}\n\nEnd", ["**1.** Why?", FOLD, "End"]),
    "a fold in a quote": (
        "> **Try it.** Do.\n>\n> <details>x y</details>",
        ["> **Try it.** Do.\n>\n> <details>x y</details>"],
    ),
    "only a formula": ("$x = 1$\n\nwords", ["words"]),
    "only code": ("`x`\n\n12 + 3", []),
    "indented lines are code": ("Run\n\n    python3 course.py check\n    then wait\n", ["Run"]),
    "nothing": ("", []),
    "an empty line at the start": ("\n\nOne", ["One"]),
}


@pytest.mark.parametrize(("text", "found"), CASES.values(), ids=CASES)
def test_blocks(text, found):
    assert blocks(text) == found
    assert "".join(split(text)) == text
    assert all(not piece.strip() for piece in split(text)[1::2])


def test_a_row_of_a_pages_table_is_a_block():
    page = "Head\n\n| a | b |\n|---|---|\n| one two | three |\n\nEnd\n"
    assert blocks(page, page_split) == ["Head", "| a | b |", "| one two | three |", "End\n"]
    assert "".join(page_split(page)) == page


def test_beside_commands_and_files_words_are_blocks_and_nothing_else_is():
    page = """One

```
python3 x.py a --to B      # does so, then `that`
helpers/   many files
  a/Li Lei.jpg     one picture # or two
python3 y.py # one space
```

```python
x = 1  # a comment
```

Two
"""
    found = ["does so, then `that`", "many files", "one picture # or two"]
    assert blocks(page, page_split) == ["One", *found, "Two\n"]
    assert blocks(page.replace("```\npython3", "```console\npython3", 1), page_split)[1:4] == found
    assert translate(page, lambda block: "词" if block in found else block, page_split) == (
        page.replace(found[0], "词").replace(found[1], "词").replace(found[2], "词")
    )


def test_translation_changes_blocks_alone():
    text = "One.\n\n```\nOne.\n```\n\n$$ x $$\n\n\nTwo `One.`\n"
    assert (
        translate(text, lambda block: block.upper()) == "ONE.\n\n```\nOne.\n```\n\n$$ x $$\n\n\nTWO `ONE.`\n"
    )


@pytest.mark.parametrize("path", editions.editions(), ids=lambda path: path.stem)
def test_every_text_of_the_course_comes_together_again(path):
    if path.suffix == ".md":
        texts, cut = [path.read_text("utf-8")], page_split
    else:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts, cut = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"], split
    for text in texts:
        assert translate(text, lambda block: block, cut) == text
        for block in blocks(text, cut):
            assert block.count("<details") == block.count("</details"), block
            assert block.count("$$") % 2 == 0, block


CHANGES = {
    "code": ("use `x.sum()` here", "这里用 `x.mean()`"),
    "a formula": ("as $a_1$ says", "如 $a_2$ 所示"),
    "a displayed formula": ("so\n$$\na\n$$", "所以\n$$\nb\n$$"),
    "a fence": ("so\n```\na\n```", "所以\n```\nb\n```"),
    "a link": ("see [this](01_tensors.ipynb)", "见 [这里](02_perceptron.ipynb)"),
    "a tag": ("<details>a</details>", "a"),
    "a heading": ("## One", "### 一"),
    "the mark of a list": ("- one\n- two", "- 一"),
    "a quoted line": ("> one\n> two", "> 一"),
    "the bars of a table": ("| a | b |", "| 一 |"),
    "a bold text": ("**one** two", "**一 二"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_translation_that_changes_markup_is_told(kind):
    english, chinese = CHANGES[kind]
    assert any(kind in problem for problem in differences(english, chinese))
    assert differences(english, english) == []


def test_a_translation_with_the_same_markup_is_fine():
    english = "- **bold** `x` costs $5$ and [a link](a.md)\n- <b>two</b>"
    assert differences(english, "- **粗** [链接](a.md) 里 $5$ 和 `x`\n- <b>二</b>") == []


def test_money_is_no_formula():
    assert differences("It costs $5 or $6 a day.", "每天 $5 或 $6。") == []
