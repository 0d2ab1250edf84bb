"""Zip files from strangers: what is in them is looked at before a byte of it is unpacked."""

from __future__ import annotations

import stat
import zipfile

MOST_BYTES = 120_000_000  # of one notebook; stored outputs can be long
MOST_PACKED_BYTES = 2_000_000_000  # of all files of one archive, unpacked
MOST_FILES = 10_000  # in one archive
IGNORED = {".ds_store", "thumbs.db", "desktop.ini", "__macosx"}


class Unsafe(Exception):
    """An archive or a file that is not read. The text says why."""


def is_ignored(name: str) -> bool:
    """Files that systems and learning platforms leave behind."""
    parts = name.lower().split("/")
    return any(part in IGNORED or part.startswith(("._", ".ipynb_checkpoints", "~$")) for part in parts)


def check_archive(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of a zip that may be read.

    Raises:
        Unsafe: it is encrypted, a bomb, or has names that lead outside.
    """
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise Unsafe(f"there are more than {MOST_FILES} files in it")
    if sum(entry.file_size for entry in entries) > MOST_PACKED_BYTES:
        raise Unsafe("it would unpack to more than 2 GB (a zip bomb)")
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if entry.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise Unsafe("a file name in it leads outside of the archive")
        if entry.flag_bits & 1:
            raise Unsafe("it is encrypted; hand it in without a password")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unsafe("it holds a symbolic link")
    return [entry for entry in entries if not entry.is_dir() and not is_ignored(entry.filename)]


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of one file of a zip; its own statement of its size is not believed."""
    with archive.open(entry) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unsafe(f"a file in it is larger than {MOST_BYTES // 10**6} MB (perhaps a zip bomb)")
    return data
