"""Zips that are the same bytes from the same files, wherever and whenever they are made."""

import io
import zipfile
from collections.abc import Collection, Mapping


def zipped(
    files: Mapping[str, bytes], programs: Collection[str] = (), method: int = zipfile.ZIP_STORED
) -> bytes:
    """A zip of these files, in their order, as on Linux; no file bears a time.

    Args:
        files: {path in the zip: its bytes}.
        programs: those of them that may be run.
        method: packers differ from machine to machine, so the bytes are kept as they are by default.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # of 1980: zips cannot say that they have no time
            entry.create_system, entry.compress_type = 3, method
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, content)
    return made.getvalue()
