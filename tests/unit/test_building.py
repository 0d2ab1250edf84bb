"""The Chinese notebooks: only the words change, links lead somewhere, and what a reader wrote is kept."""

import json
import re
from pathlib import Path

import pytest
from course_project import ROOT

from translations import building, editions
from translations.building import chinese_notebook

NOTEBOOKS = editions.notebooks()
EDITIONS = {editions.place_of(path): path for path in NOTEBOOKS}


def made(path):
    return json.loads(chinese_notebook(path, editions.place_of(path)))


def without_words(notebook):
    """A notebook as JSON without the text of its markdown cells and the checksums of those."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = []
            cell["metadata"].get("nbgrader", {}).pop("checksum", None)
    return json.dumps(notebook, sort_keys=True)


def words(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_code_outputs_and_ids_stay_byte_for_byte(path):
    english, chinese = json.loads(path.read_text("utf-8")), made(path)
    assert words(english) != words(chinese)
    assert without_words(english) == without_words(chinese)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_lead_to_the_chinese_edition_or_to_a_file(path):
    place, text = editions.place_of(path), "\n".join(words(made(path)))
    for link in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in link:
            target = Path(re.sub(r"/[^/]+/\.\.", "", (place.parent / link).as_posix())).resolve()
            assert target in EDITIONS or target == editions.place_of(editions.GLOSSARY) or target.is_file(), (
                link
            )
            assert target not in NOTEBOOKS, f"{link} leads to the English edition"


def test_a_locked_cell_has_the_checksum_of_its_chinese_text():
    from nbformat import from_dict
    from nbgrader.utils import compute_checksum

    cells = made(ROOT / "notebooks" / "homework" / "hw3_backpropagation.ipynb")["cells"]
    locked = [cell for cell in cells if "checksum" in cell["metadata"].get("nbgrader", {})]
    assert len(locked) > 20
    for cell in locked:
        whole = from_dict(cell | {"source": "".join(cell["source"])})
        assert compute_checksum(whole) == cell["metadata"]["nbgrader"]["checksum"], cell["id"]


@pytest.fixture
def edition(monkeypatch, tmp_path):
    """An edition of two files in a folder of its own; `edition(...)` builds it and returns what was kept."""
    monkeypatch.setattr(building, "NOTEBOOKS", tmp_path)

    def build(**texts):
        monkeypatch.setattr(building, "texts", lambda: {f"{name}.md": text for name, text in texts.items()})
        return building.build(tmp_path / "zh")

    build.folder = tmp_path / "zh"
    return build


def test_a_newer_version_replaces_what_nobody_changed(edition):
    assert edition(one="1", two="2") == []
    assert edition(one="1 new", two="2") == []
    assert (edition.folder / "one.md").read_text() == "1 new"


def test_what_a_reader_changed_is_kept(edition):
    edition(one="1", two="2")
    (edition.folder / "one.md").write_text("my answer")
    assert edition(one="1", two="2") == []  # there is nothing newer to tell of
    assert edition(one="1 new", two="2 new") == ["one.md"]
    assert edition(one="1 new", two="2 new") == ["one.md"]  # told until it is solved
    assert (edition.folder / "one.md").read_text() == "my answer"
    assert (edition.folder / "two.md").read_text() == "2 new"
    (edition.folder / "one.md").unlink()
    assert edition(one="1 new", two="2 new") == []
    assert (edition.folder / "one.md").read_text() == "1 new"


def test_a_file_that_was_there_before_the_first_build_is_kept(edition):
    edition.folder.mkdir()
    (edition.folder / "one.md").write_text("mine")
    assert edition(one="1") == ["one.md"]
    assert (edition.folder / "one.md").read_text() == "mine"


def test_what_lessons_read_from_data_is_there(edition):
    edition(one="1")
    data = edition.folder / ".." / "data"  # as a lesson in notebooks/zh says it
    assert (data / "cat.jpg").stat().st_size > 1000 and (data / "clip.webm").stat().st_size > 1000


def test_the_link_to_the_chinese_page_leads_back_to_the_english_one():
    text = "[here](README.zh.md), [there](homework/teaching.md#machines), [far](https://pytorch.org#a)"
    old, new = ROOT / "README.md", ROOT / "README.zh.md"
    known = {ROOT / name for name in editions.PAGES}
    moved = editions.relinked(text, old, new, known.__contains__)
    assert moved == "[here](README.md), [there](homework/teaching.zh.md#机器), [far](https://pytorch.org#a)"


@pytest.mark.parametrize("name", editions.PAGES)
def test_anchors_of_the_chinese_pages_are_headings(name):
    page = ROOT / editions.PAGES[name]
    for link, anchor in re.findall(r"\]\(([^)#:\s]*)#([^)\s]+)\)", page.read_text("utf-8")):
        target = (page.parent / link) if link else page
        headings = editions.HEADING.findall(target.read_text("utf-8"))
        assert anchor in [editions.anchor_of(heading) for heading in headings], (link, anchor)
