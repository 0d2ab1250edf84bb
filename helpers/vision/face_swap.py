"""A face back into its picture: where it goes, which part of it, and how its edge disappears.

The seam is removed by Poisson image editing (P. Pérez, M. Gangnet, A. Blake, *Poisson Image Editing*, ACM
Transactions on Graphics 2003), which OpenCV has as ``seamlessClone``.
"""

import cv2
import numpy as np

from helpers.vision.alignment import TEMPLATE, similarity
from helpers.vision.faces import rgb_picture

__all__ = ["colour_matched", "face_mask", "paste_face", "placed"]

ROOM = 4  # pixels that Poisson editing needs round the mask
MOST_GAIN = 1.1
WAYS = ("hard", "soft", "clone")


def placed(face: np.ndarray, points: np.ndarray, shape: tuple[int, int], zoom: float) -> np.ndarray:
    """An aligned face back where it was in the picture: what ``align_face`` did, undone.

    Args:
        face: ``(size, size, 3)`` uint8.
        points: ``(5, 2)``, those that ``align_face`` was given.
        shape: height and width of the picture.
        zoom: the one that ``align_face`` was given.

    Returns:
        ``(height, width, 3)`` uint8; round the face its edge is repeated.
    """
    target = ((TEMPLATE - 0.5) * zoom + 0.5) * len(face)
    matrix = similarity(np.asarray(points, np.float64), target)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(face, matrix, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)


def face_mask(landmarks: np.ndarray, shape: tuple[int, int], shrink: float = 0.04) -> np.ndarray:
    """The hull of the 68 points, made a little smaller: 255 inside, 0 outside.

    Args:
        landmarks: ``(68, 2)`` in pixels.
        shape: height and width of the picture.
        shrink: what is taken away at the edge, as a share of the face's width.

    Returns:
        ``(height, width)`` uint8.

    Raises:
        ValueError: nothing of the face lies in the picture.
    """
    mask = np.zeros(shape, np.uint8)
    hull = cv2.convexHull(np.round(landmarks).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, 255)
    width = int(shrink * (landmarks[:, 0].max() - landmarks[:, 0].min()))
    if width:
        mask = cv2.erode(mask, np.ones((2 * width + 1, 2 * width + 1), np.uint8))
    if not mask.any():
        raise ValueError(f"nothing of this face lies in a picture of {shape[1]} × {shape[0]}")
    return mask


def colour_matched(face: np.ndarray, picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The face with mean and spread of each colour as the picture has them under the mask; all RGB uint8.

    The spread grows by a tenth at most: a blurred face would turn blotchy.
    """
    inside = mask > 0
    here, there = face[inside].astype(np.float32), picture[inside].astype(np.float32)
    gain = (there.std(axis=0) / np.maximum(here.std(axis=0), 1)).clip(max=MOST_GAIN)
    return ((face - here.mean(axis=0)) * gain + there.mean(axis=0)).clip(0, 255).round().astype(np.uint8)


def paste_face(picture: np.ndarray, face: np.ndarray, mask: np.ndarray, how: str = "clone") -> np.ndarray:
    """The picture with another face under the mask.

    Args:
        picture, face: RGB, ``(H, W, 3)`` uint8; the face already in its place.
        mask: ``(H, W)`` uint8, 255 where the face goes.
        how: ``"hard"`` cuts at the mask, ``"soft"`` fades over a tenth of its width, ``"clone"`` keeps the
            face's differences between neighbours and takes the colours at the edge from the picture. OpenCV
            solves this in the rectangle round the mask, so that up to there a few grey levels change.

    Returns:
        ``(H, W, 3)`` uint8.

    Raises:
        ValueError: another way, or shapes that do not fit.
    """
    picture = rgb_picture(picture)
    if how not in WAYS:
        raise ValueError(f"how is one of {', '.join(WAYS)}, not {how!r}")
    if face.shape != picture.shape or mask.shape != picture.shape[:2]:
        raise ValueError(
            f"face and mask must be as large as the picture, {picture.shape}: got {face.shape}, {mask.shape}"
        )
    left, top, width, height = cv2.boundingRect(mask)
    if how == "clone":
        rims = [cv2.copyMakeBorder(array, *[ROOM] * 4, cv2.BORDER_REPLICATE) for array in (face, picture)]
        room = cv2.copyMakeBorder(mask, *[ROOM] * 4, cv2.BORDER_CONSTANT, value=0)
        middle = left + ROOM + width // 2, top + ROOM + height // 2
        clone = cv2.seamlessClone(*rims, room, middle, cv2.NORMAL_CLONE)
        return np.ascontiguousarray(clone[ROOM:-ROOM, ROOM:-ROOM])
    share = mask.astype(np.float32)[..., None] / 255
    if how == "soft":
        inside = cv2.erode(mask, np.ones((max(1, width // 10),) * 2, np.uint8))
        share = cv2.GaussianBlur(inside, (0, 0), max(1, width / 20)).astype(np.float32)[..., None] / 255
    return (share * face + (1 - share) * picture).round().astype(np.uint8)
