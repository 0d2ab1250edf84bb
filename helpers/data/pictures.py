"""Pictures that need no network: photographs for the lessons, and files for OpenCV and PIL to read."""

from pathlib import Path

import numpy as np

from helpers.data.video import encode_clip
from helpers.data.whole_sets import data_folder
from launcher.files import whole_file

# Our name -> the function of skimage.data. Only what its wheel carries (the others would ask the network) and
# whose documentation says that it is free to use.
COLOUR = {
    "astronaut": "astronaut",
    "cat": "cat",
    "coffee": "coffee",
    "hubble": "hubble_deep_field",
    "retina": "retina",
    "rocket": "rocket",
    "tissue": "immunohistochemistry",
}
GREY = {
    "brick": "brick",
    "camera": "camera",
    "clock": "clock",
    "coins": "coins",
    "grass": "grass",
    "gravel": "gravel",
    "text": "text",
}

CLIP_SIZE, CLIP_FPS, CLIP_FRAMES = (320, 240), 25, 75


def sample_image(name: str) -> np.ndarray:
    """A photograph as RGB, ``(H, W, 3)`` uint8, contiguous, yours to change.

    Args:
        name: a key of ``COLOUR``, or of ``GREY`` (grey pictures come with three equal channels).

    Raises:
        ValueError: an unknown name; the message lists them all.
    """
    known = COLOUR | GREY
    if name not in known:
        raise ValueError(
            f"there is no sample picture {name!r}; in colour: {', '.join(COLOUR)}; in grey: {', '.join(GREY)}"
        )
    from skimage import data

    picture = getattr(data, known[name])()
    if picture.ndim == 2:
        picture = np.repeat(picture[..., np.newaxis], 3, axis=2)
    return np.array(picture, dtype=np.uint8, order="C")


def write_samples(folder: str | Path | None = None) -> dict[str, Path]:
    """Put ``cat.jpg`` and ``clip.webm`` into a folder, for the lessons that read files.

    The clip is 3 seconds of VP8 at 25 frames a second, 320x240: the camera closes in on the cat while a ball
    crosses. A file that is already there stays as it is.

    Args:
        folder: where to put them; the course's ``data/`` if None. It is made if it is not there.

    Returns:
        ``{"cat.jpg": path, "clip.webm": path}``.

    Raises:
        OSError: the folder cannot be written to, or this OpenCV cannot encode the file.
    """
    folder = data_folder() if folder is None else Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, encode in {"cat.jpg": _encode_cat, "clip.webm": _encode_clip}.items():
        paths[name] = folder / name
        if not paths[name].is_file():
            content = encode()
            with whole_file(paths[name]) as part:
                part.write_bytes(content)
    return paths


def _encode_cat() -> bytes:
    """The picture as JPEG bytes. ``cv2.imwrite`` fails on Windows when the path holds Chinese characters."""
    import cv2

    encoded, jpeg = cv2.imencode(".jpg", sample_image("cat")[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    if not encoded:
        raise OSError("this OpenCV cannot encode JPEG; reinstall opencv-python")
    return jpeg.tobytes()


def _encode_clip() -> bytes:
    """The clip as WebM bytes."""
    cat = sample_image("cat")
    frames = (_clip_frame(cat, number) for number in range(CLIP_FRAMES))
    return encode_clip(frames, CLIP_SIZE, CLIP_FPS)


def _clip_frame(cat: np.ndarray, number: int) -> np.ndarray:
    """Frame 0..74 of the clip, RGB ``(240, 320, 3)`` uint8: closing in on the cat, and a bouncing ball."""
    import cv2

    progress = number / (CLIP_FRAMES - 1)
    height = round(300 - 120 * progress)  # from the whole picture in to three fifths of it
    width = round(height * CLIP_SIZE[0] / CLIP_SIZE[1])
    left, top = round((cat.shape[1] - width) * progress / 2), round((cat.shape[0] - height) / 3)
    view = np.ascontiguousarray(cat[top : top + height, left : left + width])
    frame = cv2.resize(view, CLIP_SIZE, interpolation=cv2.INTER_LINEAR)
    ball = (round(20 + 280 * progress), round(220 - 120 * abs(np.sin(3 * np.pi * progress))))
    cv2.circle(frame, ball, 14, (230, 159, 0), thickness=-1, lineType=cv2.LINE_AA)
    return frame
