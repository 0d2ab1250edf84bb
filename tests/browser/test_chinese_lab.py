"""The Chinese edition as a student meets it: built and opened by `course.py lab --language zh`."""

import json
import re
from collections.abc import Iterator

import pytest
from browser_lab import LOCAL, Lab, copy_course, new_page, open_notebook, running_course, urlsplit
from playwright.sync_api import Page, expect
from test_browser import browser  # noqa: F401 - the fixture

from translations import editions
from translations.chinese import has_chinese

pytestmark = pytest.mark.browser
LESSONS = [path.name for path in editions.notebooks() if path.parent.name == "notebooks"]
HOMEWORK = [f"homework/{path.name}" for path in editions.notebooks() if path.parent.name == "homework"]

# The texts in which two stars stand outside of code: bold that was not drawn.
STARS = """[...document.querySelectorAll(".jp-MarkdownOutput")].map(shown => {
  const text = shown.cloneNode(true);
  text.querySelectorAll("code").forEach(code => code.remove());
  return text.textContent;
}).filter(text => text.includes("**"))"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    root = tmp_path_factory.mktemp("chinese") / "我的课程"
    copy_course(root, "translations", "homework", "projects")
    with running_course(root, "--language", "zh") as running:
        assert "/notebooks/zh/" in running.address
        yield running


@pytest.fixture
def page(browser, lab: Lab) -> Iterator[Page]:  # noqa: F811
    with new_page(browser, lab) as opened:
        yield opened


def test_menus_are_chinese_and_the_first_lesson_is_open(page: Page, lab: Lab) -> None:
    open_notebook(page, lab, "00_getting_started.ipynb")
    menus = page.locator(".lm-MenuBar-itemLabel").all_inner_texts()
    assert {"文件", "编辑", "运行"} <= set(menus), menus
    assert page.evaluate("window.interruptions") == []


def test_a_page_is_shown_and_not_its_markdown(page: Page, lab: Lab) -> None:
    page.goto(lab.address_of("glossary.md"))
    table = page.locator(".jp-MarkdownViewer table").first
    expect(table).to_be_visible(timeout=60_000)
    expect(table.locator("th").first).to_have_text("中文")


def test_a_link_within_a_page_leads_to_its_place(page: Page, lab: Lab) -> None:
    page.goto(lab.address_of("glossary.md"))
    link = page.locator('.jp-MarkdownViewer a[href="#letters"]')
    expect(link).to_be_visible(timeout=60_000)
    heading = page.locator(".jp-MarkdownViewer h2", has_text="记号")
    expect(heading).not_to_be_in_viewport()
    link.click()
    expect(heading).to_be_in_viewport()


@pytest.mark.parametrize("name", [*LESSONS, *HOMEWORK])
def test_every_chinese_notebook_opens(page: Page, lab: Lab, name: str) -> None:
    path = lab.root / "notebooks" / "zh" / name
    cells = json.loads(path.read_text("utf-8"))["cells"]
    open_notebook(page, lab, name)
    heading = page.locator(".jp-MarkdownOutput h1").first
    expect(heading).to_be_visible()
    title = re.sub(r"[#*`]", "", "".join(cells[0]["source"]).splitlines()[0]).strip()
    assert heading.inner_text().strip("¶ \n") == title and has_chinese(title)
    assert page.evaluate(STARS) == []
    assert page.evaluate("window.interruptions") == []
    assert {urlsplit(url).hostname for url in page.asked} <= LOCAL
