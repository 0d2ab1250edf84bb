"""The one error that the course tells its reader in words."""


class CourseError(Exception):
    """Something the reader can mend. The text says what happened, what to do, and that nothing is lost."""
