"""Where a text says 'notebook 03a, section 2.1', or links a file, something is there."""

import json
import re
from pathlib import Path

import nbformat
import notebook_skeleton
import pytest
from lesson_cells import LESSONS, NOTEBOOKS

ROOT = NOTEBOOKS.parent
NUMBERS = {path.name.split("_")[0]: path for path in LESSONS}
NUMBER = r"\d\d[a-z]?\b(?! ?%)"
POINTER = re.compile(rf"\bnotebooks? ({NUMBER})(?:,? \(?sections? (\d+(?:\.\d+)?))?")
MORE = re.compile(rf"\bnotebooks? {NUMBER}(?:(?:, | and | or | to |–)({NUMBER}))+")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
FOLDERS = ("helpers", "homework", "benchmarks", "launcher", "projects")
TEXTS = [
    *(
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".md", ".ipynb")
    ),
    *NOTEBOOKS.rglob("*.ipynb"),
    *(NOTEBOOKS / "glossary.md", ROOT / "README.md"),
]


def texts(path: Path) -> list[str]:
    """The text of a file; of a notebook that of its cells, without outputs."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return [text]
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


def problems_of(text: str, numbers: dict[str, set[str]]) -> list[str]:
    """The pointers of ``text`` that lead nowhere; ``numbers`` are the sections of each lesson."""
    problems = []
    text = " ".join(text.split())
    for match in POINTER.finditer(text):
        number, section = match.groups()
        if number not in numbers:
            problems.append(f"{match[0]!r}: there is no such notebook")
        elif section and section not in numbers[number]:
            problems.append(f"{match[0]!r}: it has no such section")
    for match in MORE.finditer(text):
        problems += [
            f"{match[0]!r}: there is no notebook {number}"
            for number in re.findall(NUMBER, match[0])
            if number not in numbers
        ]
    return problems


@pytest.fixture(scope="session")
def sections() -> dict[str, set[str]]:
    """Lesson number → the numbers of its sections."""
    found = {}
    for number, path in NUMBERS.items():
        titles = [heading.title for heading in notebook_skeleton.headings(nbformat.read(path, as_version=4))]
        found[number] = {match[1] for title in titles if (match := re.match(r"(\d+(?:\.\d+)?)\b", title))}
    return found


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_pointer_leads_to_a_lesson_and_its_section(path: Path, sections: dict[str, set[str]]) -> None:
    problems = [problem for text in texts(path) for problem in problems_of(text, sections)]
    assert not problems, "\n".join(problems)


def test_a_pointer_that_leads_nowhere_is_reported() -> None:
    numbers = {"02": {"1", "1.1"}, "03a": {"2"}}
    good = (
        "notebook 02; notebook 02, section 1.1; notebook 03a (section 2); notebooks 02 and 03a; notebook\n02"
    )
    assert problems_of(good, numbers) == []
    for bad in ("notebook 09", "notebook\n03", "notebook 02, section 1.2", "notebook 03a (section 3)"):
        assert len(problems_of(f"See {bad}.", numbers)) == 1, bad
    assert problems_of("See notebooks 02 and 04.", numbers) == [
        "'notebooks 02 and 04': there is no notebook 04"
    ]


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.rglob("*.ipynb")), ids=lambda path: path.stem)
def test_a_link_of_a_notebook_leads_to_a_file(path: Path) -> None:
    links = {link for text in texts(path) for link in LINK.findall(text) if not re.match(r"\w+:", link)}
    lost = sorted(link for link in links if not (path.parent / link).exists() and "." in link)
    assert not lost


def test_the_glossary_says_where_a_term_is_first_met() -> None:
    rows = notebook_skeleton.glossary_rows((NOTEBOOKS / "glossary.md").read_text(encoding="utf-8"))
    assert {row[-1] for row in rows} <= set(NUMBERS)
