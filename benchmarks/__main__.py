"""The command line behind ``course.py bench``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks.report import write_section
from benchmarks.sections import SECTIONS, Options
from launcher.errors import CourseError

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"


def at_least_one(text: str) -> int:
    """A count from the command line."""
    if not (text.isdigit() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text!r} is not a count: give a whole number from 1 on")
    return int(text)


def section_name(text: str) -> str:
    """The name of a section from the command line."""
    if text not in SECTIONS:
        raise argparse.ArgumentTypeError(
            f"there is no section {text!r}; the sections are: {', '.join(SECTIONS)}"
        )
    return text


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="course.py bench",
        description="Measure how fast the course is, and write benchmarks/RESULTS.md. All sections take "
        "one to two hours; close other programs first.",
        epilog="The packages that the course is compared with go into .venv-bench, never into .venv.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "sections",
        nargs="*",
        type=section_name,
        metavar="SECTION",
        help=f"{', '.join(SECTIONS)}; all without it",
    )
    parser.add_argument(
        "--rounds", type=at_least_one, metavar="N", help="measured rounds (otherwise 3 to 33)"
    )
    parser.add_argument(
        "--hand-ins", type=at_least_one, default=Options.hand_ins, metavar="N", help="to grade (default: 20)"
    )
    parser.add_argument("--list", action="store_true", help="name the sections and stop")
    return parser


def main(arguments: list[str], results: Path = RESULTS) -> int:
    """Measure the sections that are named, and write each as soon as it is done."""
    asked = make_parser().parse_args(arguments)
    if asked.list:
        print("\n".join(f"{name:12}{section.title}" for name, section in SECTIONS.items()))
        return 0
    options = Options(rounds=asked.rounds, hand_ins=asked.hand_ins)
    failed = 0
    for name in dict.fromkeys(asked.sections or SECTIONS):
        section, started = SECTIONS[name], time.monotonic()
        print(f"\n=== {name}: {section.title}", flush=True)
        try:
            body = section.load()(options)
        except CourseError as problem:  # the other sections can still be measured
            print(
                f"\n{problem}\nThis section of {results.name} stays as it was.", file=sys.stderr, flush=True
            )
            failed = 1
            continue
        write_section(results, name, section.title, body, SECTIONS)
        print(f"{body}\n\n{time.monotonic() - started:.0f} s. Written into {results}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
