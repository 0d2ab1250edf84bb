"""A Chinese hand-in is the same hand-in: nothing is repaired, found or marked otherwise than in English."""

import dataclasses
import functools
import json

import nbformat
import pytest
from homework_course import DOUBLE, HALF, answered, hand_in, make_course, share_torch

from homework.author.answers import read_right
from homework.author.forks import import_once
from homework.author.mistakes import read_wrong
from homework.author.run import run
from homework.cells import ANSWER, QUESTION, TEST, TEXT_STUB
from homework.folders import COURSE, load, load_source
from homework.judge import Judge
from homework.outcomes import PASSED
from homework.reading import Rejected
from homework.rebuild import rebuild
from homework.student.check import check, describe
from homework.student.submit import submit
from homework.teacher.grade import grade, untouched
from homework.teacher.grading import Status, grade_one
from homework.teacher.original import Original
from homework.teacher.pool import How
from homework.teacher.store import key_of
from homework.wordings import HAN, chinese_title, wordings
from launcher.errors import CourseError
from launcher.templates import has_words, without_brackets
from translations.building import chinese_notebook
from translations.chinese import ENGLISH, has_chinese
from translations.editions import place_of
from translations.speaking import speaker

NAMES = sorted(COURSE.all_copies())
WORDS = "I think that it is the number of windows, because each step moves by one.\n\n因为每一步都移动一格。"


def copies(name: str) -> tuple[dict, dict]:
    """A homework's copy in English and in Chinese."""
    path = COURSE.all_copies()[name]
    return json.loads(path.read_text("utf-8")), json.loads(chinese_notebook(path, place_of(path)))


def written(notebook: dict, name: str) -> dict:
    """The notebook with right answers, and words to each question."""
    source = load_source(name)
    answers = read_right(source)[0].cells
    by_name = {cell.name: answers[cell.task] for cell in source.of_kind(ANSWER) if cell.task in answers}
    questions = {cell.name for cell in source.of_kind(QUESTION)}
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        text = text.replace(TEXT_STUB, WORDS) if cell["id"] in questions else text
        cell["source"] = by_name.get(cell["id"], text)
    return notebook


def whole(notebook: dict) -> dict:
    return notebook


def without_ids(notebook: dict) -> dict:
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    return notebook


def merged(notebook: dict) -> dict:
    """Each text cell in one with the next, where that is text too; ids lost."""
    cells = []
    for cell in without_ids(notebook)["cells"]:
        if cells and cell["cell_type"] == cells[-1]["cell_type"] == "markdown":
            cells[-1]["source"] = "".join(cells[-1]["source"]) + "\n\n" + "".join(cell["source"])
        else:
            cells.append(cell)
    return notebook | {"cells": cells}


@pytest.mark.parametrize("change", [whole, without_ids, merged])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_taken_out_of_a_chinese_hand_in_is_the_same(name, change):
    source, pristine = load_source(name), load(COURSE.handed_out / COURSE.copy(name).name)
    english, chinese = (
        rebuild(source, pristine, json.dumps(change(written(notebook, name))).encode())
        for notebook in copies(name)
    )
    assert chinese == english
    assert bool(chinese.repairs) == (change is not whole)
    assert all("windows" in text for text in chinese.texts.values())


@pytest.mark.parametrize("name", NAMES)
def test_an_untouched_chinese_copy_has_no_answers_and_is_known(name):
    original = Original.read(name)
    text = chinese_notebook(COURSE.all_copies()[name], place_of(COURSE.all_copies()[name]))
    found = rebuild(original.source, original.copy, text.encode())
    assert not found.repairs and not found.doubts and not any(found.texts.values())
    assert key_of(text.encode()) in untouched(original)


def test_a_chinese_homework_is_known_among_the_others():
    original = Original.read("hw3")
    with pytest.raises(Rejected, match="this is hw4"):
        chinese = json.dumps(without_ids(copies("hw4")[1])).encode()
        rebuild(original.source, original.copy, chinese, original.others)


def test_a_chinese_hand_in_is_graded():
    original = Original.read("hw1")
    try:
        found = grade_one(original, json.dumps(written(copies("hw1")[1], "hw1")).encode(), slot=None)
    finally:
        original.close()
    assert (found.status, found.repairs, found.reason) == (Status.GRADED, [], "")
    assert found.score == sum(cell.points for cell in original.source.of_kind(TEST))


def test_words_that_are_the_students_own_stay():
    known = wordings([("## 任务 1\n\n写一个函数，它求平均。\n\n好", "## Task 1\n\nWrite a mean.\n\nGood")])
    assert known["## 任务 1"] == "## Task 1" and known["写一个函数，它求平均。"] == "Write a mean."
    assert "好" not in known


