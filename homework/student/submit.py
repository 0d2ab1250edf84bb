"""The student's `submit`: look whether the notebook is whole, and pack it into one file to hand in."""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import re
import zipfile
from importlib.metadata import version
from pathlib import Path

from homework.folders import COURSE, Folders
from homework.student.own import Own, read_own
from homework.student.whole import what_is_not_whole
from launcher.arguments import STUDENT_ID
from launcher.errors import CourseError
from launcher.files import whole_file
from launcher.speaking import IN_ENGLISH, Speaker

NOTHING = "Nothing was handed in."


def submit(
    name: str,
    student: str,
    folder: Path | None = None,
    now: datetime.datetime | None = None,
    folders: Folders = COURSE,
    say: Speaker = IN_ENGLISH,
) -> str:
    """Pack the student's notebook of a homework; the notebook itself is only read.

    Args:
        name: "hw3".
        student: the student's id: letters, digits, dot, hyphen, @; at most 40.
        folder: where the file goes; `handins/` in the course's folder without it.
        now: the time in the file's name (UTC).
        say: what is returned, in the reader's language.

    Returns:
        What to print: the file, its receipt, and what is not whole about the notebook.

    Raises:
        CourseError: no such homework, an id that cannot be one, a notebook that cannot be read, or a folder
            that cannot be written. Nothing was handed in then.
    """
    if not STUDENT_ID.fullmatch(student):
        raise CourseError(
            f"{student!r} cannot be a student's id: use letters, digits, dots and hyphens (at most 40).\n"
            f"{NOTHING}"
        )
    own = read_own(name, folders, "handed in", NOTHING)
    warnings = own.notes + what_is_not_whole(own.notebook, own.homework)
    now = now or datetime.datetime.now(datetime.UTC)
    target = (folder or folders.handins) / f"{own.homework.name}_{student}_{now:%Y%m%dT%H%M%SZ}.zip"
    target = write_zip(target, own, manifest(own, student, now))
    receipt = "-".join(re.findall("....", digest_of(own)[:12])).upper()
    lines = [say(f"The file to hand in: {target}")]
    lines += [say(f"Receipt: {receipt}  (keep it: it belongs to exactly this notebook)")]
    lines += [say("Give the file in where your teacher asks for it: nothing has been sent yet.")]
    if warnings:
        lines += ["", say("It can be handed in as it is, but look at this first; you may submit again:")]
        lines += [f"  - {say(warning)}" for warning in warnings]
    return "\n".join(lines)


def digest_of(own: Own) -> str:
    return hashlib.sha256(own.data).hexdigest()


def manifest(own: Own, student: str, now: datetime.datetime) -> dict[str, str]:
    """What the hand-in says of itself."""
    return {
        "homework": own.homework.name,
        "student": student,
        "submitted": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "notebook": own.path.name,
        "sha256": digest_of(own),
        "python": platform.python_version(),
        "torch": version("torch"),
        "system": platform.system(),
    }


def write_zip(target: Path, own: Own, manifest: dict[str, str]) -> Path:
    """Write the hand-in in one step; returns its place. A file that is there already is never replaced."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target = free_name(target)
        with whole_file(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(own.path.name, own.data)
            archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    except OSError as error:
        raise CourseError(
            f"{target.parent} cannot be written: {error.strerror}.\nName another folder with --to. Your "
            f"notebook is unchanged. {NOTHING}"
        ) from None
    return target


def free_name(target: Path) -> Path:
    """The name itself, or with a number when there is such a file."""
    number, free = 1, target
    while free.exists():
        number += 1
        free = target.with_name(f"{target.stem}-{number}.zip")
    return free
