"""Mutants that are no mistakes: `homework/hwN/equivalent.toml` lists them, each with the reason.

    [[mutant]]
    task = "task6"
    old = "return (a - b).clamp(min=0)"
    new = "return (a - b).clamp(min=-1)"
    why = "a is never less than b here"

"old" and "new" are the lines that differ, as `python -m homework.author.mutants` prints them. With
`of = "loops"` an entry speaks of the answer in right/loops.py alone (of = "solution": of the source's own).
A task with many right answers, such as any network that is good enough, is an `[[open]]` one:
every mutant that passes its tests is right.

    [[open]]
    task = "task8"
    why = "any network that reaches 95 % is an answer"
"""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

from homework.author.answers import HOMEWORK, Complaint, refused, solution_of
from homework.cells import Assignment

NEEDED = {"mutant": ("task", "old", "new", "why"), "open": ("task", "why")}
MAY_BE_EMPTY = ("new",)


@dataclasses.dataclass(frozen=True)
class Equivalent:
    """An entry of the list; `of` is empty when it speaks of every style, `old` when of a whole task."""

    task: str
    old: str
    new: str
    why: str
    of: str = ""

    @property
    def is_open(self) -> bool:
        return not self.old

    def __str__(self) -> str:
        place = f"{self.task}, {self.of}" if self.of else self.task
        return f"{place} (open)" if self.is_open else f"{place}: {self.old} → {self.new}"

    def fits(self, task: str, style: str, old: str, new: str) -> bool:
        if self.task != task or self.of not in ("", style):
            return False
        return self.is_open or (self.old, self.new) == (old, new)


def read_equivalent(assignment: Assignment, folder: Path = HOMEWORK) -> list[Equivalent]:
    """The entries of <folder>/hwN/equivalent.toml; none when there is no such file.

    Raises:
        CourseError: it is no TOML, or an entry cannot be understood.
    """
    path = folder / assignment.name / "equivalent.toml"
    if not path.exists():
        return []
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise refused(str(path), f"it cannot be read as TOML: {problem}") from problem
    try:
        return read_entries(tables, assignment)
    except Complaint as problem:
        raise refused(str(path), problem) from None


def read_entries(tables: dict, assignment: Assignment) -> list[Equivalent]:
    found: list[Equivalent] = []
    for kind, entries in tables.items():
        if kind not in NEEDED or not isinstance(entries, list):
            raise Complaint("it must hold tables [[mutant]] and [[open]], and nothing else")
        for number, table in enumerate(entries, 1):
            check_entry(f"[[{kind}]] {number}", table, NEEDED[kind])
            solution_of(assignment, table["task"])
            entry = Equivalent(**{"old": "", "new": "", **table})
            if entry in found:
                raise Complaint(f"the entry {entry} stands there twice")
            found.append(entry)
    return found


def check_entry(place: str, table: dict, needed: tuple[str, ...]) -> None:
    """Complain unless these are the fields of an entry."""
    for key, value in table.items():
        known = key in (*needed, "of") and isinstance(value, str)
        if not known or not (value or key in MAY_BE_EMPTY):
            raise Complaint(f'{place}: the fields are {", ".join(needed)} and "of", each a text')
    for key in needed:
        if key not in table:
            raise Complaint(f'{place}: "{key}" is missing')
