"""A student's own file that is called like a package: where Python looks there first, it finds that file."""

import sys
import sysconfig
from pathlib import Path

from launcher.errors import CourseError
from launcher.places import HOMEWORK, NOTEBOOKS, ROOT, VENV, say

OWN = {"course.py"}
CAREFUL = """Careful: {file} is called like the package {name}. Where a notebook or a program in its
folder says `import {name}`, Python may take your file. Rename it."""


def package_names(use_current: bool) -> set[str]:
    """The modules in the environment's site-packages."""
    inside = next(VENV.glob("lib/python*/site-packages"), VENV / "Lib" / "site-packages")
    folder = Path(sysconfig.get_path("purelib")) if use_current else inside
    return {path.name.partition(".")[0] for path in folder.iterdir()} if folder.is_dir() else set()


def shadowing_files(folder: Path, names: set[str]) -> list[Path]:
    """The Python files of a folder that are called like one of these modules."""
    return [path for path in sorted(folder.glob("*.py")) if path.stem in names and path.name not in OWN]


def name_shadows(use_current: bool) -> None:
    """Name the files that are called like a package.

    Raises:
        CourseError: one stands in the course's folder, which comes first on the path of the running Python.
    """
    names = package_names(use_current)
    if use_current:
        for path in shadowing_files(ROOT, names | sys.stdlib_module_names - {"test"}):
            raise CourseError(f"""{path}
is called like the module {path.stem} that the course needs, and Python would take your file instead.
Rename it, then run the same command again. Nothing has been changed.""")
    for path in (path for folder in (ROOT, NOTEBOOKS, HOMEWORK) for path in shadowing_files(folder, names)):
        say(CAREFUL.format(file=path.relative_to(ROOT).as_posix(), name=path.stem))
