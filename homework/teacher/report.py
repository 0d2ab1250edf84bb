"""What `grade` writes for people: one feedback page for each student, and a report for the teacher.

The pages are plain HTML without scripts, and need no network. Everything that came from a student is escaped.
"""

from __future__ import annotations

import collections
import dataclasses
import statistics
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import jinja2

from homework.marking import PASSED
from homework.teacher.grading import Grading, Status
from homework.teacher.table import Counted, Row

MOST_SHOWN = 20  # lines of a table in the report
BARS = 10
WORDS = {
    Status.GRADED: "graded",
    Status.REPAIRED: "graded; some of the notebook had to be repaired first",
    Status.MANUAL: "your teacher has to look at it",
    Status.REJECTED: "turned away: not graded",
    Status.FAILED: "grading failed: this is no mark; your teacher has to look at it",
}
TO_LOOK_AT = (Status.REJECTED, Status.FAILED, Status.MANUAL)

pages = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
pages.filters["points"] = "{:g}".format


@dataclasses.dataclass(frozen=True)
class Bar:
    """How many have from `low` to below `high` points; `share` is of the longest bar."""

    low: float
    high: float
    count: int
    share: float


@dataclasses.dataclass(frozen=True)
class Scores:
    """The points of a class; the last bar holds full points as well."""

    median: float
    mean: float
    bars: list[Bar]


def feedback(title: str, row: Row, result: Grading) -> str:
    """The page for one student. Of hidden tests it says no more than that they did not pass, and the hint.

    Args:
        title: of the homework.
        row: the student's row of grades.csv.
        result: what grading found.
    """
    tasks = [(task, list(tests)) for task, tests in groupby(result.tests, key=lambda test: test.task)]
    template = pages.get_template("feedback.html.j2")
    return template.render(title=title, row=row, result=result, tasks=tasks, words=WORDS[row.status])


def teacher_report(
    title: str,
    rows: list[Row],
    chosen: list[Counted],
    pairs: list[tuple[str, str, float]],
    absent: list[str],
) -> str:
    """The page for the teacher: distribution, hardest tests, commonest mistakes, alike pairs, what
    needs a look.

    Args:
        rows: those of grades.csv.
        chosen: the hand-ins that count.
        pairs: of `similar_pairs`.
        absent: ids on the roster without a hand-in.
    """
    results = [counted.result for counted in chosen]
    return pages.get_template("report.html.j2").render(
        title=f"{title}: report",
        statuses=list(collections.Counter(row.status for row in rows).items()),
        scores=distribution([row.score for row in rows if row.score is not None], rows[0].max),
        hardest=[(name, f"{share:.0%}") for name, share in hardest(results)[:MOST_SHOWN]],
        mistakes=mistakes(results)[:MOST_SHOWN],
        pairs=[(one, other, f"{share:.0%}") for one, other, share in pairs],
        look=[(row.student, row.status, row.notes) for row in rows if row.status in TO_LOOK_AT],
        absent=absent,
    )


def distribution(scores: list[float], most: float) -> Scores | None:
    """The points of a class in ten bars; None when nobody has any.

    Args:
        scores: one for each student.
        most: the homework's points.
    """
    if not scores:
        return None
    counts = collections.Counter(min(int(BARS * score / most), BARS - 1) if most else 0 for score in scores)
    longest = max(counts.values())
    bars = [Bar(k * most / BARS, (k + 1) * most / BARS, counts[k], counts[k] / longest) for k in range(BARS)]
    return Scores(statistics.median(scores), statistics.mean(scores), bars)


def hardest(results: Iterable[Grading]) -> list[tuple[str, float]]:
    """(test, share of the students who passed it), those that fewest pass first."""
    passed = collections.defaultdict(list)
    for result in results:
        for test in result.tests:
            passed[test.name].append(test.status == PASSED)
    shares = {name: statistics.mean(found) for name, found in passed.items()}
    return sorted(shares.items(), key=lambda item: item[1])


def mistakes(results: Iterable[Grading]) -> list[tuple[str, int]]:
    """(named mistake, number of students who made it), the commonest first."""
    hints = collections.Counter()
    for result in results:
        hints.update({test.hint for test in result.tests if test.hint})
    return hints.most_common()
