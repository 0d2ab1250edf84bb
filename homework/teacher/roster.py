"""Reads the list of students, as nbgrader, Moodle, Canvas, a school's office or a person wrote it."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import re
import unicodedata
from pathlib import Path

from homework.teacher.identity import Handin, Roster
from homework.teacher.texts import clean_id, decode_text, shown
from launcher.errors import CourseError

DELIMITERS = "\t;,，"
HEADER_WITHIN = 10  # lines: a title may stand above
# The headers of a column of ids, the surest first; "student" is a name where one of the others is there.
IDS = (
    (
        "学号",
        "学生学号",
        "学籍号",
        "student number",
        "student no",
        "student id",
        "studentid",
        "matriculation number",
    ),
    ("sis user id", "id number", "idnumber", "id号", "编号", "学生编号", "matrikelnummer"),
    ("id", "student"),
    ("sis login id", "login id", "login", "username", "user name", "lms user id", "用户名", "登录名", "账号"),
    ("email", "email address", "e mail", "mail", "邮箱", "电子邮件", "电子邮箱", "电子邮件地址", "email地址"),
)
NAMES = ("name", "full name", "fullname", "student name", "display name", "姓名", "学生姓名", "全名")
GIVEN = ("first name", "firstname", "given name", "given names", "forename", "名", "名字", "vorname")
FAMILY = ("last name", "lastname", "surname", "family name", "姓", "姓氏", "nachname")
WHAT_IT_NEEDS = """It needs a line for each student, with an id and a name, best below a line such as: id,name
The lists of nbgrader, Moodle (participants) and Canvas (gradebook) are read as they are.
Nothing was graded."""


@dataclasses.dataclass
class Sheet:
    """A list of students, and what else stands in its columns.

    Attributes:
        header: the columns' headers as they stand there; [] without any.
        names: {student id: name}.
        cells: {student id: the values of that line}, as many as there are headers.
        others: the values of the lines that are nobody's, such as Canvas's of the points.
    """

    header: list[str]
    names: Roster
    cells: dict[str, list[str]]
    others: list[list[str]]

    def value(self, student: str, *headers: str) -> str:
        """What stands in the first of these columns that is there; "" without any. Headers are plain ones."""
        known = [plain_header(cell) for cell in self.header]
        at = next((known.index(name) for name in headers if name in known), None)
        return "" if at is None or student not in self.cells else self.cells[student][at]


def read_roster(path: Path | None) -> Roster:
    """{student id: name} of a CSV file; {} without a file. The rest is as of `read_sheet`."""
    return {} if path is None else read_sheet(path).names


def read_sheet(path: Path, what: str = "roster") -> Sheet:
    """A CSV file with a line for each student.

    Columns are found by their headers; without any, the first two are id and name. Values may be separated by
    commas, semicolons or tabs, in UTF-8, UTF-16 or GB 18030.

    Args:
        path: of the file.
        what: what it is called in errors.

    Raises:
        CourseError: the file is not there, has no students, the same id twice, or something that is no id.
    """
    try:
        text = decode_text(path.read_bytes())
    except OSError as error:
        raise CourseError(f"The {what} {path} cannot be read: {error}. Nothing was graded.") from None
    try:
        rows = rows_of(text)
        found, others = students_of(rows)
    except csv.Error as error:
        raise CourseError(f"The {what} {path} cannot be read: {error}.\n{WHAT_IT_NEEDS}") from None
    if not found:
        raise CourseError(f"The {what} {path} has no students.\n{WHAT_IT_NEEDS}")
    at = header_of(rows)
    sheet = Sheet([] if at is None else rows[at], {}, {}, others)
    seen: dict[str, str] = {}
    for given, name, row in found:
        student = clean_id(given)
        if not student:
            no_id = f"an id that cannot be one: {shown(given)[:60]!r} ({shown(name)[:60]})"
            raise CourseError(f"The {what} {path} has {no_id}.\n{WHAT_IT_NEEDS}")
        if (other := seen.setdefault(student.casefold(), student)) in sheet.names:
            both = f"{sheet.names[other] or 'no name'}, and {name or 'no name'}"
            raise CourseError(
                f"The {what} {path} has the id {student} twice: {both}.\nLeave one line for each student. "
                "Nothing was graded."
            )
        sheet.names[student], sheet.cells[student] = name, row
    return sheet


def rows_of(text: str) -> list[list[str]]:
    """The rows of a CSV file that are not empty, split at what its first lines are split at."""
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and re.fullmatch("sep=.", lines[0].strip(), re.IGNORECASE):  # Excel's own word on it
        return parsed(lines[1:], lines[0].strip()[-1])
    readings = [parsed(lines, delimiter) for delimiter in DELIMITERS]
    with_header = [
        rows for rows in readings if header_of(rows) is not None and len(rows[header_of(rows)]) > 1
    ]
    return max(with_header or readings, key=lambda rows: sum(len(row) > 1 for row in rows), default=[])


def parsed(lines: list[str], delimiter: str) -> list[list[str]]:
    rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    return [cells for row in rows if any(cells := [plain_cell(cell) for cell in row])]


def plain_cell(cell: str) -> str:
    """A value without blanks around it, and without what keeps a spreadsheet from computing it."""
    cell = cell.strip().strip("\ufeff\0")
    quoted = re.fullmatch(r'="?(.*?)"?|\'(\d+|[=+@-].*)', cell)
    return (quoted[1] or quoted[2] or "") if quoted else cell


def plain_header(cell: str) -> str:
    """A header as the lists above have it: "First_Name" is "first name"."""
    return re.sub(r"[\s_.:/()\[\]-]+", " ", unicodedata.normalize("NFKC", cell).casefold()).strip()


def header_of(rows: list[list[str]]) -> int | None:
    """The row of the headers: the first that has one of an id; None without any."""
    known = set(itertools.chain(*IDS))
    return next(
        (at for at, row in enumerate(rows[:HEADER_WITHIN]) if known & set(map(plain_header, row))), None
    )


def students_of(rows: list[list[str]]) -> tuple[list[tuple[str, str, list[str]]], list[list[str]]]:
    """(id, name, line) of each student, as they stand there, and the lines that are nobody's.

    Raises:
        CourseError: somebody has no id.
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
            raise CourseError(f"On the roster {name or 'somebody'} has no id.\n{WHAT_IT_NEEDS}")
    return found, others


def id_columns(header: list[str]) -> list[int]:
    """The columns that may hold a student's id, the surest first."""
    found = [header.index(name) for names in IDS for name in names if name in header]
    has_name = any(name in header for name in (*NAMES, *GIVEN, *FAMILY))
    if len(found) > 1 and "student" in header and ("id" in header or not has_name):
        found.remove(header.index("student"))  # is the name
    return found


def name_columns(header: list[str]) -> list[list[int]]:
    """The columns of a name: a whole one, or given name and surname."""
    names = (*NAMES, "student") if header[id_columns(header)[0]] != "student" else NAMES
    parts = [header.index(name) for kinds in (GIVEN, FAMILY) for name in kinds if name in header]
    return [*([header.index(name)] for name in names if name in header), parts]


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
