"""What Gradescope is told: `results.json`, and the same words that stand on our feedback pages."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from homework.cells import QUESTION, Assignment
from homework.outcomes import PASSED, Result
from homework.teacher.grading import Status
from homework.teacher.harmless import printable
from homework.teacher.report import Shown
from homework.teacher.table import Row
from homework.teacher.tried import Tried
from launcher.files import write_whole

LONGEST = 8_000  # characters of an output: what students print is not endless here
# Students see what is written here, and nothing of what grading prints.
FRAME = {"output_format": "text", "visibility": "visible", "stdout_visibility": "hidden"}
NOT_GRADED = """Not graded yet: grading itself did not work. This says nothing of your work and is no zero.
Your files are kept by Gradescope: nothing is lost, and you need not hand in again.
Your teacher finds the reason in this submission's autograder output, and can run the autograder again."""
WHAT_TO_DO = """Hand in again: the file that `python3 course.py submit {name} --student YOUR-ID` makes
(it prints where it lies), or your notebook {file_name} itself, and nothing else."""
BY_HAND = """Answered in words, marked by your teacher by hand (points: {points:g}): {questions}.
They are not in this score; your teacher adds them here on Gradescope."""

Results = dict[str, Any]


def not_graded() -> Results:
    """What stands there when grading failed: no score, because it would look like the student's."""
    return {"output": NOT_GRADED, **FRAME}


def results_of(
    row: Row,
    shown: Shown,
    homework: Assignment,
    tried: Mapping[str, Tried],
    timing: str,
    left_out: list[str],
) -> Results:
    """What Gradescope shows of a hand-in.

    Args:
        row: its line of the table of marks.
        shown: what a student is told.
        homework: with its questions.
        tried: what the tests try.
        timing: when it came, in words.
        left_out: files that were not graded, each with the reason.
    """
    if row.status == Status.FAILED:
        return not_graded()
    lines = [homework.title, timing, "", f"{shown.words.capitalize()}."]
    if row.status == Status.REJECTED:
        what = WHAT_TO_DO.format(name=homework.name, file_name=homework.file_name)
        lines += [f"Why: {shown.reason}.", "", "What to do:", what]
    lines += by_hand(row, shown, homework)
    lines += section("What was not as it was handed out, and was put right at no cost:", shown.repairs)
    stopped = [f"{cell}: {text}" for cell, text in shown.problems.items()]
    lines += section("Cells that stopped with an error:", stopped)
    lines += section("Files that were not graded:", left_out)
    tests = [test_entry(test, tried[test.name]) for test in shown.tests]
    answers = [answer_entry(name, text) for name, text in shown.texts.items() if text]
    return {"score": row.score or 0.0, "output": clean("\n".join(lines)), **FRAME, "tests": tests + answers}


def by_hand(row: Row, shown: Shown, homework: Assignment) -> list[str]:
    """What is said of the questions that a teacher marks."""
    questions = {cell.name: cell.points for cell in homework.of_kind(QUESTION)}
    if not questions or row.status == Status.REJECTED:
        return []
    lines = ["", BY_HAND.format(questions=", ".join(questions), points=sum(questions.values()))]
    missing = [name for name in questions if not shown.texts.get(name)]
    return [*lines, f"Not answered: {', '.join(missing)}."] if missing else lines


def section(title: str, lines: list[str]) -> list[str]:
    """A title and its lines; nothing without lines."""
    return ["", title, *(textwrap.indent(line, "    ") for line in lines)] if lines else []


def test_entry(test: Result, tried: Tried) -> Results:
    """One test. Where a hidden part of it did not pass, its message says no more than that."""
    return {
        "name": clean(f"{test.name} · {tried.title}" if tried.title else test.name),
        "score": test.points,
        "max_score": test.max_points,
        "status": "passed" if test.status == PASSED else "failed",
        "output": clean("\n".join(words_of(test, tried))),
        "output_format": "text",
        "visibility": "visible",
    }


def words_of(test: Result, tried: Tried) -> list[str]:
    """What is said of a test."""
    lines = [f"It tries: {'; '.join(tried.expressions)}"] if tried.expressions else []
    lines += [test.printed.strip()] if test.printed.strip() else []
    lines += [test.message] if test.message and test.status != PASSED else []
    return [*lines, f"Hint: {test.hint}"] if test.hint else lines


def answer_entry(question: str, text: str) -> Results:
    """An answer in words, where whoever marks it reads the rest."""
    name = f"{question} · your answer in words, marked by hand"
    return {"name": name, "output": clean(text), "output_format": "text", "visibility": "visible"}


def clean(text: str) -> str:
    """A text without signs that do not print, of bounded length."""
    text = printable(text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… ({len(text) - LONGEST} more characters)"


def write_results(path: Path, results: Results) -> None:
    """Write the file in one step; Gradescope, whoever it is here, may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    path.chmod(0o644)
