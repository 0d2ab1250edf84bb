"""The parts that every lesson has, in the order in which a reader meets them, and its terms."""

import ast
import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from notebook_checks import check, code_cells, tags, where
from notebook_tools import IGNORED, PICTURES

FIRST = ["What you will be able to do", "Before you start"]
LAST = ["Quiz", "Summary", "Exercises", "Homework", "References"]
BOXES = {"Predict": 3, "Try it": 1, "Check yourself": 1, "Your turn": 3}  # how many of each at least
BOX = rf"> \*\*(?:{'|'.join(BOXES)})\.\*\*"
CHINESE = r"[\u4e00-\u9fff]"
TERM = re.compile(rf"\*\*([^*\n]+)\*\*\s*[(（]([^()（）\n]*{CHINESE}[^()（）\n]*)[)）]")
HEADER = ["English", "中文", "In one sentence", "First met"]


class Heading(NamedTuple):
    cell: int
    level: int
    title: str


def markdown_lines(notebook: NotebookNode) -> list[tuple[int, str]]:
    """(cell number, line) of all markdown outside fenced code."""
    lines = []
    for i, cell in enumerate(notebook.cells):
        fenced = False
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else ():
            if line.lstrip("> ").startswith(("```", "~~~")):
                fenced = not fenced
            elif not fenced:
                lines.append((i, line))
    return lines


def headings(notebook: NotebookNode) -> list[Heading]:
    found = ((i, re.match(r"(#{1,6})\s+(.*\S)", line)) for i, line in markdown_lines(notebook))
    return [Heading(i, len(match[1]), match[2]) for i, match in found if match]


def section(notebook: NotebookNode, title: str) -> list[str]:
    """The markdown lines below the heading ``## title``, up to the next one of its level."""
    lines, inside = [], False
    for _, line in markdown_lines(notebook):
        if re.match(r"##?\s", line):
            inside = line.split(maxsplit=1)[1].strip() == title
        elif inside:
            lines.append(line)
    return lines


def count_lines(lines: list[str], pattern: str) -> int:
    return sum(bool(re.match(pattern, line)) for line in lines)


@check
def headings_nest(notebook: NotebookNode, path: Path) -> list[str]:
    found = headings(notebook)
    tops = [heading for heading in found if heading.level == 1]
    problems = [] if len(tops) == 1 else [f"has {len(tops)} headings of level 1, expected one"]
    for before, after in pairwise(found):
        if after.level > before.level + 1:
            problems.append(f"cell {after.cell}: heading {after.title!r} skips level {before.level + 1}")
    return problems


@check
def title_first(notebook: NotebookNode, path: Path) -> list[str]:
    cell = notebook.cells[0]
    title, _, rest = cell.source.partition("\n")
    match = re.fullmatch(rf"# (\d\d[a-z]?) · .+ \([^()]*{CHINESE}[^()]*\)", title.strip())
    if cell.cell_type != "markdown" or not match:
        return [f"{where(0, cell)}: must be the title: '# NN · Title (中文)'"]
    problems = []
    if match[1] != path.name.split("_")[0]:
        problems.append(f"the title says {match[1]}, the file's name {path.name.split('_')[0]}")
    if not rest.strip().endswith(".") or "\n\n" in rest.strip():
        problems.append("the title is followed by one sentence, which ends with a full stop")
    return problems


@check
def parts_in_order(notebook: NotebookNode, path: Path) -> list[str]:
    found = [heading.title for heading in headings(notebook) if heading.level == 2]
    numbered = [title for title in found if re.match(r"\d+\. \S", title)]
    expected = FIRST + numbered + LAST
    problems = [f"part '## {title}' is missing" for title in FIRST + LAST if title not in found]
    numbers = [int(title.split(".")[0]) for title in numbered]
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        problems.append(
            f"sections must be numbered '## 1. …', '## 2. …' without a gap, found numbers {numbers}"
        )
    if not problems and found != expected:
        odd = next(a for a, b in zip([*found, "the end"], [*expected, "the end"], strict=False) if a != b)
        problems.append(f"part '## {odd}' is not where it belongs; the order is: {', '.join(expected)}")
    return problems


@check
def abilities_listed(notebook: NotebookNode, path: Path) -> list[str]:
    count = count_lines(section(notebook, FIRST[0]), r"[-*] \S")
    return [] if 3 <= count <= 6 else [f"'{FIRST[0]}' lists {count} lines, expected 3 to 6"]


@check
def time_stated(notebook: NotebookNode, path: Path) -> list[str]:
    text = " ".join(section(notebook, FIRST[1]))
    if re.search(r"itself runs in under \d+ seconds on a two-core", text):
        return []
    return [f"'{FIRST[1]}' must say 'The notebook itself runs in under NN seconds on a two-core laptop'"]


@check
def setup_cell(notebook: NotebookNode, path: Path) -> list[str]:
    cells = code_cells(notebook)
    tagged = [i for i, cell in cells if "setup" in tags(cell)]
    if len(tagged) != 1:
        return [f"has {len(tagged)} code cells tagged 'setup', expected one"]
    if tagged[0] != cells[0][0]:
        return [f"the cell tagged 'setup' is cell {tagged[0]}, but the first code cell is {cells[0][0]}"]
    starts = [
        heading.cell
        for heading in headings(notebook)
        if heading.title in (FIRST[1], numbered_first(notebook))
    ]
    if len(starts) == 2 and not starts[0] < tagged[0] < starts[1]:
        return [f"the setup cell belongs between '## {FIRST[1]}' and the first numbered section"]
    return []


def numbered_first(notebook: NotebookNode) -> str:
    return next((heading.title for heading in headings(notebook) if heading.title.startswith("1. ")), "")


