"""Thirty-seven pictures with one face each and a box that is known: a ruler for detectors of faces.

Two official photographs in the public domain, scikit-image's astronaut (Eileen Collins, NASA) and
matplotlib's Grace Hopper (US Navy), are moved, scaled, turned, darkened, blurred, mirrored, covered, and
laid on other backgrounds. The boxes of the two originals were read off by hand: from the hair or cap to the
chin, without the ears.
"""

from functools import cache
from typing import NamedTuple

import cv2
import numpy as np

from helpers.data.pictures import sample_image

__all__ = ["BOXES", "CHANGES", "Change", "TransformedFace", "changed", "portrait", "transformed_faces"]

BOXES = {
    "astronaut": (180, 72, 270, 180),
    "hopper": (178, 132, 356, 330),
}  # left, top, right, bottom in pixels


class Change(NamedTuple):
    """What is done to a picture; first the places of its pixels, then their values."""

    name: str
    scale: float = 1.0
    angle: float = 0.0  # degrees, to the left
    shift: tuple[float, float] = (
        0.0,
        0.0,
    )  # of the face's middle, as shares of the picture's width and height
    mirror: bool = False
    background: str | None = None  # a sample picture: only the head is laid on it
    cover: tuple[float, float, float, float] | None = (
        None  # grey there; left, top, right, bottom in shares of the box
    )
    light: float = 1.0
    blur: float = 0.0  # standard deviation as a share of the face's width
    noise: float = 0.0  # standard deviation in grey levels of 255


CHANGES = (
    Change("as it is"),
    Change("to the left", shift=(-0.2, 0.15)),
    Change("to the right", shift=(0.25, 0.1)),
    Change("half the size", scale=0.5, shift=(0.1, 0.1)),
    Change("a fifth of the size", scale=0.2),
    Change("larger", scale=1.4, shift=(0.05, 0.1)),
    Change("turned left", angle=12),
    Change("turned right", angle=-30),
    Change("darker", light=0.5),
    Change("dark", light=0.06),
    Change("blurred", blur=0.05),
    Change("mirrored", mirror=True),
    Change("noise", noise=25),
    Change("much noise", noise=80),
    Change("mouth covered", cover=(0, 0.62, 1, 1)),
    Change("one side covered", cover=(0.6, 0, 1.2, 1)),
    Change("on coffee", background="coffee", scale=0.7, shift=(0.1, 0.1)),
    Change("on gravel", background="gravel", scale=0.4, shift=(-0.15, 0.2)),
)
LAST = Change("mirrored, turned and dark", scale=0.6, angle=10, mirror=True, light=0.35, noise=5)


class TransformedFace(NamedTuple):
    """``picture``: RGB, ``(H, W, 3)`` uint8. ``box``: ``(4,)`` float32 in pixels, left top right bottom."""

    name: str
    picture: np.ndarray
    box: np.ndarray


def portrait(name: str) -> np.ndarray:
    """``"astronaut"`` ``(512, 512, 3)`` or ``"hopper"`` ``(600, 512, 3)``, RGB uint8, yours to change."""
    if name == "astronaut":
        return sample_image("astronaut")
    if name != "hopper":
        raise ValueError(f"there are the portraits {' and '.join(BOXES)}, not {name!r}")
    from matplotlib.cbook import get_sample_data
    from PIL import Image

    with get_sample_data("grace_hopper.jpg") as file, Image.open(file) as picture:
        return np.array(picture.convert("RGB"))


def changed(picture: np.ndarray, box: tuple[float, ...], change: Change, seed: int = 0) -> TransformedFace:
    """One picture changed, with the box that its face has now.

    The new box encloses the ellipse that fills the old one, moved and turned with it: the corners of a
    turned box are no part of a face.

    Args:
        picture: RGB, ``(H, W, 3)`` uint8.
        box: left, top, right, bottom of its face in pixels.
        change: what to do.
        seed: draws the noise.
    """
    height, width = picture.shape[:2]
    left, top, right, bottom = box
    middle = np.float32([(left + right) / 2, (top + bottom) / 2])
    turn = cv2.getRotationMatrix2D(middle.tolist(), change.angle, change.scale)
    if change.mirror:
        turn = turn @ np.diag([-1, 1, 1]) + np.float32(turn @ [2 * middle[0], 0, 0])[:, None] * [0, 0, 1]
    turn[:, 2] += np.float32(change.shift) * (width, height)

    picture = picture.copy()
    if change.cover:
        x0, y0, x1, y1 = np.int32(
            np.float32(change.cover) * ([right - left, bottom - top] * 2) + [left, top] * 2
        )
        picture[y0:y1, x0:x1] = 128
    if change.scale < 1:  # what is finer than a pixel of the result must go first
        picture = cv2.GaussianBlur(picture, (0, 0), 0.5 * (change.scale**-2 - 1) ** 0.5)
    seen = np.zeros((height, width), np.float32)
    if change.background:
        head = (middle - [0, 0.1 * (bottom - top)]), (1.3 * (right - left), 1.5 * (bottom - top))
        cv2.ellipse(seen, (head[0].tolist(), head[1], 0), 1.0, thickness=-1)
        canvas = cv2.resize(sample_image(change.background), (width, height))
    else:
        seen[:] = 1
        canvas = np.full_like(picture, picture.mean(axis=(0, 1)).astype(np.uint8))
    seen = cv2.warpAffine(seen, turn, (width, height))[:, :, None]
    moved = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    values = (seen * moved + (1 - seen) * canvas) * np.float32(change.light)
    if change.blur:
        values = cv2.GaussianBlur(values, (0, 0), change.blur * change.scale * (right - left))
    values += np.random.default_rng(seed).normal(0, 1, values.shape) * change.noise

    half = np.float32([right - left, bottom - top]) / 2
    centre = turn @ [*middle, 1]
    # How far the turned ellipse reaches along x and along y.
    reach = np.linalg.norm(turn[:, :2] * half, axis=1)
    box_now = np.float32([*(centre - reach), *(centre + reach)])
    return TransformedFace(change.name, values.clip(0, 255).round().astype(np.uint8), box_now)


@cache
def transformed_faces() -> tuple[TransformedFace, ...]:
    """The thirty-seven: eighteen changes of each portrait, and one more of the astronaut. Always the same."""
    cases = [(person, change) for person in BOXES for change in CHANGES] + [("astronaut", LAST)]
    faces = []
    for seed, (person, change) in enumerate(cases):
        face = changed(portrait(person), BOXES[person], change, seed)
        faces.append(face._replace(name=f"{person}, {face.name}"))
        face.picture.flags.writeable = False
    return tuple(faces)
