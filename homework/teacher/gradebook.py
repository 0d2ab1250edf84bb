"""Feeds nbgrader's gradebook, so that Formgrader can mark the free-text answers; and reads those marks back.

Formgrader shows a notebook's markdown as it is, with all HTML in it. So its copies hold text only.
"""

from __future__ import annotations

import copy
import os
import sys
import warnings
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from homework.cells import ANSWER, QUESTION, kind_of
from homework.outcomes import PASSED, Result
from homework.release import to_text
from homework.teacher.grading import Grading
from homework.teacher.harmless import harmless_markdown, printable, shortened
from homework.teacher.original import Original
from homework.teacher.output import contained, folder_name, write_text
from homework.teacher.table import Counted
from launcher.errors import CourseError

COURSE_ID = "homework"
CONFIG = """# Open Formgrader with:  python3 course.py mark --out (the folder above this one)
c = get_config()  # noqa
c.CourseDirectory.root = {root!r}
c.CourseDirectory.db_url = {url!r}
c.Exchange.root = {exchange!r}
# A student's heading must not get the name of a field for points.
c.HTMLExporter.exclude_anchor_links = True
"""
BOOK_BUSY = """The gradebook in {folder} is being written by another program, such as an open Formgrader.
Close that (Ctrl-C where `mark` runs) and grade again. What was graded is kept; no mark by hand is lost."""


def exchange_marks(folder: Path, original: Original, chosen: list[Counted]) -> None:
    """Enter the points of all tests in the gradebook, and put what was marked by hand into `chosen`.

    Args:
        folder: of nbgrader; made when it is not there.
        original: the homework.
        chosen: the hand-ins that count.

    Raises:
        CourseError: another program holds the gradebook.
    """
    from sqlalchemy.exc import OperationalError

    gradable = [counted for counted in chosen if counted.is_gradable]
    try:
        prepare(folder, original)
        enter(folder, original, gradable)
    except OperationalError as error:
        if "locked" not in str(error.orig):
            raise
        raise CourseError(BOOK_BUSY.format(folder=folder)) from None
    for counted in gradable:
        with contained(counted, "writing its copy for Formgrader", passing=(OSError,)):
            write_marked_copy(folder, original, counted)


def open_book(folder: Path):
    """nbgrader's gradebook. It starts a program called alembic, which lies beside Python."""
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = beside + os.pathsep + os.environ.get("PATH", "")
    from nbgrader.api import Gradebook

    return Gradebook(database(folder))


def database(folder: Path) -> str:
    """The gradebook's address."""
    return f"sqlite:///{folder / 'gradebook.db'}"


def configuration(folder: Path) -> str:
    """What nbgrader reads when Formgrader starts in this folder."""
    return CONFIG.format(root=str(folder), url=database(folder), exchange=str(folder / "exchange"))


def notebook_name(original: Original) -> str:
    """As nbgrader calls the homework's notebook."""
    return Path(original.file_name).stem


def prepare(folder: Path, original: Original) -> None:
    """Make the nbgrader folder of a course and enter the homework's cells."""
    from nbgrader.preprocessors import SaveCells

    folder = folder.resolve()
    exchange = folder / "exchange"  # not used; Formgrader complains when it cannot write there
    exchange.mkdir(parents=True, exist_ok=True)
    write_text(folder / "nbgrader_config.py", configuration(folder))
    write_text(folder / "source" / original.name / original.file_name, to_text(original.notebook))
    with open_book(folder) as book:
        book.check_course(COURSE_ID)
        book.update_or_create_assignment(original.name, course_id=COURSE_ID)
    entry = {"notebook": notebook_name(original), "assignment": original.name, "db_url": database(folder)}
    SaveCells().preprocess(copy.deepcopy(original.notebook), {"nbgrader": entry})


def enter(folder: Path, original: Original, gradable: list[Counted]) -> None:
    """Enter the points of all tests, and read what has been marked by hand."""
    from sqlalchemy.exc import OperationalError, SAWarning

    with open_book(folder) as book, warnings.catch_warnings():
        # nbgrader links a submission to its homework before it adds it to the session, and adds it then.
        warnings.simplefilter("ignore", SAWarning)
        for counted in gradable:
            with contained(counted, "entering it in the gradebook", book.db.rollback, (OperationalError,)):
                enter_one(book, original, counted)


def enter_one(book, original: Original, counted: Counted) -> None:
    """Enter the points of one hand-in, and read what has been marked by hand in it."""
    student, submitted = folder_name(counted.handin.student), counted.handin.submitted
    book.update_or_create_student(student)
    time = submitted.replace(tzinfo=None) if submitted else None
    submission = book.update_or_create_submission(original.name, student, timestamp=time)
    pages = next(part for part in submission.notebooks if part.name == notebook_name(original))
    counted.by_hand = enter_grades(pages.grades, counted.result)
    book.db.commit()


def enter_grades(grades: list, result: Grading) -> dict[str, float]:
    """Enter the points of one hand-in; returns {question: points given by hand}."""
    points = {test.name: test.points for test in result.tests}
    by_hand = {}
    for grade in grades:
        grade.needs_manual_grade = False
        if grade.name in points:
            grade.auto_score = points[grade.name]
        elif grade.manual_score is not None:
            by_hand[grade.name] = grade.manual_score
        elif result.texts.get(grade.name):
            grade.needs_manual_grade = True
        else:
            grade.auto_score = 0.0
    return by_hand


def write_marked_copy(folder: Path, original: Original, counted: Counted) -> None:
    """The student's notebook with the tests' results, where Formgrader looks for it."""
    result = counted.result
    tests = {test.name: test for test in result.tests}
    notebook = copy.deepcopy(original.notebook)
    for cell in notebook.cells:
        name = cell.metadata.nbgrader.grade_id
        if kind_of(cell.metadata) == QUESTION:
            cell.source = harmless_markdown(result.texts.get(name, ""))
        elif kind_of(cell.metadata) == ANSWER:
            cell.source = shortened(printable(result.answers.get(name, "")))
        if cell.cell_type == "code":
            cell.outputs = outputs_of(tests.get(name), result.outputs.get(name))
    student = folder_name(counted.handin.student)
    write_text(folder / "autograded" / student / original.name / original.file_name, to_text(notebook))


def outputs_of(test: Result | None, printed: str | None) -> list[NotebookNode]:
    """What stands below a cell: why its test did not pass, or what it printed."""
    if test and test.status != PASSED:
        text = "\n".join(filter(None, [test.message, test.hint]))
        text = shortened(printable(text))
        return [new_output("error", ename=str(test.status), evalue=text, traceback=[text])]
    return [new_output("stream", text=shortened(printable(printed)))] if printed else []
