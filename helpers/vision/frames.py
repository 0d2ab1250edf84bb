"""A clip picture by picture, read and written: never more than one of them is in memory.

``for seconds, picture in frames_of("clip.webm"): …`` reads; ``write_frames("new.webm", pictures)`` takes what
any generator gives. What is written is VP8 in WebM, which JupyterLab and every browser play.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from helpers.data.video import captured_stderr, encode_clip
from helpers.vision.faces import rgb_picture, shrunk
from launcher.files import whole_file

__all__ = ["ClipCutShort", "Frame", "frames_of", "write_frames"]

LEAST = 16  # pixels of a side: smaller clips are written larger, for players refuse them


class Frame(NamedTuple):
    """``seconds`` since the clip began, and the ``picture``, RGB ``(H, W, 3)`` uint8, yours to change."""

    seconds: float
    picture: np.ndarray


class ClipCutShort(UserWarning):
    """A clip ended earlier than its beginning says."""


def frames_of(source: str | Path | int, every: int = 1, longest: int | None = None) -> Iterator[Frame]:
    """The frames of a clip, or of a camera, one after the other.

    Each has the time that the file gives it, so that a clip whose rate varies keeps its pace. A clip that is
    cut short gives the frames that are there, and then the warning ``ClipCutShort``. A picture is a clip of
    one frame.

    Args:
        source: path of a file, whose name may hold any characters; or a camera's number, 0 as a rule: it
            gives frames until you leave the loop, and their seconds are those of its own clock.
        every: only each ``every``-th frame.
        longest: a frame whose longer side has more pixels is shrunk to it.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is empty, or no frame can be read from it; ``every`` or ``longest`` is below 1.
        OSError: there is no such camera, or it gives nothing.
    """
    for name, number in (("every", every), ("longest", longest)):
        if number is not None and number < 1:
            raise ValueError(f"{name} is at least 1, got {number}")
    if isinstance(source, int):
        name, video = f"camera {source}", _quietly(cv2.VideoCapture, source)
    else:
        name, video = Path(source).name, _opened(Path(source))
    first = _read(video)
    if first is None:
        video.release()
        if isinstance(source, int):
            raise OSError(f"{name} gives no picture; is one plugged in, allowed, and used by nobody else?")
        plain = "" if name.isascii() else "; or try a name and a folder of Latin letters only"
        raise ValueError(f"{name}: no frame can be read; is it a video, and whole?{plain}")
    return _frames(video, first, name, every, longest)


def _frames(
    video: cv2.VideoCapture, frame: Frame | None, name: str, every: int, longest: int | None
) -> Iterator[Frame]:
    length = video.get(cv2.CAP_PROP_FRAME_COUNT) / max(video.get(cv2.CAP_PROP_FPS), 1e-6)
    number, last, step = 0, 0.0, 0.0
    try:
        while frame is not None:
            step, last = max(step, frame.seconds - last), frame.seconds
            if number % every == 0:
                yield frame if longest is None else frame._replace(picture=shrunk(frame.picture, longest)[0])
            number, frame = number + 1, _read(video)
        if length - last > 2.5 * step + 0.1:  # an ordinary clip ends one step after its last frame
            text = f"{name} ends after {last:.1f} of {length:.1f} seconds: it is cut short, or damaged"
            warnings.warn(text, ClipCutShort, stacklevel=2)
    finally:
        video.release()


def _opened(path: Path) -> cv2.VideoCapture:
    if not path.is_file():
        where = path.parent.resolve().name or "that folder"
        raise FileNotFoundError(f"there is no file {path.name} in {where}")
    if path.stat().st_size == 0:
        raise ValueError(f"{path.name} is empty: it has 0 bytes; no frame can be read; copy the clip again")
    video = _quietly(cv2.VideoCapture, str(path))
    if not video.isOpened() and not str(path.resolve()).isascii():
        with suppress(OSError), tempfile.TemporaryDirectory(prefix="clip") as folder:
            plain = shutil.copyfile(path, Path(folder, "clip" + path.suffix))
            # Where an open file cannot be taken away (Windows), the copy stays until the system cleans up.
            video = _quietly(cv2.VideoCapture, str(plain))
    return video


def _quietly(act, *arguments):
    with captured_stderr():
        return act(*arguments)


def _read(video: cv2.VideoCapture) -> Frame | None:
    """The next frame, or None where there is none."""
    there, picture = _quietly(video.read)
    if not there:
        return None
    return Frame(video.get(cv2.CAP_PROP_POS_MSEC) / 1000, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))


def write_frames(path: str | Path, pictures: Iterable[np.ndarray], fps: float = 25) -> Path:
    """Write pictures as VP8 in WebM while they are made.

    Of a picture with an odd side VP8 as OpenCV writes it would lose a row or a column: the last one is
    repeated instead, and sides below 16 pixels are filled up to 16 in the same way.

    Args:
        path: its name ends in ``.webm``; folders that are missing are made.
        pictures: of one size; RGB ``(H, W, 3)`` uint8, and what else ``rgb_picture`` takes.
        fps: frames a second.

    Returns:
        The path.

    Raises:
        ValueError: no picture, one of another size than the first, another ending, or ``fps`` not above 0.
        TypeError: what comes is no picture.
        OSError: this OpenCV cannot write VP8.
    """
    path = Path(path)
    if path.suffix != ".webm":
        raise ValueError(f"the name of a clip ends in .webm, got {path.name}")
    if not fps > 0:
        raise ValueError(f"fps, frames a second, is above 0, got {fps}")
    pictures = (rgb_picture(picture) for picture in pictures)
    first = next(pictures, None)
    if first is None:
        raise ValueError(f"{path.name} would have no frame: the generator gave no picture")
    height, width = first.shape[:2]
    size = tuple(max(LEAST, side + side % 2) for side in (width, height))
    filled = (_filled(picture, (height, width), size) for picture in chain([first], pictures))
    content = encode_clip(filled, size, fps)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as part:
        part.write_bytes(content)
    return path


def _filled(picture: np.ndarray, sides: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """The picture with its last row and column repeated up to a size (width, height)."""
    height, width = picture.shape[:2]
    if (height, width) != sides:
        raise ValueError(
            f"all frames have the size of the first, {sides[1]} × {sides[0]}; got {width} × {height}"
        )
    right, below = size[0] - width, size[1] - height
    return cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_REPLICATE)
