"""What `grade` writes for people: one feedback page for each student, and a report for the teacher.

The pages are plain HTML without scripts, and need no network. Everything that came from a student is escaped;
of their markdown, `harmless` makes HTML.
"""

from __future__ import annotations

import collections
import dataclasses
import statistics
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import jinja2

from homework.outcomes import PASSED, Result
from homework.teacher.grading import NO_MARKS, Grading, Status
from homework.teacher.harmless import markdown_html
from homework.teacher.table import Counted, Row
from homework.teacher.tried import Tried
from launcher.languages import CHINESE, ENGLISH
from launcher.speaking import IN_ENGLISH, Speaker

MOST_SHOWN = 20  # lines of a table in the report
BARS = 10
WORDS = {
    Status.GRADED: "graded",
    Status.REPAIRED: "graded; some of the notebook had to be repaired first",
    Status.MANUAL: "your teacher has to look at this hand-in; what stands here is not final",
    Status.REJECTED: "not graded",
    Status.FAILED: "not graded yet: grading did not work, which says nothing about your work",
}
HTML_LANGUAGES = {ENGLISH: "en", CHINESE: "zh-CN"}
TO_DECIDE = (Status.FAILED, Status.MANUAL, Status.REJECTED)
TO_LOOK_AT = (*TO_DECIDE, Status.REPAIRED)  # the first matter most

pages = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
pages.filters["points"] = "{:g}".format
pages.filters["markdown"] = markdown_html
pages.filters["address"] = quote


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


@dataclasses.dataclass(frozen=True)
class Shown:
    """What a student is told of a hand-in. Of hidden tests a result says no more than that they did not pass,
    and the hint.

    Why a teacher has to look at a hand-in stands in the notes and in the report, not here: it is a doubt, and
    decided by a person.

    Attributes:
        words: what became of it.
        reason: why it was not graded; empty when it was.
        tests: all tests, in order; none when it was not graded.
        problems, repairs, texts: see `Grading`.
    """

    words: str
    reason: str
    tests: list[Result]
    problems: dict[str, str]
    repairs: list[str]
    texts: dict[str, str]

    @classmethod
    def of(cls, row: Row, result: Grading) -> Shown:
        """The same of every hand-in, wherever it is shown."""
        is_graded = row.score is not None and row.status not in NO_MARKS
        return cls(
            words=WORDS[row.status],
            reason=result.reason if row.status == Status.REJECTED else "",
            tests=result.tests if is_graded else [],
            problems=result.problems if is_graded else {},
            repairs=result.repairs if row.status != Status.MANUAL else [],
            texts=result.texts,
        )


def feedback(
    title: str, row: Row, result: Grading, tried: Mapping[str, Tried], say: Speaker = IN_ENGLISH
) -> str:
    """The page for one student.

    Args:
        title: of the homework.
        row: the student's row of grades.csv.
        result: what grading found.
        tried: what the tests try.
        say: the language of the page.
    """
    shown = Shown.of(row, result)
    tasks = [(task, list(some)) for task, some in groupby(shown.tests, key=lambda test: test.task)]
    return pages.get_template("feedback.html.j2").render(
        title=title,
        say=say,
        language=HTML_LANGUAGES[say.language],
        row=row,
        tasks=tasks,
        tried=tried,
        **vars(shown),
    )


def teacher_report(
    title: str,
    written: list[tuple[Row, str]],
    chosen: list[Counted],
    pairs: list[tuple[str, str, float]],
    absent: list[str],
) -> str:
    """The page for the teacher: distribution, hardest tests, commonest mistakes, alike pairs, what
    needs a look.

    Args:
        written: the rows of grades.csv, each with the place of its page, seen from the report.
        chosen: the hand-ins that count.
        pairs: of `similar_pairs`.
        absent: ids on the roster without a hand-in.
    """
    rows = [row for row, _ in written]
    results = [counted.result for counted in chosen]
    places = {name_of(row): place for row, place in written}
    return pages.get_template("report.html.j2").render(
        title=f"{title}: report",
        language=HTML_LANGUAGES[ENGLISH],
        statuses=list(collections.Counter(row.status for row in rows).items()),
        scores=distribution([row.score for row in rows if row.score is not None], rows[0].max),
        hardest=[(name, f"{share:.0%}") for name, share in hardest(results)[:MOST_SHOWN]],
        mistakes=mistakes(results)[:MOST_SHOWN],
        pairs=[(one, other, f"{share:.0%}") for one, other, share in pairs],
        look=to_look_at(written),
        by_hand=[(name_of(row), place) for row, place in written if row.needs_manual],
        everybody=[(name_of(row), place) for row, place in written],
        places=places,
        untimed=without_times(chosen),
        absent=absent,
    )


def without_times(chosen: list[Counted]) -> str:
    """Of which hand-ins it is not known when they came, in one sentence; empty when it is known of all."""
    names = [counted.handin.student or counted.handin.file for counted in chosen if is_untimed(counted)]
    if not names:
        return ""
    if len(names) == len(chosen):
        return "Nothing says when the hand-ins came: late ones are not known, and nobody is marked as late."
    more = len(names) - MOST_SHOWN
    told = ", ".join(names[:MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return f"Nothing says when these came, so they are not marked as late: {told}."


def is_untimed(counted: Counted) -> bool:
    """Whether a hand-in that could be read says nothing of its time."""
    return counted.handin.submitted is None and counted.handin.data is not None


def name_of(row: Row) -> str:
    """Whose it is, else the file."""
    return row.student or row.submission


def to_look_at(written: list[tuple[Row, str]]) -> list[tuple[Row, str]]:
    """What a person has to see, what matters most first."""
    found = [item for item in written if item[0].status in TO_LOOK_AT]
    return sorted(found, key=lambda item: TO_LOOK_AT.index(item[0].status))


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
