"""Homework 98, the attacks and the habits in attacks/, and how they are handed in and graded."""

from __future__ import annotations

import copy
import dataclasses
import functools
import itertools
import os
import tomllib
from pathlib import Path

import nbformat
from homework_course import cell
from nbformat.v4 import new_code_cell, new_notebook

from homework.cells import ANSWER, SECONDS, SOLUTION, assignment_of, kind_of, names_bound, task_of
from homework.release import student_copy
from homework.teacher.grading import Grading, grade_one
from homework.teacher.original import Original

FOLDER = Path(__file__).with_name("attacks")
CELL_SECONDS = 5.0  # for an attack: some never end
FIRST_SLOT = 40  # each of the processes that test at the same time has a user of its own in the sandbox
TARGET, SMALL = "hw98", "hw97"  # two tasks of the first, where each cell costs a new start
KINDS = ("checks", "memory", "objects", "library", "shell", "replies", "process")
REAL = ("hw1", "hw3", "hw5")
STRONGEST = """the code of expect and require replaced
the code of the comparison replaced
torch exchanged inside the checks
a tracer that looks wanted values up and rewrites the variables of the comparison
Tensor.any says no
a function mode that is never left
an operator exchanged in PyTorch's library
zero tensors by a function mode
the encoder inside json says ok
what the former core called error is none
a writer that turns error into ok
memory poked by ctypes: a function's code
inputs set to zero, zeros given back
values forged: every False is True, every list empty
values forged: the inputs have become zero, and so has the answer""".splitlines()
CROSSING = STRONGEST[
    -3:
]  # what the present core has most to do with: on every one of REAL, the others on hw3


@dataclasses.dataclass(frozen=True)
class Target:
    """A homework that hand-ins are made for.

    Attributes:
        copy: the student's notebook.
        right: a right answer for each task.
        zero: an answer for each task that runs and is worth nothing.
    """

    original: Original
    copy: nbformat.NotebookNode
    right: dict[str, str]
    zero: dict[str, str]


def read(name: str) -> dict:
    """A file of attacks/."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@functools.cache
def target(name: str) -> Target:
    """TARGET, SMALL, or a homework of the course; the zeros of that one stand in attacks/hwN.toml."""
    if name in (TARGET, SMALL):
        original, zero = made_up(name)
    else:
        original, zero = Original.read(name), read(name)["zero"]
    right = {part.task: plain(part.source) for part in original.source.of_kind(ANSWER)}
    zero = {task: text.strip("\n") for task, text in zero.items()}
    return Target(original, student_copy(original.notebook), right, zero)


def made_up(name: str) -> tuple[Original, dict[str, str]]:
    """The homework of attacks/target.toml, or two tasks of it, and its zeros."""
    cells = read("target")["cell"]
    if name == SMALL:
        cells = [part for part in cells if task_of(part["name"]) in ("intro", "setup", "task1", "task6")]
    parts = [
        cell(part["kind"], part["name"], part["source"].strip("\n"), part.get("points")) for part in cells
    ]
    notebook = new_notebook(cells=[nbformat.from_dict(part) for part in parts])
    notebook.metadata.course = {"copy": f"{name}_target.ipynb"}
    source = assignment_of(notebook, name, f"{name}_target.ipynb")
    as_given = assignment_of(student_copy(notebook), name, f"{name}_target.ipynb")
    zero = {part["name"]: part["zero"] for part in cells if "zero" in part}
    return Original(notebook, source, as_given, (as_given,)), zero


def plain(source: str) -> str:
    """A solution without the lines that mark it."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in SOLUTION)


def handed_in(aim: Target, answers: dict[str, str], before: list[str] = (), after: list[str] = ()) -> bytes:
    """The student's notebook with these answers, and cells of the student's before the first of them and at
    the end."""
    notebook = copy.deepcopy(aim.copy)
    places = [at for at, part in enumerate(notebook.cells) if kind_of(part.metadata) == ANSWER]
    for at in places:
        task = task_of(notebook.cells[at].metadata.nbgrader.grade_id)
        notebook.cells[at].source = answers.get(task, notebook.cells[at].source).strip("\n")
    notebook.cells += [new_code_cell(source.strip("\n")) for source in after]
    notebook.cells[places[0] : places[0]] = [new_code_cell(source.strip("\n")) for source in before]
    return nbformat.writes(notebook).encode("utf-8", "surrogatepass")


