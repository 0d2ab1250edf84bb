"""Files that appear in one step: a reader, in another kernel too, finds the whole file or none."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file beside ``path`` to write into; it takes that name at the end, or goes away after an error."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    part.touch(exist_ok=False)  # who may read it is the umask's choice: marks are nobody else's business
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file in one step."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
