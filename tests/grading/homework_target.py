"""Homework 98, the attacks and the habits in attacks/, and how they are handed in and graded."""

from __future__ import annotations

import copy
import dataclasses
import functools
import itertools
import tomllib
from pathlib import Path

import nbformat
from homework_course import cell
from nbformat.v4 import new_code_cell, new_notebook

from homework import sandbox
from homework.cells import ANSWER, SOLUTION, assignment_of, kind_of, names_bound, task_of
from homework.release import student_copy
from homework.teacher.grading import Grading, grade_one
from homework.teacher.original import Original

FOLDER = Path(__file__).with_name("attacks")
CELL_SECONDS = 5.0


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
    """ "hw98", or a homework of the course; what is worth nothing in that one stands in attacks/hwN.toml."""
    if name == "hw98":
        cells = read("target")["cell"]
        parts = [
            cell(part["kind"], part["name"], part["source"].strip("\n"), part.get("points")) for part in cells
        ]
        notebook = new_notebook(cells=[nbformat.from_dict(part) for part in parts])
        notebook.metadata.course = {"copy": "hw98_target.ipynb"}
        source = assignment_of(notebook, name, "hw98_target.ipynb")
        handed_out = student_copy(notebook)
        as_given = assignment_of(handed_out, name, "hw98_target.ipynb")
        original = Original(notebook, source, as_given, (as_given,))
        zero = {part["name"]: part["zero"] for part in cells if "zero" in part}
    else:
        original = Original.read(name)
        handed_out, zero = student_copy(original.notebook), read(name)["zero"]
    right = {part.task: plain(part.source) for part in original.source.of_kind(ANSWER)}
    return Target(original, handed_out, right, {task: text.strip("\n") for task, text in zero.items()})


def plain(source: str) -> str:
    """A solution without the lines that mark it."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in SOLUTION)


def handed_in(aim: Target, answers: dict[str, str], before: list[str] = (), after: list[str] = ()) -> bytes:
    """The student's notebook with these answers, and cells of the student's before the first and after the last."""
    notebook = copy.deepcopy(aim.copy)
    places = [at for at, part in enumerate(notebook.cells) if kind_of(part.metadata) == ANSWER]
    for at in places:
        task = task_of(notebook.cells[at].metadata.nbgrader.grade_id)
        notebook.cells[at].source = answers.get(task, notebook.cells[at].source).strip("\n")
    notebook.cells += [new_code_cell(source.strip("\n")) for source in after]
    notebook.cells[places[0] : places[0]] = [new_code_cell(source.strip("\n")) for source in before]
    return nbformat.writes(notebook).encode("utf-8", "surrogatepass")


def graded(aim: Target, data: bytes) -> Grading:
    """What grading makes of a hand-in, in the sandbox where this machine has one."""
    slot = None if sandbox.problem() else 0
    return grade_one(aim.original, data, slot, CELL_SECONDS)


@dataclasses.dataclass(frozen=True)
class Attack:
    """Answers that are worth nothing, and a trick.

    Attributes:
        code: a cell before the first answer.
        answers: in the place of the zeros.
    """

    name: str
    code: str
    answers: dict[str, str]

    def handed_in(self, aim: Target) -> bytes:
        return handed_in(aim, aim.zero | self.answers, [self.code] if self.code.strip() else [])


KINDS = ("checks", "memory", "objects", "library", "shell", "replies", "process")


@functools.cache
def attacks() -> dict[str, Attack]:
    """All attacks on homework 98, by name."""
    zero, found = target("hw98").zero, []
    for kind in KINDS:
        text = read(kind)
        for entry in text["attack"]:
            code = text.get("tools", "") + entry.get("code", "")
            found.append(Attack(entry["name"], code, changed(zero, entry)))
    return {attack.name: attack for attack in found}


def changed(zero: dict[str, str], entry: dict) -> dict[str, str]:
    """What an attack puts in the place of the zeros: an expression for everything that they bind, or the zeros
    themselves wrapped by a function, or other answers to some tasks."""
    names = {task: sorted(names_bound(text)) for task, text in zero.items()}
    made = {}
    if "everywhere" in entry:
        made = {task: f"{' = '.join(found)} = {entry['everywhere']}" for task, found in names.items()}
    if "wrap" in entry:
        wrapped = {task: [f"{name} = {entry['wrap']}({name})" for name in found] for task, found in names.items()}
        made = {task: "\n".join([zero[task], *lines]) for task, lines in wrapped.items() if "class " not in zero[task]}
    return made | entry.get("answers", {})


@dataclasses.dataclass(frozen=True)
class Habits:
    """Innocent habits that share one hand-in: their names by task, and what is handed in."""

    names: dict[str, str]
    answers: dict[str, str]
    before: list[str]
    after: list[str]

    def handed_in(self, aim: Target) -> bytes:
        return handed_in(aim, aim.right | self.answers, self.before, self.after)


def habits() -> dict[str, Habits]:
    """All habits in as few hand-ins as there are, by a name for each."""
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
    return Habits(names, answers, before, after)


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
a type's own table changed below Python
values forged: every False is True, every list empty
values forged: the inputs have become zero, and so has the answer""".splitlines()
WITH_ANSWERS = ["inputs set to zero, zeros given back", "os._exit in every answer"]


def attacks_on(name: str) -> dict[str, Attack]:
    """The strongest attacks of the catalogue on a homework of the course, and those that only this one invites."""
    zero, entries = target(name).zero, {entry["name"]: entry for kind in KINDS for entry in read(kind)["attack"]}
    found = {attack: dataclasses.replace(attacks()[attack], answers={}) for attack in STRONGEST}
    for attack in WITH_ANSWERS:
        found[attack] = dataclasses.replace(attacks()[attack], answers=changed(zero, entries[attack]))
    own = [Attack(entry["name"], entry.get("code", ""), entry["answers"]) for entry in read(name)["attack"]]
    return found | {attack.name: attack for attack in own}
