"""Pictures to learn a face swap from: drawn people whose right swap is known, and one photograph as many.

A *moment* is all that is not the person: expression, pose and light. Two people drawn in the same moment are
what a perfect swap would make of each other, so that a swap can be measured.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.vision.drawn_faces import ACTION_UNITS, EXPRESSIONS
from helpers.vision.face_parts import paint_face
from helpers.vision.face_shapes import OVERSAMPLING, Pose
from helpers.vision.face_traits import Identity

__all__ = ["Moment", "draw_moment", "faces_in", "inner", "random_moments", "seen_anew"]

BACKGROUND = (120, 130, 140)
NOISE = 3.0  # of the sensor, standard deviation in grey levels of 255
INNER = 0.6  # share of a drawn picture's side that the face without hair and ears fills
LOWER = 1 / 54  # its middle lies so much of the side below the picture's


class Moment(NamedTuple):
    """Attributes:
    units: action unit → strength in 0…1, as ``helpers.vision.face_parts`` has them.
    pose: how the head is held.
    light: brightness of the middle, how much it changes to the edge, and the angle of its source.
    noise: seed of the sensor's noise.
    """

    units: dict[int, float]
    pose: Pose
    light: tuple[float, float, float]
    noise: int


def random_moments(count: int, seed: int) -> list[Moment]:
    """Moments of all seven expressions in turn; the same for the same arguments.

    Raises:
        ValueError: a count below 1.
    """
    if count < 1:
        raise ValueError(f"at least one moment, got count={count}")
    rng, moments = np.random.default_rng(seed), []
    for number in range(count):
        strength = rng.uniform(0.4, 1)
        units = dict.fromkeys(ACTION_UNITS[EXPRESSIONS[number % len(EXPRESSIONS)]], strength)
        angles = rng.uniform(-1, 1, 3) * (0.25, 0.12, 0.06)
        pose = Pose(*angles.tolist(), rng.uniform(0.96, 1.04), tuple(rng.uniform(-0.03, 0.03, 2)))
        light = rng.uniform(0.85, 1.1), rng.uniform(0, 0.15), rng.uniform(0, 2 * math.pi)
        moments.append(Moment(units, pose, light, int(rng.integers(2**31))))
    return moments


def draw_moment(who: Identity, moment: Moment, size: int = 54) -> np.ndarray:
    """One person in one moment, ``(size, size, 3)`` uint8, RGB."""
    canvas = np.full((size * OVERSAMPLING, size * OVERSAMPLING, 3), BACKGROUND, np.uint8)
    paint_face(canvas, who, moment.units, moment.pose)
    picture = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)
    bright, slope, angle = moment.light
    across = np.linspace(-1, 1, size, dtype=np.float32)
    light = bright + slope * (math.cos(angle) * across + math.sin(angle) * across[:, None])
    picture = picture * light[..., None].astype(np.float32)
    picture += np.random.default_rng(moment.noise).normal(0, NOISE, picture.shape)
    return picture.clip(0, 255).round().astype(np.uint8)


def inner(size: int) -> tuple[slice, slice]:
    """Rows and columns of the inner face in a drawn picture of this size."""
    side = round(INNER * size / 4) * 4  # a multiple of 4, and of 8 for the sizes of the lesson
    top, left = (size - side) // 2 + round(LOWER * size), (size - side) // 2
    return slice(top, top + side), slice(left, left + side)


def faces_in(who: Identity, moments: list[Moment], size: int = 54) -> Tensor:
    """The inner faces of one person in many moments, ``(N, 3, side, side)`` in [0, 1]; side 32 of size 54."""
    rows, columns = inner(size)
    pictures = np.stack([draw_moment(who, moment, size)[rows, columns] for moment in moments])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div(255)


def seen_anew(photo: Tensor, count: int, size: int, generator: torch.Generator) -> Tensor:
    """One photograph as if taken many times: turned by up to 12°, moved, nearer or farther, mirrored, lit.

    Args:
        photo: ``(3, H, W)`` in [0, 1], square; its middle 5/8 are what is seen on average.
        count: how many.
        size: side of the results in pixels.
        generator: draws the changes.

    Returns:
        ``(count, 3, size, size)`` in [0, 1].
    """

    def draw(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, generator=generator)

    angle, scale, mirror = draw(-0.2, 0.2), draw(0.58, 0.67), draw(-1, 1).sign()
    cos, sin = scale * angle.cos(), scale * angle.sin()
    rows = [torch.stack([cos * mirror, -sin, draw(-0.05, 0.05)], 1)]
    rows.append(torch.stack([sin * mirror, cos, draw(-0.05, 0.05)], 1))
    grid = F.affine_grid(torch.stack(rows, 1), [count, 3, size, size], align_corners=False)
    seen = F.grid_sample(photo.expand(count, -1, -1, -1), grid, padding_mode="border", align_corners=False)
    light, slope = draw(0.85, 1.1)[:, None], draw(-0.12, 0.12)[:, None]
    light = light + slope * torch.linspace(-1, 1, size)
    return (seen * light[:, None, None, :]).clamp(0, 1)
