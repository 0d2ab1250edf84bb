"""Mutants that are no mistakes: `homework/hwN/equivalent.toml` lists them, each with the reason.

    [[mutant]]
    task = "task6"
    old = "return (a - b).clamp(min=0)"
    new = "return (a - b).clamp(min=-1)"
    why = "a is never less than b here"

"old" and "new" are the lines that differ, as `python -m homework.author.mutants` prints them. With
`of = "loops"` an entry speaks of the answer in right/loops.py alone (of = "solution": of the source's own).
"""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

from homework.author.answers import HOMEWORK, Complaint, refused, solution_of
from homework.cells import Assignment

NEEDED = ("task", "old", "new", "why")


@dataclasses.dataclass(frozen=True)
class Equivalent:
    """An entry of the list; `of` is empty when it speaks of every style."""

    task: str
    old: str
    new: str
    why: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.task}{', ' if self.of else ''}{self.of}: {self.old} → {self.new}"

    def fits(self, task: str, style: str, old: str, new: str) -> bool:
        return (self.task, self.old, self.new) == (task, old, new) and self.of in ("", style)


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
    entries = tables.get("mutant", [])
    if set(tables) - {"mutant"} or not isinstance(entries, list):
        raise Complaint("it must hold tables [[mutant]], and nothing else")
    found: list[Equivalent] = []
    for number, table in enumerate(entries, 1):
        check_entry(number, table)
        solution_of(assignment, table["task"])
        entry = Equivalent(**table)
        if entry in found:
            raise Complaint(f"the entry {entry} stands there twice")
        found.append(entry)
    return found


def check_entry(number: int, table: dict) -> None:
    """Complain unless these are the fields of an entry."""
    for key, value in table.items():
        if key not in (*NEEDED, "of") or not isinstance(value, str) or (not value and key != "new"):
            raise Complaint(f'entry {number}: the fields are {", ".join(NEEDED)} and "of", each a text')
    for key in NEEDED:
        if key not in table:
            raise Complaint(f'entry {number}: "{key}" is missing')
