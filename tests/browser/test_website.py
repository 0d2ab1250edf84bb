"""The website in a real browser: every page in both languages, search, the switch, phones, the keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import site_tools
from browser_lab import LOCAL, running_browser
from playwright.sync_api import Browser, Page, Request, expect
from test_browser import take_picture

from launcher.places import ROOT
from website import npm

pytestmark = pytest.mark.browser
LESSON = "notebooks/02_perceptron.html"
MOST = 1_600_000  # bytes that a page may ask for
BLOCKING = 250_000  # of these, what a browser must have before it draws: at 1.6 Mbit/s, 1.25 s
AXE = npm.Package(
    "axe-core",
    "4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)
# Pages of every kind; the rest is made of the same parts.
KINDS = (
    "index.html",
    LESSON,
    "notebooks/10_emotion.html",
    "notebooks/homework/hw3_backpropagation.html",
    "notebooks/answers/03a_answers.html",
    "notebooks/glossary.html",
    "projects/expressions.html",
    "homework/README.html",
    "README.html",
    "search.html",
)
AXED = ("index.html", LESSON, *KINDS[3:6:2], "README.html", "search.html")
ENGLISH = {  # what is typed: a page that is among the first five found
    "perceptron": "notebooks/02_perceptron",
    "backpropagation by hand": "notebooks/03a_backpropagation",
    "broadcasting": "notebooks/01_tensors",
    "batch normalisation": "notebooks/04a_convolution",
    "GoogLeNet": "notebooks/05a_classic_cnns",
    "mode collapse": "notebooks/07a_gan",
    "Gram matrix": "notebooks/09_style_transfer",
    "triplet loss": "notebooks/13_face_recognition",
    "average precision": "notebooks/14a_detection",
    "load_images": "notebooks/01_tensors",
}
CHINESE = {
    "感知机": "notebooks/02_perceptron",
    "反向传播": "notebooks/03a_backpropagation",
    "广播": "notebooks/01_tensors",
    "批量归一化": "notebooks/04a_convolution",
    "空洞卷积": "notebooks/04b_kinds_of_convolution",
    "模式崩溃": "notebooks/07a_gan",
    "格拉姆矩阵": "notebooks/09_style_transfer",
    "三元组": "notebooks/13_face_recognition",
    "语义分割": "notebooks/14b_segmentation",
    "LSTM 的细胞状态": "notebooks/06a_rnn_lstm",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site_tools.built(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with site_tools.served(site) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = watched(browser.new_page(viewport={"width": 1366, "height": 900}))
    yield page
    assert page.told == []
    page.close()


def watched(page: Page) -> Page:
    """Keep in `page.told` every error, every answer that is one, and every request to another server."""
    page.told, page.bytes = [], {}
    page.on(
        "console", lambda message: message.type in ("error", "warning") and page.told.append(message.text)
    )
    page.on("pageerror", lambda error: page.told.append(str(error)))
    page.on(
        "requestfailed", lambda request: is_broken(request) and page.told.append(f"failed: {request.url}")
    )
    page.on(
        "request", lambda request: is_elsewhere(request.url) and page.told.append(f"asked: {request.url}")
    )
    page.on(
        "response", lambda answer: answer.status >= 400 and page.told.append(f"{answer.status}: {answer.url}")
    )
    page.on(
        "response",
        lambda answer: page.bytes.update({answer.url: int(answer.headers.get("content-length", 0))}),
    )
    return page


def is_broken(request: Request) -> bool:
    """Whether a request failed by itself: those that are under way when a page is left are stopped."""
    return request.failure != "net::ERR_ABORTED"


def is_elsewhere(url: str) -> bool:
    return urlsplit(url).hostname not in LOCAL


def test_every_link_leads_somewhere_and_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    assert site_tools.broken_links(site) == []
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        assert site_tools.asked_elsewhere(path.read_text("utf-8")) == [], path


def test_a_page_in_english_only_says_its_language_on_the_chinese_site(site: Path) -> None:
    begins = re.compile(r'</nav>\s*<section lang="en"[^>]*>\s*<h1>.*</h1>\s*<blockquote lang="zh-CN"><p>本页')
    for name in ("data/README", "homework/README", "benchmarks/RESULTS", "CONTRIBUTING"):
        text = (site / f"zh/{name}.html").read_text("utf-8")
        assert '<html class="no-js" lang="zh-CN"' in text and begins.search(text), name
        assert '<ul lang="en">' in text.partition('class="toc-tree"')[2], name
        assert '<section lang="en"' not in (site / f"{name}.html").read_text("utf-8"), name
    for name in ("README", "notebooks/02_perceptron", "projects/expressions"):
        assert '<section lang="en"' not in (site / f"zh/{name}.html").read_text("utf-8"), name


def test_every_page_opens_whole(browser: Browser, site: Path, address: str) -> None:
    """No error, no request elsewhere, all figures there with their words, formulas drawn, little to fetch."""
    names, problems, heaviest = site_tools.names(site), {}, 0
    assert {f"zh/{name}" for name in names if not name.startswith("zh/")} <= set(names)
    page = watched(browser.new_page(viewport={"width": 1366, "height": 900}))
    for name in names:
        page.told.clear()
        page.bytes.clear()
        page.goto(address + name)
        page.evaluate(DRAW_ALL)
        page.told += page.evaluate(FAULTS)
        weight = sum(page.bytes.values())
        heaviest = max(heaviest, weight)
        if weight > MOST:
            page.told.append(f"{weight} bytes")
        if page.told:
            problems[name] = list(page.told)
    page.close()
    assert problems == {}
    assert heaviest > 300_000  # the lessons' figures were counted


DRAW_ALL = """() => Promise.all([...document.images].map(image => {
  image.loading = "eager";
  return image.decode().catch(() => null);
}))"""
FAULTS = """() => {
  const faults = [];
  for (const image of document.images) {
    if (!image.complete || !image.naturalWidth) faults.push("not drawn: " + image.src);
    if (!image.alt) faults.push("without words: " + image.src);
  }
  for (const box of document.querySelectorAll(".math"))
    if (!box.querySelector(".katex-html") || box.getBoundingClientRect().height < 1) {
      if (!box.closest("details:not([open])")) faults.push("formula: " + box.textContent);
    }
  const prose = document.querySelectorAll("article p, article li");
  for (const text of prose)
    for (const node of text.childNodes)
      if (node.nodeType === 3 &&
          /\\$[^$]*\\\\[a-z]+[^$]*\\$/.test(node.data)) faults.push("TeX: " + node.data);
  const titles = document.querySelectorAll("h1").length;
  if (titles !== 1) faults.push("titles: " + titles);
  return faults;
}"""


def test_formulas_are_set_in_their_own_letters(page: Page, address: str) -> None:
    page.goto(address + LESSON)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.fonts.check('1em KaTeX_Main')")
    assert page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').length") > 2
    assert page.locator(".katex-mathml math").count() > 50  # what a screen reader reads


def test_a_slider_shows_its_stored_picture(page: Page, site: Path, address: str) -> None:
    notebook = json.loads((ROOT / "notebooks" / "02_perceptron.ipynb").read_text("utf-8"))
    sliders = sum("explore(" in "".join(cell["source"]) for cell in notebook["cells"] if "outputs" in cell)
    page.goto(address + LESSON)
    cells = page.locator(".cell", has=page.get_by_text("Run this cell to get sliders for"))
    assert 0 < cells.count() <= sliders
    for number in range(cells.count()):
        cells.nth(number).locator("img").scroll_into_view_if_needed()
        expect(cells.nth(number).locator("img")).to_be_visible()


def search(page: Page, address: str, words: str) -> list[str]:
    """The pages that the search finds, best first."""
    page.goto(f"{address}search.html")
    page.locator(".page-search input").fill(words)
    page.locator(".page-search button").click()
    expect(page.locator(".search-summary")).not_to_be_empty()
    links = page.locator("ul.search li a")
    found = [link.get_attribute("href") for link in links.all()]
    return list(dict.fromkeys(urlsplit(link).path.removesuffix(".html") for link in found))


@pytest.mark.parametrize(("words", "wanted"), ENGLISH.items())
def test_the_search_finds_english(page: Page, address: str, words: str, wanted: str) -> None:
    assert wanted in search(page, address, words)[:5]


@pytest.mark.parametrize(("words", "wanted"), CHINESE.items())
def test_the_search_finds_chinese(page: Page, address: str, words: str, wanted: str) -> None:
    assert wanted in search(page, address + "zh/", words)[:5]


def test_what_is_shown_of_a_page_begins_with_its_text(page: Page, address: str) -> None:
    search(page, address, "GoogLeNet")
    shown = page.locator("ul.search li p.context").first
    expect(shown).to_contain_text("GoogLeNet")
    expect(shown).not_to_contain_text("Download this notebook")


@pytest.mark.parametrize("words", ["反向传播", "过拟合", "感知机"])
def test_an_english_page_finds_its_chinese_terms(page: Page, address: str, words: str) -> None:
    assert search(page, address, words)


def test_a_formula_stands_once_in_what_is_shown(page: Page, address: str) -> None:
    search(page, address + "zh/", "学习率")
    shown = " ".join(page.locator("ul.search li p.context").all_inner_texts())
    assert "学习率" in shown and "\\" not in shown


def test_what_stands_nowhere_is_not_found(page: Page, address: str) -> None:
    assert search(page, address, "zeppelinxyz") == [] == search(page, address + "zh/", "龘靐齉")


@pytest.mark.parametrize("name", ["index.html", LESSON, "search.html", "notebooks/homework/hw1_tensors.html"])
def test_the_switch_stays_on_the_page(page: Page, address: str, name: str) -> None:
    page.goto(address + name)
    page.get_by_role("link", name="中文", exact=True).click()
    expect(page).to_have_url(f"{address}zh/{name}")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("link", name="English", exact=True).click()
    expect(page).to_have_url(address + name)


def test_the_switch_keeps_the_place(page: Page, address: str) -> None:
    page.goto(address + LESSON + "#the-proof")
    page.evaluate("document.getElementById('the-proof').scrollIntoView({behavior: 'instant'})")
    number = page.evaluate(
        "[...document.querySelectorAll('article section[id]')].findIndex(s => s.id === 'the-proof')"
    )
    page.locator("nav.page-tools a[data-switch]").evaluate("link => link.click()")
    page.wait_for_url(f"{address}zh/{LESSON}#*")
    page.wait_for_load_state("networkidle")
    top = page.evaluate(
        "n => document.querySelectorAll('article section[id]')[n].getBoundingClientRect().top", number
    )
    assert abs(top) < 150


@pytest.mark.parametrize("name", [*KINDS, f"zh/{LESSON}", "zh/index.html"])
def test_nothing_sticks_out_of_a_phone(page: Page, address: str, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address + name)
    page.wait_for_load_state("networkidle")
    take_picture(page, "site-phone-" + name.replace("/", "-"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_phone_opens_the_list_of_pages(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address + LESSON)
    page.locator("label.nav-overlay-icon").focus()
    page.keyboard.press("Enter")
    link = page.locator(".sidebar-tree").get_by_role("link", name=re.compile("^03a"))
    expect(link).to_be_in_viewport()
    link.click()
    expect(page).to_have_url(re.compile("03a_backpropagation.html"))


def test_the_keyboard_is_enough(page: Page, address: str) -> None:
    """Tab reaches the way past the lists, the switch, the download and a cell that can be scrolled."""
    page.goto(address + LESSON)
    page.wait_for_load_state("load")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("skip-to-content")
    page.keyboard.press("Enter")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("[document.activeElement.tagName, document.activeElement.innerText.trim()]")
        )
    assert {"中文", "Download this notebook"} <= {words for _, words in reached}
    assert "PRE" in {tag for tag, _ in reached}
    page.locator("article summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("article details").first).to_have_attribute("open", "")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_keyboard_leaves_out_what_is_not_seen(page: Page, address: str, width: int) -> None:
    """Lists that are slid away; and the box of the search shows that it has the focus."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address + LESSON)
    page.wait_for_load_state("load")
    where = """() => { const box = document.activeElement.getBoundingClientRect();
      return [box.left < innerWidth && box.right > 0, document.activeElement.outerHTML.slice(0, 90),
              getComputedStyle(document.activeElement).outlineStyle]; }"""
    unseen, outlines = [], {}
    for _ in range(70):
        page.keyboard.press("Tab")
        is_there, what, outline = page.evaluate(where)
        unseen += [] if is_there else [what]
        outlines["sidebar-search" in what] = outline
    assert unseen == []
    assert width < 1000 or outlines[True] != "none"


