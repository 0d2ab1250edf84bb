"""What must be true of a notebook as a file. One function a rule: ``(notebook, path) -> list of problems``.

``CHECKS`` holds every rule, those of notebook_skeleton.py and notebook_laws.py too; test_notebooks.py shows
that each one can fail.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from notebook_tools import IGNORED, PICTURES, WIDGET_VIEW, to_text

Check = Callable[[NotebookNode, Path], list[str]]
CHECKS: dict[str, Check] = {}

MAX_KILOBYTES = 400
MIN_ALT = 30
MIN_MARKDOWN_SHARE = 0.45
MIN_FIGURES = 3

ABSOLUTE_PATH = re.compile(
    r"""file://
    | (?<![\w.:/~-])/(?:home|Users|root|tmp|var|usr|opt|mnt|media|work|private|srv|content|Volumes)/
    | ["']/\w[\w.-]*/                                   # a string in code that starts at the root
    | \b[A-Z]:(?:/\w|\\{1,2}(?!math|text|left|big|R\b)\w)  # a Windows drive, and not LaTeX's f:\mathbb
    """,
    re.VERBOSE,
)
REMOTE = re.compile(
    r"""!\[[^\]]*\]\(\s*<?(?:https?:)?//
    | <(?:img|script|iframe|video|audio|source|embed|object|input)\b[^>]*?
      \b(?:src|data)\s*=\s*["']?(?:https?:)?//
    | <link\b[^>]*?\bhref\s*=\s*["']?(?:https?:)?//
    | @import\b
    | \burl\(\s*["']?(?:https?:)?//
    | \bImage\(\s*url\s*=
    """,
    re.VERBOSE | re.IGNORECASE,
)
INSTALLS = re.compile(r"\b(?:pip3?|conda|mamba|uv)\s+(?:\w+\s+)?install\b|\bsys\.path\b")
SHOWING = {"print", "display", "show", "explore"}
SILENT = re.compile(
    r"assert_\w+|append|extend|update|sort|backward|step|zero_grad"
)  # methods that return None


def check(function: Check) -> Check:
    """Enters a rule in ``CHECKS``."""
    CHECKS[function.__name__] = function
    return function


def where(index: int, cell: NotebookNode) -> str:
    """How a message names a cell, so that an author finds it."""
    first = next((line for line in cell.source.splitlines() if line.strip()), "(empty)")
    return f"cell {index} (id {cell.get('id')}, {first[:50]!r})"


def code_cells(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    return [(i, c) for i, c in enumerate(notebook.cells) if c.cell_type == "code" and c.source.strip()]


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def texts(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """Everything in a cell that a person reads, with the name of its place."""
    yield "source", cell.source
    for output in cell.get("outputs", []):
        yield "output", output.get("text", "")
        yield "output", "\n".join(output.get("traceback", []))
        for mime, data in output.get("data", {}).items():
            if isinstance(data, str) and mime not in PICTURES:
                yield "output", data


def find(notebook: NotebookNode, pattern: re.Pattern, what: str) -> list[str]:
    """One problem for each text in which ``pattern`` occurs."""
    problems = []
    for i, cell in enumerate(notebook.cells):
        for place, text in texts(cell):
            if match := pattern.search(text):
                problems.append(f"{where(i, cell)}: {what} in its {place}: {match.group()!r}")
    return problems


def pictures(notebook: NotebookNode) -> list[tuple[int, NotebookNode, NotebookNode]]:
    return [
        (i, cell, output)
        for i, cell in code_cells(notebook)
        for output in cell.outputs
        if any(kind in output.get("data", {}) for kind in PICTURES)
    ]


def picture_metadata(output: NotebookNode) -> dict:
    """What stands beside a picture: its alt text and its width."""
    found = output.get("metadata", {})
    return next((found[kind] for kind in PICTURES if kind in found), {})


@check
def ran_in_order(notebook: NotebookNode, path: Path) -> list[str]:
    return [
        f"{where(i, cell)}: execution count {cell.execution_count}, not {expected}: run all cells in order"
        for expected, (i, cell) in enumerate(code_cells(notebook), 1)
        if cell.execution_count != expected
    ]


@check
def outputs_are_there(notebook: NotebookNode, path: Path) -> list[str]:
    return [
        f"{where(i, cell)}: shows something when it runs, but its output is missing"
        for i, cell in code_cells(notebook)
        if not cell.outputs and shows_something(cell.source)
    ]


def shows_something(source: str) -> bool:
    """Whether a cell prints, or ends in an expression whose value Jupyter shows."""
    tree = ast.parse(TransformerManager().transform_cell(source))
    if any(_calls(statement, SHOWING) for statement in tree.body):
        return True
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or source.rstrip().endswith(";"):
        return False
    name = _called_name(last.value)
    return not (name and SILENT.fullmatch(name)) and "get_ipython" not in ast.unparse(last)


def _called_name(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    return getattr(node.func, "attr", None) or getattr(node.func, "id", None)


def _calls(node: ast.AST, names: set[str]) -> bool:
    """Whether running ``node`` certainly calls one of ``names``: not inside a definition or a branch."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.If, ast.IfExp, ast.Try, ast.While)):
        return False
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
        return True
    return any(_calls(child, names) for child in ast.iter_child_nodes(node))


@check
def no_errors(notebook: NotebookNode, path: Path) -> list[str]:
    return [
        f"{where(i, cell)}: failed with {output.ename}: {output.evalue}"
        for i, cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error"
    ]


@check
def no_stderr(notebook: NotebookNode, path: Path) -> list[str]:
    return [
        f"{where(i, cell)}: wrote to stderr, which a student sees in red: {output.text.strip()[:80]!r}"
        for i, cell in code_cells(notebook)
        for output in cell.outputs
        if output.get("name") == "stderr" and IGNORED not in tags(cell)
    ]


@check
def small(notebook: NotebookNode, path: Path) -> list[str]:
    size = len(to_text(notebook).encode()) / 1000
    return [f"takes {size:.0f} kB, at most {MAX_KILOBYTES} are allowed"] if size >= MAX_KILOBYTES else []


@check
def ids(notebook: NotebookNode, path: Path) -> list[str]:
    problems, seen = [], set()
    for i, cell in enumerate(notebook.cells):
        if not re.fullmatch(r"[a-z0-9_-]{8,64}", cell.get("id", "")):
            problems.append(f"{where(i, cell)}: its id must be 8 to 64 of a-z, 0-9, - and _")
        if cell.get("id") in seen:
            problems.append(f"{where(i, cell)}: another cell has the same id")
        seen.add(cell.get("id"))
    return problems


@check
def kernelspec(notebook: NotebookNode, path: Path) -> list[str]:
    name = notebook.metadata.get("kernelspec", {}).get("name")
    return [] if name == "python3" else [f"kernelspec name is {name!r}, expected 'python3'"]


@check
def saved_by_the_tool(notebook: NotebookNode, path: Path) -> list[str]:
    problems = []
    if "widgets" in notebook.metadata:
        problems.append("holds the state of widgets (metadata.widgets)")
    if "version" in notebook.metadata.get("language_info", {}):
        problems.append("names the Python version that ran it (metadata.language_info.version)")
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        problems.append(f"has nbformat {notebook.nbformat}.{notebook.nbformat_minor}, expected 4.5")
    for i, cell in enumerate(notebook.cells):
        if "execution" in cell.metadata:
            problems.append(f"{where(i, cell)}: holds execution times")
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.get("outputs", [])):
            problems.append(f"{where(i, cell)}: holds a widget that shows an error where no kernel runs")
    return [f"{problem}: save with python tests/notebook_tools.py {path.name}" for problem in problems]


@check
def no_absolute_paths(notebook: NotebookNode, path: Path) -> list[str]:
    return find(notebook, ABSOLUTE_PATH, "absolute path")


@check
def no_installs(notebook: NotebookNode, path: Path) -> list[str]:
    return find(notebook, INSTALLS, "install command or sys.path")


@check
def nothing_remote(notebook: NotebookNode, path: Path) -> list[str]:
    return find(notebook, REMOTE, "remote image, script or style")


@check
def no_missing_glyphs(notebook: NotebookNode, path: Path) -> list[str]:
    return find(notebook, re.compile(r"Glyph \d+.*missing"), "a letter that the figure's font does not have")


@check
def figures_are_there(notebook: NotebookNode, path: Path) -> list[str]:
    count = len(pictures(notebook))
    return [] if count >= MIN_FIGURES else [f"shows {count} figures, at least {MIN_FIGURES} are expected"]


@check
def figures_have_alt(notebook: NotebookNode, path: Path) -> list[str]:
    problems = []
    for i, cell, output in pictures(notebook):
        alt = picture_metadata(output).get("alt", "")
        if len(alt.strip()) < MIN_ALT or alt.startswith("Automatic description"):
            problems.append(
                f"{where(i, cell)}: a figure needs alt text of at least {MIN_ALT} letters, has {alt!r}"
            )
    return problems


@check
def enough_text(notebook: NotebookNode, path: Path) -> list[str]:
    share = sum(cell.cell_type == "markdown" for cell in notebook.cells) / max(len(notebook.cells), 1)
    if share >= MIN_MARKDOWN_SHARE:
        return []
    return [f"only {share:.0%} of the cells are markdown, at least {MIN_MARKDOWN_SHARE:.0%} are expected"]


def answers_problems(notebook: NotebookNode, path: Path, exercises: list[str]) -> list[str]:
    """What is wrong with a notebook of worked answers: the rules of a file, a part for each exercise."""
    problems = [problem for rule in FILE_RULES for problem in CHECKS[rule](notebook, path)]
    number = path.name.removesuffix("_answers.ipynb")
    if not notebook.cells[0].source.startswith(f"# {number} · Answers to the exercises (练习解答)"):
        problems.append(f"must begin with '# {number} · Answers to the exercises (练习解答)'")
    titles = [
        match[1]
        for cell in notebook.cells
        if cell.cell_type == "markdown" and (match := re.match(r"## (\d+\. .*\S)", cell.source))
    ]
    if titles != exercises:
        problems.append(f"answers {titles}, the lesson's exercises are {exercises}")
    if not any("assert" in cell.source for _, cell in code_cells(notebook)):
        problems.append("asserts nothing")
    return problems


# What holds of every notebook as a file, lesson or not.
FILE_RULES = (
    *("ran_in_order", "outputs_are_there", "no_errors", "no_stderr", "small", "ids", "kernelspec"),
    *("saved_by_the_tool", "no_absolute_paths", "no_installs", "nothing_remote", "no_missing_glyphs"),
    *(
        "figures_have_alt",
        "folds_are_closed",
        "figures_reach_everybody",
        "numbers_not_truth",
        "no_assert_on_a_clock",
    ),
)
