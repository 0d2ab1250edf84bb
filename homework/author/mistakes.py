"""Wrong answers to a homework: what its checkers must refuse, and name.

`homework/hwN/wrong.toml` holds a table for each mistake:

    ["sum for mean"]
    task = "task2"
    patch = [{ old = 'x.mean()', new = 'x.sum()' }]
    fails = ["task2-values"]
    hint = "divide by"

"patch" changes every place of the solution that has the old text, one change after the other. With
`of = "loops"` it changes the answer in right/loops.py instead. "answer", in place of both, is a whole answer.
"fails" are exactly the tests that must lose their points; "hint" are words in the hint of one of them.
"""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

from homework.author.answers import HOMEWORK, Complaint, read_right, refused, solution_of
from homework.cells import TEST, Assignment

FIELDS = {"task": str, "of": str, "patch": list, "answer": str, "fails": list, "hint": str}
KINDS = {str: "text", list: "a list"}
NEEDED = ("task", "fails", "hint")


@dataclasses.dataclass(frozen=True)
class WrongAnswer:
    """One mistake.

    Attributes:
        source: the whole answer to the task, changed by its patch.
        fails: names of the tests that it must fail, and no others.
        hint: words in the hint of one of these tests.
    """

    name: str
    task: str
    source: str
    fails: tuple[str, ...]
    hint: str


def read_wrong(assignment: Assignment, folder: Path = HOMEWORK) -> list[WrongAnswer]:
    """The mistakes of <folder>/hwN/wrong.toml, in its order.

    Raises:
        CourseError: the file is no TOML, or a mistake in it cannot be understood; the message names the file,
            the mistake and the field.
    """
    path = folder / assignment.name / "wrong.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise refused(str(path), f"it cannot be read as TOML: {problem}") from problem
    styles = {answer.name: answer.cells for answer in read_right(assignment, folder)}
    return [read_mistake(path, name, table, assignment, styles) for name, table in tables.items()]


def read_mistake(path: Path, name: str, table: dict, assignment: Assignment, styles: dict) -> WrongAnswer:
    """One mistake from its table in the file at `path`."""
    try:
        check_fields(table)
        check_tests(table["fails"], assignment)
        source = source_of(table, assignment, styles)
    except Complaint as problem:
        raise refused(f'{path}, mistake "{name}"', problem) from None
    return WrongAnswer(name, table["task"], source, tuple(table["fails"]), table["hint"])


def check_fields(table: object) -> None:
    """Complain unless these are the fields of a mistake, each of its kind and not empty."""
    if not isinstance(table, dict):
        raise Complaint("it must be a table")
    for key, value in table.items():
        if key not in FIELDS:
            raise Complaint(f'"{key}" is no field; the fields are {", ".join(FIELDS)}')
        if type(value) is not FIELDS[key] or not value:
            raise Complaint(f'"{key}" must be {KINDS[FIELDS[key]]} and not empty; it is {value!r}')
    for key in NEEDED:
        if key not in table:
            raise Complaint(f'"{key}" is missing')
    if ("patch" in table) == ("answer" in table) or ("of" in table and "answer" in table):
        raise Complaint('it must have either "patch" (with "of" or without) or "answer"')


def check_tests(fails: list, assignment: Assignment) -> None:
    tests = [cell.name for cell in assignment.of_kind(TEST)]
    for name in fails:
        if name not in tests:
            raise Complaint(f'"fails": {assignment.name} has no test {name!r}; it has {", ".join(tests)}')


def source_of(table: dict, assignment: Assignment, styles: dict[str, dict[str, str]]) -> str:
    """The whole answer: as it stands in the table, or the solution or a right answer with its patch."""
    task, style = table["task"], table.get("of")
    solution = solution_of(assignment, task)
    if "answer" in table:
        return table["answer"].strip("\n")
    if style is None:
        return patched(solution, table["patch"], "the solution")
    if task not in styles.get(style, {}):
        raise Complaint(f'"of": right/{style}.py does not answer {task}')
    return patched(styles[style][task], table["patch"], f"the answer of right/{style}.py")


def patched(source: str, patch: list, whose: str) -> str:
    """A source with pieces of its text replaced, one after the other. Complaints say `whose` source it is."""
    for change in patch:
        match change:
            case {"old": str(old), "new": str(new), **more} if old and not more:
                if old not in source:
                    raise Complaint(f'"patch": {whose} does not contain {old!r}')
                source = source.replace(old, new)
            case _:
                raise Complaint(
                    f"\"patch\": each change must be {{ old = '…', new = '…' }}; one is {change!r}"
                )
    return source
