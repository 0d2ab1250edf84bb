"""The command `export quiz`: which quizzes, and the files of each."""

from __future__ import annotations

from pathlib import Path

from homework.quizzes.bank import read_questions
from homework.quizzes.gift import gift
from homework.quizzes.qti import package
from homework.quizzes.texts import lesson_numbers, read_lesson
from launcher.errors import CourseError
from launcher.files import whole_file, write_whole
from launcher.zips import zipped


def export_quizzes(names: list[str], folder: Path) -> str:
    """Write the quizzes as quizNN.gift.txt and quizNN.qti.zip; returns what to print.

    Args:
        names: "03" is the quiz of lessons 03a and 03b, "03a" that of one lesson; none means all numbers.
        folder: made if it is not there; files of the same name are replaced.

    Raises:
        CourseError: a quiz does not fit its notebook, or the folder cannot be written.
    """
    lessons = lesson_numbers()
    names = names or [lesson[:2] for lesson in lessons]
    quizzes = {name: [lesson for lesson in lessons if lesson.startswith(name)] for name in names}
    asked = {
        name: [q for one in own for q in read_questions(read_lesson(one))] for name, own in quizzes.items()
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, questions in asked.items():
            write_whole(folder / f"quiz{name}.gift.txt", gift(name, questions))
            with whole_file(folder / f"quiz{name}.qti.zip") as part:
                part.write_bytes(zipped(package(name, questions)))
    except OSError as error:
        raise CourseError(
            f"{folder} cannot be written: {error.strerror}.\nName another folder with --to. Nothing was lost."
        ) from None
    lines = [
        f"{name:4} {len(questions):3} questions   quiz{name}.gift.txt (Moodle), quiz{name}.qti.zip (QTI 2.1)"
        for name, questions in asked.items()
    ]
    return "\n".join([f"Quizzes in {folder}:", *lines, "homework/README.md says how to import them."])
