"""Tries the checkers of a homework on answers that are known to be right and known to be wrong.

    python -m homework.trial hw3           every answer of homework/mistakes/hw3.py, as a table

A module `homework/mistakes/hwN.py` holds two dictionaries:

    RIGHT = {"with loops": {"task1": "def …", "task4": "def …"}, …}
        whole answers by task; tasks that are not named keep the source's solution. All must get full marks.

    WRONG = {"sum for mean": {"task": "task2", "patch": {"x.mean()": "x.sum()"}, "fails": ["task2-values"],
                              "hint": "divide by"}, …}
        "patch" changes the source's solution of the task (each old text must occur in it), or "answer"
        replaces
        it. "fails" are exactly the tests that must lose their points; "hint" are words that must stand in the
        hint of one of them.
"""

from __future__ import annotations

import dataclasses
import importlib
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator

from homework.cells import (
    ANSWER,
    QUESTION,
    SECONDS,
    SOLUTION,
    TEST,
    Assignment,
    Cell,
    inside,
    with_stub,
)
from homework.folders import load_source
from homework.forks import Stem, import_once, make_session
from homework.marking import PASSED, Marks, mark


def with_answers(assignment: Assignment, answers: dict[str, str]) -> Assignment:
    """The homework with these answers in place of its solutions."""
    known = {cell.task: cell.name for cell in assignment.of_kind(ANSWER)}
    for task in answers:
        if task not in known:
            raise KeyError(f"{assignment.name} has no answer cell of {task}; it has {sorted(known)}")
    return assignment.with_sources({known[task]: source.strip("\n") for task, source in answers.items()})


def patched(assignment: Assignment, task: str, patch: dict[str, str]) -> str:
    """The solution of a task with pieces of its text replaced."""
    source = next(cell.source for cell in assignment.of_kind(ANSWER) if cell.task == task)
    for old, new in patch.items():
        if old not in source:
            raise KeyError(f"{assignment.name} {task}: the solution does not contain {old!r}")
        source = source.replace(old, new)
    return source


def run(
    assignment: Assignment, answers: dict[str, str], tasks: set[str] | None = None, stem: Stem | None = None
) -> Marks:
    """Mark the homework with these answers.

    Args:
        tasks: run the tests of these tasks alone, nothing after them, and without the guard. Without it, all
            tests run but those that are slow and untouched by the answers.
        stem: runs the cells that come before the first of these answers, unless it has done so already.
    """
    changed = with_answers(assignment, answers)
    wanted = tasks or set(answers)
    if answers:
        changed.cells = [cell for cell in changed.cells if cell.seconds <= SECONDS or cell.task in wanted]
    if tasks:
        changed.cells = [cell for cell in changed.cells if cell.kind != TEST or cell.task in tasks]
        while changed.cells and changed.cells[-1].kind != TEST:
            changed.cells.pop()
    if stem and not stem.grow(before_answers(changed, answers if tasks else None)):
        stem = None
    with make_session(stem) as session:
        return mark(changed, session, guard=not tasks)


def before_answers(assignment: Assignment, answers: dict[str, str] | None) -> list[Cell]:
    """The cells that run before the first test, and before the first of these answers (of all, for None)."""
    cells = []
    for cell in assignment.cells:
        if cell.kind == TEST or (cell.kind == ANSWER and (answers is None or cell.task in answers)):
            break
        if cell.cell_type == "code" and cell.kind != QUESTION:
            cells.append(cell)
    return cells


@dataclasses.dataclass
class Trial:
    """One answer and what the checker made of it; `problem` is empty when it did what it should."""

    name: str
    is_right: bool
    problem: str
    seconds: float


def try_right(assignment: Assignment, name: str, answers: dict[str, str], stem: Stem | None = None) -> Trial:
    """A right answer must pass every test, and alarm nothing."""
    start = time.perf_counter()
    marks = run(assignment, answers, stem=stem)
    bad = [f"{result.name}: {result.message}" for result in marks.results if result.status != PASSED]
    bad += [f"alarm: {found}" for found in marks.altered]
    bad += [f"{cell}: {problem}" for cell, problem in marks.problems.items()]
    return Trial(name, True, "; ".join(bad), time.perf_counter() - start)


