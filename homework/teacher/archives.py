"""Zip files from strangers: what is in them is looked at before a byte of it is unpacked."""

from __future__ import annotations

import datetime
import re
import stat
import struct
import zipfile

from homework.teacher.naming import MOODLE
from homework.teacher.texts import decode_name

MOST_BYTES = 120_000_000  # of one notebook; stored outputs can be long
MOST_PACKED_BYTES = 2_000_000_000  # of all files of one archive, unpacked
MOST_FILES = 10_000  # in one archive
IGNORED = {".ds_store", "thumbs.db", "desktop.ini", "__macosx"}
DRIVE = re.compile(r"[A-Za-z]?:")  # the exchange of nbgrader has times, with colons, in its names
UTF8_FLAG = 0x800
UNIX_TIMES = 0x5455  # the extra field with times in UTC
DOWNLOAD_TAKES = datetime.timedelta(minutes=15)
NO_TIME = datetime.datetime(1981, 1, 1, tzinfo=datetime.UTC)  # zips that know no time say 1980


class Unsafe(Exception):
    """An archive or a file that is not read. The text says why."""


def is_ignored(name: str) -> bool:
    """Files that systems and learning platforms leave behind."""
    parts = name.lower().split("/")
    return any(part in IGNORED or part.startswith(("._", ".ipynb_checkpoints", "~$")) for part in parts)


def check_archive(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of a zip that may be read, under the names that their makers gave them.

    Raises:
        Unsafe: it is encrypted, a bomb, or has names that lead outside.
    """
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise Unsafe(f"there are more than {MOST_FILES} files in it")
    if sum(entry.file_size for entry in entries) > MOST_PACKED_BYTES:
        raise Unsafe("it would unpack to more than 2 GB (a zip bomb)")
    for entry in entries:
        entry.filename = real_name(entry)
        parts = entry.filename.split("/")
        if entry.filename.startswith("/") or ".." in parts or DRIVE.match(parts[0]):
            raise Unsafe("a file name in it leads outside of the archive")
        if entry.flag_bits & 1:
            raise Unsafe("it is encrypted; hand it in without a password")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unsafe("it holds a symbolic link")
    return [entry for entry in entries if not entry.is_dir() and not is_ignored(entry.filename)]


def real_name(entry: zipfile.ZipInfo) -> str:
    """The name of a file in a zip. Without the flag for UTF-8 Python takes the bytes for DOS's of the USA."""
    name = entry.filename
    if not entry.flag_bits & UTF8_FLAG and not name.isascii():
        name = decode_name(name.encode("cp437", errors="replace"), "cp437")
    return name.replace("\\", "/")


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of one file of a zip; its own statement of its size is not believed."""
    with archive.open(entry) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unsafe(f"a file in it is larger than {MOST_BYTES // 10**6} MB (perhaps a zip bomb)")
    return data


def entry_time(entry: zipfile.ZipInfo) -> datetime.datetime | None:
    """When a file of a zip was written; None where the zip does not say. Zips mean the local time, mostly."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == UNIX_TIMES and 5 <= size <= len(extra) - 4 and extra[4] & 1:
            return datetime.datetime.fromtimestamp(struct.unpack("<i", extra[5:9])[0], datetime.UTC)
        extra = extra[4 + size :]
    try:
        time = datetime.datetime(*entry.date_time).astimezone(datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return time if time > NO_TIME else None


def platform_times(entries: list[zipfile.ZipInfo]) -> dict[int, datetime.datetime]:
    """{place of an entry: when Moodle got it}, where a bulk download says that.

    Old Moodles stored each file with the time of its upload. Later ones, and Canvas, write the time of the
    download: then all entries are from the same minutes, and say nothing.
    """
    of_moodle = {
        at: entry_time(entry)
        for at, entry in enumerate(entries)
        if any(MOODLE.fullmatch(part[:300]) for part in entry.filename.split("/")[-12:])
    }
    times = {at: time for at, time in of_moodle.items() if time is not None}
    if not times or max(times.values()) - min(times.values()) <= DOWNLOAD_TAKES:
        return {}
    return times
