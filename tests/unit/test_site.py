"""The parts of the website that need no browser."""

import json
import shutil

import pytest
import site_tools

from launcher.errors import CourseError
from launcher.languages import CHINESE, ENGLISH
from launcher.places import ROOT
from translations import catalogue
from translations.chinese import has_chinese
from website import building, npm, places, sources, start
from website import notebook as notebooks
from website.pages import Page, sections, settled, text_of
from website.pairs import words_of
from website.spoken import in_english
from website.words import IN_CHINESE, WORDS

REPOSITORY = "https://github.com/somebody/somewhere"
LESSON = Page(ROOT / "notebooks" / "02_perceptron.ipynb")
PROJECT = Page(ROOT / "projects" / "expressions.md")


def test_chinese_is_cut_into_pairs_and_latin_stays_whole():
    assert words_of("用GAN生成 load_images()") == ["用", "GAN", "生", "成", "生成", "load_images"]
    assert words_of("LSTM 的状态") == ["LSTM", "状", "态", "状态"]
    assert words_of("Back-propagation") == ["Backpropagation", "Back", "propagation"]
    assert words_of("反向传播") == ["反", "向", "传", "播", "反向", "向传", "传播"]


def test_every_lesson_homework_project_and_page_is_there():
    parts = sections()
    assert len(parts["lessons"]) == len(parts["answers"]) == len(list((ROOT / "notebooks").glob("*.ipynb")))
    assert [len(parts[name]) for name in ("homework", "projects")] == [7, 3]
    names = {page.name for page in parts["reference"]}
    assert {"README", "notebooks/glossary", "data/README"} <= names


def test_both_languages_have_the_same_words():
    assert WORDS[ENGLISH].keys() == WORDS[CHINESE].keys()


def test_chinese_keeps_its_links(tmp_path):
    english, chinese = (text_of(LESSON, language)[0] for language in (ENGLISH, CHINESE))
    assert "感知机" in start.title_of(chinese)
    assert (
        english.count("](homework/hw2_perceptron.ipynb)")
        == chinese.count("](homework/hw2_perceptron.ipynb)")
        > 0
    )


def test_an_unfinished_translation_is_refused_and_named(tmp_path, monkeypatch):
    copy = tmp_path / "zh_CN"
    shutil.copytree(catalogue.FOLDER / "zh_CN", copy)
    path = copy / "02_perceptron.po"
    path.write_text(path.read_text("utf-8").rpartition("msgctxt")[0], "utf-8")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    with pytest.raises(CourseError, match=r"02_perceptron\.po does not fit"):
        sources.texts([LESSON], CHINESE, drafts=False)
    ((text, is_chinese),) = sources.texts([LESSON], CHINESE, drafts=True).values()
    assert not is_chinese and "The perceptron" in text


def test_a_page_that_there_is_in_english_only_says_so():
    note = '<blockquote lang="zh-CN"><p>本页只有英文。</p></blockquote>'
    assert sources.with_note("# Data\n\nText", False, CHINESE) == f"# Data\n\n{note}\n\nText"
    assert sources.with_note("# Data\n\nText", False, ENGLISH) == "# Data\n\nText"
    assert sources.with_note("# 数据\n", True, CHINESE) == "# 数据\n"


def test_english_among_chinese_is_read_aloud_as_english():
    assert in_english('\n<section id="a"><section>') == '\n<section lang="en" id="a"><section>'
    assert in_english("<ul>\n<li><ul>") == '<ul lang="en">\n<li><ul>'


def test_a_link_to_a_file_that_is_no_page_leads_to_the_repository_or_nowhere():
    text = "[a](../LICENSE), [b](expressions.md#x), [c](https://d.org), ![e](../etc/screenshot.png)"
    known = {PROJECT.source}
    assert settled(text, PROJECT, known, "", ENGLISH) == text.replace("[a](../LICENSE)", "a")
    told = settled(text, PROJECT, known, REPOSITORY, ENGLISH)
    assert told == text.replace("../LICENSE", f"{REPOSITORY}/blob/HEAD/LICENSE")


def test_a_page_leads_to_itself_in_the_other_language():
    known = {PROJECT.source}
    chinese = settled("[中文](expressions.zh.md)", PROJECT, known, REPOSITORY, ENGLISH)
    assert chinese == '<a href="../zh/projects/expressions.html">中文</a>'
    english = settled("[英文](expressions.zh.md)", PROJECT, known, REPOSITORY, CHINESE)
    assert english == '<a href="../../projects/expressions.html">英文</a>'


def test_what_is_folded_in_the_notebook_is_folded_on_its_page():
    page = json.loads(notebooks.as_page(LESSON.source.read_text("utf-8"), ENGLISH, is_homework=False))
    folded = [
        "hide-input" in cell["metadata"].get("tags", ())
        for cell in page["cells"]
        if cell["metadata"].get("jupyter", {}).get("source_hidden")
    ]
    assert folded and all(folded)
    assert sum("hide-input" in cell["metadata"].get("tags", ()) for cell in page["cells"]) == len(folded)


