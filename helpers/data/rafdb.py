"""RAF-DB's folder of seven basic expressions, read as its authors hand it out, each fault of it said plainly.

The layout (Li, Deng and Du, whdeng.cn/RAF/model1.html; free for research, asked for by e-mail)::

    RAF-DB/basic/EmoLabel/list_patition_label.txt    train_00001.jpg 5
    RAF-DB/basic/Image/aligned/train_00001_aligned.jpg    100×100 pixels
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

__all__ = ["find_rafdb", "read_list", "read_pictures", "read_rafdb"]

LIST = Path("EmoLabel", "list_patition_label.txt")
ALIGNED = Path("Image", "aligned")
SIDE = 100  # pixels of an aligned picture
LINE = re.compile(r"((?:train|test)_\d+)(?:_aligned)?\.jpg\s+(\d+)")
LABELS = "1 surprise, 2 fear, 3 disgust, 4 happiness, 5 sadness, 6 anger, 7 neutral"
NAMES = {"rafdb", "rafdbbasic", "raf", "basic"}  # of its folder, in lower case, letters alone


def find_rafdb(folders: Sequence[Path]) -> Path | None:
    """The folder that holds ``EmoLabel`` and ``Image``, up to three levels below one named like RAF-DB.

    Unpacking adds a level of folders, or two: those are gone through. Without ``EmoLabel`` or ``Image``
    anywhere below it, the folder with that name itself; None where no folder has such a name.
    """
    tops = [
        path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if path.is_dir() and re.sub(r"[^a-z]", "", path.name.lower()) in NAMES
    ]
    for part in (LIST, Path("EmoLabel"), Path("Image")):
        for top in tops:
            for level in ("", "*/", "*/*/", "*/*/*/"):
                for found in sorted(top.glob(level + part.as_posix())):
                    return found.parents[len(part.parts) - 1]
    return tops[0] if tops else None


def read_list(path: Path) -> list[tuple[str, int]]:
    """The lines of RAF-DB's list: ``("train_00001", 5)``, the label as it stands there, 1 to 7.

    Raises:
        FileNotFoundError: there is no list.
        ValueError: a line that is no line of RAF-DB, a label that there is not, a picture named twice.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"RAF-DB's list is missing: {path}. It is in the archive EmoLabel, under this name."
        )
    entries: dict[str, int] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        match = LINE.fullmatch(line.strip())
        if not match:
            raise ValueError(
                f"{path}, line {number}: expected a line such as 'train_00001.jpg 5', got {line!r}."
            )
        name, label = match[1], int(match[2])
        if not 1 <= label <= 7:
            hint = " Labels that count from 0 are from another copy: add 1 to each." if label == 0 else ""
            raise ValueError(f"{path}, line {number}: there is no label {label}; they are {LABELS}.{hint}")
        if entries.setdefault(name, label) != label:
            raise ValueError(f"{path}, line {number}: {name} has label {label}, and {entries[name]} above.")
    if not entries:
        raise ValueError(f"{path} is empty: expected 15,339 lines such as 'train_00001.jpg 5'.")
    return list(entries.items())


def _text(path: Path) -> str:
    """The text of a list, whatever an editor made of it: a mark in front, UTF-16, GBK, CRLF."""
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")  # then a line that is no line of the list is shown


def read_rafdb(folder: Path, split: str, size: int, grey: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pictures uint8 (N, C, size, size) and labels int64 (N,) from 0, in the order of the list.

    Args:
        folder: what holds ``EmoLabel`` and ``Image``.
        split: "train" or "test", as the names in the list begin.

    Raises:
        FileNotFoundError: the list, the folder of aligned pictures, or pictures are missing.
        ValueError: the list is wrong, or a picture is broken or of another size.
    """
    if not any(path.is_file() for path in folder.rglob("*")):
        raise FileNotFoundError(f"{folder} is empty. Unpack RAF-DB's archives into it: {LIST} and {ALIGNED}.")
    entries = [entry for entry in read_list(folder / LIST) if entry[0].startswith(split)]
    if not entries:
        raise ValueError(f"{folder / LIST} names no picture with {split}_ in front.")
    aligned = folder / ALIGNED
    if not aligned.is_dir():
        original = (folder / "Image" / "original").is_dir()
        only = " Only the original pictures are here: unpack RAF-DB's aligned.zip too." if original else ""
        raise FileNotFoundError(f"There is no {aligned} with pictures such as train_00001_aligned.jpg.{only}")
    paths = [aligned / f"{name}_aligned.jpg" for name, _ in entries]
    here = {path.name for path in aligned.iterdir()}
    missing = [path.name for path in paths if path.name not in here]
    if missing:
        raise FileNotFoundError(
            f"{len(missing):,} of the {len(paths):,} {split} pictures that the list names are missing from "
            f"{aligned}, among them {', '.join(missing[:3])}. Unpack aligned.zip once more."
        )
    labels = np.array([label - 1 for _, label in entries], dtype=np.int64)
    return read_pictures(paths, size, grey), labels


def read_pictures(paths: Sequence[Path], size: int, grey: bool) -> np.ndarray:
    """Aligned pictures of RAF-DB, made smaller or larger: uint8 (N, C, size, size).

    Raises:
        ValueError: a file that is no whole picture, or one that is not 100×100.
    """
    pictures = np.empty((len(paths), size, size, 1 if grey else 3), np.uint8)
    for row, path in enumerate(paths):
        try:
            with Image.open(path) as file:
                picture = file.convert("L" if grey else "RGB")
        except (OSError, SyntaxError) as error:  # PIL's words for a file that ends early, or is no picture
            raise ValueError(f"{path} is no whole picture ({error}): unpack aligned.zip again.") from error
        if picture.size != (SIDE, SIDE):
            width, height = picture.size
            raise ValueError(
                f"{path} has {width}×{height} pixels; an aligned picture of RAF-DB has {SIDE}×{SIDE}. "
                "Is it one of the original pictures under another name?"
            )
        small = picture.resize((size, size), Image.Resampling.BILINEAR)  # PIL averages where it shrinks
        pictures[row] = np.asarray(small).reshape(size, size, -1)
    return pictures.transpose(0, 3, 1, 2).copy()
