"""Text from strangers: bytes whose encoding nobody wrote down, and names that are shown or used as ids."""

from __future__ import annotations

import codecs
import re
import unicodedata

LONGEST_ID = 60
MOST_NAMED = 10  # in what is printed
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of .xlsx and .xls
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def decode_text(data: bytes) -> str:
    """The text of a file: by its mark, else UTF-16 (half of the bytes are 0), UTF-8, GB 18030, Western."""
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if data[1::2].count(0) > len(data) // 4:
        return data.decode("utf-16-le", errors="replace")
    if data[::2].count(0) > len(data) // 4:
        return data.decode("utf-16-be", errors="replace")
    return decode_name(data, "cp1252")


def table_text(data: bytes) -> str:
    """The text of a CSV file; raises ValueError for a workbook, with what to do."""
    if data.startswith(WORKBOOKS):
        raise ValueError("this is an Excel workbook: save it as CSV")
    return decode_text(data)


def named(names: list[str], most: int = MOST_NAMED) -> str:
    """The first of some names, and how many more there are, as it is printed."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def decode_name(data: bytes, western: str) -> str:
    """Bytes as UTF-8, else as GB 18030, else in a Western code page.

    A letter with an accent is one high byte among plain letters; Chinese characters come as pairs of them.
    """
    runs = re.findall(rb"[\x80-\xff]+", data)
    chinese = [] if all(len(run) == 1 for run in runs) else ["gb18030"]
    for encoding in ("utf-8", *chinese):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode(western, errors="replace")


def shown(name: str) -> str:
    """A name for people to read: what cannot be seen, or turns the line around, becomes "�"."""
    signs = unicodedata.normalize("NFC", name)
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "�" for sign in signs)


def clean_id(text: object) -> str:
    """A student's id without blanks around it; "" for what cannot be one: a path, what does not print."""
    if not isinstance(text, str | int) or isinstance(text, bool):
        return ""
    name = unicodedata.normalize("NFC", str(text)).strip()
    is_path = ".." in name or "/" in name or "\\" in name or name.startswith(".")
    return "" if is_path or not name.isprintable() or len(name) > LONGEST_ID else name


def id_key(name: str) -> str:
    """What ids are compared by where they are not the same letter for letter: no case, no leading zeros."""
    key = unicodedata.normalize("NFKC", name).casefold()
    return key.lstrip("0") or "0" if key.isdigit() else key


def words_of(name: str) -> list[str]:
    """The words of a person's name in their order: NFC, without case and signs."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name.casefold()))


def is_han(text: str) -> bool:
    """Whether a text is written in Chinese characters alone."""
    return bool(text) and all("\u3400" <= sign <= "\u9fff" or sign >= "\U00020000" for sign in text)
