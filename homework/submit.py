"""The student's `submit`: look whether the notebook is whole, and pack it into one file to hand in."""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import zipfile
from pathlib import Path

from homework.assignments import ANSWER, COPIES, QUESTION, ROOT, find, load
from homework.marking import is_unanswered
from homework.rebuild import Rejected, note_locked, read_cells
from homework.release import TEXT_STUB
from launcher.arguments import STUDENT_ID
from launcher.errors import CourseError

HANDINS = ROOT / "handins"  # where the files go without --to; ignored by git


def submit(name: str, student: str, folder: Path | None = None, now: datetime.datetime | None = None) -> str:
    """Pack the student's notebook of a homework; the notebook itself is only read.

    Args:
        name: "hw3".
        student: the student's id: letters, digits, dot, hyphen, @; at most 40.
        folder: where the file goes; `handins/` in the course's folder without it.
        now: the time in the file's name (UTC).

    Returns:
        What to print: the file, its receipt, and what is not whole about the notebook.

    Raises:
        CourseError: no such homework, an id that cannot be one, a notebook that cannot be read, or a folder
            that cannot be written. Nothing was handed in then.
    """
    if not STUDENT_ID.fullmatch(student):
        raise CourseError(
            f"{student!r} cannot be a student's id: use letters, digits, dots and hyphens (at most 40).\n"
            "Nothing was handed in."
        )
    path = find(COPIES, name)
    data = path.read_bytes()
    warnings = what_is_not_whole(path, data)
    now = now or datetime.datetime.now(datetime.UTC)
    digest = hashlib.sha256(data).hexdigest()
    manifest = {
        "homework": path.name.split("_")[0],
        "student": student,
        "submitted": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "notebook": path.name,
        "sha256": digest,
        "python": platform.python_version(),
        "torch": torch_version(),
        "system": platform.system(),
    }
    folder = folder or HANDINS
    target = folder / f"{manifest['homework']}_{student}_{now:%Y%m%dT%H%M%SZ}.zip"
    write_zip(target, path.name, data, manifest)
    receipt = f"{digest[:4]}-{digest[4:8]}-{digest[8:12]}".upper()
    lines = [f"Handed in: {target}", f"Receipt:   {receipt}  (keep it: it belongs to exactly this notebook)"]
    if warnings:
        lines += ["", "It can be handed in as it is, but look at this first; you may submit again:"]
        lines += [f"  - {warning}" for warning in warnings]
    return "\n".join(lines)


def write_zip(target: Path, name: str, data: bytes, manifest: dict) -> None:
    """Write the hand-in in one step; a file that is there already is never replaced."""
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while target.exists():
            number += 1
            target = target.with_name(f"{part.name.removesuffix('.zip.part')}-{number}.zip")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)
            archive.writestr("manifest.json", json.dumps(manifest, indent=1))
        part.replace(target)
    except OSError as error:
        raise CourseError(
            f"{target.parent} cannot be written: {error.strerror}.\nName another folder with --to. Your "
            f"notebook is "
            "unchanged; nothing was handed in."
        ) from None


def torch_version() -> str:
    from importlib.metadata import version

    return version("torch")


def what_is_not_whole(path: Path, data: bytes) -> list[str]:
    """What is missing or was changed in a student's notebook, in words.

    Raises:
        CourseError: it is no notebook any more.
    """
    try:
        cells, notes = read_cells(data)
    except Rejected as problem:
        raise CourseError(
            f"{path} cannot be handed in: {problem}.\nOpen it in JupyterLab and save it again, or take "
            f"the copy in "
            "`.ipynb_checkpoints` beside it. Nothing was handed in."
        ) from None
    ids = {cell["grade_id"] for cell in cells}
    original = original_copy(path)
    if original is not None:
        found: dict = {}
        for cell in cells:
            found.setdefault(cell["grade_id"] or cell["id"], []).append(cell)
        note_locked(original, found, notes)
        missing = [cell.name for cell in original.of_kind(ANSWER, QUESTION) if cell.name not in ids]
        notes += [f"the answer cell {name} is missing" for name in missing]
    try:
        answers = load(path)
    except Exception as error:
        raise CourseError(f"{path} cannot be read: {error}. Nothing was handed in.") from None
    notes += [
        f"{cell.name} is not answered yet"
        for cell in answers.of_kind(ANSWER, QUESTION)
        if (cell.kind == ANSWER and is_unanswered(cell.source)) or TEXT_STUB in cell.source
    ]
    return notes


def original_copy(path: Path):
    """The homework as it was handed out, from git; None where there is no git or no repository."""
    import subprocess
    import tempfile

    try:
        shown = subprocess.run(
            ["git", "show", f"HEAD:{path.relative_to(ROOT).as_posix()}"],
            cwd=ROOT,
            capture_output=True,
            timeout=20,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    if shown.returncode != 0:
        return None
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(shown.stdout)
        return load(copy)
