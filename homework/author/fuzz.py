"""Grades hand-ins that a program damaged, without running any code: none of them may stop a batch.

    python -m homework.author.fuzz --count 2000

Each case comes from its number alone, so that a finding can be tried again: --first 123 --count 1.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import csv
import dataclasses
import io
import json
import random
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from homework.author.damage import odd_value, roster_text, write_case
from homework.folders import COURSE, Folders
from homework.outcomes import Marks, Outcome, Result
from homework.outside import Outside
from homework.reading import Rejected
from homework.rebuild import rebuild
from homework.release import student_copy, to_text
from homework.replies import NoReply, Reply
from homework.teacher import grade as grading_command
from homework.teacher.grading import Grading, Status, graded
from homework.teacher.original import Original
from homework.teacher.pool import How
from homework.teacher.roster import read_roster
from homework.values import READERS, Reader, Unreadable
from launcher.errors import CourseError

BATCH = 40  # cases that are graded together
REPLIES = ("status", "output", "notes", "missed", "error")


@dataclasses.dataclass
class Finding:
    """Something that a case broke.

    Attributes:
        number: of the case.
        what: "the batch ended", "its own fault" or the name of a function.
    """

    number: int
    what: str
    traceback: str

    @property
    def kind(self) -> str:
        """Findings of one kind have one cause, as a rule."""
        return f"{self.what}: {self.traceback.strip().splitlines()[-1][:120]}"


def fuzz(count: int, first: int = 0, folders: Folders = COURSE, name: str = "hw1") -> list[Finding]:
    """Grade the cases of these numbers; returns what went wrong that is no plain answer."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), Original.read(name, folders), folders)
        for start in range(first, first + count, BATCH):
            numbers = list(range(start, min(start + BATCH, first + count)))
            found += bench.try_batch(numbers)
            found += [finding for number in numbers for finding in try_functions(number, bench.folder)]
    return found


class Bench:
    """A folder in which batches are graded, one after the other, into the same results."""

    def __init__(self, folder: Path, original: Original, folders: Folders):
        self.folder, self.original, self.folders = folder, original, folders
        self.pristine = json.loads(to_text(student_copy(original.notebook)))
        self.runs = 0

    def try_batch(self, numbers: list[int]) -> list[Finding]:
        """Grade these cases together; when the batch ends, its halves, down to the case that ends it."""
        try:
            return self.grade(numbers)
        except Exception:
            if len(numbers) == 1:
                return [Finding(numbers[0], "the batch ended", traceback.format_exc())]
            middle = len(numbers) // 2
            found = self.try_batch(numbers[:middle]) + self.try_batch(numbers[middle:])
            return found or [Finding(numbers[0], f"{len(numbers)} together", traceback.format_exc())]

    def grade(self, numbers: list[int]) -> list[Finding]:
        """Collect, rebuild, count and write; returns the faults that grading caught."""
        self.runs += 1
        inbox = self.folder / f"in{self.runs}"
        for number in numbers:
            write_case(number, inbox / f"case-{number}x", self.original, copy.deepcopy(self.pristine))
        faults: list[str] = []
        patched = {"run_all": lambda *args: made_up_results(*args, faults), "Original": mock.Mock()}
        patched["Original"].read.return_value = self.original
        out, how = self.folder / "out", How(sandboxed=False)
        with mock.patch.multiple(grading_command, **patched), contextlib.redirect_stderr(io.StringIO()):
            grading_command.grade(self.original.name, inbox, out, how=how, folders=self.folders)
        with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        faults += [row["notes"] for row in rows if "grade.log says more" in row["notes"]]
        if not faults:
            return []
        if len(numbers) > 1:
            return [finding for number in numbers for finding in self.try_batch([number])]
        return [Finding(numbers[0], "its own fault", fault) for fault in faults]


def made_up_results(original: Original, waiting: dict[str, bytes], how: How, faults: list[str]) -> Iterator:
    """In place of running: (key, what grading might have found)."""
    for key, data in waiting.items():
        dice = random.Random(key)
        try:
            rebuilt = rebuild(original.source, original.copy, data, original.others)
        except Rejected as problem:
            yield key, Grading(Status.REJECTED, str(problem))
        except Exception:
            faults.append(traceback.format_exc())
            yield key, Grading(Status.FAILED, "rebuilding failed")
        else:
            yield key, graded(rebuilt, made_up_marks(original, dice))


def made_up_marks(original: Original, dice: random.Random) -> Marks:
    """What running might have given, with texts of all kinds."""

    def text() -> str:
        return str(odd_value(dice)) if dice.random() < 0.3 else "fine"

    tests = [cell for cell in original.source.cells if cell.kind == "test"]
    results = [
        Result(cell.name, dice.choice(list(Outcome)), 0.0, cell.points, text(), dice.choice([None, text()]))
        for cell in tests
    ]
    names = [cell.name for cell in original.source.cells]
    return Marks(results, {dice.choice(names): text()}, {name: text() for name in names})


def try_functions(number: int, folder: Path) -> list[Finding]:
    """Feed the functions that read what a stranger sent."""
    dice = random.Random(number)
    roster = folder / "roster.csv"
    roster.write_bytes(roster_text(dice))
    sent = {name: odd_value(dice) for name in REPLIES if dice.random() < 0.8}
    note = ["1.1", 0, dice.choice(["value", "error", "?"]), odd_note(dice), odd_value(dice)]
    tried: list[tuple[str, Callable, tuple]] = [
        ("read_roster", lambda: read_roster(roster), (CourseError,)),
        ("Reply.read", lambda: Reply.read(sent), (NoReply,)),
        ("Reply.read", lambda: Reply.read(odd_value(dice)), (NoReply,)),
        ("Reader.read", lambda: Reader().read(odd_note(dice)), (Unreadable,)),
        ("Outside", lambda: Outside(odd_value(dice), odd_value(dice)), (Unreadable,)),
        ("Outside.take", lambda: take(note), (Unreadable,)),
    ]
    found = []
    for name, call, answers in tried:
        try:
            call()
        except answers:
            continue
        except Exception:
            found.append(Finding(number, name, traceback.format_exc()))
    return found


def take(note: list) -> None:
    """Take a step from a note; an error that the note tells of is no fault."""
    try:
        Outside([note]).take("1.1")
    except Exception as error:
        if not hasattr(error, "told"):
            raise


def odd_note(dice: random.Random, depth: int = 0) -> Any:
    """A value as a student's process might write it, with something odd in it."""
    sign = dice.choice([*READERS, "?"])
    if dice.random() < 0.3 or depth > 3:
        return [sign, *(odd_value(dice) for _ in range(dice.randrange(5)))]
    if sign == "x":
        about = {
            "d": dice.choice(["float32", "int64", "bool", "?"]),
            "g": dice.choice(["leaf", "made", None]),
        }
        shape = [dice.choice([0, 1, 2, -1, 2**50, "2", None]) for _ in range(dice.randrange(4))]
        return [sign, about, shape, dice.choice(["", "AAAA", "AAAAAAAA", "?", None])]
    return [sign, [odd_note(dice, depth + 1) for _ in range(dice.randrange(4))]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m homework.author.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--homework", default="hw1")
    options = parser.parse_args()
    found = fuzz(options.count, options.first, name=options.homework)
    kinds: dict[str, list[Finding]] = {}
    for finding in found:
        kinds.setdefault(finding.kind, []).append(finding)
    for kind, same in kinds.items():
        print(f"{same[0].traceback}\n{kind}: cases {', '.join(str(one.number) for one in same[:10])}\n")
    print(f"{options.count} cases, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
