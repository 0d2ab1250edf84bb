"""What students wrote stays text, wherever a person sees it; and what the feedback page says about whom."""

from __future__ import annotations

import html.parser
import random

import pytest
from homework_course import Page
from nbconvert.filters.markdown_mistune import markdown2html_mistune as as_formgrader_does

from homework.cells import TEST
from homework.folders import COURSE, load_source
from homework.outcomes import FAILED, PASSED, Result
from homework.teacher import report
from homework.teacher.grading import Grading, Status
from homework.teacher.harmless import LONGEST, THIN, harmless_markdown, markdown_html, printable
from homework.teacher.table import Row
from homework.teacher.tried import Tried, tried, tried_in

pytestmark = pytest.mark.filterwarnings("default")  # those of nbgrader's own code

# One piece a line; \n and the like stand for signs.
BITS = r"""
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg/onload=alert(1)>
<iframe srcdoc="<script>alert(1)</script>">
<object data=x>
<base href=//x>
<meta http-equiv="refresh" content="0">
<a href='javascript:alert(1)'>x</a>
<style>
<form action=x>
</textarea>
<a\n
<?php
<!--
-->
<![CDATA[
<javascript:alert(1)>
[x](javascript:alert(1))
[x](&#106;avascript:alert(1))
[x](data:text/html,<script>1</script>)
[r]
[r]: javascript:alert(1)\n
![x](http://e/x.png)
![x](attachment:a.svg)
$\\href{javascript:alert(1)}{x}$
\\unicode{60}
\\begin{a}
\\end{a}
```mermaid\n
|a|b|\n|-|-|\n
https://e/
\x1b[31m
""".strip().splitlines()
BITS = [bit.encode().decode("unicode_escape") for bit in BITS] + ["\ud83d", "\u202e", "    ", "\n\n", "&lt;"]
BITS += ["\\(", "\\)", "$$", "```", "~~~", "> ", "- ", "1. ", "# ", *"\x00\\`$|*_[]()!<>&\"'\t\n:"]
FEEDBACK = {"blockquote", "br", "code", "del", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
TABLE = {"table", "tbody", "td", "th", "thead", "tr"}
FORMGRADER = (
    FEEDBACK | TABLE | {"a", "div", "dl", "dt", "dd", "input", "span"} | {f"h{n}" for n in range(1, 7)}
)
HARMLESS = {"href", "class", "id", "style", "type", "disabled", "checked", "start"}
ALIGNED = {"text-align:left", "text-align:right", "text-align:center"}


class Tags(html.parser.HTMLParser):
    """The tags of a page with their attributes, and what is no tag and no text."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.others: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data):
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def strange_texts(count: int):
    """Texts of pieces that mean something to a browser or to a renderer of markdown."""
    dice = random.Random(14)
    for _ in range(count):
        yield "".join(dice.choices(BITS, k=dice.randint(1, 12)))


def test_no_text_gives_formgrader_a_tag_that_loads_or_runs():
    for text in strange_texts(4000):
        page = Tags(as_formgrader_does(harmless_markdown(text)))
        assert page.others == [], text
        for tag, attributes in page.tags:
            assert tag in FORMGRADER and set(attributes) <= HARMLESS, text
            assert attributes.get("href", "#").startswith(("#", "http://", "https://")), text


def test_the_same_texts_as_they_are_would_give_it_some():
    """The test above can fail."""
    tags = {tag for text in strange_texts(200) for tag, _ in Tags(safely(as_formgrader_does, text)).tags}
    assert {"script", "img", "iframe", "base"} <= tags


def safely(render, text: str) -> str:
    try:
        return render(text)
    except Exception:  # nbconvert's own: an attachment that is not there
        return ""


def test_no_text_gives_a_feedback_page_a_link_a_picture_or_html():
    for text in strange_texts(4000):
        page = Tags(markdown_html(text))
        assert page.others == [], text
        for tag, attributes in page.tags:
            assert tag in FEEDBACK | TABLE and set(attributes) <= {"style", "start"}, text
            assert attributes.get("style", "text-align:left") in ALIGNED, text


def test_honest_text_reads_as_it_was_written():
    text = "If a < b, then `x[i](y)` and $a_1 < b_2$:\n\n| a | b |\n|---|---|\n| 1 | **2** |"
    assert harmless_markdown(text).replace(THIN, "") == text
    page = markdown_html(text)
    assert "<td>1</td>" in page
    assert "<strong>2</strong>" in page
    assert "<code>a_1 &lt; b_2</code>" in page
    assert "a &lt; b" in page
    assert "read <em>this</em> (https://e.org/x)" in markdown_html("read [*this*](https://e.org/x)")


def test_signs_that_cannot_be_written_are_replaced():
    assert printable("a\ud83db\x00c\x1b[31md\x1b[0m\r\ne\u202ef") == "a\ufffdb\ufffdcd\ne\ufffdf"
    assert printable({"\ud800": ["\x07", ("\udfff", 3, None)]}) == {"\ufffd": ["\ufffd", ("\ufffd", 3, None)]}
    assert printable("猫 🐈 é\tx\n") == "猫 🐈 é\tx\n"


def test_a_text_of_any_length_and_depth_is_rendered():
    for sign in ("[", ">", "*a", "$", "<", "- ", "`", "| a"):
        assert markdown_html(sign * 200_000)
    assert f"{180_000} more characters" in markdown_html("x" * (LONGEST + 180_000))
    assert f"{180_000} more characters" in harmless_markdown("x" * (LONGEST + 180_000))


def test_what_a_test_tries_is_read_from_its_visible_lines():
    source = "for n in (1, 2):\n    expect(f(n), n, f'f({n})')\n"
    source += "check.expect(g(), 1, what='g(),\\n  twice')\nexpect(1, 1, name)"
    assert tried(source) == ["f({n})", "g(), twice"]
    assert tried("require(share >= 0.9, 'too few')") == ["share >= 0.9"]
    assert tried("at_least(a, 1, 'right')\nat_most(b, 1, 'error')") == ["right", "error"]
    assert tried("expect(a, 1, 'a')\nrequire(b, 'c')") == ["a"]
    assert tried("\n".join(f"expect(f({n}), 1, 'f({n})')" for n in range(9)))[-2:] == ["f(5)", "and 3 more"]


def test_every_test_of_the_course_says_what_it_tries_and_nothing_that_is_hidden():
    for name in COURSE.all_sources():
        source = load_source(name)
        for test, found in tried_in(source).items():
            assert found.title and found.expressions, (name, test)
        for cell in source.of_kind(TEST):
            hidden = set(tried(cell.hidden)) - set(tried(cell.visible)) if cell.hidden else set()
            assert hidden.isdisjoint(tried_in(source)[cell.name].expressions), cell.name


def row(status: Status, score: float | None, needs_manual=()) -> Row:
    return Row("1001", "hw99", "x.zip", status, score, 4.0, {}, None, list(needs_manual), "")


TRIED = {"task1-a": Tried("the beginning", ["f(0)"]), "task1-b": Tried("", ["f(1)"])}


def page_of(tmp_path, status: Status, score: float | None, **more) -> list[str]:
    """The texts of a feedback page with one passed and one failed test."""
    tests = [
        Result("task1-a", PASSED, 1, 1, printed="reached: 95.8 %\n"),
        Result("task1-b", FAILED, 0, 2, "f(1): wrong", "Off by one."),
    ]
    texts = {"task3": "| a |\n|---|\n| b |"}
    result = Grading(status, "two students' ids", score, tests=tests, texts=texts, **more)
    text = report.feedback("Doubling", row(status, score), result, TRIED)
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    return Page(tmp_path / "page.html").texts


def test_each_test_says_what_was_tried_passed_or_not(tmp_path):
    texts = page_of(tmp_path, Status.GRADED, 1.0)
    at = texts.index("task1-a: passed (1 of 1)")
    assert texts[at + 1 : at + 4] == ["the beginning", "f(0)", "reached: 95.8 %"]
    at = texts.index("task1-b: failed (0 of 2)")
    assert texts[at + 1 : at + 4] == ["f(1)", "f(1): wrong", "Hint: Off by one."]


@pytest.mark.parametrize("status", [Status.REJECTED, Status.FAILED])
def test_a_page_that_is_not_graded_shows_no_test(tmp_path, status):
    texts = page_of(tmp_path, status, None)
    assert not [text for text in texts if "task1" in text or "points" in text]
    assert "not graded" in texts[1]
    assert ("Why: two students' ids." in texts) == (status == Status.REJECTED)


def test_a_page_in_doubt_names_no_doubt_and_keeps_the_points(tmp_path):
    texts = page_of(tmp_path, Status.MANUAL, 1.0, repairs=["the locked cell setup was changed"])
    assert (
        texts[1] == "Student 1001: your teacher has to look at this hand-in; what stands here is not final."
    )
    assert texts[2] == "1 of 4 points so far"
    assert not [text for text in texts if "two students" in text or "locked cell" in text]
    assert "points" not in "".join(page_of(tmp_path, Status.MANUAL, None)).replace("task", "")
