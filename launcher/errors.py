"""The one error that the course tells its reader in words, and the word for its end by Ctrl-C."""

STOPPED = "\nStopped. Nothing is lost: the same command goes on from here."


class CourseError(Exception):
    """Something the reader can mend. The text says what happened, what to do, and that nothing is lost."""
