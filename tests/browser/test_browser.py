"""Every notebook as a student meets it: opened by `course.py lab` in a real browser, run, saved, closed.

What a run gave is read from the saved file, and the outputs are taken out first: a page can look right
without either.
Set COURSE_SCREENSHOTS to a folder to get a picture of each notebook, opened and after the run.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import nbformat.v4 as v4
import pytest
from browser_lab import (
    LOCAL,
    Lab,
    choose,
    copy_course,
    new_page,
    open_notebook,
    running_browser,
    running_course,
    wait_for,
)
from course_project import ROOT
from notebook_tools import execute
from notebook_tools import save as save_notebook
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
# The first lessons, where a student meets JupyterLab. The later ones are made of the same parts, and each of
# them is executed without a browser.
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("0[012]_*.ipynb"))
RUN_LIMIT = 600  # seconds for all cells of one notebook: a hang, not slowness, is what this ends
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    root = tmp_path_factory.mktemp("browser") / "my course"
    copy_course(root)
    with running_course(root) as running:
        yield running


@pytest.fixture
def page(browser, lab: Lab) -> Iterator[Page]:
    with new_page(browser, lab) as opened:
        yield opened


def code_cells(path: Path) -> list[dict]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def errors(cells: list[dict]) -> list[str]:
    """What went wrong in the cells, one line each."""
    return [
        f"{output['ename']}: {output['evalue']} in {''.join(cell['source'])[:200]!r}"
        for cell in cells
        for output in cell["outputs"]
        if output["output_type"] == "error" and "raises-exception" not in cell["metadata"].get("tags", [])
    ]


def save(page: Page) -> None:
    """Choose File > Save Notebook and wait until the file is written."""
    with page.expect_response(
        lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url
    ):
        choose(page, "File", "Save Notebook")


def run_all_and_save(page: Page, lab: Lab, path: Path) -> list[dict]:
    """Run > Run All Cells, wait until the kernel is done, and return the code cells of the saved file."""
    choose(page, "Run", "Run All Cells")

    def done() -> bool:
        if lab.kernel_states() != ["idle"]:
            return False
        save(page)
        cells = code_cells(path)
        return bool(errors(cells)) or all(cell["execution_count"] for cell in cells)

    def found() -> str:
        counts = [cell["execution_count"] for cell in code_cells(path)]
        return f"not all cells ran in {RUN_LIMIT} s: {counts}"

    wait_for(done, RUN_LIMIT, found)
    return code_cells(path)


def take_picture(page: Page, name: str) -> None:
    """Keep a screenshot where the reader of the tests asked for it."""
    if folder := os.environ.get("COURSE_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def check_quiet(page: Page) -> None:
    """No dialog, no notification, and no request that left the machine or makes the server leave it."""
    assert page.evaluate("window.interruptions") == []
    assert {urlsplit(url).hostname for url in page.asked} <= LOCAL
    assert not [url for url in page.asked if re.search(r"/lab/api/(news|update)", url)]


def test_interruptions_are_noticed(page: Page, lab: Lab) -> None:
    """The watch itself: a dialog that is opened on purpose must be in its list."""
    open_notebook(page, lab, NOTEBOOKS[0])
    check_quiet(page)
    choose(page, "Help", "About JupyterLab")
    expect(page.locator(".jp-Dialog")).to_be_visible()
    assert len(page.evaluate("window.interruptions")) == 1


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_student_opens_runs_saves_and_closes(page: Page, lab: Lab, name: str) -> None:
    path = lab.root / "notebooks" / name
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code_cells(path))
    open_notebook(page, lab, name)
    heading = page.locator(".jp-TableOfContents .jp-tocItem-content").first
    expect(heading).to_be_visible()
    expect(heading).to_contain_text(page.locator(".jp-MarkdownOutput h1").first.inner_text().strip("¶ \n"))
    take_picture(page, f"{path.stem}-opened")

    cells = run_all_and_save(page, lab, path)
    take_picture(page, f"{path.stem}-ran")
    assert errors(cells) == []
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    in_file = sum(WIDGET in output.get("data", ()) for cell in cells for output in cell["outputs"])
    drawn = page.locator(".jp-OutputArea-output", has=page.locator(".jupyter-widgets"))
    expect(drawn).to_have_count(in_file)
    expect(page.get_by_text(re.compile("Error displaying widget|Loading widget"))).to_have_count(0)

    page.locator(".lm-TabBar-tab.jp-mod-current .lm-TabBar-tabCloseIcon").click()
    wait_for(lambda: lab.get("/api/kernels") == [], 60, lambda: f"still there: {lab.get('/api/kernels')}")
    check_quiet(page)


def test_a_figure_reaches_who_cannot_see_it_though_nobody_trusted_the_notebook(page: Page, lab: Lab) -> None:
    """A notebook that was cloned is not trusted: JupyterLab shows its pictures, and cleans what is HTML."""
    alt = "A line that rises from 1 to 2 < 3"
    source = f"from helpers import new_figure\nfig, ax = new_figure(size=(3, 2), alt={alt!r})\nfig"
    path = lab.root / "notebooks" / "cloned.ipynb"
    save_notebook(v4.new_notebook(cells=[v4.new_code_cell(source, id="only-cell")]), path)
    save_notebook(execute(path), path)
    open_notebook(page, lab, path.name)
    picture = page.locator(".jp-OutputArea-output img")
    expect(picture).to_have_attribute("width", "240")
    assert picture.evaluate("image => image.naturalWidth") == 480
    words = page.locator(".jp-OutputArea-output details")
    expect(words).to_have_text(f"The figure in words{alt}")
    words.locator("summary").click()
    expect(words.get_by_text(alt)).to_be_visible()
    take_picture(page, "figure-in-words")


def test_the_tests_of_a_homework_are_folded_under_their_titles(page: Page, lab: Lab) -> None:
    """A homework is three quarters tests: of one a student sees the title, and it opens by a click."""
    path = lab.root / "notebooks" / "homework" / "hw1_tensors.ipynb"
    titles = [cell["source"][0].strip() for cell in code_cells(path) if is_folded(cell)]
    open_notebook(page, lab, f"homework/{path.name}")
    first = page.locator(".jp-Notebook .jp-Placeholder-contentContainer").first
    first.scroll_into_view_if_needed()
    assert titles[0].startswith("# Test ·")
    expect(first).to_contain_text(titles[0])
    expect(page.get_by_text("expect(", exact=False)).to_have_count(0)
    take_picture(page, "folded-tests")
    first.click()
    expect(page.locator(".jp-Notebook .cm-content", has_text=titles[0]).first).to_contain_text("expect(")
    check_quiet(page)


def is_folded(cell: dict) -> bool:
    return cell["metadata"].get("jupyter", {}).get("source_hidden", False)