def test_a_homework_loses_its_tests_and_keeps_statement_and_stubs():
    path = ROOT / "notebooks" / "homework" / "hw2_perceptron.ipynb"
    page = json.loads(notebooks.as_page(path.read_text("utf-8"), ENGLISH, is_homework=True))
    texts = ["".join(cell["source"]) for cell in page["cells"]]
    assert WORDS[ENGLISH]["statement"] == texts[1]
    assert not [text for text in texts if text.startswith("# Test ·")]
    assert sum("raise NotImplementedError" in text for text in texts) >= 7


def test_colab_is_offered_with_a_public_address_alone():
    text = LESSON.source.read_text("utf-8")
    plain, fetching = (json.loads(notebooks.to_download(text, address)) for address in ("", REPOSITORY))
    assert plain == json.loads(text)
    assert fetching["cells"][1:] == plain["cells"]
    cell = fetching["cells"][0]
    assert f'"{REPOSITORY}"' in cell["source"] and "helpers" in cell["source"]
    compile(cell["source"], "cell", "exec")
    assert sources.links(LESSON, "").keys() == {"download"}
    links = sources.links(LESSON, REPOSITORY)
    place = "somebody/somewhere/blob/HEAD/notebooks/02_perceptron.ipynb"
    assert links["colab"] == f"https://colab.research.google.com/github/{place}"


def test_the_public_address_comes_from_pyproject(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "ROOT", tmp_path)
    for urls, address in (("", ""), (f'Repository = "{REPOSITORY}/"', REPOSITORY)):
        (tmp_path / "pyproject.toml").write_text(f"[project]\nname = 'x'\n[project.urls]\n{urls}\n")
        assert places.repository() == address


def test_the_map_names_what_is_built_and_the_minutes():
    rows = start.rows((ROOT / "README.md").read_text("utf-8"))
    assert rows["02_perceptron"] == ("one neuron, XOR, ten neurons that read digits", "75")
    assert len(rows) == len(sections()["lessons"])


def test_a_picture_of_a_lesson_is_small_and_has_words():
    picture, words = start.picture_of(LESSON.source.read_text("utf-8"))
    assert picture[8:12] == b"WEBP" and 1_000 < len(picture) < 40_000
    assert len(words) > 20


@pytest.mark.parametrize("drafts", [False, True])
def test_figures_have_their_words_in_the_language_of_the_page(drafts):
    for language, is_chinese in ((ENGLISH, False), (CHINESE, True)):
        shown = sources.with_words({LESSON: text_of(LESSON, language)}, language, drafts)[LESSON]
        assert has_chinese(start.picture_of(shown)[1]) == is_chinese
        assert ("图的文字说明" in shown) == is_chinese == ("The figure in words</summary>" not in shown)


def test_the_site_takes_only_what_the_course_has_not():
    names = {pin.partition("==")[0] for pin in building.site_packages()}
    assert {"sphinx", "myst-nb", "furo", "sphinx-copybutton"} <= names
    assert not names & {"torch", "jupyterlab", "numpy", "nbformat"}


def test_the_theme_speaks_chinese_outside_of_the_article():
    page = "<head></head><b>On this page</b><article>On this page</article><i>Back to top</i>"
    assert building.in_chinese(page) == (
        f"<head></head><b>{IN_CHINESE['On this page']}</b><article>On this page</article>"
        f"<i>{IN_CHINESE['Back to top']}</i>"
    )


def test_a_link_elsewhere_that_is_fetched_is_noticed():
    assert site_tools.asked_elsewhere('<img alt="" src="//a.org/x.png"> <a href="https://b.org">b</a>') == [
        "//a.org/x.png"
    ]
    assert site_tools.asked_elsewhere("a { background: url(https://c.org/x) }") == ["https://c.org/x"]
    assert site_tools.asked_elsewhere('<script src="x.js"></script> url(fonts/a.woff2)') == []


def test_a_broken_link_is_noticed(tmp_path):
    (tmp_path / "a.html").write_text(
        '<a href="b.html#there">b</a> <a href="b.html#not">c</a> <img src="x.png">'
    )
    (tmp_path / "b.html").write_text('<p id="there"></p>')
    assert site_tools.broken_links(tmp_path) == ["a.html: b.html#not", "a.html: x.png"]


PACKAGE = npm.Package("little", "1.0.0", "sha512-wrong")


def test_without_npm_the_build_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(npm.shutil, "which", lambda program: None)
    with pytest.raises(CourseError, match=r"no `node` on this machine, .*\nInstall Node\.js"):
        npm.fetch(PACKAGE, tmp_path)


def test_another_archive_than_the_pinned_one_is_thrown_away(tmp_path, monkeypatch):
    monkeypatch.setattr(npm.shutil, "which", lambda program: program)
    archive = tmp_path / PACKAGE.archive
    archive.write_bytes(b"something else")
    with pytest.raises(CourseError, match="is not what the course was made with"):
        npm.fetch(PACKAGE, tmp_path)
    assert not archive.exists()


def test_why_npm_failed_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(npm.shutil, "which", lambda program: "false" if program == "npm" else program)
    with pytest.raises(CourseError, match=r"npm could not fetch little 1\.0\.0"):
        npm.fetch(PACKAGE, tmp_path)
