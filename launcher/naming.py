"""What a homework may be called on the command line."""

from pathlib import Path

from launcher.arguments import Wrong, own_copy
from launcher.places import HOMEWORK, ROOT


def homework_name(text: str) -> str:
    """A homework's name, also for the bare name of its file: "hw3" for "hw3.ipynb" and "hw3_backpropagation".

    The language decides which copy is read. So a file that lies somewhere is refused, with what to type; any
    other text is left as it is.
    """
    path = Path(text)
    name = path.name.removesuffix(".ipynb")
    short = name.partition("_")[0]
    copy = own_copy(short)
    if own_copy(text) or copy is None or name not in (short, copy.stem):
        return text
    if len(path.parts) > 1 or path.is_file():
        place = HOMEWORK.relative_to(ROOT).as_posix()
        raise Wrong(f"{text!r} is a file: type {short} in its place; it is read in {place} (Chinese: in zh/)")
    return short
