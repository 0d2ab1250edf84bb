"""Tries the checkers of a homework on answers that are known to be right and known to be wrong.

`python -m homework.author.trial hw3` tries all answers in homework/hw3/ and prints what came of each;
`python -m homework.author.trial hw3 loops` tries those whose name contains "loops".
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection

from homework.author.answers import RightAnswer, read_right
from homework.author.forks import Stem, forked, import_once
from homework.author.mistakes import WrongAnswer, read_wrong
from homework.author.run import run
from homework.author.twins import looking_for_twins
from homework.cells import ANSWER, SOLUTION, Assignment, inside, task_of, with_stub
from homework.folders import load_source
from homework.judge import Judge
from homework.outcomes import PASSED, UNANSWERED, Result
from launcher.errors import CourseError


@dataclasses.dataclass
class Trial:
    """One answer and what the checker made of it; `problem` is empty when it did what it should."""

    name: str
    is_right: bool
    problem: str
    seconds: float


def try_right(
    assignment: Assignment, answer: RightAnswer, stem: Stem | None = None, judge: Judge | None = None
) -> Trial:
    """A right answer must pass every test."""
    start = time.perf_counter()
    marks = run(assignment, answer.cells, stem=stem, judge=judge)
    bad = [f"{result.name}: {result.message}" for result in marks.results if result.status != PASSED]
    bad += [f"{cell}: {problem}" for cell, problem in marks.problems.items()]
    return Trial(answer.name, True, "; ".join(bad), time.perf_counter() - start)


def try_solution(assignment: Assignment, stem: Stem | None = None, judge: Judge | None = None) -> Trial:
    """The solution must pass every test, and no two hints of a test may have the same value."""
    with looking_for_twins() as twins:
        trial = try_right(assignment, RightAnswer("the solution itself", "", {}), stem, Judge(assignment))
    return dataclasses.replace(trial, problem="; ".join(filter(None, [trial.problem, *twins])))


def try_wrong(
    assignment: Assignment, answer: WrongAnswer, stem: Stem | None = None, judge: Judge | None = None
) -> Trial:
    """A wrong answer must fail exactly the tests that it should, and one of them must name the mistake."""
    start = time.perf_counter()
    tasks = {answer.task} | {task_of(test) for test in answer.fails}
    marks = run(assignment, {answer.task: answer.source}, tasks, stem, judge)
    lost = {result.name: result for result in marks.results if result.status != PASSED}
    return Trial(answer.name, False, unlike(answer, lost), time.perf_counter() - start)


def unlike(answer: WrongAnswer, lost: dict[str, Result]) -> str:
    """How the tests that a wrong answer lost differ from those that it should; empty when they do not."""
    told = {name: (result.message, result.hint) for name, result in lost.items()}
    if set(lost) != set(answer.fails):
        return f"fails {sorted(lost)}, not {sorted(answer.fails)}: {told}"
    if not any(answer.hint in (result.hint or "") for result in lost.values()):
        return f"no hint says {answer.hint!r}: {told}"
    return ""


def trials(name: str, wanted: str = "", every: int = 1) -> Iterator[Trial]:
    """Every answer of homework/<name>/, after the solution itself and the unanswered copy; or those whose
    name contains `wanted`.

    Args:
        name: "hw3".
        wanted: a part of the names of the answers.
        every: of the wrong answers to each task every so many-th is tried, beginning with the first.

    Raises:
        CourseError: there is no such homework, or one of its answers is not in the format.
    """
    planned = list(plan(load_source(name), wanted, every))
    if not planned or not hasattr(os, "fork"):
        yield from (attempt(None) for attempt in planned)
        return
    import_once()
    with (
        tempfile.TemporaryDirectory(prefix="homework-", ignore_cleanup_errors=True) as folder,
        forked(send_all, planned, folder) as pipe,
    ):
        while (found := pipe.recv()) is not None:
            if isinstance(found, str):
                raise RuntimeError(f"the trials of {name} stopped:\n{found}")
            yield Trial(*found)


def plan(assignment: Assignment, wanted: str, every: int) -> Iterator[Callable[..., Trial]]:
    """The trials of `trials`, wrong answers in the order of their tasks, so that the stem can grow."""
    right, wrong = read_right(assignment), read_wrong(assignment)
    order = [cell.task for cell in assignment.of_kind(ANSWER)]
    if not wanted:
        yield partial(try_solution, assignment)
        yield partial(try_unanswered, assignment)
    yield from (partial(try_right, assignment, answer) for answer in right if wanted in answer.name)
    for task in order:
        of_task = [answer for answer in wrong if answer.task == task and wanted in answer.name]
        yield from (partial(try_wrong, assignment, answer) for answer in of_task[::every])


def send_all(pipe: Connection, planned: list[Callable[..., Trial]], folder: str) -> None:
    """The part of the process that holds the stem: send every trial, then None; or what went wrong."""
    try:
        # PyTorch's threads for a graphics processor would not survive a fork; macOS cannot hide its own.
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        stem = Stem(folder) if sys.platform == "linux" else None
        judge = Judge(planned[0].args[0])
        for attempt in planned:
            pipe.send(
                dataclasses.astuple(attempt(stem, judge))
            )  # a tuple: IPython puts another module at __main__
        pipe.send(None)
    except BaseException:
        pipe.send(traceback.format_exc())
    finally:
        os._exit(0)


def try_unanswered(assignment: Assignment, stem: Stem | None = None, judge: Judge | None = None) -> Trial:
    """The copy as handed out must run to its end with nothing but unanswered tasks, and no point."""
    start = time.perf_counter()
    stub = {
        cell.task: with_stub(cell.source)
        for cell in assignment.of_kind(ANSWER)
        if inside(cell.source, SOLUTION)
    }
    marks = run(assignment, stub, stem=stem, judge=judge)
    bad = [f"{result.name}: {result.status}" for result in marks.results if result.status != UNANSWERED]
    answers = {cell.name for cell in assignment.of_kind(ANSWER)}
    bad += [f"{cell}: {problem}" for cell, problem in marks.problems.items() if cell not in answers]
    return Trial("nothing answered", False, "; ".join(bad), time.perf_counter() - start)


def rates(found: list[Trial]) -> str:
    """The two rates in words."""
    wrong, right = ([trial for trial in found if trial.is_right is kind] for kind in (False, True))
    caught, refused = sum(not trial.problem for trial in wrong), sum(bool(trial.problem) for trial in right)
    return (
        f"wrong answers caught by name: {caught} of {len(wrong)}; "
        f"right answers refused: {refused} of {len(right)}"
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m homework.author.trial", description=__doc__)
    parser.add_argument("homework", help='such as "hw3"')
    parser.add_argument("wanted", nargs="?", default="", help="part of the names of the answers to try")
    chosen = parser.parse_args(arguments)
    try:
        found = list(map(shown, trials(chosen.homework, chosen.wanted)))
    except CourseError as problem:
        parser.error(str(problem))
    if not found:
        parser.error(f"no answer to {chosen.homework} has {chosen.wanted!r} in its name; nothing was tried")
    print(rates(found))
    return any(trial.problem for trial in found)


def shown(trial: Trial) -> Trial:
    """The same trial, after its line was printed."""
    kind, verdict = (
        "right" if trial.is_right else "wrong",
        f"PROBLEM {trial.problem}" if trial.problem else "ok",
    )
    print(f"{kind}  {trial.seconds:5.1f} s  {trial.name}: {verdict}", flush=True)
    return trial


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
