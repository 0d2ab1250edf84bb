"""One frame of a made clip, with the boxes and the names that are true of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

__all__ = ["ClipFrame", "framed"]

SEEN = 0.5  # share of a box inside the picture from which on a face counts


class ClipFrame(NamedTuple):
    """One frame and what is true of it.

    Attributes:
        seconds: since the clip began.
        picture: RGB, (H, W, 3) uint8.
        boxes: (M, 4) float32 in pixels, of the faces that lie at least half in the picture, cut at its edge.
        names: M of them, whose boxes they are.
        partly: (K, 4), of faces that show less: neither a hit nor a false alarm.
    """

    seconds: float
    picture: np.ndarray
    boxes: np.ndarray
    names: tuple[str, ...]
    partly: np.ndarray


def framed(seconds: float, picture: np.ndarray, boxes: np.ndarray, names: Sequence[str]) -> ClipFrame:
    """A frame, told apart what of its faces is seen.

    Args:
        seconds, picture: as in ``ClipFrame``.
        boxes: (N, 4) in pixels, of all faces, whole, wherever they are.
        names: N of them.
    """
    height, width = picture.shape[:2]
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    inside = boxes.clip(0, np.float32([width, height, width, height]))
    shares = np.prod(inside[:, 2:] - inside[:, :2], axis=1) / np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    called = tuple(name for name, share in zip(names, shares, strict=True) if share >= SEEN)
    partly = inside[(shares > 0) & (shares < SEEN)]
    return ClipFrame(seconds, picture, inside[shares >= SEEN], called, partly)
