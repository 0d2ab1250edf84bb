"""Files that appear in one step: a reader, in another kernel too, finds the whole file or none."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file beside ``path`` to write into; it takes that name at the end, or goes away after an error."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(number)
    part = Path(name)
    try:
        yield part
        part.chmod(0o644)  # mkstemp makes a file that only its owner may read
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file in one step."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
