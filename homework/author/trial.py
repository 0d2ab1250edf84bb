"""Tries the checkers of a homework on answers that are known to be right and known to be wrong.

`python -m homework.author.trial hw3` tries all answers in homework/hw3/ and prints what came of each;
`python -m homework.author.trial hw3 loops` tries those whose name contains "loops".
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator

from homework.assignments import ANSWER, SOLUTION, Assignment, inside, load_source, with_stub
from homework.author.answers import RightAnswer, read_right
from homework.author.forks import Stem, import_once
from homework.author.mistakes import WrongAnswer, read_wrong
from homework.author.run import run
from homework.marking import PASSED, Result


@dataclasses.dataclass
class Trial:
    """One answer and what the checker made of it; `problem` is empty when it did what it should."""

    name: str
    is_right: bool
    problem: str
    seconds: float


def try_right(assignment: Assignment, answer: RightAnswer, stem: Stem | None = None) -> Trial:
    """A right answer must pass every test, and alarm nothing."""
    start = time.perf_counter()
    marks = run(assignment, answer.cells, stem=stem)
    bad = [f"{result.name}: {result.message}" for result in marks.results if result.status != PASSED]
    bad += [f"alarm: {found}" for found in marks.altered]
    bad += [f"{cell}: {problem}" for cell, problem in marks.problems.items()]
    return Trial(answer.name, True, "; ".join(bad), time.perf_counter() - start)


def try_wrong(assignment: Assignment, answer: WrongAnswer, stem: Stem | None = None) -> Trial:
    """A wrong answer must fail exactly the tests that it should, and one of them must name the mistake."""
    start = time.perf_counter()
    tasks = {answer.task} | {test.split("-")[0] for test in answer.fails}
    marks = run(assignment, {answer.task: answer.source}, tasks, stem)
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


def trials(name: str, wanted: str = "") -> Iterator[Trial]:
    """Every answer of homework/<name>/, after the solution itself and the unanswered copy; or those whose
    name contains `wanted`."""
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
    assignment = load_source(name)
    right, wrong = read_right(assignment), read_wrong(assignment)
    if not wanted:
        yield try_right(assignment, RightAnswer("the solution itself", "", {}), stem)
        yield try_unanswered(assignment, stem)
    for answer in right:
        if wanted in answer.name:
            yield try_right(assignment, answer, stem)
    order = [cell.task for cell in assignment.of_kind(ANSWER)]
    for answer in sorted(wrong, key=lambda answer: order.index(answer.task)):
        if wanted in answer.name:
            yield try_wrong(assignment, answer, stem)


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
