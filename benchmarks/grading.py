"""Section ``grading``: hand-ins a minute, with the teacher's own command on right and wrong answers."""

from __future__ import annotations

import csv
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.report import provenance, table
from benchmarks.sections import Options
from launcher.errors import CourseError
from launcher.places import ROOT

if TYPE_CHECKING:
    from homework.author.answers import RightAnswer
    from homework.author.mistakes import WrongAnswer

HOMEWORK, JOBS, SEED = "hw3", 2, 0
FIRST_STUDENT = 80_000
STUDENT_EDITION = "Not measured: grading needs the teacher's edition, the one cloned with git."


def is_teachers() -> bool:
    """Whether the solutions and the known mistakes are here."""
    return (ROOT / "homework" / HOMEWORK).is_dir()


def draw_answers(chance: random.Random, right: list[RightAnswer], wrong: list[WrongAnswer]) -> dict[str, str]:
    """Answers by task that differ from the solution: half of the students write in another style, and all
    make up to three of the known mistakes."""
    chosen = dict(chance.choice(right).cells) if chance.random() < 0.5 else {}
    return chosen | {answer.task: answer.source for answer in chance.choices(wrong, k=chance.randint(0, 3))}


def build_hand_ins(inbox: Path, count: int) -> None:
    """Write hand-ins as students' notebooks: the same ones every time, no two alike."""
    from homework.author.answers import read_right
    from homework.author.mistakes import read_wrong
    from homework.cells import ANSWER, QUESTION, SOLUTION, kind_of, task_of
    from homework.folders import read_source
    from homework.release import student_copy, to_text

    original, source = read_source(HOMEWORK)
    copy = student_copy(original)
    right, wrong = read_right(source), read_wrong(source)
    chance = random.Random(SEED)
    inbox.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        drawn = draw_answers(chance, right, wrong)
        for cell, ours in zip(copy.cells, original.cells, strict=True):
            if kind_of(cell.metadata) == ANSWER:
                task = task_of(cell.metadata.nbgrader.grade_id)
                lines = drawn.get(task, ours.source).strip("\n").splitlines()
                cell.source = "\n".join(line for line in lines if line.strip() not in SOLUTION)
            elif kind_of(cell.metadata) == QUESTION:
                cell.source = f"Student {FIRST_STUDENT + number} thinks so."
        (inbox / f"{HOMEWORK}_{FIRST_STUDENT + number}.ipynb").write_text(to_text(copy), encoding="utf-8")


def grade(inbox: Path, out: Path) -> float:
    """Seconds of the real command on all hand-ins.

    Raises:
        CourseError: the command failed, or left a hand-in without a score.
    """
    command = [sys.executable, "-m", "homework", "grade", HOMEWORK, "--jobs", str(JOBS)]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, "--inbox", str(inbox), "--out", str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise CourseError(
            f"The command `grade` ended with code {done.returncode}; it said: {done.stdout[-800:]}"
        )
    check_all_graded(out / "grades.csv", len(list(inbox.iterdir())))
    return seconds


def check_all_graded(grades: Path, count: int) -> None:
    """Raise a CourseError unless every hand-in was run and got a score: refusing one is quick."""
    with grades.open(encoding="utf-8-sig", newline="") as file:
        statuses = [row["status"] for row in csv.DictReader(file)]
    if statuses != ["graded"] * count:
        raise CourseError(f"Of {count} hand-ins not every one was graded; the statuses are {statuses}.")


def torch_start(rounds: int = 3) -> float:
    """Median seconds of a fresh interpreter that imports torch: the unit that makes machines comparable."""
    seconds = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import torch"], check=True)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])


def measure(options: Options) -> str:
    """The section's Markdown; the command's own progress is shown."""
    if not is_teachers():
        return STUDENT_EDITION
    with tempfile.TemporaryDirectory() as folder:
        inbox, out = Path(folder, "inbox"), Path(folder, "out")
        print(f"Making {options.hand_ins} hand-ins of {HOMEWORK}.", flush=True)
        build_hand_ins(inbox, options.hand_ins)
        unit = torch_start()
        seconds = grade(inbox, out)
    return f"{write(options.hand_ins, seconds, unit)}\n\n{provenance()}"


def write(count: int, seconds: float, unit: float) -> str:
    """The section's table from seconds."""
    each = seconds / count
    rows = [
        (f"{count} hand-ins of {HOMEWORK}, {JOBS} jobs, seconds in all", f"{seconds:.1f}"),
        ("hand-ins a minute", f"{60 / each:.1f}"),
        ("seconds for each hand-in", f"{each:.2f}"),
        ('one start of `python -c "import torch"`, seconds', f"{unit:.2f}"),
        ("a hand-in / such a start", f"{each / unit:.2f}"),
    ]
    return table(("grading", "measured"), rows)
