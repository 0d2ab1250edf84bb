"""Makes `autograder-hwN.zip`: what grading one homework needs, and what Gradescope runs.

The same bytes from the same files: names in order, one time for all.
"""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

from homework.cells import QUESTION, TEST
from homework.folders import ROOT, Folders, load_source
from launcher.errors import CourseError
from launcher.files import whole_file
from launcher.image import cpu_requirements
from launcher.zips import zipped

HERE = Path(__file__).parent
PROGRAMS = ("setup.sh", "run_autograder")  # at the top, where Gradescope looks for them
# Of the course, what grading imports. The tests show that it is enough.
NEEDED = ("helpers/**/*.py*", "homework/*.py", "homework/splitting/*.py", "homework/teacher/*")
NEEDED += ("homework/gradescope/*.py", "launcher/*.py", "translations/*.py", "translations/zh_CN/hw*.po")
NEEDED += ("data/README.md",)  # the folder of data must be there
COURSE = "course"
MADE = """{path} ({size:.1f} MB)
Make a Programming Assignment on Gradescope and upload this file on its page "Configure Autograder".
    Autograder points: {tests:g}{by_hand}
    Container: Ubuntu 24.04 or 22.04, at least 4 GB of memory; time limit 20 minutes
The file holds solutions and hidden tests: give it to nobody."""
QUESTIONS = """, and enable manual grading for {points:g} more: {names}"""


def export(options: argparse.Namespace, folders: Folders) -> str:
    """Write the autograder of a homework into a folder; returns what to print.

    Raises:
        CourseError: no such homework, or no sources, as in the student edition.
    """
    homework = load_source(options.homework, folders)
    target = options.to / f"autograder-{homework.name}.zip"
    data = packed(contents(homework.name, folders))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(target) as part:
            part.write_bytes(data)
    except OSError as error:
        raise CourseError(
            f"{target.parent} cannot be written: {error.strerror}. Name another folder with --to. "
            "Nothing was made."
        ) from None
    questions = homework.of_kind(QUESTION)
    points, names = sum(cell.points for cell in questions), ", ".join(cell.name for cell in questions)
    return MADE.format(
        path=target,
        size=len(data) / 1e6,
        tests=sum(cell.points for cell in homework.of_kind(TEST)),
        by_hand=QUESTIONS.format(points=points, names=names) if questions else "",
    )


def contents(name: str, folders: Folders) -> dict[str, bytes]:
    """{path in the zip: its bytes}: with the source of one homework, and what students have of all of them,
    to know what was handed in for another one.
    """
    found = {program: HERE / program for program in PROGRAMS}
    for path in needed():
        found[f"{COURSE}/{path.relative_to(ROOT).as_posix()}"] = path
    found[f"{COURSE}/homework/{name}/source.ipynb"] = folders.source(name)
    for path in folders.handed_out.glob("*.ipynb"):
        found[f"{COURSE}/notebooks/homework/.handed_out/{path.name}"] = path
    # All of it is text; a checkout on Windows may have other line ends, with which bash finds no command.
    made = {place: path.read_bytes().replace(b"\r\n", b"\n") for place, path in found.items()}
    return made | {"requirements.txt": cpu_requirements().encode()}


def needed() -> list[Path]:
    """The files of the course that grading imports or reads."""
    found = {path for pattern in NEEDED for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path for path in found if path.suffix != ".pyc")


def packed(files: dict[str, bytes]) -> bytes:
    """A zip of these, in the order of their names."""
    return zipped({place: files[place] for place in sorted(files)}, PROGRAMS, zipfile.ZIP_DEFLATED)