def graded(aim: Target, data: bytes, cell_seconds: float = SECONDS) -> Grading:
    """What grading makes of a hand-in in the sandbox."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return grade_one(aim.original, data, FIRST_SLOT + number, cell_seconds)


@dataclasses.dataclass(frozen=True)
class Attack:
    """Answers that are worth nothing, and a trick.

    Attributes:
        aim: the homework that it is tried on.
        code: a cell before the first answer.
        answers: in the place of the zeros.
    """

    name: str
    aim: str
    code: str
    answers: dict[str, str]

    def handed_in(self) -> bytes:
        """The hand-in."""
        aim = target(self.aim)
        return handed_in(aim, aim.zero | self.answers, [self.code] if self.code.strip() else [])


def attacks() -> dict[str, Attack]:
    """All attacks on the target, by name."""
    found = [
        made(entry, SMALL if entry.get("small") else TARGET, tools)
        for tools, entries in map(tools_and_entries, KINDS)
        for entry in entries
    ]
    return {attack.name: attack for attack in found}


def tools_and_entries(kind: str) -> tuple[str, list[dict]]:
    """The code that all attacks of a file begin with, and its attacks."""
    text = read(kind)
    return text.get("tools", ""), text["attack"]


def attacks_on(homework: str) -> dict[str, Attack]:
    """The strongest attacks on a homework of the course, and those that only this one invites."""
    found = [
        made({key: value for key, value in entry.items() if key != "answers"}, homework, tools)
        for tools, entries in map(tools_and_entries, KINDS)
        for entry in entries
        if entry["name"] in (STRONGEST if homework == "hw3" else CROSSING)
    ]
    found += [made(entry, homework, "") for entry in read(homework)["attack"]]
    return {attack.name: attack for attack in found}


def made(entry: dict, aim: str, tools: str) -> Attack:
    """An attack as its file says: in the place of the zeros stand an expression for all that they bind, or
    the zeros wrapped by a function, or other answers to some tasks."""
    zero, answers = target(aim).zero, {}
    for task, text in zero.items():
        names = sorted(names_bound(text))
        if "everywhere" in entry:
            answers[task] = f"{' = '.join(names)} = {entry['everywhere']}"
        elif "wrap" in entry and "class " not in text:
            answers[task] = "\n".join([text, *(f"{name} = {entry['wrap']}({name})" for name in names)])
    answers |= {task: text for task, text in entry.get("answers", {}).items() if task in zero}
    return Attack(entry["name"], aim, tools + entry.get("code", ""), answers)


@dataclasses.dataclass(frozen=True)
class Habits:
    """Innocent habits that share one hand-in: their names by task, what is handed in, and whether the notes
    rightly say that something was repaired."""

    names: dict[str, str]
    answers: dict[str, str]
    before: list[str]
    after: list[str]
    repaired: bool

    def handed_in(self) -> bytes:
        """The hand-in."""
        aim = target(TARGET)
        return handed_in(aim, aim.right | self.answers, self.before, self.after)


def habits() -> dict[str, Habits]:
    """All habits in as few hand-ins as there can be, by a name for each."""
    shared, alone = {}, {}
    for entry in read("habits")["habit"]:
        if entry.get("alone"):
            alone[entry["name"]] = together([entry])
        else:
            shared.setdefault(entry["task"], []).append(entry)
    rows = itertools.zip_longest(*shared.values())
    mixed = [together([entry for entry in row if entry]) for row in rows]
    return {f"habits {number}": one for number, one in enumerate(mixed, 1)} | alone


def together(entries: list[dict]) -> Habits:
    """One hand-in with these habits."""
    answers = {entry["task"]: entry["code"] for entry in entries if "code" in entry}
    for entry in entries:
        answers |= entry.get("answers", {})
    names = {entry.get("task", "all"): entry["name"] for entry in entries}
    before, after = ([entry[place] for entry in entries if place in entry] for place in ("before", "after"))
    return Habits(names, answers, before, after, any(entry.get("repaired") for entry in entries))
