"""What a face detector is measured with in notebook 14a: marked faces, changed, and pictures of nobody.

Two people come with installed packages (``helpers.vision.transformed_faces``); the official portraits of
Barack Obama and Joe Biden (the White House, public domain) join them where their files are there. A box goes
from the hairline (or the brim of the hat) to the chin, and across the face without the ears; marked by hand.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from helpers.data.pictures import sample_image
from helpers.vision.transformed_faces import BOXES, CHANGES, changed, portrait

__all__ = ["NOBODY", "FacePicture", "face_pictures", "pictures_of_nobody"]

LARGEST = 400  # pixels of the longer side
NOBODY = ("cat", "coffee", "rocket", "coins", "brick", "hubble", "clock", "retina")
# File → the box of its face in the pixels of the file. Of the last two, half a face is on the picture.
MARKED = {
    "obama.jpg": (362, 85, 620, 412),
    "obama2.jpg": (212, 225, 470, 625),
    "obama3.jpg": (625, 285, 905, 640),
    "biden.jpg": (405, 150, 698, 562),
    "obama_partial_face.jpg": (0, 85, 212, 412),
    "obama_partial_face2.jpg": (362, 85, 551, 412),
}


class FacePicture(NamedTuple):
    """A picture and its faces.

    Attributes:
        name: whose picture it is.
        change: what was done to it, one of the names in ``transformed_faces.CHANGES``.
        image: (H, W, 3) uint8, RGB.
        boxes: (M, 4) float32, corners x1, y1, x2, y2 in pixels; M is 0 where nobody is seen.
    """

    name: str
    change: str
    image: np.ndarray
    boxes: np.ndarray


def face_pictures(
    portraits: dict[str, Path] | None = None, changes: Iterable[str] = ("as it is",)
) -> list[FacePicture]:
    """Each person's picture in each change, one face on each; longer sides of at most 400 pixels.

    Args:
        portraits: file name → path, as ``find_model("portraits")`` gives; names that are not marked are left
            out. None: the two people of the packages alone.
        changes: names out of ``transformed_faces.CHANGES``.

    Raises:
        ValueError: an unknown change; the message lists them all.
    """
    from PIL import Image

    known = {change.name: change for change in CHANGES}
    for name in changes:
        if name not in known:
            raise ValueError(f"there is no change {name!r}; there are: {', '.join(known)}")
    originals = [(name, portrait(name), box) for name, box in BOXES.items()]
    for name, box in MARKED.items():
        if portraits and name in portraits:
            with Image.open(portraits[name]) as picture:
                originals.append((Path(name).stem, np.asarray(picture.convert("RGB")), box))
    result = []
    for seed, (who, image, box) in enumerate(originals):
        small, scale = _fitted(image)
        for name in changes:
            face = changed(small, tuple(scale * side for side in box), known[name], seed)
            height, width = face.picture.shape[:2]
            inside = face.box.clip(0, np.array([width, height, width, height], np.float32))
            result.append(FacePicture(who, name, face.picture, inside[None]))
    return result


def pictures_of_nobody() -> list[FacePicture]:
    """Photographs on which nobody is seen: every box that a detector draws there is false."""
    none = np.zeros((0, 4), np.float32)
    return [FacePicture(name, "as it is", _fitted(sample_image(name))[0], none) for name in NOBODY]


def _fitted(image: np.ndarray) -> tuple[np.ndarray, float]:
    """The picture with a longer side of at most LARGEST pixels, and by how much it shrank."""
    scale = min(1.0, LARGEST / max(image.shape[:2]))
    height, width = (round(side * scale) for side in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), scale
