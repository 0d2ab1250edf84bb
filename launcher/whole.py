"""Whether the packages in `.venv` are whole, and at the place where pip said it put them."""

import csv
import re
import shutil
from importlib import metadata
from pathlib import Path

from launcher.errors import CourseError
from launcher.places import PYTHON, ROOT, say, this_command


def remove_half_installed(packages: Path) -> None:
    """Take away what a killed pip left, so that the next pip installs it instead of believing it is there.

    A package counts as whole when every file of its RECORD is there with the size that stands in it.
    """
    for leftover in packages.glob("~*"):  # pip's own name for what it was about to replace
        shutil.rmtree(leftover, ignore_errors=True)
    for info in packages.glob("*.dist-info"):
        if not is_whole(info):
            say(f"        {info.name[: -len('.dist-info')]} was half installed; it is installed again.")
            shutil.rmtree(info)


def is_whole(info: Path) -> bool:
    """Whether the package that this .dist-info folder describes has all its files."""
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as record:
            return all(
                name.endswith(".pyc") or (info.parent / name).stat().st_size == int(size or -1)
                for name, _, size in csv.reader(record)
                if name != f"{info.name}/RECORD"
            )
    except (OSError, ValueError):
        return False


def check_place(packages: Path, lock_name: str) -> None:
    """Make sure that pip installed into `.venv`: pip.conf can lead it elsewhere.

    Raises:
        CourseError: a package that the lock has for every machine is not there.
    """
    there = {normal_name(found.name) for found in metadata.distributions(path=[str(packages)])}
    pins = re.findall(r"^([\w.\-]+)==\S+ *(?:#.*)?$", (ROOT / lock_name).read_text("utf-8"), re.MULTILINE)
    missing = [name for name in pins if normal_name(name) not in there]
    if missing:
        raise CourseError(f"""pip says that all is installed, but {missing[0]} is not in
    {packages}
A setting of pip's leads elsewhere: look for `target`, `prefix` or `root` in what
    {PYTHON} -m pip config list
shows, take it out (`pip config unset NAME`), and run `{this_command("lab")}` again. Nothing is lost.""")


def normal_name(name: str) -> str:
    """A package's name as it is compared: lower case, every run of - _ . as one hyphen."""
    return re.sub(r"[-_.]+", "-", name).lower()
