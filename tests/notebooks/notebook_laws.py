"""One lesson, one hour: how long a lesson may be, what a reader writes in it, and that it prints results."""

import html
import re
import statistics
from pathlib import Path

from nbformat import NotebookNode
from notebook_checks import check, code_cells, picture_metadata, pictures, tags, where
from notebook_skeleton import BOX, count_lines, markdown_lines, section

CELLS = range(40, 81)
MAX_WORDS = 3200
MEDIAN_LINES, MAX_LINES, MAX_HIDDEN_LINES = 7, 20, 45
MINUTES = range(60, 76)
NOT_READ = ("Exercises", "Homework", "References")  # they come on top of the hour, or are looked up
EXERCISE = re.compile(r"\d+\. \*\*[^*]+\*\* \(★{1,3}, \d+ min\)")
TITLE = re.compile(r"""(?:title=|title\()\s*f?["']([^"'\n]+)["']""")
SENTENCE = 4  # words of a title that says something
STUB, VERDICT = "your-turn", "your-turn-check"
TRUTH = re.compile(r"(?:.*[:=]\s+)?[\[(]?\s*(?:True|False)(?:\s*,\s*(?:True|False))*\s*[\])]?")


def hidden(cell: NotebookNode) -> bool:
    """Whether JupyterLab folds the cell's code away."""
    return cell.metadata.get("jupyter", {}).get("source_hidden", False)


def lines_of_code(cell: NotebookNode) -> int:
    """Lines that a reader reads as code: not empty, and more than a comment."""
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in cell.source.splitlines())


def visible_lines(notebook: NotebookNode) -> list[int]:
    return [lines_of_code(cell) for _, cell in code_cells(notebook) if not hidden(cell)]


def words(notebook: NotebookNode) -> int:
    """Words of the text that is read in the hour."""
    count, inside = 0, True
    for cell in notebook.cells:
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else ():
            if re.match(r"##?\s", line):
                inside = line.split(maxsplit=1)[1].strip() not in NOT_READ
            count += inside * len(line.split())
    return count


def boxes(notebook: NotebookNode) -> int:
    return count_lines([line for _, line in markdown_lines(notebook)], BOX)


def minutes(notebook: NotebookNode) -> float:
    """How long a reader needs: calibrated on three readers, who needed twice what had been guessed."""
    return words(notebook) / 120 + sum(visible_lines(notebook)) / 7 + 2.5 * boxes(notebook)


@check
def minutes_are_honest(notebook: NotebookNode, path: Path) -> list[str]:
    text = " ".join(section(notebook, "Before you start"))
    stated = re.search(r"Plan about (\d+) minutes for yourself\.", text)
    if not stated:
        return ["'Before you start' must say 'Plan about NN minutes for yourself.'"]
    claimed, computed = int(stated[1]), minutes(notebook)
    problems = []
    if claimed not in MINUTES:
        problems.append(f"states {claimed} minutes, a lesson takes {MINUTES.start} to {MINUTES.stop - 1}")
    if abs(computed - claimed) > claimed / 5:
        parts = f"{words(notebook)} words, {sum(visible_lines(notebook))} lines and {boxes(notebook)} boxes"
        problems.append(f"states {claimed} minutes, its {parts} take {computed:.0f}")
    return problems


@check
def one_hour(notebook: NotebookNode, path: Path) -> list[str]:
    count, read, median = len(notebook.cells), words(notebook), statistics.median(visible_lines(notebook))
    problems = []
    if count not in CELLS:
        problems.append(f"has {count} cells, a lesson has {CELLS.start} to {CELLS.stop - 1}")
    if read > MAX_WORDS:
        problems.append(f"has {read} words to read, at most {MAX_WORDS} are allowed")
    if median > MEDIAN_LINES:
        problems.append(f"its visible code cells have a median of {median} lines, at most {MEDIAN_LINES}")
    return problems


@check
def short_cells(notebook: NotebookNode, path: Path) -> list[str]:
    problems = []
    for i, cell in code_cells(notebook):
        limit = MAX_HIDDEN_LINES if hidden(cell) else MAX_LINES
        if (count := lines_of_code(cell)) > limit:
            problems.append(f"{where(i, cell)}: {count} lines of code, at most {limit} are allowed")
    return problems


@check
def predictions_can_be_written(notebook: NotebookNode, path: Path) -> list[str]:
    return [
        f"{where(i, cell)}: a Predict box needs the line '> *My prediction:* …'"
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        and len(re.findall(r"^> \*\*Predict\.\*\*", cell.source, re.MULTILINE))
        > len(re.findall(r"^> \*My prediction:\* …$", cell.source, re.MULTILINE))
    ]


