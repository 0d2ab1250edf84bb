"""How far a student came: what is still as it was handed out, and what is begun.

This is read from the answers themselves. The text of an error says little: a magic raises NotImplementedError
in a shell without windows, and so does an abstract method of the student's own.
"""

from __future__ import annotations

import collections
import dataclasses

from homework.cells import ANSWER, Assignment
from homework.definitions import Code

STUB = "raise NotImplementedError"
HEADS = ("def ", "class ", "@", '"', "'", STUB)  # how the lines of a stub begin


def is_unanswered(source: str) -> bool:
    """Whether an answer is still as it was handed out: nothing but stubs, imports and remarks."""
    code = Code.of(source)
    if not code.parsed:
        return has_only_a_broken_stub(source)
    return code.is_empty or (code.has_stub and not code.has_answer)


def has_only_a_broken_stub(source: str) -> bool:
    """Whether a source that is no valid Python has the lines of a stub, and no other."""
    lines = [line.strip() for line in source.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    return any(line.startswith(STUB) for line in lines) and all(line.startswith(HEADS) for line in lines)


def is_begun(source: str) -> bool:
    """Whether some of an answer is written, and some of it is still as it was handed out."""
    code = Code.of(source)
    return code.has_stub and code.has_answer


@dataclasses.dataclass
class Answered:
    """How far a student came.

    Attributes:
        stubs: the tasks of which nothing is written.
        begun: those of which something is written, and something else is still a stub.
    """

    stubs: set[str]
    begun: set[str]

    @classmethod
    def of(cls, assignment: Assignment) -> Answered:
        sources = collections.defaultdict(list)
        for cell in assignment.of_kind(ANSWER):
            sources[cell.task].append(cell.source)
        stubs = {task for task, found in sources.items() if all(map(is_unanswered, found))}
        begun = {
            task
            for task, found in sources.items()
            if any(is_unanswered(one) or is_begun(one) for one in found)
        }
        return cls(stubs, begun - stubs)

    def is_unanswered(self, task: str, message: str) -> bool:
        """Whether a failed test found no answer yet, which is no mistake. `message` is the test's."""
        return task in self.stubs or (task in self.begun and "NotImplementedError" in message)


def told_problems(problems: dict[str, str], answers: dict[str, str]) -> dict[str, str]:
    """Without those of cells in which a stub was met.

    Args:
        problems: {cell: the error that it stopped with}.
        answers: {answer cell: its source}.
    """

    def is_a_stubs(cell: str, text: str) -> bool:
        source = answers.get(cell)
        return (
            source is not None
            and "NotImplementedError" in text
            and (is_unanswered(source) or is_begun(source))
        )

    return {cell: text for cell, text in problems.items() if not is_a_stubs(cell, text)}
