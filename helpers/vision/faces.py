"""What all detectors of faces share: what goes in, what comes out, and how far two boxes overlap."""

from typing import NamedTuple

import cv2
import numpy as np
import torch
from torchvision.ops import box_iou, nms

__all__ = [
    "Faces",
    "chosen",
    "cut_out",
    "keep_best",
    "no_faces",
    "overlaps",
    "resized",
    "rgb_picture",
    "shrunk",
    "survivors",
    "within",
]


class Faces(NamedTuple):
    """The faces found in one picture, the surest first.

    ``boxes``: ``(N, 4)`` float32, left, top, right, bottom in pixels of the picture. ``scores``: ``(N,)``
    float32 in 0…1. ``points``: ``(N, 5, 2)`` float32, x and y of the eye on the left of the picture, the eye
    on the right, the nose, the left and the right corner of the mouth; None from a detector that gives none.
    """

    boxes: np.ndarray
    scores: np.ndarray
    points: np.ndarray | None


def no_faces(with_points: bool = True) -> Faces:
    """The answer for a picture without a face."""
    points = np.zeros((0, 5, 2), np.float32) if with_points else None
    return Faces(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), points)


def chosen(faces: Faces, which: np.ndarray) -> Faces:
    """Some of the faces: ``which`` is an array of numbers or of True and False."""
    points = None if faces.points is None else faces.points[which]
    return Faces(faces.boxes[which], faces.scores[which], points)


def survivors(boxes: np.ndarray, scores: np.ndarray, overlap: float) -> np.ndarray:
    """Non-maximum suppression: the surest box stays, what overlaps it by more than ``overlap`` (IoU) goes.

    Returns:
        The numbers of the boxes that stay, the surest first.
    """
    return nms(torch.from_numpy(boxes), torch.from_numpy(scores), overlap).numpy()


def keep_best(faces: Faces, overlap: float) -> Faces:
    """The faces that non-maximum suppression leaves, the surest first."""
    return chosen(faces, survivors(faces.boxes, faces.scores, overlap))


def within(faces: Faces, height: int, width: int) -> Faces:
    """The boxes cut at the picture's edges; a box of which less than a pixel is left goes. Points stay."""
    faces = faces._replace(boxes=faces.boxes.clip(0, np.float32([width, height, width, height])))
    return chosen(faces, ((faces.boxes[:, 2:] - faces.boxes[:, :2]) >= 1).all(axis=1))


def overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union of each box with each other box, ``(N, 4)`` and ``(M, 4)`` to ``(N, M)``."""
    first, second = (torch.as_tensor(np.asarray(b, np.float32).reshape(-1, 4)) for b in (boxes, others))
    return box_iou(first, second).numpy()


def rgb_picture(picture: np.ndarray) -> np.ndarray:
    """Any usual array of a picture as RGB, ``(H, W, 3)`` uint8, contiguous.

    Grey ``(H, W)`` or ``(H, W, 1)`` gets three equal channels; RGBA is laid on white; 16 bits become 8.

    Raises:
        TypeError: not an array of uint8 or uint16.
        ValueError: no pixels, or another shape.
    """
    if not isinstance(picture, np.ndarray) or picture.dtype not in (np.uint8, np.uint16):
        kind = f"an array of {picture.dtype}" if isinstance(picture, np.ndarray) else type(picture).__name__
        raise TypeError(
            f"a picture is a NumPy array of uint8 (or uint16), not {kind}; from numbers in 0…1 it becomes "
            "one by (255 * picture).round().astype(np.uint8)"
        )
    if picture.ndim == 2:
        picture = picture[:, :, np.newaxis]
    if picture.ndim != 3 or picture.shape[2] not in (1, 3, 4):
        raise ValueError(f"a picture is (H, W), (H, W, 3) or (H, W, 4), not {picture.shape}")
    if picture.size == 0:
        raise ValueError(f"this picture has no pixels: its shape is {picture.shape}")
    if picture.dtype == np.uint16:
        picture = ((picture.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if picture.shape[2] == 1:
        picture = picture.repeat(3, axis=2)
    if picture.shape[2] == 4:
        alpha = picture[:, :, 3:].astype(np.uint16)
        picture = ((picture[:, :, :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return np.ascontiguousarray(picture)


def cut_out(picture: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What lies under one box, as far as it lies in the picture, and where its left top corner is.

    Args:
        picture: ``(H, W, 3)``.
        box: left, top, right, bottom in pixels; it is rounded.

    Returns:
        ``(h, w, 3)``, and x and y of the corner as float32.

    Raises:
        ValueError: the box lies outside the picture, or has no area.
    """
    height, width = picture.shape[:2]
    left, top, right, bottom = np.clip(np.round(box), 0, [width, height, width, height]).astype(int)
    if left >= right or top >= bottom:
        raise ValueError(f"the box {np.round(box).tolist()} holds nothing of a picture of {width} × {height}")
    return picture[top:bottom, left:right], np.float32([left, top])


def resized(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """The picture at another size: means over areas where it shrinks, bilinear where it grows."""
    shrinks = height * width < picture.shape[0] * picture.shape[1]
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def shrunk(picture: np.ndarray, longest: int) -> tuple[np.ndarray, float]:
    """The picture with no side over ``longest`` pixels, and its size now over its size before (at most 1)."""
    scale = min(1.0, longest / max(picture.shape[:2]))
    if scale == 1:
        return picture, 1.0
    height, width = (max(1, round(length * scale)) for length in picture.shape[:2])
    return resized(picture, height, width), scale
