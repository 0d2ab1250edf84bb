"""Finds what the programs of the course say to students: in the tests of the homework, in modules, in pages.

A message is a text with words in it. What is put into it are places: `{0}`, `{1}`, … for the values of an
f-string, `{path}` where a text is filled by `format`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from launcher.places import ROOT
from launcher.templates import has_words

# What students read from `check`, `submit` and on the pages of `grade`; a glob of files each.
MODULES = (
    *(f"homework/{name}.py" for name in ("folders", "reading", "matching", "rebuild", "answers", "lost")),
    *(f"homework/{name}.py" for name in ("questions", "checks", "comparing", "relations", "error_hints")),
    *(f"homework/{name}.py" for name in ("judge", "outside", "values", "marking", "session", "process")),
    *(f"homework/{name}.py" for name in ("replies", "inside", "worker", "outcomes", "split")),
    *("homework/student/*.py", "homework/teacher/report.py", "homework/teacher/tried.py"),
    *("homework/teacher/grading.py", "homework/teacher/confined_reply.py", "homework/__main__.py"),
    "translations/building.py",
)
# What `course.py` itself says to them, before anything is installed; not the help of its commands.
LAUNCHER = (
    *(f"launcher/{name}.py" for name in ("alone", "arguments", "builds", "environment", "errors")),
    *(f"launcher/{name}.py" for name in ("failures", "install", "jupyter", "lab", "languages")),
    *(f"launcher/{name}.py" for name in ("machine", "naming", "pip", "proxies", "pythons", "shadows")),
    *(f"launcher/{name}.py" for name in ("uv", "whole")),
)
PAGES = ("homework/teacher/feedback.html.j2",)
TESTS = "homework/hw*/source.ipynb"
TITLE = "# Test ·"
PROGRAM = re.compile(r"(from \S+ )?import ")  # for another Python
ON_A_PAGE = re.compile(r"""say\(\s*"([^"]*)"|say\(\s*'([^']*)'""")
# Words that are said alone, or that join what is said.
SINGLE = (
    *("passed", "failed", "unanswered", "timeout", "crashed", "NOT PASSED", "TOO SLOW", "CRASHED"),
    *("graded", "answered", "read", "heading", "place", "large", "small", "so far", "(none)", "Or:", "And:"),
    *("rows", "columns"),
    "{0}  (one number, {1})",
)


# What Python's argparse says of a wrong command line, and words that the launcher says alone.
SPOKEN = (
    *("argument {0}: {1}", "expected one argument", "expected at least one argument"),
    *("the following arguments are required: {0}", "unrecognized arguments: {0}"),
    *("invalid choice: {0} (choose from {1})", "not allowed with argument {0}"),
    *("none", "(it wrote nothing)"),
)


def messages() -> list[str]:
    """All of them, each once, in the order of the files."""
    found: dict[str, None] = dict.fromkeys(SINGLE)
    for pattern in MODULES:
        for path in sorted(ROOT.glob(pattern)):
            found |= dict.fromkeys(of_module(path.read_text(encoding="utf-8")))
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            found |= dict.fromkeys(of_page(path.read_text(encoding="utf-8")))
    for path in sorted(ROOT.glob(TESTS)):
        found |= dict.fromkeys(of_homework(path))
    found |= dict.fromkeys(launcher_messages())
    return [text for text in found if text]


def launcher_messages() -> list[str]:
    """Those of `course.py` itself, each once."""
    found: dict[str, None] = dict.fromkeys(SPOKEN)
    for name in LAUNCHER:
        found |= dict.fromkeys(of_module((ROOT / name).read_text(encoding="utf-8")))
    return list(found)


def of_homework(path: Path) -> Iterator[str]:
    """What the tests of a homework say, and the functions that it gives."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        entry = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] != "code" or entry.get("solution"):
            continue
        source = "".join(cell["source"])
        if source.startswith(TITLE):
            yield source.split("\n", 1)[0].removeprefix(TITLE).strip()
        yield from (text for text in texts_in(ast.parse(source)) if has_words(text))


def of_module(source: str) -> Iterator[str]:
    """The texts of a module that have words in them."""
    tree = ast.parse(source)
    patterns = {
        id(node.elts[0]) for node in ast.walk(tree) if isinstance(node, ast.Tuple) and is_text_pair(node)
    }
    yield from (text for text in texts_in(tree, patterns) if has_words(text) and not PROGRAM.match(text))


def is_silent(function: ast.expr) -> bool:
    """Whether what a function gets is not said: a pattern, or what is typed."""
    if isinstance(function, ast.Attribute):
        return isinstance(function.value, ast.Name) and function.value.id == "re"
    return isinstance(function, ast.Name) and function.id == "this_command"


def is_text_pair(node: ast.Tuple) -> bool:
    """Whether a tuple is the pattern of an error and what it means."""
    return len(node.elts) == 2 and all(
        isinstance(part, ast.Constant) and isinstance(part.value, str) for part in node.elts
    )


def of_page(source: str) -> Iterator[str]:
    """What a template has said: `say("…")`."""
    yield from ((double or single).strip() for double, single in ON_A_PAGE.findall(source))


def texts_in(tree: ast.AST, patterns: Iterable[int] = ()) -> Iterator[str]:
    """The texts of a program, from the top; of an f-string the whole, with places.

    Docstrings, what is only compared with and what `is_silent` are left out, and so are `patterns`, by
    their ids.
    """
    passed = {*docstrings(tree), *patterns}
    for node in walk(tree):
        if isinstance(node, ast.Call) and is_silent(node.func):
            passed |= {id(part) for argument in node.args for part in ast.walk(argument)}
        if id(node) in passed:
            continue
        if isinstance(node, ast.Compare):
            passed |= {id(part) for part in (node.left, *node.comparators)}
        elif isinstance(node, ast.JoinedStr):
            passed |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
            yield template(node).strip()
        elif isinstance(node, ast.FormattedValue) and node.format_spec:
            passed |= {id(part) for part in ast.walk(node.format_spec)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.strip()


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """As `ast.walk`, in the order of the lines."""
    yield tree
    for node in ast.iter_child_nodes(tree):
        yield from walk(node)


def docstrings(tree: ast.AST) -> Iterable[int]:
    """The texts that stand for themselves."""
    return (id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr))


def template(text: ast.JoinedStr) -> str:
    """An f-string with numbered places."""
    parts, count = [], 0
    for part in text.values:
        if isinstance(part, ast.Constant):
            parts.append(part.value)
        else:
            parts.append(f"{{{count}}}")
            count += 1
    return "".join(parts)
