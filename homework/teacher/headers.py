"""The headers of lists of students: which columns hold an id or a name, in English, Chinese and German."""

from __future__ import annotations

import itertools
import re
import unicodedata

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
ALL_IDS = frozenset(itertools.chain(*IDS))
ALL_NAMES = frozenset((*NAMES, *GIVEN, *FAMILY))


def plain_header(cell: str) -> str:
    """A header as the lists above have it: "First_Name" is "first name"."""
    return re.sub(r"[\s_.:/()\[\]-]+", " ", unicodedata.normalize("NFKC", cell).casefold()).strip()


def header_of(rows: list[list[str]]) -> int | None:
    """The row of the headers: the first that has one of an id; None without any."""
    return next(
        (at for at, row in enumerate(rows[:HEADER_WITHIN]) if ALL_IDS & set(map(plain_header, row))), None
    )


def lost_header(rows: list[list[str]]) -> list[str] | None:
    """The first row of a list without headers, where it looks like headers of other words; None else.

    Headers have no digits, but neither have some ids. So one is a known header of names, or most ids in the
    rows below have digits. A list of letters alone is believed.
    """
    first, below = rows[0], rows[1:]
    if any(sign.isdigit() for cell in first for sign in cell):
        return None
    with_digits = sum(any(sign.isdigit() for sign in row[0]) for row in below)
    is_header = ALL_NAMES & set(map(plain_header, first)) or 2 * with_digits > len(below)
    return first if is_header else None


def id_columns(header: list[str]) -> list[int]:
    """The columns that may hold a student's id, the surest first."""
    found = [header.index(name) for names in IDS for name in names if name in header]
    has_name = bool(ALL_NAMES & set(header))
    if len(found) > 1 and "student" in header and ("id" in header or not has_name):
        found.remove(header.index("student"))  # is the name
    return found


def name_columns(header: list[str]) -> list[list[int]]:
    """The columns of a name: a whole one, or given name and surname."""
    names = (*NAMES, "student") if header[id_columns(header)[0]] != "student" else NAMES
    parts = [header.index(name) for kinds in (GIVEN, FAMILY) for name in kinds if name in header]
    return [*([header.index(name)] for name in names if name in header), parts]