def test_what_the_notebook_folds_is_folded_and_opens(page: Page, address: str) -> None:
    for name, words in ((LESSON, "Show the code"), (f"zh/{LESSON}", "显示代码")):
        page.goto(address + name)
        fold = page.locator("article details.hide").first
        expect(fold.locator("summary")).to_contain_text(words)
        expect(fold.locator("pre").first).to_be_hidden()
        fold.locator("summary").click()
        expect(fold.locator("pre").first).to_be_visible()


def test_code_is_whole_on_paper(page: Page, address: str) -> None:
    page.goto(address + LESSON)
    page.set_viewport_size({"width": 700, "height": 1000})
    page.emulate_media(media="print")
    cut = (
        "[...document.querySelectorAll('article pre')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert page.evaluate("document.querySelectorAll('article pre').length") > 20 and page.evaluate(cut) == 0


def test_the_dark_mode_keeps_figures_on_white(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(address + LESSON)
    page.evaluate("document.querySelector('div.cell_output img').scrollIntoView()")
    take_picture(page, "site-dark")
    look = "selector => getComputedStyle(document.querySelector(selector)).backgroundColor"
    assert page.evaluate(look, "div.cell_output img") == "rgb(255, 255, 255)"
    assert page.evaluate(look, "body") not in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")


# Formulas are left out: what is drawn of them is hidden from readers of the screen, and they are thousands.
RUN_AXE = """rules => axe.run({exclude: [[".katex-html"]]}, {resultTypes: ["violations"], ...rules})"""
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.mark.parametrize("name", [*AXED, f"zh/{LESSON}"])
def test_axe_finds_nothing_serious(page: Page, address: str, name: str) -> None:
    page.goto(address + name)
    page.wait_for_load_state("networkidle")
    page.add_script_tag(path=npm.fetch(AXE) / "axe.min.js")
    found = page.evaluate(RUN_AXE, {})["violations"]
    page.emulate_media(color_scheme="dark")
    found += page.evaluate(RUN_AXE, CONTRAST)["violations"]
    serious = [
        f"{one['id']} ({one['impact']}): {node['html'][:200]}: {node['failureSummary'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]
    assert serious == []


@pytest.mark.parametrize("name", ["index.html", "notebooks/03a_backpropagation.html", f"zh/{LESSON}"])
def test_little_stands_before_the_first_paint(page: Page, address: str, name: str) -> None:
    """What holds up drawing: the style sheets; and of the page itself no more than its first lines."""
    page.goto(address + name)
    page.wait_for_load_state("networkidle")
    sheets = sum(size for url, size in page.bytes.items() if ".css" in url)
    assert 30_000 < sheets < BLOCKING
    assert page.evaluate("[...document.head.querySelectorAll('script[src]:not([defer])')].length") == 0


def test_a_download_is_the_notebook(page: Page, site: Path, address: str) -> None:
    for language, title in (("", "The perceptron"), ("zh/", "感知机")):
        page.goto(address + language + LESSON)
        with page.expect_download() as download:
            page.locator("a[download]").click()
        notebook = json.loads(Path(download.value.path()).read_text("utf-8"))
        assert title in "".join(notebook["cells"][0]["source"])


def test_a_homework_shows_its_statement_and_no_test(site: Path) -> None:
    for number, path in enumerate(sorted((site / "notebooks" / "homework").glob("hw*.html")), start=1):
        text = re.sub(r"<[^>]+>", "", path.read_text("utf-8"))
        assert f"Homework {number}" in text and "NotImplementedError" in text
        assert "# Test ·" not in text and "from homework.checks import expect" not in text
    assert number == 7
