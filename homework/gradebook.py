"""Feeds nbgrader's gradebook, so that Formgrader can mark the free-text answers; and reads those marks
back."""

from __future__ import annotations

import datetime
import os
import sys
import warnings
from pathlib import Path

import nbformat

from homework.assignments import SOURCES, find
from homework.rebuild import Rebuilt
from homework.release import to_text

CONFIG = """# Open Formgrader with:  python3 course.py mark --out (the folder above this one)
c = get_config()  # noqa
c.CourseDirectory.root = {root!r}
c.CourseDirectory.db_url = {url!r}
c.Exchange.root = {exchange!r}
"""


def open_book(folder: Path):
    """nbgrader's gradebook. It starts a program called alembic, which lies beside Python."""
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = beside + os.pathsep + os.environ.get("PATH", "")
    from nbgrader.api import Gradebook

    return Gradebook(database(folder))


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'gradebook.db'}"


def prepare(folder: Path, name: str) -> None:
    """Make the nbgrader folder of a course and enter the homework's cells."""
    from nbgrader.preprocessors import SaveCells

    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    path = find(SOURCES, name)
    exchange = folder / "exchange"  # not used; Formgrader complains when it cannot write there
    exchange.mkdir(exist_ok=True)
    config = CONFIG.format(root=str(folder), url=database(folder), exchange=str(exchange))
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    source = folder / "source" / path.name.split("_")[0] / path.name
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(path.read_bytes())
    with open_book(folder) as book:
        book.check_course("homework")
        book.update_or_create_assignment(path.name.split("_")[0], course_id="homework")
    resources = {
        "nbgrader": {
            "notebook": path.stem,
            "assignment": path.name.split("_")[0],
            "db_url": database(folder),
        }
    }
    SaveCells().preprocess(nbformat.read(path, as_version=4), resources)


def enter(
    folder: Path, name: str, graded: dict[str, tuple[dict, datetime.datetime | None]]
) -> dict[str, dict]:
    """Enter the points of all tests, and read what has been marked by hand.

    Args:
        folder: the nbgrader folder, made by `prepare`.
        graded: {student: (what grading found, when it was handed in)}.

    Returns:
        {student: {question: points given by hand}}.
    """
    from sqlalchemy.exc import SAWarning

    notebook = find(SOURCES, name).stem
    manual: dict[str, dict] = {}
    with open_book(folder) as book, warnings.catch_warnings():
        # nbgrader links a submission to its homework before it adds it to the session, and adds it then.
        warnings.simplefilter("ignore", SAWarning)
        for student, (result, submitted) in graded.items():
            book.update_or_create_student(student)
            time = submitted.replace(tzinfo=None) if submitted else None
            submission = book.update_or_create_submission(name, student, timestamp=time)
            points = {test["name"]: test["points"] for test in result["tests"]}
            pages = next(part for part in submission.notebooks if part.name == notebook)
            for grade in pages.grades:
                if grade.name in points:
                    grade.auto_score = points[grade.name]
                    grade.needs_manual_grade = False
                elif grade.manual_score is not None:
                    manual.setdefault(student, {})[grade.name] = grade.manual_score
                    grade.needs_manual_grade = False
                elif not result["texts"].get(grade.name):
                    grade.auto_score, grade.needs_manual_grade = 0.0, False
                else:
                    grade.needs_manual_grade = True
        book.db.commit()
    return manual


def write_marked_copy(folder: Path, name: str, student: str, rebuilt: Rebuilt, result: dict) -> None:
    """The student's notebook with the tests' results, where Formgrader looks for it."""
    path = find(SOURCES, name)
    notebook = nbformat.read(path, as_version=4)
    by_name = {cell.name: cell for cell in rebuilt.assignment.cells}
    tests = {test["name"]: test for test in result["tests"]}
    for cell in notebook.cells:
        entry = cell.metadata.nbgrader
        cell.source = by_name[entry.grade_id].source
        test = tests.get(entry.grade_id)
        if test and test["status"] != "passed":
            text = "\n".join(filter(None, [test["message"], test["hint"]]))
            cell.outputs = [
                nbformat.v4.new_output("error", ename=test["status"], evalue=text, traceback=[text])
            ]
        elif cell.cell_type == "code" and result["outputs"].get(entry.grade_id):
            cell.outputs = [nbformat.v4.new_output("stream", text=result["outputs"][entry.grade_id])]
    target = folder / "autograded" / student / name / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(to_text(notebook), encoding="utf-8")
