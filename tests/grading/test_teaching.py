"""The page for teachers: it names every lesson, and its numbers are those of the course."""

from __future__ import annotations

import re
import urllib.parse

import pytest

from homework.folders import ROOT
from homework.teacher.parts import HOMEWORKS, WEIGHTS

PAGE = (ROOT / "homework" / "teaching.md").read_text(encoding="utf-8")
QUESTIONS = (ROOT / "homework" / "questionnaire.md").read_text(encoding="utf-8")
RESULTS = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]*.ipynb"))
NUMBERS = [path.name.partition("_")[0] for path in LESSONS]


def section(title: str) -> str:
    """What stands below a heading, up to the next of its rank or above."""
    level = re.search(rf"^(#+) {re.escape(title)}$", PAGE, re.MULTILINE)[1]
    return re.split(rf"^#{{1,{len(level)}}} ", PAGE.partition(f"\n{level} {title}\n")[2], flags=re.MULTILINE)[
        0
    ]


def rows(text: str) -> list[list[str]]:
    """The cells of the lines of the tables in a text, without the lines below the headers."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not re.match(r"\|[-:| ]+$", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_each_lesson_has_a_link_under_its_title_and_questions_with_answers(path):
    number, title = re.search(r'"# (\d\d[a-z]?) · (.+?) \(', path.read_text("utf-8")).groups()
    part = section("The lessons, one by one").partition(
        f"### {number} · [{title}](../notebooks/{path.name})\n"
    )[2]
    part = part.partition("\n### ")[0]
    assert part.strip().startswith("What is hard: ")
    asked = re.findall(r"^- \*(.+?)\* (.+)$", part, re.MULTILINE)
    assert 2 <= len(asked) <= 3
    assert all(len(answer.split()) <= 45 for _, answer in asked)


def lessons_in(text: str) -> list[str]:
    """The numbers of lessons that are taught; a clinic only names some."""
    return re.findall(r"\b\d\d[ab]?\b", re.sub(r"clinic: [^|]*", "", text))


def test_the_long_plan_has_each_lesson_once_and_the_short_one_the_core():
    plan = rows(section("16 weeks"))[1:]
    assert [row[0] for row in plan] == [str(week) for week in range(1, 17)]
    assert lessons_in(" | ".join(cell for row in plan for cell in row[1:3])) == NUMBERS
    plan = rows(section("8 weeks"))[1:]
    assert [row[0] for row in plan] == [str(week) for week in range(1, 9)]
    assert lessons_in(" ".join(row[1] for row in plan[:-1])) == NUMBERS[: NUMBERS.index("08a") + 1]


@pytest.mark.parametrize("title", ["16 weeks", "8 weeks"])
def test_each_homework_goes_out_with_its_lesson_and_is_due_later(title):
    plan = [" | ".join(row) for row in rows(section(title))[1:]]
    for name in HOMEWORKS:
        (out,), (due,) = (
            [at for at, row in enumerate(plan) if f"{name} {what}" in row] for what in ("out", "due")
        )
        taught = next(at for at, row in enumerate(plan) if f"0{name[2]}" in " ".join(lessons_in(row)))
        assert taught <= out < due


def test_the_weights_are_those_that_the_marks_are_made_of():
    table = {row[0]: int(row[1]) for row in rows(section("The mark"))[1:]}
    assert table == WEIGHTS
    assert f"hw1 to hw{len(HOMEWORKS)}, {WEIGHTS['homework'] // len(HOMEWORKS)} each" in section("The mark")


def test_the_hours_for_three_thousand_follow_from_the_measured_seconds():
    head, *table = rows(section("Grading three thousand"))
    jobs = [int(re.search(r"(\d+) job", cell)[1]) for cell in head[4:]]
    assert jobs == [1, 16, 64] and [row[0] for row in table] == [*HOMEWORKS, "all seven"]
    seconds = [float(row[3]) for row in table]
    for row, first, eight in ((row, float(row[1]), float(row[2])) for row in table[:-1]):
        assert float(row[3]) == pytest.approx((eight - first) / 7, abs=0.051)
    assert seconds[-1] == pytest.approx(sum(seconds[:-1]), abs=0.051)
    for row in table:
        hours = [float(cell) for cell in row[4:]]
        assert hours == pytest.approx([3000 * float(row[3]) / 3600 / count for count in jobs], abs=0.051)


def test_what_a_student_needs_is_what_was_measured():
    measured = rows(RESULTS.partition("## notebooks:")[2].partition("\n## ")[0])
    seconds = [float(row[1]) for row in measured if re.match(r"\d\d", row[0])]
    largest = {row[0]: float(row[1]) for row in measured if row[0].startswith(("largest", "…"))}
    kernel, together = (f"{value / 1000:.1f}" for value in largest.values())
    needs = section("Machines")
    assert f"{together} GB for the course: the largest notebook takes {kernel} GB" in needs
    assert f"of {min(seconds):.0f} to {max(seconds):.0f} seconds a notebook" in needs
    assert f"a room of 60 needs {60 * float(together):.0f} GB" in needs


def test_the_link_for_a_hub_opens_a_notebook_of_the_course():
    link = urllib.parse.urlsplit(re.search(r"^https://hub\S+$", PAGE, re.MULTILINE)[0])
    values = {name: value for name, (value,) in urllib.parse.parse_qs(link.query).items()}
    assert link.path == "/hub/user-redirect/git-pull" and set(values) == {"repo", "branch", "urlpath"}
    start = f"lab/tree/{values['repo'].rpartition('/')[2]}/"
    assert values["urlpath"].startswith(start) and (ROOT / values["urlpath"].removeprefix(start)).is_file()
    assert link.hostname.endswith(".example.edu")


@pytest.mark.parametrize("name", ["teaching.md", "questionnaire.md"])
def test_its_links_lead_somewhere(name):
    text = (ROOT / "homework" / name).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = link.partition("#")
        path = (ROOT / "homework" / file) if file else ROOT / "homework" / name
        assert path.is_file(), link
        heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in [
            re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads
        ], link


def test_the_readme_sends_teachers_there_first():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("## For teachers\n")[2]
    assert re.search(r"\]\(([^)]+)\)", readme)[1] == "homework/teaching.md"


def test_the_questionnaire_has_twelve_items_and_the_answers_of_its_questions():
    scale = [row[0] for row in rows(QUESTIONS) if row[0].isdigit()]
    asked = dict(re.findall(r"^\*\*(\d+)\.\*\* (.+)$", QUESTIONS, re.MULTILINE))
    assert [*scale, *asked] == [str(number) for number in range(1, 13)]
    answers = dict(re.findall(r"\b(\d+)([a-d])\b", re.search(r"^Answers: (.+)", QUESTIONS, re.MULTILINE)[1]))
    assert set(answers) == set(asked)
    for number, letter in answers.items():
        assert f"({letter})" in asked[number] and "(d) I do not know" in asked[number]
