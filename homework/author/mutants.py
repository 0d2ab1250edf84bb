"""Makes small mistakes in every right answer, and tells which of them the tests let pass.

`python -m homework.author.mutants hw3` tries the mutants of the source's solutions and of hw3/right/*.py;
`python -m homework.author.mutants hw3 task2 --of loops` those of one task in one style.
Mutants that are no mistakes are listed in hw3/equivalent.toml (see `homework/author/equivalent.py`).
"""

from __future__ import annotations

import argparse
import sys

from homework.author.equivalent import read_equivalent
from homework.author.mutated import SOLUTION, Mutated, left_out, mutated, sample
from homework.author.mutating import tried
from homework.author.mutation_report import make_report
from homework.cells import ANSWER, Assignment
from homework.folders import load_source
from launcher.errors import CourseError


def main(arguments: list[str]) -> int:
    chosen = options(arguments)
    try:
        assignment = load_source(chosen.homework)
        everything, listed = mutated(assignment, chosen.all_lines), read_equivalent(assignment)
    except CourseError as problem:
        sys.exit(f"mutants: {problem}")
    slow = [] if chosen.slow else left_out(assignment)
    wanted = [each for each in everything if fits(each, chosen) and each.task not in slow]
    if chosen.sample:
        wanted = sample(wanted, chosen.sample, chosen.seed)
    if not wanted:
        sys.exit(f"mutants: nothing to try; {words_of(assignment, everything, slow)}")
    found = list(tried(assignment, wanted, slow=chosen.slow, jobs=chosen.jobs))
    report = make_report(everything, found, listed)
    if slow:
        print(f"left out, because their tests train (--slow tries them): {', '.join(slow)}")
    print(report.text())
    return not report.good


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m homework.author.mutants", description=__doc__)
    parser.add_argument("homework", help='such as "hw3"')
    parser.add_argument("task", nargs="?", help='such as "task2"; all without it')
    parser.add_argument("--of", metavar="STYLE", help=f'"{SOLUTION}", or the name of a file in right/')
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="try only N of them")
    parser.add_argument("--seed", type=int, default=0, help="which N")
    parser.add_argument("--slow", action="store_true", help="also the tasks whose tests train")
    parser.add_argument("--all-lines", action="store_true", help="also the lines that students are given")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="N at a time")
    return parser.parse_args(arguments)


def fits(each: Mutated, chosen: argparse.Namespace) -> bool:
    return chosen.task in (None, each.task) and chosen.of in (None, each.style)


def words_of(assignment: Assignment, everything: list[Mutated], slow: list[str]) -> str:
    """What there would be to try."""
    tasks = ", ".join(cell.task for cell in assignment.of_kind(ANSWER))
    styles = ", ".join(sorted({each.style for each in everything}))
    without = f"; --slow is needed for {', '.join(slow)}" if slow else ""
    return f"the tasks are {tasks}, the styles are {styles}{without}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
