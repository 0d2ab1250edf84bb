"""What a homework's tests try, in words: read from the part of their source that students have."""

from __future__ import annotations

import ast

from homework.cells import TEST, Assignment
from homework.teacher.original import Original

MOST_SHOWN = 6


def tried_by_tests(original: Original) -> dict[str, list[str]]:
    """{test: what it tries}, of all tests of a homework."""
    return tried_in(original.source)


def tried_in(assignment: Assignment) -> dict[str, list[str]]:
    cells = assignment.of_kind(TEST)
    return {cell.name: [cell.title, *tried(cell.visible)][not cell.title :] for cell in cells}


def tried(source: str) -> list[str]:
    """What a test tries: what each `expect` is given as `what`; without one, the conditions of `require`.

    Args:
        source: the lines that students have.
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    words = [in_words(argument(call, 2, "what")) for call in calls if name_of(call) == "expect"]
    if not any(words):
        conditions = [argument(call, 0, "condition") for call in calls if name_of(call) == "require"]
        words = [ast.unparse(condition) for condition in conditions if condition is not None]
    words = [" ".join(text.split()) for text in dict.fromkeys(words) if text]
    more = len(words) - MOST_SHOWN
    return words if more <= 0 else [*words[:MOST_SHOWN], f"and {more} more"]


def name_of(call: ast.Call) -> str:
    """The function's name, without the module before it."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """An argument of a call, given by its place or by its name."""
    if len(call.args) > place:
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def in_words(what: ast.expr | None) -> str:
    """A text as it stands in the source; what is put into it as the expression in braces."""
    if isinstance(what, ast.Constant) and isinstance(what.value, str):
        return what.value
    if isinstance(what, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else hole(part) for part in what.values)
        return "".join(parts)
    return "" if what is None or isinstance(what, ast.Name) else ast.unparse(what)


def hole(part: ast.FormattedValue) -> str:
    return "{" + ast.unparse(part.value) + "}"
