"""How an answer is written: whether it has loops. It counts for style only: code can hide how it works."""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterable
from types import FunctionType

LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def loops_in(function: FunctionType, seen: tuple = ()) -> list[str]:
    """Names of the functions that hold a loop, among this one and those of its notebook that it calls."""
    found, codes = [], [function.__code__] if isinstance(function, FunctionType) else []
    for code in codes:
        codes += [inner for inner in code.co_consts if hasattr(inner, "co_code")]
        steps = {step.opname for step in dis.get_instructions(code)}
        if "map" in code.co_names or any("FOR_ITER" in step or "BACKWARD" in step for step in steps):
            found.append(function.__name__)
    for other in {function.__globals__.get(name) for code in codes for name in code.co_names}:
        if (
            isinstance(other, FunctionType)
            and other.__globals__ is function.__globals__
            and other not in seen
        ):
            found += loops_in(other, (*seen, function, other))
    return sorted(set(found))


def loops_in_source(sources: Iterable[str], name: str) -> list[str]:
    """The same, read from the text of the cells: all functions of this name, and those that they use."""
    functions: dict[str, list[ast.FunctionDef]] = {}
    for source in sources:
        for node in ast.walk(parsed(source)):
            if isinstance(node, ast.FunctionDef):
                functions.setdefault(node.name, []).append(node)
    waiting, seen, found = [name], set(), set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for node in functions.get(current, []):
            names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            if "map" in names or any(isinstance(part, LOOPS) for part in ast.walk(node)):
                found.add(current)
            waiting += names & set(functions)
    return sorted(found)


def parsed(source: str) -> ast.AST:
    """A cell's syntax tree, without the lines that only IPython reads; an empty one when it is no Python."""
    try:
        return ast.parse(without_magics(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def without_magics(source: str) -> str:
    """A cell with empty lines in the place of those that only IPython reads."""
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
