"""Decides about the tests of a homework, from what came out of the student's process.

The judge runs in the teacher's process (in `check`, in the student's own). It alone has the wanted values,
the hints and the hidden tests. Nothing that a student wrote is executed here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import signal
import threading
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

from homework import outside
from homework.cells import GIVEN, Assignment
from homework.checks import CheckFailed
from homework.error_hints import hint_for
from homework.sourcetext import Sources
from homework.split import Split, split
from homework.splitting.programs import Programs
from homework.steps import COURSE_FILE, COURSE_MODULE, as_the_course_wants, forget_results, run
from homework.values import Opaque, Unreadable, Writer

MOST_SECONDS = 120.0  # for judging a part of a test
ONE_AT_A_TIME = threading.Lock()  # torch's random numbers and settings are the process's


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What a part of a test ended with.

    Attributes:
        passed: whether all that it wants is so.
        message: what was expected and what came, or the error in words.
        hint: names the mistake, if it is a known one.
        printed: what the test printed, such as the accuracy that was reached.
        in_a_given_function: whether it did not pass within a function that the homework gives, and which the
            student's process has run to its end.
    """

    passed: bool
    message: str = ""
    hint: str | None = None
    printed: str = ""
    in_a_given_function: bool = False


class Judge:
    """Judges the tests of one homework, for one hand-in after the other.

    Args:
        assignment: the homework; its answers do not matter.
    """

    def __init__(self, assignment: Assignment):
        self.split: Split = split(assignment)
        self.modules = given_imports(assignment)
        self.course: dict[str, Any] | None = None
        self.made: dict[tuple[str, bool], dict[str, Any]] = {}

    def programs(self, test: str) -> tuple[Programs, Programs]:
        """The visible and the hidden part of a test."""
        return self.split.tests[test]

    def given(self) -> dict[str, Any]:
        """The names that the homework gives, as the judge has them."""
        if self.course is None:
            self.course = {"__name__": COURSE_MODULE, **outside.Outside([]).functions()}
            for programs in self.split.given.values():
                with quiet():
                    run(programs.outer, self.course)
        return self.course

    def inputs(self, test: str, hidden: bool) -> dict[str, Any]:
        """The inputs of a part of a test that are made here, as `homework.values.Writer` writes them."""
        key, programs = (test, hidden), self.programs(test)[hidden]
        if key not in self.made:
            names: dict[str, Any] = {}
            if programs.inputs:
                with ONE_AT_A_TIME, quiet(), as_the_course_wants(seed=int(hidden)):
                    names |= self.given()
                    run(programs.inputs, names)
            self.made[key] = {name: Writer().write(names[name]) for name in programs.sent}
        return self.made[key]

    def hearing(self, sources: list[str]) -> Hearing:
        """Begin with a hand-in, or with a new start of its process.

        Args:
            sources: the answers, to be read for style.
        """
        return Hearing(self, Sources(sources, self.modules))


class Hearing:
    """The tests of one hand-in, as long as its process lives."""

    def __init__(self, judge: Judge, sources: Sources):
        self.judge, self.sources = judge, sources
        self.answers = {name: Opaque(name) for name in judge.split.live}
        self.names: dict[str, Any] = {}
        self.steps: outside.Outside | None = None

    def judge_part(
        self, test: str, hidden: bool, notes: object, ending: object, missed: object = None
    ) -> Judgement:
        """Judge a part of a test by what the student's process wrote down; the visible part comes first.

        Args:
            notes, ending, missed: see `homework.replies.Reply`.
        """
        programs = self.judge.programs(test)[hidden]
        with ONE_AT_A_TIME, quiet() as output, as_the_course_wants(seed=int(hidden)):
            given = self.judge.given()
            try:
                if hidden and self.steps is not None:
                    self.steps.ending = ending
                    self.steps.add(notes)
                else:
                    self.steps = outside.Outside(notes, ending, self.sources)
                    self.names = given | self.answers
                self.steps.missed = missed
                for names in (self.names, given):
                    names.update(self.answers)
                    names.update(self.steps.functions())
                with within(MOST_SECONDS):
                    run(programs.outer, self.names)
                if ending is not None:
                    raise outside.error_of(ending)
            except Exception as error:
                inner = within_a_function(error)
                if inner:
                    forget_results(given)
                judgement = dataclasses.replace(judgement_of(error), in_a_given_function=inner)
                return dataclasses.replace(judgement, printed=output.getvalue())
        return Judgement(True, printed=output.getvalue())


def given_imports(assignment: Assignment) -> dict[str, str]:
    """{name: the full name of what it stands for} of what the homework imports for the answers."""
    code = [cell.source for cell in assignment.of_kind(GIVEN) if cell.cell_type == "code"]
    return Sources(code).imported


def within_a_function(error: Exception) -> bool:
    """Whether an error came through a function of the course, not only through the test itself."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.filename == COURSE_FILE and frame.name != "<module>" for frame in frames)


def judgement_of(error: Exception) -> Judgement:
    """Why a test did not pass."""
    if isinstance(error, CheckFailed):
        return Judgement(False, str(error), error.hint)
    if isinstance(error, (Unreadable, outside.Missing)):
        return Judgement(False, str(error))
    told = getattr(error, "told", None) or f"{type(error).__name__}: {error}"
    return Judgement(False, told, hint_for(told))


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """End what runs after this time: values that a student made up can make a loop endless. (Where there are
    no timers, and beside the main thread, there is no limit.)"""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise TimeoutError("judging took too long")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def quiet() -> Iterator[io.StringIO]:
    """What runs prints into the text that is given, and warns nobody."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield output
