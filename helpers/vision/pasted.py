"""Put a cut-out person on another background, so that the true mask is known; and clips made of such pictures."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from helpers.data.pictures import _captured_stderr
from launcher.files import whole_file

__all__ = ["moved", "pasted", "read_clip", "write_clip"]


def pasted(background: np.ndarray, picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """alpha · picture + (1 - alpha) · background, pixel by pixel (Porter and Duff, 1984).

    Args:
        background, picture: (H, W, 3) uint8, of one size.
        alpha: (H, W), bool or numbers in [0, 1]: how much of ``picture`` a pixel shows.

    Returns:
        (H, W, 3) uint8.
    """
    if background.shape != picture.shape or picture.shape[:2] != alpha.shape:
        raise ValueError(
            f"background, picture and alpha must be of one height and width, got {background.shape}, "
            f"{picture.shape} and {alpha.shape}; cv2.resize makes them so"
        )
    share = alpha.astype(np.float32)[..., None]
    return np.rint(share * picture + (1 - share) * background).astype(np.uint8)


def moved(
    picture: np.ndarray,
    mask: np.ndarray,
    *,
    scale: float = 1.0,
    turn: float = 0.0,
    right: float = 0.0,
    down: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """A picture and its mask, made smaller towards the middle of the lower edge, turned and shifted together.

    Args:
        picture: (H, W, 3) uint8.
        mask: (H, W) bool.
        scale: factor of the size, above 0.
        turn: degrees against the clock, about the middle of the picture.
        right, down: shift in pixels.

    Returns:
        The picture and the mask after it, of the same shapes; what comes in from outside is black and False.
    """
    import cv2

    if not scale > 0:
        raise ValueError(f"scale is a factor above 0, got {scale}")
    height, width = mask.shape
    about = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), turn, 1.0)
    about = np.vstack([about, [0, 0, 1]])
    smaller = [[scale, 0, (1 - scale) * (width - 1) / 2 + right], [0, scale, (1 - scale) * (height - 1) + down]]
    matrix = np.array([*smaller, [0, 0, 1]]) @ about
    size = (width, height)
    there = cv2.warpAffine(picture, matrix[:2], size, flags=cv2.INTER_LINEAR)
    flat = cv2.warpAffine(mask.astype(np.uint8), matrix[:2], size, flags=cv2.INTER_NEAREST)
    return there, flat > 0


def write_clip(path: Path, frames: Sequence[np.ndarray], fps: int = 25) -> Path:
    """Write pictures as a WebM clip (VP8), which browsers show.

    Args:
        path: where to, ending in ``.webm``; its folder is made, and a file that is there is replaced.
        frames: (H, W, 3) uint8 RGB, all of one size, H and W even.
        fps: frames a second.

    Raises:
        ValueError: no frames, or of different sizes, or another ending.
        OSError: this OpenCV cannot write VP8.
    """
    import cv2

    path = Path(path)
    if path.suffix != ".webm":
        raise ValueError(f"the name of a clip must end in .webm, got {path.name}")
    shapes = {frame.shape for frame in frames}
    if len(shapes) != 1:
        raise ValueError(f"a clip needs frames of one size, got {sorted(shapes)}")
    height, width = shapes.pop()[:2]
    with tempfile.TemporaryDirectory(prefix="clip") as scratch:  # VideoWriter wants a path in plain letters
        part = Path(scratch, "clip.webm")
        with _captured_stderr() as said:
            writer = cv2.VideoWriter(str(part), cv2.VideoWriter_fourcc(*"VP80"), fps, (width, height))
            opened = writer.isOpened()
        if not opened:
            raise OSError(f"this OpenCV cannot write VP8 video; reinstall opencv-python. It said: {said()}")
        for frame in frames:
            writer.write(np.ascontiguousarray(frame[..., ::-1]))  # OpenCV's order is BGR
        writer.release()
        content = part.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as part:
        part.write_bytes(content)
    return path


def read_clip(path: Path) -> list[np.ndarray]:
    """All frames of a clip, (H, W, 3) uint8 RGB.

    Raises:
        FileNotFoundError: no file of that name.
        ValueError: OpenCV finds no frame in it.
    """
    import cv2

    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no clip {path}")
    with _captured_stderr():
        capture, frames = cv2.VideoCapture(str(path)), []
        while (answer := capture.read())[0]:
            frames.append(np.ascontiguousarray(answer[1][..., ::-1]))
        capture.release()
    if not frames:
        raise ValueError(f"OpenCV finds no frame in {path}: is it a video?")
    return frames
