"""A course with one small homework, hw99, for the tests of the homework system."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import zipfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from homework.author.forks import make_session
from homework.cells import ANSWER, GIVEN, QUESTION, TEST
from homework.folders import Folders
from homework.release import release

COPY = "hw99_doubling.ipynb"


def cell(kind: str, name: str, source: str, points: float | None = None, **metadata):
    """A cell in nbgrader's form."""
    graded, solution = kind in (TEST, QUESTION), kind in (ANSWER, QUESTION)
    entry = {"grade_id": name, "grade": graded, "solution": solution, "locked": not solution, "task": False}
    entry |= {"schema_version": 3, "cell_type": "markdown" if kind in ("text", QUESTION) else "code"}
    if points is not None:
        entry["points"] = points
    make = new_markdown_cell if entry["cell_type"] == "markdown" else new_code_cell
    made = make(source, metadata={"nbgrader": entry, **metadata})
    made["id"] = name
    return made


SOURCE = [
    cell("text", "intro", "# Homework 99 · Doubling"),
    cell(GIVEN, "setup", "import torch\n\nx = torch.tensor([1.0, 2.0, 3.0])"),
    cell(ANSWER, "task1", "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"),
    cell(
        TEST,
        "task1-values",
        "from homework.checks import expect\n\nexpect(double(x), torch.tensor([2.0, 4.0, 6.0]), 'double(x)',"
        " hints={'That is the square.': lambda: x**2})\n### BEGIN HIDDEN TESTS\n"
        "expect(double(torch.tensor(-8.0)), torch.tensor(-16.0), 'double(-8)',"
        " hints={'Negative numbers count as well.': lambda: torch.tensor(16.0)})\n### END HIDDEN TESTS",
        1,
    ),
    cell(ANSWER, "task2", "def half(x):\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION"),
    cell(
        TEST, "task2-values", "from homework.checks import expect\n\nexpect(half(3.0), 1.5, 'half(3.0)')", 2
    ),
    cell(QUESTION, "task3", "Why?\n\n### BEGIN SOLUTION\nSo.\n### END SOLUTION", 1),
]


def make_course(folder: Path) -> Folders:
    """A course in this folder that has one homework: its source and the student's copy."""
    course = Folders(folder / "homework", folder / "copies", folder / "handins")
    (course.sources / "hw99").mkdir(parents=True)
    course.copies.mkdir()
    source = new_notebook(cells=[nbformat.from_dict(json.loads(json.dumps(part))) for part in SOURCE])
    source.metadata.course = {"copy": COPY}
    write_source(course, source)
    release(["hw99"], course)
    return course


def write_source(course: Folders, source: nbformat.NotebookNode) -> None:
    (course.sources / "hw99" / "source.ipynb").write_text(nbformat.writes(source))


def read_copy(course: Folders) -> nbformat.NotebookNode:
    return nbformat.read(course.copies / COPY, as_version=4)


def answered(course: Folders, **answers: str) -> nbformat.NotebookNode:
    """The student's copy with these answers; `text` is the answer to the question."""
    notebook = read_copy(course)
    for part in notebook.cells:
        part.source = answers.get(part["id"], part.source)
    if "text" in answers:
        notebook.cells[-1].source = notebook.cells[-1].source.replace("*Your answer here.*", answers["text"])
    return notebook


DOUBLE = "def double(x):\n    return x + x"
HALF = "def half(x):\n    return 0.5 * x"


def share_torch(monkeypatch) -> None:
    """Let `grade` run its hand-ins in forks of this process, which has torch already, and in no sandbox."""
    monkeypatch.setattr("homework.teacher.grading.Session", lambda command, seconds: make_session())


def hand_in(inbox: Path, student: str, time: str, notebook: nbformat.NotebookNode) -> None:
    """Put a hand-in as `submit` makes it into the inbox; `time` is such as 20261201T100000Z."""
    inbox.mkdir(exist_ok=True)
    with zipfile.ZipFile(inbox / f"hw99_{student}_{time}.zip", "w") as archive:
        archive.writestr(COPY, nbformat.writes(notebook))


def read_rows(out: Path) -> dict[str, dict[str, str]]:
    """{student: the line of grades.csv}"""
    text = (out / "grades.csv").read_text(encoding="utf-8-sig")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


class Page(html.parser.HTMLParser):
    """A page's headings and paragraphs, its tables as lists of rows, and the widths of its bars."""

    def __init__(self, path: Path):
        super().__init__()
        self.texts: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}  # by the heading or the paragraph before
        self.widths: list[float] = []
        self.row: list[str] | None = None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables[self.texts[-1]] = []
        elif tag == "tr":
            self.row = []
            self.tables[self.texts[-1]].append(self.row)
        elif tag in ("td", "th"):
            self.row.append("")
        elif tag in ("h1", "h2", "p", "pre", "li"):
            self.row = None
            self.texts.append("")
        elif tag == "div":
            self.widths.append(float(dict(attrs)["style"].removeprefix("width:").removesuffix("em")))

    def handle_data(self, data):
        if self.row:
            self.row[-1] += data.strip()
        elif self.row is None and self.texts:
            self.texts[-1] += data.strip()
