"""Reads the list of students."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from launcher.errors import CourseError


def read_roster(path: Path | None) -> dict[str, str]:
    """{student id: name} of a CSV file whose first two columns are these; {} without a file.

    Raises:
        CourseError: the file is not there, or has no rows.
    """
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CourseError(f"The roster {path} cannot be read: {error}. Nothing was graded.") from None
    except UnicodeDecodeError:
        text = path.read_text(encoding="gb18030", errors="replace")
    rows = [row for row in csv.reader(io.StringIO(text)) if row and row[0].strip()]
    if rows and rows[0][0].strip().lower() in ("id", "student", "student id", "student_id", "学号"):
        rows = rows[1:]
    if not rows:
        raise CourseError(
            f"The roster {path} has no students. It needs a line for each: id,name. Nothing was graded."
        )
    return {row[0].strip(): row[1].strip() if len(row) > 1 else "" for row in rows}
