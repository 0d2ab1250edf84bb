"""How far a student came: what is still as it was handed out, and what is begun."""

from __future__ import annotations

import ast
import dataclasses

from homework.cells import ANSWER, Assignment

STUB = "raise NotImplementedError"


def is_unanswered(source: str) -> bool:
    """Whether an answer is still as it was handed out: a line of its code raises NotImplementedError."""
    lines = [
        line.strip() for line in source.splitlines() if line.strip() and not line.strip().startswith("#")
    ]
    return not lines or any(line.startswith(STUB) for line in lines)


def is_begun(source: str) -> bool:
    """Whether some functions of an answer are written and others still raise NotImplementedError."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    stubs = [any(isinstance(part, ast.Raise) for part in function.body[-1:]) for function in functions]
    return any(stubs) and not all(stubs)


@dataclasses.dataclass
class Answered:
    """How far a student came: the tasks with a stub in them, and those where something else stands beside
    it."""

    stubs: set[str]
    begun: set[str]

    @classmethod
    def of(cls, assignment: Assignment) -> Answered:
        answers = assignment.of_kind(ANSWER)
        stubs = {cell.task for cell in answers if is_unanswered(cell.source)}
        return cls(stubs, {cell.task for cell in answers if is_begun(cell.source)})

    def is_unanswered(self, task: str, message: str) -> bool:
        """Whether a failed test found no answer yet, which is no mistake. `message` is the test's."""
        return task in self.stubs and (task not in self.begun or "NotImplementedError" in message)
