"""What an argument of the command line may be. A wrong one is told before anything is installed."""

import argparse
import datetime
import re

from launcher.places import HOMEWORK

STUDENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.@-]{0,39}")

# The sections of benchmarks/RESULTS.md, in its order, and their headings.
BENCHMARKS = {
    "mnist": "Seconds to 99 % on MNIST",
    "ladder": "The ladder of notebook 15 to 99 %",
    "lenet": "One epoch of LeNet-5 on Fashion-MNIST",
    "notebooks": "Every notebook, top to bottom",
    "startup": "Import and start-up",
    "grading": "Grading",
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
    if options.command in ("check", "submit", "grade"):
        problem = homework_problem(options.homework)
        if problem:
            return problem
    folder = {"grade": "inbox", "mark": "out"}.get(options.command)
    if folder and not getattr(options, folder).is_dir():
        return f"argument --{folder}: there is no folder {getattr(options, folder)}"
    if options.command == "grade" and options.roster and not options.roster.is_file():
        return f"argument --roster: there is no file {options.roster}"
    return None


def homework_problem(name: str) -> str | None:
    """That there is no homework of this name, with those that exist; None when there is one."""
    known = sorted(path.name.partition("_")[0] for path in HOMEWORK.glob("hw*_*.ipynb"))
    match = re.fullmatch(r"(?:hw)?0*(\d+)", name.strip().lower())
    if match and f"hw{match[1]}" in known:
        return None
    return f"there is no homework called {name!r}; those that exist: {', '.join(known) or 'none'}"