# ---------------------------------------------------------------- check, submit and grade in Chinese


@pytest.fixture
def chinese_course(tmp_path):
    """The course of hw99 with a Chinese copy, which has no catalogue: its texts are the English ones."""
    return dataclasses.replace(make_course(tmp_path), language="zh")


def put(course, notebook) -> None:
    course.worked_in.mkdir(parents=True, exist_ok=True)
    (course.worked_in / "hw99_doubling.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")


def english_left(text: str) -> list[str]:
    """The lines of a text in which English is left; an error in Python's own words may be."""
    return [
        line
        for line in text.splitlines()
        if (has_words(line) and not has_chinese(line)) or ENGLISH.search(without_brackets(line))
    ]


def test_check_and_submit_take_the_chinese_notebook_and_speak_chinese(chinese_course, tmp_path):
    with pytest.raises(CourseError, match="lab --language zh"):
        check("hw99", folders=chinese_course)
    wrong = answered(chinese_course, task1=DOUBLE.replace("x + x", "3 * x"), task2=HALF)
    put(chinese_course, wrong)
    told, passed = check("hw99", folders=chinese_course, say=speaker("zh"))
    assert not passed and "任务 1：得 0 分，满分 1 分" in told and "未通过  task1-values" in told
    assert (
        "提示：所有数都是正确值的 1.5 倍" in told and "另有 1 分由老师手动评分（还没有作答：任务 3）" in told
    )
    assert not [line for line in english_left(told) if "Homework 99" not in line]
    lines = submit("hw99", "ann", tmp_path / "out", folders=chinese_course, say=speaker("zh"))
    assert "回执：" in lines and "任务 3 还没有作答" in lines
    assert not english_left(lines.replace(str(tmp_path), ""))


def test_a_damaged_chinese_notebook_is_told_how_it_comes_back(chinese_course, tmp_path):
    """Git does not have it: it is built."""
    chinese_course.worked_in.mkdir(parents=True)
    (chinese_course.worked_in / "hw99_doubling.ipynb").write_text('{"cells": [', encoding="utf-8")
    for command in (check, functools.partial(submit, student="ann", folder=tmp_path / "out")):
        with pytest.raises(CourseError) as told:
            command("hw99", folders=chinese_course)
        assert "lab --language zh` builds" in str(told.value) and "git checkout" not in str(told.value)
        chinese = speaker("zh")(str(told.value))
        assert "改名" in chinese and not english_left(chinese.replace(str(tmp_path), ""))


def test_feedback_is_chinese_and_the_report_stays_english(chinese_course, tmp_path, monkeypatch):
    share_torch(monkeypatch)
    notebook = answered(chinese_course, task1=DOUBLE.replace("x + x", "x * x"), task2=HALF)
    del notebook.cells[1]
    hand_in(tmp_path / "in", "ann", "20261201T100000Z", notebook)
    more = {"how": How(jobs=1, sandboxed=False), "folders": chinese_course}
    grade("hw99", tmp_path / "in", tmp_path / "out", say=speaker("zh"), **more)
    page = (tmp_path / "out/feedback/hw99/ann.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page and "学生 ann" in page and "缺少锁定的单元格 setup" in page
    assert "task1-values: 未通过 (0 / 1 分)" in page and "与下发时不同的地方" in page
    assert '<html lang="en">' in (tmp_path / "out/report.html").read_text(encoding="utf-8")
    grade("hw99", tmp_path / "in", tmp_path / "out", **more)
    page = (tmp_path / "out/feedback/hw99/ann.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page and not HAN.search(page)


@pytest.mark.parametrize(("name", "task"), [("hw2", "task1"), ("hw3", "task2"), ("hw4", "task1")])
def test_of_wrong_answers_no_english_is_left(name, task):
    """Python's and PyTorch's own words are: they are looked up as they stand."""
    import_once()
    source, say = load_source(name), speaker("zh")
    judge, titles = Judge(source), {cell.name: cell.title for cell in source.of_kind(TEST)}
    left = []
    for wrong in [wrong for wrong in read_wrong(source) if wrong.task == task]:
        for result in run(source, {task: wrong.source}, {task}, judge=judge).results:
            lines = "\n".join(describe(result, titles[result.name], say))
            left += [line for line in english_left(lines) if "Error: " not in line]
            assert result.status == PASSED or result.message
    assert not left


def test_the_title_is_the_translated_one():
    assert chinese_title(load(COURSE.handed_out / COURSE.copy("hw3").name)).startswith("作业 3 · ")
