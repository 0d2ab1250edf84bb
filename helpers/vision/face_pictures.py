"""Photographs of real faces with boxes marked by hand, and changed copies of them: what a face detector is
measured with (notebook 14a).

A box goes from the hairline (or the brim of the hat) to the chin, and across the face without the ears. The
people are public figures on official pictures of the US government: Eileen Collins (NASA, in scikit-image),
Grace Hopper (US Navy, in matplotlib), Barack Obama and Joe Biden (the White House, downloaded on request).
"""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from helpers.data.pictures import sample_image

__all__ = ["CHANGES", "FacePicture", "changed", "face_pictures", "pictures_without_faces"]

LARGEST = 512  # pixels of the longer side
# File → the box of its face in the pixels of the file.
MARKED = {
    "obama.jpg": (362, 85, 620, 412),
    "obama2.jpg": (212, 225, 470, 625),
    "obama3.jpg": (625, 285, 905, 640),
    "biden.jpg": (405, 150, 698, 562),
    "obama_partial_face.jpg": (0, 85, 212, 412),
    "obama_partial_face2.jpg": (362, 85, 551, 412),
}
ASTRONAUT, HOPPER = (181, 72, 268, 187), (168, 134, 356, 328)
CHANGES = ("as it is", "mirrored", "turned", "small", "dark", "noisy", "blurred")
TURN, SMALL, DARK, NOISE, BLUR = 25.0, 0.25, 0.25, 25.0, 3.0  # degrees, share, share, grey levels, pixels


class FacePicture(NamedTuple):
    """A picture and its faces.

    Attributes:
        name: whose picture it is.
        image: (H, W, 3) uint8, RGB.
        boxes: (M, 4) float32, corners x1, y1, x2, y2 in pixels; M is 0 where nobody is seen.
    """

    name: str
    image: np.ndarray
    boxes: np.ndarray


def face_pictures(portraits: dict[str, Path] | None = None) -> list[FacePicture]:
    """The astronaut, Grace Hopper, and the portraits whose files are there; longer sides of at most 512.

    Args:
        portraits: file name → path, as ``find_model("portraits")`` gives; names without a marked box are
            left out.
    """
    from matplotlib.cbook import get_sample_data
    from PIL import Image

    def read(file: object) -> np.ndarray:
        with Image.open(file) as picture:
            return np.asarray(picture.convert("RGB"))

    with get_sample_data("grace_hopper.jpg") as file:
        hopper = read(file)
    found = [("astronaut", sample_image("astronaut"), ASTRONAUT), ("hopper", hopper, HOPPER)]
    for name, box in MARKED.items():
        if portraits and name in portraits:
            found.append((Path(name).stem, read(portraits[name]), box))
    return [_fitted(name, image, box) for name, image, box in found]


def pictures_without_faces() -> list[FacePicture]:
    """Photographs on which nobody is seen: every box that a detector draws there is false."""
    none = np.zeros((0, 4), np.float32)
    names = ("cat", "coffee", "rocket", "coins", "brick", "hubble")
    return [FacePicture(name, _fitted(name, sample_image(name), None).image, none) for name in names]


def _fitted(name: str, image: np.ndarray, box: tuple | None) -> FacePicture:
    boxes = np.array([box] if box else [], np.float32).reshape(-1, 4)
    scale = min(1.0, LARGEST / max(image.shape[:2]))
    height, width = (round(side * scale) for side in image.shape[:2])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return FacePicture(name, small, boxes * scale)


def changed(picture: FacePicture, how: str, seed: int = 0) -> FacePicture:
    """A copy of a picture, and its boxes with it.

    Args:
        picture: what to change.
        how: one of ``CHANGES``. *turned* is by 25° about the (first) face, *small* puts the picture at a
            quarter of its size on a grey ground, *dark* keeps a quarter of the light, *noisy* adds a standard
            deviation of 25 grey levels, *blurred* has a Gaussian of 3 pixels.
        seed: draws the noise.

    Raises:
        ValueError: an unknown change.
    """
    name, image, boxes = picture
    height, width = image.shape[:2]
    if how == "as it is":
        return picture
    if how == "mirrored":
        flipped = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)
        return FacePicture(name, np.ascontiguousarray(image[:, ::-1]), flipped)
    if how == "turned":
        x1, y1, x2, y2 = boxes[0].tolist() if len(boxes) else (0.0, 0.0, width, height)
        matrix = cv2.getRotationMatrix2D(((x1 + x2) / 2, (y1 + y2) / 2), TURN, 1.0)
        turned = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return FacePicture(name, turned, _inside(_turned(boxes, matrix), width, height))
    if how == "small":
        side = max(height, width)
        ground = np.full((side, side, 3), 128, np.uint8)
        small = cv2.resize(image, None, fx=SMALL, fy=SMALL, interpolation=cv2.INTER_AREA)
        top, left = (side - small.shape[0]) // 2, (side - small.shape[1]) // 2
        ground[top : top + small.shape[0], left : left + small.shape[1]] = small
        return FacePicture(name, ground, boxes * SMALL + np.array([left, top, left, top], np.float32))
    if how == "dark":
        return FacePicture(name, (image * DARK).astype(np.uint8), boxes)
    if how == "noisy":
        noise = np.random.default_rng(seed).normal(0, NOISE, image.shape)
        return FacePicture(name, (image + noise).clip(0, 255).astype(np.uint8), boxes)
    if how == "blurred":
        return FacePicture(name, cv2.GaussianBlur(image, (0, 0), BLUR), boxes)
    raise ValueError(f"there is no change {how!r}; there are: {', '.join(CHANGES)}")


def _turned(boxes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The upright boxes around the turned faces: a face is taken for the ellipse that fills its box."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]) / 2
    middle = middle @ matrix[:, :2].T + matrix[:, 2]
    half = np.sqrt((half[:, None, :] ** 2 * matrix[None, :, :2] ** 2).sum(axis=2))
    return np.concatenate([middle - half, middle + half], axis=1).astype(np.float32)


def _inside(boxes: np.ndarray, width: int, height: int) -> np.ndarray:
    """The boxes, cut at the rim of the picture."""
    return boxes.clip(0, np.array([width, height, width, height], np.float32))
