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

import copy
import dataclasses
import importlib
import multiprocessing
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator

from homework.assignments import ANSWER, SECONDS, SOLUTION, TEST, Assignment, inside, load_source, with_stub
from homework.marking import PASSED, Marks, mark
from homework.session import Session, WorkerDied


class ForkedSession(Session):
    """A session whose worker is a fork of this process: torch is imported once. For answers we wrote
    ourselves."""

    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="homework-", ignore_cleanup_errors=True)
        ours, theirs = multiprocessing.Pipe()
        self.pipe, self.process = ours, os.fork()
        if self.process == 0:
            serve(theirs, self.folder.name)
        theirs.close()

    def ask(self, request: dict) -> dict:
        self.pipe.send(request)
        if not self.pipe.poll(request["seconds"] + 5):
            raise WorkerDied("the time limit was passed and the cell did not stop")
        try:
            return self.pipe.recv()
        except (EOFError, ConnectionError):
            raise WorkerDied("Python ended in the middle of the cell") from None

    def stop(self) -> None:
        if self.process is not None:
            os.kill(self.process, 9)
            os.waitpid(self.process, 0)
            self.pipe.close()
            self.process = None
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None


def serve(pipe, folder: str) -> None:
    """The child's part: answer requests in a folder of its own until the parent ends it."""
    from homework.worker import Worker

    try:
        os.chdir(folder)
        os.environ["IPYTHONDIR"] = folder
        warnings.resetwarnings()  # those of a new process, not those of the tests that forked this one
        worker = Worker()
        while True:
            request = pipe.recv()
            try:
                reply = worker.run(request)
            except KeyboardInterrupt:
                reply = {"status": "timeout", "type": "KeyboardInterrupt", "message": "", "output": ""}
            pipe.send(reply)
    finally:
        os._exit(0)


def make_session() -> Session:
    if not hasattr(os, "fork"):
        return Session()
    import IPython.core.interactiveshell  # noqa: F401  (what every worker needs, imported once for all forks)

    from homework.worker import take_snapshot

    take_snapshot()

    return ForkedSession()


def with_answers(assignment: Assignment, answers: dict[str, str]) -> Assignment:
    """The homework with these answers in place of its solutions."""
    changed = copy.deepcopy(assignment)
    known = {cell.task: cell for cell in changed.of_kind(ANSWER)}
    for task, source in answers.items():
        if task not in known:
            raise KeyError(f"{assignment.name} has no answer cell of {task}; it has {sorted(known)}")
        known[task].source = source.strip("\n")
    return changed


def patched(assignment: Assignment, task: str, patch: dict[str, str]) -> str:
    """The solution of a task with pieces of its text replaced."""
    source = next(cell.source for cell in assignment.of_kind(ANSWER) if cell.task == task)
    for old, new in patch.items():
        if old not in source:
            raise KeyError(f"{assignment.name} {task}: the solution does not contain {old!r}")
        source = source.replace(old, new)
    return source


def run(assignment: Assignment, answers: dict[str, str], tasks: set[str] | None = None) -> Marks:
    """Mark the homework with these answers.

    Args:
        tasks: run the tests of these tasks alone, and without the guard. Without it, all tests run but those
            that are slow and untouched by the answers.
    """
    changed = with_answers(assignment, answers)
    wanted = tasks or set(answers)
    if answers:
        changed.cells = [cell for cell in changed.cells if cell.seconds <= SECONDS or cell.task in wanted]
    if tasks:
        changed.cells = [cell for cell in changed.cells if cell.kind != TEST or cell.task in tasks]
    with make_session() as session:
        return mark(changed, session, guard=not tasks)


@dataclasses.dataclass
class Trial:
    """One answer and what the checker made of it; `problem` is empty when it did what it should."""

    name: str
    is_right: bool
    problem: str
    seconds: float


def try_right(assignment: Assignment, name: str, answers: dict[str, str]) -> Trial:
    """A right answer must pass every test, and alarm nothing."""
    start = time.perf_counter()
    marks = run(assignment, answers)
    bad = [f"{result.name}: {result.message}" for result in marks.results if result.status != PASSED]
    bad += [f"alarm: {found}" for found in marks.altered]
    bad += [f"{cell}: {problem}" for cell, problem in marks.problems.items()]
    return Trial(name, True, "; ".join(bad), time.perf_counter() - start)


def try_wrong(assignment: Assignment, name: str, mistake: dict) -> Trial:
    """A wrong answer must fail exactly the tests that it should, and one of them must name the mistake."""
    start = time.perf_counter()
    task = mistake["task"]
    answer = mistake.get("answer") or patched(assignment, task, mistake["patch"])
    marks = run(assignment, {task: answer}, {task} | {test.split("-")[0] for test in mistake["fails"]})
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
    assignment, answers = load_source(name), importlib.import_module(f"homework.mistakes.{name}")
    if not wanted:
        yield try_right(assignment, "the solution itself", {})
        yield try_unanswered(assignment)
    yield from (try_right(assignment, key, value) for key, value in answers.RIGHT.items() if wanted in key)
    yield from (try_wrong(assignment, key, value) for key, value in answers.WRONG.items() if wanted in key)


def try_unanswered(assignment: Assignment) -> Trial:
    """The copy as handed out must run to its end with nothing but unanswered tasks, and no point."""
    start = time.perf_counter()
    stub = {
        cell.task: with_stub(cell.source)
        for cell in assignment.of_kind(ANSWER)
        if inside(cell.source, SOLUTION)
    }
    marks = run(assignment, stub)
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