@check
def turns_are_checked(notebook: NotebookNode, path: Path) -> list[str]:
    """Each *Your turn*: a box with its answer folded, a stub, and a check that says 'not answered yet'."""
    problems = []
    turns = [i for i, cell in enumerate(notebook.cells) if "> **Your turn.**" in cell.source]
    for i in turns:
        box, stub, verdict = (*notebook.cells[i : i + 3], *({"source": ""},) * 2)[:3]
        if not folded_code(box.source):
            problems.append(f"{where(i, box)}: needs its answer in a fold, as a ```python block")
        if STUB not in stub.get("metadata", {}).get("tags", []) or "..." not in stub["source"]:
            problems.append(f"{where(i, box)}: the next cell must be the stub, tagged {STUB!r}, with a '...'")
        if VERDICT not in verdict.get("metadata", {}).get("tags", []):
            problems.append(f"{where(i, box)}: the cell after the stub must be tagged {VERDICT!r}")
            continue
        said = {line for output in verdict.outputs for line in output.get("text", "?").splitlines()}
        if said != {"not answered yet"}:
            problems.append(f"{where(i, box)}: its check must say 'not answered yet', it says {sorted(said)}")
    tagged = sum(STUB in tags(cell) for cell in notebook.cells)
    if tagged != len(turns) or len(turns) not in (3, 4):
        problems.append(
            f"has {len(turns)} boxes '> **Your turn.**' and {tagged} stubs, expected 3 or 4 of each"
        )
    return problems


def folded_code(source: str) -> str:
    """The code of the first ```python block in a fold of a box; empty when there is none."""
    text = "\n".join(re.sub(r"^> ?", "", line) for line in source.splitlines())
    match = re.search(r"<details>.*?```python\n(.*?)```.*?</details>", text, re.DOTALL)
    return match[1] if match else ""


@check
def exercises_are_graded(notebook: NotebookNode, path: Path) -> list[str]:
    lines = section(notebook, "Exercises")
    numbered = [line for line in lines if re.match(r"\d+\.", line)]
    problems = [
        f"exercise {line[:40]!r} must begin like '1. **Title** (★★, 20 min).'"
        for line in numbered
        if not EXERCISE.match(line)
    ]
    hints = "\n".join(lines).count("<summary>Hint</summary>")
    if hints < len(numbered):
        problems.append(f"has {len(numbered)} exercises and {hints} folded hints")
    answers = f"answers/{path.stem.split('_')[0]}_answers.ipynb"
    if f"]({answers})" not in "\n".join(lines):
        problems.append(f"'## Exercises' must link the worked answers: {answers}")
    return problems


def exercise_titles(notebook: NotebookNode) -> list[str]:
    """'1. Title' of each exercise: the headings of its worked answers."""
    found = (re.match(r"(\d+\.) \*\*([^*]+)\*\*", line) for line in section(notebook, "Exercises"))
    return [f"{match[1]} {match[2].rstrip('.')}" for match in found if match]


@check
def numbers_not_truth(notebook: NotebookNode, path: Path) -> list[str]:
    """An output that says True alone hides its result."""
    problems = []
    for i, cell in code_cells(notebook):
        lines = [line for output in cell.outputs for line in shown_text(output).splitlines() if line.strip()]
        if lines and all(TRUTH.fullmatch(line.strip()) for line in lines) and "booleans" not in tags(cell):
            problems.append(f"{where(i, cell)}: prints truth values alone: print the numbers behind them")
    return problems


@check
def titles_begin_alike(notebook: NotebookNode, path: Path) -> list[str]:
    """A title that is a sentence begins with a capital letter; the name of a panel need not."""
    titles = [
        (where(i, cell), match[1])
        for i, cell in code_cells(notebook)
        for match in TITLE.finditer(cell.source)
    ]
    return [
        f"{place}: the title {title!r} must begin with a capital letter"
        for place, title in titles
        if title[0].islower()
        and len(re.findall(r"[A-Za-z]{2,}", re.sub(r"\{[^}]*\}", "", title))) >= SENTENCE
    ]


def shown_text(output: NotebookNode) -> str:
    data = output.get("data", {})
    return "" if "text/html" in data else output.get("text", "") or data.get("text/plain", "")


@check
def figures_reach_everybody(notebook: NotebookNode, path: Path) -> list[str]:
    """A figure is drawn at twice its size on the page, and its alt text stands below it in words."""
    problems = []
    for i, cell, output in pictures(notebook):
        meta = picture_metadata(output)
        if not isinstance(meta.get("width"), int):
            problems.append(f"{where(i, cell)}: a figure needs its width in its metadata")
        after = cell.outputs[cell.outputs.index(output) + 1 :]
        words = after[0].get("data", {}).get("text/html", "") if after else ""
        if html.escape(meta.get("alt", "")) not in words or not words:
            problems.append(f"{where(i, cell)}: the figure's alt text must stand in words below it")
    return problems
