"""The same face cut out in many ways: how much of what a network says depends on the crop."""

from collections.abc import Sequence

import cv2
import numpy as np

from helpers.vision.faces import rgb_picture

__all__ = ["coarse", "crop_square", "random_crops"]


def crop_square(
    picture: np.ndarray,
    square: np.ndarray,
    size: int = 112,
    *,
    shift: Sequence[float] = (0.0, 0.0),
    scale: float = 1.0,
    angle: float = 0.0,
) -> np.ndarray:
    """What lies in a square of a picture, ``(size, size, 3)`` uint8; black where it leaves the picture.

    Args:
        picture: RGB, ``(H, W, 3)`` uint8.
        square: left, top, right, bottom in pixels; of another shape, the square of the longer side is taken.
        size: side of the result in pixels.
        shift: how far the square is moved to the right and down, as shares of its side.
        scale: above 1 the square is larger, and the face in it smaller.
        angle: degrees by which the face is turned to the left (anticlockwise).

    Raises:
        ValueError: a square without area, or a scale that is not above 0.
    """
    left, top, right, bottom = np.asarray(square, np.float64)
    side = max(right - left, bottom - top)
    if side <= 0 or scale <= 0:
        raise ValueError(f"the side of the square and its scale are above 0, got {side:g} and {scale:g}")
    middle = np.array([left + right, top + bottom]) / 2 + np.asarray(shift, float) * side
    factor = size / (side * scale)
    matrix = cv2.getRotationMatrix2D(middle.tolist(), angle, factor)
    matrix[:, 2] += size / 2 - middle
    picture = rgb_picture(picture)
    if factor < 1:  # what is finer than a pixel of the result must go first
        picture = cv2.GaussianBlur(picture, (0, 0), max(0.1, 0.5 * (factor**-2 - 1) ** 0.5))
    return cv2.warpAffine(picture, matrix, (size, size))


def random_crops(
    picture: np.ndarray, square: np.ndarray, count: int, rng: np.random.Generator, spread: float = 0.03
) -> list[np.ndarray]:
    """Crops that a careful person might all have chosen: moved, scaled and turned a little at random.

    Args:
        picture, square: as in ``crop_square``.
        count: how many.
        rng: chooses.
        spread: standard deviation of the shift as a share of the side; that of the scale is twice this, that
            of the turn 100 times this in degrees.
    """
    return [
        crop_square(
            picture,
            square,
            shift=rng.normal(0, spread, 2),
            scale=float(np.exp(rng.normal(0, 2 * spread))),
            angle=float(rng.normal(0, 100 * spread)),
        )
        for _ in range(count)
    ]


def coarse(crop: np.ndarray, pixels: int) -> np.ndarray:
    """A crop ``(S, S, 3)`` as a camera with so many pixels a side would have seen it, at its old size."""
    small = cv2.resize(crop, (pixels, pixels), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, crop.shape[1::-1], interpolation=cv2.INTER_LINEAR)
