"""What `course.py export` can make, and the options of each."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from launcher.arguments import own_copy
from launcher.naming import homework_name
from launcher.places import NOTEBOOKS


def to_option(parser: argparse.ArgumentParser) -> None:
    """Where what is made goes."""
    parser.add_argument(
        "--to", type=Path, default=Path("exports"), metavar="FOLDER", help="default: exports/"
    )


def gradescope_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("homework", type=homework_name, help="such as hw3")
    to_option(parser)


def quiz_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "quizzes",
        nargs="*",
        type=quiz_name,
        metavar="QUIZ",
        help="hw3, or 03: that of lessons 03a and 03b; 03a: of one lesson; all quizzes without it",
    )
    to_option(parser)


def quiz_name(text: str) -> str:
    """The name of a quiz: "03" for "hw3" or "3", of all lessons of this number; "03a", of one lesson."""
    match = re.fullmatch(r"(hw)?0*(\d{1,2})([a-z]?)", text.strip().lower())
    name = f"{int(match[2]):02}{match[3]}" if match else ""
    lessons = sorted(path.name.partition("_")[0] for path in NOTEBOOKS.glob("[0-9][0-9]*_*.ipynb"))
    if name in {*lessons, *(lesson[:2] for lesson in lessons)} and not (match[1] and not own_copy(text)):
        return name
    raise argparse.ArgumentTypeError(
        f"there is no quiz {text!r}; there are hw1 to hw7, and those of lessons {', '.join(lessons)}"
    )


def marks_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "sheet",
        type=Path,
        nargs="?",
        metavar="SHEET",
        help="a CSV file with a column for each part of the mark; without it, an empty one is written",
    )
    add("--roster", type=Path, metavar="FILE", help="whose names the empty sheet has")
    add(
        "--grades", type=Path, nargs="+", metavar="FILE", help="grades.csv, one or more: the homework's marks"
    )
    to_option(parser)


# kind: (what it makes, what adds its options)
KINDS: dict[str, tuple[str, Callable]] = {
    "gradescope": ("autograder-hwN.zip, which grades a homework on Gradescope", gradescope_options),
    "quiz": ("the quizzes for Moodle (GIFT) and for whatever reads QTI 2.1", quiz_options),
    "marks": ("the mark of the whole course, from its parts", marks_options),
}


def export_options(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """A subcommand for each entry of KINDS; returns their parsers."""
    subparsers = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    made = []
    for name, (text, add_options) in KINDS.items():
        made.append(subparsers.add_parser(name, help=text, description=text, allow_abbrev=False))
        add_options(made[-1])
    return made