def try_wrong(assignment: Assignment, name: str, mistake: dict, stem: Stem | None = None) -> Trial:
    """A wrong answer must fail exactly the tests that it should, and one of them must name the mistake."""
    start = time.perf_counter()
    task = mistake["task"]
    answer = mistake.get("answer") or patched(assignment, task, mistake["patch"])
    marks = run(assignment, {task: answer}, {task} | {test.split("-")[0] for test in mistake["fails"]}, stem)
    lost = {result.name: result for result in marks.results if result.status != PASSED}
    problem = ""
    if set(lost) != set(mistake["fails"]):
        told = {key: (result.message, result.hint) for key, result in lost.items()}
        problem = f"fails {sorted(lost)}, not {sorted(mistake['fails'])}: {told}"
    elif not any(mistake["hint"] in (result.hint or "") for result in lost.values()):
        told = [(result.message, result.hint) for result in lost.values()]
        problem = f"no hint says {mistake['hint']!r}: {told}"
    return Trial(name, False, problem, time.perf_counter() - start)


def trials(name: str, wanted: str = "") -> Iterator[Trial]:
    """Every answer of homework/mistakes/<name>.py (those whose name contains `wanted`), after the
    solution itself
    and the unanswered copy."""
    if not hasattr(os, "fork"):
        yield from try_all(name, wanted, None)
        return
    import_once()
    ours, theirs = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory(prefix="homework-", ignore_cleanup_errors=True) as folder:
        number = os.fork()
        if number == 0:
            ours.close()
            send_all(theirs, name, wanted, folder)
        theirs.close()
        try:
            while (found := ours.recv()) is not None:
                if isinstance(found, str):
                    raise RuntimeError(f"the trials of {name} stopped:\n{found}")
                yield Trial(*found)
        finally:
            os.kill(number, 9)
            os.waitpid(number, 0)
            ours.close()


def send_all(pipe, name: str, wanted: str, folder: str) -> None:
    """The part of the process that holds the stem: send every trial, then None; or what went wrong."""
    try:
        # PyTorch's threads for a graphics processor would not survive a fork; macOS cannot hide its own.
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        stem = Stem(folder) if sys.platform == "linux" else None
        for trial in try_all(name, wanted, stem):
            pipe.send(dataclasses.astuple(trial))
        pipe.send(None)
    except BaseException:
        pipe.send(traceback.format_exc())
    finally:
        os._exit(0)


def try_all(name: str, wanted: str, stem: Stem | None) -> Iterator[Trial]:
    """The trials of `trials`, wrong answers in the order of their tasks, so that the stem can grow."""
    assignment, answers = load_source(name), importlib.import_module(f"homework.mistakes.{name}")
    if not wanted:
        yield try_right(assignment, "the solution itself", {}, stem)
        yield try_unanswered(assignment, stem)
    for key, value in answers.RIGHT.items():
        if wanted in key:
            yield try_right(assignment, key, value, stem)
    order = [cell.task for cell in assignment.of_kind(ANSWER)]
    for key, value in sorted(answers.WRONG.items(), key=lambda item: order.index(item[1]["task"])):
        if wanted in key:
            yield try_wrong(assignment, key, value, stem)


def try_unanswered(assignment: Assignment, stem: Stem | None = None) -> Trial:
    """The copy as handed out must run to its end with nothing but unanswered tasks, and no point."""
    start = time.perf_counter()
    stub = {
        cell.task: with_stub(cell.source)
        for cell in assignment.of_kind(ANSWER)
        if inside(cell.source, SOLUTION)
    }
    marks = run(assignment, stub, stem=stem)
    bad = [f"{result.name}: {result.status}" for result in marks.results if result.status != "unanswered"]
    answers = {cell.name for cell in assignment.of_kind(ANSWER)}
    bad += [f"{cell}: {problem}" for cell, problem in marks.problems.items() if cell not in answers]
    return Trial("nothing answered", False, "; ".join(bad), time.perf_counter() - start)


def rates(found: list[Trial]) -> str:
    """The two rates in words."""
    wrong, right = ([trial for trial in found if trial.is_right is kind] for kind in (False, True))
    caught, refused = sum(not trial.problem for trial in wrong), sum(bool(trial.problem) for trial in right)
    return f"wrong answers caught by name: {caught} of {len(wrong)}; right answers refused: {refused} "
    f"of {len(right)}"


def main(arguments: list[str]) -> int:
    found = []
    for trial in trials(arguments[0], *arguments[1:]):
        found.append(trial)
        verdict = f"PROBLEM {trial.problem}" if trial.problem else "ok"
        print(
            f"{'right' if trial.is_right else 'wrong'}  {trial.seconds:5.1f} s  {trial.name}: {verdict}",
            flush=True,
        )
    print(rates(found))
    return any(trial.problem for trial in found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
