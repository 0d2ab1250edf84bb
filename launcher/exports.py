"""What `course.py export` can make, and the options of each."""

import argparse
from collections.abc import Callable
from pathlib import Path


def to_option(parser: argparse.ArgumentParser) -> None:
    """Where what is made goes."""
    parser.add_argument(
        "--to", type=Path, default=Path("exports"), metavar="FOLDER", help="default: exports/"
    )


def gradescope_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("homework", help="such as hw3")
    to_option(parser)


def quiz_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "homework", nargs="*", help="the quizzes that go with these, such as hw3; all without it"
    )
    to_option(parser)


def marks_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sheet", type=Path, metavar="SHEET", help="a CSV file with a column for each part of the mark"
    )
    to_option(parser)


# kind: (what it makes, what adds its options)
KINDS: dict[str, tuple[str, Callable]] = {
    "gradescope": ("autograder-hwN.zip, which grades a homework on Gradescope", gradescope_options),
    "quiz": ("the quizzes for Moodle (GIFT) and for whatever reads QTI 2.1", quiz_options),
    "marks": ("the mark of the whole course, from its parts", marks_options),
}


def export_options(parser: argparse.ArgumentParser) -> None:
    """A subcommand for each entry of KINDS."""
    subparsers = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    for name, (text, add_options) in KINDS.items():
        add_options(subparsers.add_parser(name, help=text, description=text, allow_abbrev=False))
