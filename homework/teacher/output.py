"""The files and folders that `grade` writes: one `grade` at a time, no hand-in in the others' way."""

from __future__ import annotations

import contextlib
import datetime
import errno
import hashlib
import logging
import os
import platform
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from homework.teacher.grading import Grading, Status
from homework.teacher.harmless import printable
from launcher.errors import CourseError
from launcher.files import whole_file

if TYPE_CHECKING:
    from homework.teacher.table import Counted

log = logging.getLogger("homework.grade")

HELD = """Another `grade` is at work in {out}{who}.
Wait until it is done, or name another folder with --out. Nothing was changed."""
NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}  # NFS and the like


@contextlib.contextmanager
def held(out: Path) -> Iterator[None]:
    """Let nobody else grade into this folder. The system lets go of it however this process ends.

    Raises:
        CourseError: another process grades into it; says which.
    """
    from filelock import FileLock, Timeout

    out.mkdir(parents=True, exist_ok=True)
    holder = out / ".grading.txt"
    lock = FileLock(out / ".grading.lock", timeout=0, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        who = holder.read_text(encoding="utf-8", errors="replace") if holder.exists() else ""
        raise CourseError(HELD.format(out=out, who=who and f": {printable(who)}")) from None
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        log.warning("%s lies on a file system without locks: let only one grade write there", out)
        yield
        return
    try:
        now = f"{datetime.datetime.now():%H:%M:%S on %d %B}"
        holder.write_text(f"process {os.getpid()} on {platform.node()}, since {now}", encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextlib.contextmanager
def contained(
    counted: Counted, doing: str, undo: Callable[[], object] = lambda: None, passing: tuple = ()
) -> Iterator[None]:
    """Let what goes wrong with one hand-in be that hand-in's status, and a line of the log.

    Args:
        doing: what is done with it, in words: "writing its page".
        undo: what to do when it went wrong.
        passing: errors that are not the hand-in's, such as a full disk.
    """
    try:
        yield
    except passing:
        raise
    except Exception as error:
        undo()
        log.error("%r: %s failed\n%s", counted.handin.file, doing, traceback.format_exc())
        reason = f"{doing} failed ({type(error).__name__}); grade.log says more"
        counted.result, counted.by_hand = Grading(Status.FAILED, reason), {}


def write_text(path: Path, text: str) -> None:
    """Write a file in one step, unless it holds this text already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encoded = text.encode("utf-8-sig" if path.suffix == ".csv" else "utf-8", errors="replace")
    if path.exists() and path.read_bytes() == encoded:
        return
    with whole_file(path) as part:
        part.write_bytes(encoded)


def folder_name(student: str) -> str:
    """A student's id or name as the name of a file on every system; two never get the same."""
    plain = re.sub(r"[^A-Za-z0-9.@-]+", "-", student).strip(".-")[:60]
    if plain and plain == student and plain.lower() not in ("con", "nul", "aux", "prn"):
        return plain
    return f"{plain or 'x'}-{hashlib.sha256(student.encode(errors='replace')).hexdigest()[:8]}"


def start_log(out: Path) -> None:
    """Let the log of this run go to grade.log."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
    handler = logging.FileHandler(out / "grade.log", encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
