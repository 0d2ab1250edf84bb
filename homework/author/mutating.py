"""Runs the tests of a homework on mutants."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import enum
import os
import sys
import tempfile
import traceback
from collections import defaultdict
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path

from homework.author.forks import Stem, forked, import_once
from homework.author.mutated import Mutated
from homework.author.run import run
from homework.cells import ANSWER, GIVEN, SECONDS, TEST, Assignment, Cell
from homework.judge import Judge
from homework.outcomes import PASSED, Result

MOST_SECONDS = 10.0  # for a cell with a mutant: some loop for ever
MOST_MEMORY = 2_000_000_000  # bytes, beyond what torch takes: some make huge tensors


class Verdict(enum.StrEnum):
    """What the tests made of a mutant."""

    SURVIVED = "survived"
    HIDDEN = "hidden only"  # it passes what students see
    VISIBLE = "visible"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A mutant and what became of it.

    Attributes:
        named: whether one of the tests that it failed gave a hint.
        test: the first test that it failed.
        message: what that test said.
    """

    mutated: Mutated
    verdict: Verdict
    named: bool = False
    test: str = ""
    message: str = ""


def tried(
    assignment: Assignment, wanted: list[Mutated], *, slow: bool = False, jobs: int = 1
) -> Iterator[Outcome]:
    """Try mutants, each against the tests of its task, then against later ones that use what it defines.

    Args:
        slow: tests that train are run as well.
        jobs: how many mutants at a time.
    """
    tasks = defaultdict(list)
    for number, each in enumerate(wanted):
        tasks[each.task].append((number, each.mutant.source))
    shares: list[dict[str, list]] = [{} for _ in range(min(jobs, len(tasks)))]
    for task in sorted(tasks, key=lambda task: -len(tasks[task])):
        min(shares, key=lambda share: sum(map(len, share.values())))[task] = tasks[task]
    import_once()
    with contextlib.ExitStack() as stack:
        pipes = []
        for share in shares:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="homework-"))
            pipes.append(stack.enter_context(forked(send_all, assignment, share, slow, folder)))
        for found in received(pipes):
            number, kind, *rest = found
            yield Outcome(wanted[number], Verdict(kind), *rest)


def received(pipes: list[Connection]) -> Iterator[tuple]:
    """What comes out of the pipes until each says that it is done."""
    while pipes:
        for pipe in wait(pipes):
            found = pipe.recv()
            if isinstance(found, str):
                raise RuntimeError(f"the trial of the mutants stopped:\n{found}")
            if found is None:
                pipes.remove(pipe)
            else:
                yield found


def send_all(pipe: Connection, assignment: Assignment, share: dict, slow: bool, folder: str) -> None:
    """The part of a process that holds a stem: send what became of each mutant, then None."""
    try:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        limit_memory()
        bench = Bench(assignment, slow, folder)
        for cell in assignment.of_kind(ANSWER):
            if cell.task in share:
                for found in bench.tried(cell, share[cell.task]):
                    pipe.send(found)
        pipe.send(None)
    except BaseException:
        pipe.send(traceback.format_exc())
    finally:
        os._exit(0)


def limit_memory() -> None:
    """Let this process and its forks take no more than `MOST_MEMORY` from now on, where the system can."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        import resource

        taken = int(pages.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MOST_MEMORY, taken + MOST_MEMORY))


class Bench:
    """Where the mutants of a homework are tried, in the order of their tasks."""

    def __init__(self, assignment: Assignment, slow: bool, folder: str):
        self.assignment, self.slow = in_short_time(assignment), slow
        self.stem = Stem(folder) if sys.platform == "linux" else None
        self.judge = Judge(assignment)

    def tried(self, answer: Cell, sources: list[tuple[int, str]]) -> Iterator[tuple]:
        """(number, verdict, named, test, message) for each mutant of an answer."""
        lost = self.lost(answer, answer.source, {answer.task})
        if lost:
            raise ValueError(f"the solution of {answer.task} itself fails {lost[0].name}: {lost[0].message}")
        users = tasks_that_use(self.assignment, answer, self.slow)
        for number, source in sources:
            lost = self.lost(answer, source, {answer.task})
            if users and all(result.hidden for result in lost):
                lost = self.lost(answer, source, {answer.task} | users)
            yield number, *verdict(lost)

    def lost(self, answer: Cell, source: str, tasks: set[str]) -> list[Result]:
        """The tests of these tasks that an answer does not pass."""
        marks = run(self.assignment, {answer.task: source}, tasks, self.stem, self.judge)
        return [result for result in marks.results if result.status != PASSED]


def verdict(lost: list[Result]) -> tuple[str, bool, str, str]:
    """What the tests that were lost say about a mutant, as the rest of an `Outcome`."""
    if not lost:
        return Verdict.SURVIVED, False, "", ""
    kind = Verdict.HIDDEN if all(result.hidden for result in lost) else Verdict.VISIBLE
    return kind, any(result.hint for result in lost), lost[0].name, lost[0].message


def in_short_time(assignment: Assignment) -> Assignment:
    """The same homework; answers and tests that do not train get less time."""

    def short(cell: Cell) -> Cell:
        if cell.kind not in (ANSWER, TEST) or cell.seconds > SECONDS:
            return cell
        return dataclasses.replace(cell, seconds=min(cell.seconds, MOST_SECONDS))

    return dataclasses.replace(assignment, cells=[short(cell) for cell in assignment.cells])


def tasks_that_use(assignment: Assignment, answer: Cell, slow: bool) -> set[str]:
    """The later tasks with tests that reach what an answer defines, through whatever stands between."""
    after = assignment.cells[[cell.name for cell in assignment.cells].index(answer.name) + 1 :]
    names, found = set(answer.binds), set()
    for cell in after:
        if cell.cell_type != "code" or cell.task == answer.task or not names & names_in(cell.source):
            continue
        if cell.kind in (ANSWER, GIVEN):
            names |= cell.binds
        elif cell.kind == TEST and (slow or cell.seconds <= SECONDS):
            found.add(cell.task)
    return found


def names_in(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
