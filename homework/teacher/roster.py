"""Reads the list of students, as nbgrader, Moodle, Canvas, a school's office or a person wrote it."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from pathlib import Path

from homework.teacher.headers import header_of, id_columns, lost_header, name_columns, plain_header
from homework.teacher.identity import Handin, Roster
from homework.teacher.texts import clean_id, shown, table_text
from launcher.errors import CourseError

DELIMITERS = "\t;,，"


@dataclasses.dataclass(frozen=True)
class Use:
    """What a list is read for, as its errors say it.

    Attributes:
        what: what it is called.
        needs: what has to stand in it.
        undone: that nothing was lost.
        has_header: whether it must have headers.
    """

    what: str = "roster"
    needs: str = """\
It needs a line for each student, with an id and a name, best below a line such as: id,name
The lists of nbgrader, Moodle (participants) and Canvas (gradebook) are read as they are."""
    undone: str = "Nothing was graded."
    has_header: bool = False


FOR_GRADING = Use()
NO_IDS = """has no column of ids: its first line is {first}, and none of these is called
id, student number, username, 学号 or the like. Mend that line, or put one such as id,name above the
students."""


class Unfit(Exception):
    """What keeps a list from being used, in the words that follow its name."""


@dataclasses.dataclass
class Sheet:
    """A list of students, and what else stands in its columns.

    Attributes:
        header: the columns' headers as they stand there; [] without any.
        names: {student id: name}.
        cells: {student id: the values of that line}, as many as there are headers.
        others: the values of the lines that are nobody's, such as Canvas's of the points.
        delimiter: what separates the values.
    """

    header: list[str]
    names: Roster
    cells: dict[str, list[str]]
    others: list[list[str]]
    delimiter: str = ","

    def value(self, student: str, *headers: str) -> str:
        """What stands in the first of these columns that is there; "" without any. Headers are plain ones."""
        known = [plain_header(cell) for cell in self.header]
        at = next((known.index(name) for name in headers if name in known), None)
        return "" if at is None or student not in self.cells else self.cells[student][at]


def read_roster(path: Path | None, use: Use = FOR_GRADING) -> Roster:
    """{student id: name} of a CSV file; {} without a file. The rest is as of `read_sheet`."""
    return {} if path is None else read_sheet(path, use).names


def read_sheet(path: Path, use: Use = FOR_GRADING) -> Sheet:
    """A CSV file with a line for each student.

    Columns are found by their headers; without any, the first two are id and name. Values may be separated by
    commas, semicolons or tabs, in UTF-8, UTF-16 or GB 18030.

    Raises:
        CourseError: the file is not there, has no students, the same id twice, something that is no id, or
            headers that are not understood.
    """
    try:
        return sheet_of(table_text(path.read_bytes()), use)
    except OSError as error:
        raise CourseError(f"The {use.what} {path} cannot be read: {error}. {use.undone}") from None
    except (csv.Error, ValueError) as error:
        problem = f"cannot be read: {error}."
    except Unfit as error:
        problem = str(error)
    raise CourseError(f"The {use.what} {path} {problem}\n{use.needs}\n{use.undone}")


def sheet_of(text: str, use: Use) -> Sheet:
    """The list in a text; raises Unfit or csv.Error."""
    rows, delimiter = rows_of(text)
    at = header_of(rows)
    if rows and at is None and (first := rows[0] if use.has_header else lost_header(rows)):
        raise Unfit(NO_IDS.format(first=shown(", ".join(first))[:200]))
    found, others = students_of(rows)
    if not found:
        raise Unfit("has no students.")
    sheet = Sheet([] if at is None else rows[at], {}, {}, others, delimiter)
    seen: dict[str, str] = {}
    for given, name, row in found:
        student = clean_id(given)
        if not student:
            raise Unfit(f"has an id that cannot be one: {shown(given)[:60]!r} ({shown(name)[:60]}).")
        if (other := seen.setdefault(student.casefold(), student)) in sheet.names:
            both = f"{sheet.names[other] or 'no name'}, and {name or 'no name'}"
            raise Unfit(f"has the id {student} twice: {both}. Leave one line for each student.")
        sheet.names[student], sheet.cells[student] = name, row
    return sheet


def rows_of(text: str) -> tuple[list[list[str]], str]:
    """The rows of a CSV file that are not empty, and what separates their values."""
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and re.fullmatch("sep=.", lines[0].strip(), re.IGNORECASE):  # Excel's own word on it
        return parsed(lines[1:], lines[0].strip()[-1]), lines[0].strip()[-1]
    readings = [(parsed(lines, delimiter), delimiter) for delimiter in DELIMITERS]
    with_header = [
        (rows, delimiter)
        for rows, delimiter in readings
        if header_of(rows) is not None and len(rows[header_of(rows)]) > 1
    ]
    return max(with_header or readings, key=lambda reading: sum(len(row) > 1 for row in reading[0]))


def parsed(lines: list[str], delimiter: str) -> list[list[str]]:
    rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    return [cells for row in rows if any(cells := [plain_cell(cell) for cell in row])]


def plain_cell(cell: str) -> str:
    """A value without blanks around it, and without what keeps a spreadsheet from computing it."""
    cell = cell.strip().strip("\ufeff\0")
    quoted = re.fullmatch(r'="?(.*?)"?|\'(\d+|[=+@-].*)', cell)
    return (quoted[1] or quoted[2] or "") if quoted else cell


def students_of(rows: list[list[str]]) -> tuple[list[tuple[str, str, list[str]]], list[list[str]]]:
    """(id, name, line) of each student, as they stand there, and the lines that are nobody's.

    Raises:
        Unfit: somebody has no id.
    """
    at = header_of(rows)
    if at is None:
        return [(row[0], row[1] if len(row) > 1 else "", row) for row in rows], []
    header, rows = [plain_header(cell) for cell in rows[at]], rows[at + 1 :]
    rows = [row + [""] * (len(header) - len(row)) for row in rows]
    ids, names = id_columns(header), name_columns(header)
    found, others = [], []
    for row in rows:
        name = next(filter(None, (" ".join(row[k] for k in columns).strip() for columns in names)), "")
        student = next((row[k] for k in ids if row[k]), "")
        if student:
            found.append((student, name, row))
        elif "section" in header:  # Canvas has a line with the points of each column
            others.append(row)
        else:
            raise Unfit(f"has a line without an id: {shown(name)[:60] or 'no name either'}.")
    return found, others


def require_match(path: Path | None, roster: Roster, handins: list[Handin]) -> None:
    """Refuse a roster that has nobody of the inbox: it is another class's, or was not understood.

    Raises:
        CourseError: what was found in both, and what to do.
    """
    if not roster or any(
        handin.student in roster or set(handin.candidates) & set(roster) for handin in handins
    ):
        return
    students = "; ".join(f"{student} = {name or 'no name'}" for student, name in list(roster.items())[:3])
    files = "; ".join(handin.file for handin in handins[:3])
    raise CourseError(
        f"Nobody of the roster {path} handed anything in. As it was read, it has {len(roster)} students:\n"
        f"    {students}\nIn the inbox are {len(handins)} files:\n    {files}\n"
        "Is it the roster of this class, and are its first columns, or those called id and name, right? "
        "Nothing was graded."
    )
