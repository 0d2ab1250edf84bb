"""Keeps two installations of the course from working in the same `.venv`."""

import contextlib
import errno
import os
from collections.abc import Iterator
from typing import TextIO

from launcher.errors import CourseError
from launcher.places import LOGS, say, this_command

BUSY = (errno.EWOULDBLOCK, errno.EACCES)
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # as some network file systems say
INSTALLATION_RUNS = f"""An installation of this course is still running, perhaps in another window.
Wait until it is done, then run `{this_command("lab")}` again. Nothing is lost."""
NO_LOCKS_HERE = """The disk that holds this folder cannot lock files: {reason}.
The course goes on. Do not start a second installation before this one is done."""


@contextlib.contextmanager
def one_installation_at_a_time() -> Iterator[TextIO]:
    """Hold a lock that the system frees when the last process using it ends, however it ends."""
    LOGS.mkdir(exist_ok=True)
    with (LOGS / "install.lock").open("w", encoding="utf-8") as lock_file:
        try:
            take_lock(lock_file)
        except OSError as error:
            if error.errno in BUSY:
                raise CourseError(INSTALLATION_RUNS) from None
            if error.errno not in NO_LOCKS:
                raise
            say(NO_LOCKS_HERE.format(reason=error.strerror))
        yield lock_file


def take_lock(file: TextIO) -> None:
    """Lock an open file, or fail at once with an OSError."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
