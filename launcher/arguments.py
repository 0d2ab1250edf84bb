"""What an argument of the command line may be. A wrong one is told before anything is installed."""

import argparse
import datetime
import json
import re
from pathlib import Path

from launcher.places import HOMEWORK, ROOT

STUDENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.@-]{0,39}")

# The sections of benchmarks/RESULTS.md, in its order, and their headings.
BENCHMARKS = {
    "mnist": "Seconds to 99 % on MNIST",
    "expressions": "Seven expressions of faces",
    "faces": "Faces recognised in clips",
    "ladder": "The ladder of notebook 15 to 99 %",
    "lenet": "One epoch of LeNet-5 on Fashion-MNIST",
    "notebooks": "Every notebook, top to bottom",
    "startup": "Import and start-up",
    "checking": "What a student waits for `check`",
    "grading": "Grading",
}

# What the section `expressions` can be scored on: the names of helpers.data.expressions.
EXPRESSION_SETS = ("drawn", "raf_db", "fer2013")

# What `grade --format` can write: the writers of homework.teacher.forms.
PLATFORMS = ("moodle", "canvas", "nbgrader")

# The list of students that a platform's own ids come from, and where it has it.
ROSTERS = {
    "canvas": "Canvas's own gradebook, for its ids (in Canvas: Grades, Export, Export Entire Gradebook)",
    "moodle": "the participants of your Moodle course, for their ids (in Moodle: Participants, "
    "Select all users, With selected users: Download table data as CSV)",
}

Wrong = argparse.ArgumentTypeError


def port_number(text: str) -> int:
    """A TCP port."""
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise Wrong(f"{text!r} is not a port: give a number from 1024 to 65535")
    return int(text)


def at_least_one(text: str) -> int:
    """A count."""
    if not (text.isdecimal() and int(text) >= 1):
        raise Wrong(f"{text!r} is not a count: give a whole number, 1 or more")
    return int(text)


def seconds(text: str) -> float:
    """A time limit."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise Wrong(f"{text!r} is no time limit: give a number of seconds above 0, such as 30")
    return value


def a_time(text: str) -> datetime.datetime:
    """A time in ISO form; without a zone, this machine's. A day alone means its last second."""
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise Wrong(f"{text!r} is no time such as 2026-12-01T23:59 or 2026-12-01T23:59+08:00") from None
    if is_day(text):
        time = time.replace(hour=23, minute=59, second=59)
    return time.astimezone(datetime.UTC)


def is_day(text: str) -> bool:
    """Whether a time in ISO form is a day without an hour."""
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def student_id(text: str) -> str:
    """A student's id."""
    if not STUDENT_ID.fullmatch(text):
        raise Wrong(f"{text!r} cannot be a student's id: use letters, digits, dots and hyphens (at most 40)")
    return text


def section_name(text: str) -> str:
    """A section of the benchmarks."""
    if text not in BENCHMARKS:
        raise Wrong(f"there is no section {text!r}; the sections are: {', '.join(BENCHMARKS)}")
    return text


def problem_of(options: argparse.Namespace) -> str | None:
    """What only a look at the disk shows to be wrong with a command's arguments; None when nothing is."""
    if problem := folder_problem(options):
        return problem
    if options.command in ("check", "submit", "grade"):
        is_teachers = options.command == "grade"
        problem = homework_problem(options.homework, is_teachers) or task_problem(options)
        if problem:
            return problem
    if options.command == "export" and options.kind == "marks":
        return marks_problem(options)
    if options.command == "export" and options.kind == "gradescope":
        return homework_problem(options.homework, True)
    folder = {"grade": "inbox", "mark": "out"}.get(options.command)
    if folder and not getattr(options, folder).is_dir():
        return f"argument --{folder}: there is no folder {getattr(options, folder)}"
    if options.command == "grade" and options.roster and not options.roster.is_file():
        return f"argument --roster: there is no file {options.roster}"
    return form_problem(options) if options.command == "grade" else None


def form_problem(options: argparse.Namespace) -> str | None:
    """That what is asked for a platform cannot be written; None when it can."""
    if options.column and not options.format:
        return "argument --column: it goes with --format"
    if options.format in ROSTERS and not options.roster:
        return f"argument --format: {options.format} needs --roster with {ROSTERS[options.format]}"
    return None


def folder_problem(options: argparse.Namespace) -> str | None:
    """That a file stands where a command would make a folder; None when none does."""
    for name in ("out", "to"):
        path = getattr(options, name, None)
        taken = path and next((part for part in (path, *path.parents) if part.exists()), None)
        if taken and not taken.is_dir():
            return f"argument --{name}: {taken} is a file. Name a folder, or one that is to be made"
    return None


def marks_problem(options: argparse.Namespace) -> str | None:
    """What is wrong with the files that `export marks` gets; None when nothing is."""
    if options.sheet is None and options.roster is None:
        return "name a sheet, or --roster FILE for an empty one to fill in"
    if options.sheet is not None and options.roster is not None:
        return "argument --roster: it goes with an empty sheet; the sheet has the students already"
    if options.sheet is None and options.grades:
        return "argument --grades: it goes with a sheet that is filled in"
    files = [path for path in (options.sheet, options.roster, *(options.grades or ())) if path]
    return next((f"there is no file {path}" for path in files if not path.is_file()), None)


def homework_problem(name: str, is_teachers: bool) -> str | None:
    """That there is no homework of this name, with those that exist; None when there is one.

    Args:
        name: "hw3", "HW03" or "3".
        is_teachers: whether its source serves too: grading needs no student's copy.
    """
    known = sorted(path.name.partition("_")[0] for path in HOMEWORK.glob("hw*_*.ipynb"))
    number = re.fullmatch(r"(?:hw)?0*(\d+)", name.strip().lower())
    has_source = number and (ROOT / "homework" / f"hw{number[1]}" / "source.ipynb").is_file()
    if own_copy(name) or (is_teachers and has_source):
        return None
    return (
        f"there is no notebook of a homework called {name!r}; those that are here: "
        f"{', '.join(known) or 'none'}. Lost ones are in notebooks/homework/.handed_out, as they were handed "
        "out: copy them back"
    )


def own_copy(name: str) -> Path | None:
    """The student's notebook of a homework such as "hw3", "HW03" or "3"; None when there is none."""
    match = re.fullmatch(r"(?:hw)?0*(\d+)", name.strip().lower())
    return next(HOMEWORK.glob(f"hw{match[1]}_*.ipynb"), None) if match else None


def task_problem(options: argparse.Namespace) -> str | None:
    """That a homework has no tests for the task that was named, with those that it has; else None."""
    if not getattr(options, "task", None):
        return None
    try:
        cells = json.loads(own_copy(options.homework).read_bytes())["cells"]
        entries = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # a damaged notebook is told in other words
    wanted = f"task{options.task.removeprefix('task')}"
    tested = dict.fromkeys(
        entry["grade_id"].split("-")[0] for entry in entries if entry.get("grade") and not entry["solution"]
    )
    by_hand = [entry["grade_id"] for entry in entries if entry.get("grade") and entry["solution"]]
    if wanted in by_hand:
        return f"argument --task: {wanted} is marked by your teacher; it has no tests"
    if tested and wanted not in tested:
        return f"argument --task: there is no {wanted}; those with tests: {', '.join(tested)}"
    return None
