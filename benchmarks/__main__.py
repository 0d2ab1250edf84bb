"""The command line behind ``course.py bench``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.report import write_section
from benchmarks.sections import SECTIONS, Options
from launcher.cli import make_parser
from launcher.errors import CourseError

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"


def main(arguments: list[str], results: Path = RESULTS) -> int:
    """Measure the sections that are named, and write each as soon as it is done."""
    asked = make_parser().parse_args(["bench", *arguments])
    options = Options(asked.rounds, asked.hand_ins, asked.entry, asked.validate, asked.set, asked.clips)
    # Printed; the report is of our own entries, of test data, and of sets that everybody has.
    trial = asked.entry or asked.validate or asked.set or asked.clips
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
        if not trial:
            write_section(results, name, section.title, body, SECTIONS)
        where = "Not written into" if trial else "Written into"
        print(f"{body}\n\n{time.monotonic() - started:.0f} s. {where} {results}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
