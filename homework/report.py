"""What `grade` writes for people: one feedback page for each student, and a report for the teacher.

The pages are plain HTML without scripts, and need no network. Everything that came from a student is escaped.
"""

from __future__ import annotations

import collections
import statistics
from html import escape
from itertools import groupby

STYLE = """<style>
body { font-family: sans-serif; max-width: 56em; margin: 2em auto; padding: 0 1em; line-height: 1.45;
color: #222; }
table { border-collapse: collapse; margin: 1em 0; } td, th { padding: .25em .8em; text-align: left;
border-bottom: 1px solid #ddd; vertical-align: top; } td.n { text-align: right; }
pre { background: #f4f4f4; padding: .6em; overflow-x: auto; white-space: pre-wrap; }
.passed { color: #00624a; } .lost { color: #a33600; } .bar { background: #0072B2; height: 1em; }
</style>"""
MOST_SHOWN = 20  # lines of a table in the report
WORDS = {
    "graded": "graded",
    "graded-with-repairs": "graded; some of the notebook had to be repaired first",
    "needs-manual": "your teacher has to look at it",
    "rejected": "turned away: not graded",
    "failed": "grading failed: this is no mark; your teacher has to look at it",
}


def page(title: str, body: list[str]) -> str:
    head = f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head += f'<meta http-equiv="Content-Security-Policy" content="{policy}">{STYLE}</head><body>'
    return "\n".join([head, f"<h1>{escape(title)}</h1>", *body, "</body></html>\n"])


def feedback(title: str, row: dict, result: dict) -> str:
    """The page for one student. Of hidden tests it says no more than that they did not pass, and the hint.

    Args:
        title: of the homework.
        row: the student's row of grades.csv.
        result: what grading found, as `homework.grade.grade_one` gives it.
    """
    body = [f"<p>Student {escape(row['student'])}: {WORDS[row['status']]}.</p>"]
    if row["score"] != "":
        body.append(f"<p><strong>{row['score']:g} of {row['max']:g} points</strong></p>")
    if row["needs_manual"]:
        body.append("<p>Still to be marked by hand: " + escape(row["needs_manual"]) + ".</p>")
    if result.get("reason"):
        body.append(f"<p class=lost>{escape(result['reason'])}</p>")
    for task, tests in groupby(result.get("tests", []), key=lambda test: test["name"].split("-")[0]):
        tests = list(tests)
        got, most = sum(test["points"] for test in tests), sum(test["max_points"] for test in tests)
        body.append(f"<h2>{escape(task)}: {got:g} of {most:g} points</h2>")
        body += [part for test in tests for part in told(test)]
    if result.get("problems"):
        body.append("<h2>Cells that stopped with an error</h2>")
        body += [
            f"<p>{escape(cell)}</p><pre>{escape(text)}</pre>" for cell, text in result["problems"].items()
        ]
    if result.get("repairs"):
        body += ["<h2>What was not as it was handed out</h2><ul>"]
        body += [f"<li>{escape(repair)}</li>" for repair in result["repairs"]] + ["</ul>"]
    for name, text in result.get("texts", {}).items():
        body.append(f"<h2>{escape(name)}: your answer</h2><pre>{escape(text or '(none)')}</pre>")
    return page(title, body)


def told(test: dict) -> list[str]:
    """One test as HTML."""
    kind = "passed" if test["status"] == "passed" else "lost"
    line = f"{test['name']}: {test['status']} ({test['points']:g} of {test['max_points']:g})"
    parts = [f"<p class={kind}>{escape(line)}</p>"]
    if test["message"] and kind == "lost":
        parts.append(f"<pre>{escape(test['message'])}</pre>")
    if test["hint"]:
        parts.append(f"<p>Hint: {escape(test['hint'])}</p>")
    return parts


def teacher_report(
    title: str, rows: list[dict], results: dict[str, dict], pairs: list, absent: list[str]
) -> str:
    """The page for the teacher: distribution, hardest tasks, commonest mistakes, alike pairs, what
    needs a look.

    Args:
        rows: those of grades.csv.
        results: {submission: what grading found}.
        pairs: of `homework.similarity.similar_pairs`.
        absent: ids on the roster without a hand-in.
    """
    counts = collections.Counter(row["status"] for row in rows)
    body = [
        "<table>",
        *(f"<tr><td>{name}</td><td class=n>{number}</td></tr>" for name, number in counts.items()),
    ]
    body.append("</table>")
    scores = [float(row["score"]) for row in rows if row["score"] != ""]
    most = max((float(row["max"]) for row in rows if row["max"] != ""), default=0)
    body += distribution(scores, most) + hardest(results) + mistakes(results)
    body.append("<h2>Alike answers</h2><p>Alike is not copied: look before you judge.</p>")
    body.append(table(["student", "student", "alike"], [(a, b, f"{share:.0%}") for a, b, share in pairs]))
    look = [row for row in rows if row["status"] in ("rejected", "failed", "needs-manual")]
    body.append("<h2>To be looked at</h2>")
    body.append(table(["student", "status", "why"], [(r["student"], r["status"], r["notes"]) for r in look]))
    body.append(
        f"<h2>Nothing handed in</h2><p>{escape(', '.join(absent)) or 'nobody, or there is no roster'}</p>"
    )
    return page(f"{title}: report", body)


def table(heads: list[str], rows: list[tuple]) -> str:
    if not rows:
        return "<p>none</p>"
    lines = ["<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows]
    return (
        "<table><tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>" + "".join(lines) + "</table>"
    )


def distribution(scores: list[float], most: float) -> list[str]:
    """Ten bars of points."""
    if not scores:
        return ["<p>No marks yet.</p>"]
    bins = collections.Counter(min(int(10 * score / most), 9) if most else 0 for score in scores)
    lines = [
        f"<h2>Points</h2><p>median {statistics.median(scores):g}, mean "
        f"{statistics.mean(scores):.1f}</p><table>"
    ]
    for k in range(10):
        width = 30 * bins[k] / max(bins.values())
        name = f"{k * most / 10:g} to {(k + 1) * most / 10:g}"
        bar = f'<div class=bar style="width:{width:.1f}em"></div>'
        lines.append(f"<tr><td>{name}</td><td class=n>{bins[k]}</td><td>{bar}</td></tr>")
    return [*lines, "</table>"]


def hardest(results: dict[str, dict]) -> list[str]:
    """The tests, those that fewest pass first."""
    passed = collections.defaultdict(list)
    for result in results.values():
        for test in result.get("tests", []):
            passed[test["name"]].append(test["status"] == "passed")
    order = sorted(passed, key=lambda name: statistics.mean(passed[name]))
    rows = [(name, f"{statistics.mean(passed[name]):.0%}") for name in order[:MOST_SHOWN]]
    return ["<h2>Hardest tests</h2>", table(["test", "passed by"], rows)]


def mistakes(results: dict[str, dict]) -> list[str]:
    """The commonest named mistakes."""
    hints = collections.Counter()
    for result in results.values():
        hints.update({test["hint"] for test in result.get("tests", []) if test["hint"]})
    rows = [(hint, str(count)) for hint, count in hints.most_common(MOST_SHOWN)]
    return ["<h2>Commonest mistakes</h2>", table(["mistake", "students"], rows)]
