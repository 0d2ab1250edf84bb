"""Unpack what was downloaded, so that a reader finds all of it or nothing."""

import gzip
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.data.disk import DISK_FULL, disk_full
from helpers.data.download import is_right
from helpers.data.locks import alone


def right_archive(places: Iterable[Path], md5: str) -> Path | None:
    """The first of these files that has this checksum; one that has another is named and left aside."""
    for place in places:
        if is_right(place, f"md5:{md5}"):
            return place
        if place.is_file():
            print(f"{place} is left aside: its checksum is wrong (a copy that broke off?).")
    return None


def unpack_gzip(archive: Path, target: Path) -> None:
    """Unpack one ``.gz`` file. ``target`` appears only when gzip's own length and CRC were right.

    Raises:
        OSError: the archive is damaged, or the disk is full; no target is left then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _unpacking(archive, target) as scratch:
        part = scratch / target.name
        with gzip.open(archive) as packed, part.open("wb") as file:
            shutil.copyfileobj(packed, file)
        part.replace(target)


def unpack_tar(archive: Path, target: Path) -> None:
    """Unpack the folder ``target.name`` of a tar archive; ``target`` appears only when all of it is there.

    Raises:
        OSError: the archive is damaged or holds no such folder, or the disk is full; no target is left then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with alone(target), _unpacking(archive, target) as scratch:
        if not target.is_dir():
            shutil.unpack_archive(archive, scratch, filter="data")
            (scratch / target.name).replace(target)


@contextmanager
def _unpacking(archive: Path, target: Path) -> Iterator[Path]:
    """A folder beside the target to unpack into; it goes away with all that is in it."""
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{target.name}.") as scratch:
            yield Path(scratch)
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError, shutil.ReadError) as error:
        raise OSError(f"{archive} is damaged ({error}). Delete it and run this again.") from error
    except OSError as error:
        if error.errno in DISK_FULL:
            raise disk_full(error, target) from error
        raise