@check
def boxes_are_there(notebook: NotebookNode, path: Path) -> list[str]:
    lines = [line for _, line in markdown_lines(notebook)]
    problems = []
    for name, least in BOXES.items():
        count = count_lines(lines, rf"> \*\*{name}\.\*\*")
        if count < least:
            problems.append(f"has {count} boxes '> **{name}.**', expected at least {least}")
    return problems


@check
def predictions_resolve(notebook: NotebookNode, path: Path) -> list[str]:
    """A question to predict is answered: folded away in its cell, or by the code that follows."""
    problems = []
    following = [*notebook.cells[1:], {"cell_type": "none"}]
    for i, (cell, after) in enumerate(zip(notebook.cells, following, strict=True)):
        if cell.cell_type == "markdown" and "> **Predict.**" in cell.source:
            answered = "<details>" in cell.source.partition("> **Predict.**")[2]
            if not answered and after["cell_type"] != "code":
                problems.append(
                    f"{where(i, cell)}: a Predict box needs a folded answer, or code in the next cell"
                )
    return problems


@check
def quiz_answers_folded(notebook: NotebookNode, path: Path) -> list[str]:
    lines = section(notebook, "Quiz")
    text = "\n".join(lines)
    questions = count_lines(lines, r"(?:#+ |\*\*)?\d+\.")
    answers = re.findall(r"<details>\s*<summary>[^<]*\w[^<]*</summary>(.*?)</details>", text, re.DOTALL)
    problems = [] if questions >= 4 else [f"the quiz has {questions} numbered questions, expected at least 4"]
    if sum(bool(answer.strip()) for answer in answers) < questions:
        problems.append(f"the quiz has {questions} questions but {len(answers)} answers folded in <details>")
    return problems


@check
def folds_are_closed(notebook: NotebookNode, path: Path) -> list[str]:
    """Each fold opens and closes in its own cell: JupyterLab draws every cell on its own."""
    return [
        f"{where(i, cell)}: <details> and </details> do not match"
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown" and cell.source.count("<details") != cell.source.count("</details>")
    ]


@check
def endings_are_full(notebook: NotebookNode, path: Path) -> list[str]:
    exercises = count_lines(section(notebook, "Exercises"), r"(?:#+ |\*\*)?\d+\.")
    references = count_lines(section(notebook, "References"), r"(?:[-*]|\d+\.) \S")
    problems = [] if exercises >= 4 else [f"has {exercises} numbered exercises, expected at least 4"]
    if references < 2:
        problems.append(f"lists {references} references, expected at least 2")
    empty = [title for title in ("Summary", "Homework") if not "".join(section(notebook, title)).strip()]
    return problems + [f"part '## {title}' is empty" for title in empty]


@check
def explorer_cell(notebook: NotebookNode, path: Path) -> list[str]:
    found = [(i, cell) for i, cell in code_cells(notebook) if calls_explore(cell.source)]
    problems = [] if found else ["has no cell that calls explore(…)"]
    for i, cell in found:
        problems += [
            f"{where(i, cell)}: calls explore, so it must be tagged {tag!r}"
            for tag in ("explorer", IGNORED)
            if tag not in tags(cell)
        ]
        data = [output.get("data", {}) for output in cell.outputs]
        if not any("get sliders for" in str(entry.get("text/plain")) for entry in data):
            problems.append(f"{where(i, cell)}: the line 'Run this cell to get sliders for: …' is missing")
        if not any(kind in entry for entry in data for kind in PICTURES):
            problems.append(f"{where(i, cell)}: the explorer's first figure is missing")
    return problems


def calls_explore(source: str) -> bool:
    tree = ast.parse(TransformerManager().transform_cell(source))
    return any(isinstance(node, ast.Call) and ast.unparse(node.func) == "explore" for node in ast.walk(tree))


@check
def terms_in_glossary(notebook: NotebookNode, path: Path) -> list[str]:
    file = path.parent / "glossary.md"
    rows = glossary_rows(file.read_text(encoding="utf-8")) if file.exists() else []
    chinese = {row[0].casefold(): row[1] for row in rows if len(row) == len(HEADER)}
    problems = []
    for i, cell in enumerate(notebook.cells):
        for english, term in TERM.findall(cell.source) if cell.cell_type == "markdown" else ():
            known = chinese.get(english.strip().casefold())
            if known is None:
                problems.append(f"cell {i}: the term '{english}' ({term}) is not in glossary.md")
            elif known != term.strip():
                problems.append(f"cell {i}: '{english}' is ({term}) here, but {known} in glossary.md")
    return problems


def glossary_rows(text: str) -> list[list[str]]:
    """The cells of the table's rows, without its header and the line of dashes."""
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if line.lstrip().startswith("|")]
    return [[entry.strip() for entry in row] for row in rows][2:]


def glossary_problems(text: str) -> list[str]:
    """What is wrong with the glossary itself."""
    header = next((line for line in text.splitlines() if line.startswith("|")), "")
    problems = []
    if [entry.strip() for entry in header.strip("|").split("|")] != HEADER:
        problems.append(f"the table's header must be | {' | '.join(HEADER)} |, found {header!r}")
    rows = glossary_rows(text)
    for row in rows:
        if len(row) != len(HEADER) or not all(row):
            problems.append(f"a row needs {len(HEADER)} filled cells: {row}")
    names = [row[0].casefold() for row in rows]
    problems += [
        f"the term {name!r} stands there twice" for name in sorted(set(names)) if names.count(name) > 1
    ]
    for before, after in pairwise(names):
        if after < before:
            problems.append(f"rows must be sorted by the English term: {after!r} stands after {before!r}")
    return problems
