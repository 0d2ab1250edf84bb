"""Video as bytes of WebM, by OpenCV: what browsers and JupyterLab play."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np


def encode_clip(frames: Iterable[np.ndarray], size: tuple[int, int], fps: float) -> bytes:
    """Frames as VP8 in WebM.

    ``VideoWriter`` only writes to a path, and not reliably to one that is not ASCII. It gets a plain name in
    the system's temporary folder, and the bytes are read back from there.

    Args:
        frames: each RGB, ``(height, width, 3)`` uint8.
        size: (width, height), in pixels.
        fps: frames a second.

    Raises:
        OSError: this OpenCV cannot write VP8.
    """
    import cv2

    with tempfile.TemporaryDirectory(prefix="clip") as scratch:
        path = Path(scratch, "clip.webm")
        with captured_stderr() as said:
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"VP80"), fps, size)
            opened = writer.isOpened()
        if not opened:
            raise OSError(f"this OpenCV cannot write VP8 video; reinstall opencv-python. It said: {said()}")
        for frame in frames:
            writer.write(frame[..., ::-1].copy())  # OpenCV's order is BGR
        writer.release()
        return path.read_bytes()


@contextmanager
def captured_stderr() -> Iterator[Callable[[], str]]:
    """Hold back what native code prints: OpenCV remarks on the tag of every WebM file, and means no harm."""
    text = ""
    with tempfile.TemporaryFile() as log:
        saved = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield lambda: text
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            log.seek(0)
            text = log.read().decode(errors="replace")
