"""Faces drawn by code that have an age and a family: for lessons about one network with two answers.

Nothing here is a rule about people. The code decides how age shows (grey hair, lines, smaller eyes) and how
two made-up families differ (brows, nose, mouth), so that what can be known from a picture is known exactly.
Nobody looks precisely as old as they are: what is drawn is ``looks``, the age plus a scatter that grows with
it, and no network can tell the age better than this scatter allows.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from helpers.vision.face_parts import paint_face
from helpers.vision.face_shapes import OVERSAMPLING, Pen, Pose, arc, shaded
from helpers.vision.face_traits import Identity

__all__ = ["FAMILIES", "OLDEST", "YOUNGEST", "AgedFaces", "draw_aged", "draw_aged_faces", "scatter_of"]

FAMILIES = ("Ash", "Birch")
YOUNGEST, OLDEST = 10.0, 80.0  # years
SCATTER, GROWTH = 1.0, 0.1  # standard deviation of looks: SCATTER + GROWTH · age, in years
GREY = (200.0, 198.0, 195.0)
# trait -> mean of Ash, mean of Birch, standard deviation within a family, in face units
DIFFERENCES = {
    "brow_thickness": (0.085, 0.055, 0.014),
    "nose_width": (0.155, 0.125, 0.015),
    "mouth_width": (0.28, 0.315, 0.02),
}


class AgedFaces(NamedTuple):
    """Drawn faces and what is true of them.

    Attributes:
        images: (N, 3, size, size) float32 in [0, 1], RGB.
        ages: (N,) float32, years.
        families: (N,) int64, an index into ``FAMILIES``.
        looks: (N,) float32, the age in years that was drawn.
    """

    images: Tensor
    ages: Tensor
    families: Tensor
    looks: Tensor


def scatter_of(ages: Tensor | np.ndarray | float) -> Tensor | np.ndarray | float:
    """Standard deviation in years by which people of these ages look older or younger than they are."""
    return SCATTER + GROWTH * ages


def draw_aged_faces(count: int, seed: int, size: int = 40, old_ash: float = 0.5) -> AgedFaces:
    """Many faces; the same arguments give the same faces on every machine.

    Args:
        count: how many.
        seed: another one draws other people.
        size: side of a picture in pixels, 16 or more.
        old_ash: share of Ash among those over 45; among the younger it is one minus this. 0.5: age and family
            have nothing to do with each other.

    Raises:
        ValueError: a count below 1, a size below 16, a share outside 0…1.
    """
    if count < 1 or size < 16 or not 0 <= old_ash <= 1:
        raise ValueError(
            "draw_aged_faces wants a count of at least 1, a size of at least 16 and old_ash in 0…1, got "
            f"{count}, {size} and {old_ash}"
        )
    rng = np.random.default_rng(seed)
    ages = rng.uniform(YOUNGEST, OLDEST, count)
    is_ash = rng.random(count) < np.where(ages > (YOUNGEST + OLDEST) / 2, old_ash, 1 - old_ash)
    families = np.where(is_ash, 0, 1)
    looks = ages + scatter_of(ages) * rng.standard_normal(count)
    pictures = np.empty((count, 3, size, size), np.uint8)
    for row in range(count):
        pictures[row] = draw_aged(looks[row], int(families[row]), rng, size).transpose(2, 0, 1)
    ages_t, looks_t = (torch.from_numpy(values.astype(np.float32)) for values in (ages, looks))
    return AgedFaces(
        torch.from_numpy(pictures).float().div_(255), ages_t, torch.from_numpy(families), looks_t
    )


def draw_aged(looks: float, family: int, rng: np.random.Generator, size: int = 40) -> np.ndarray:
    """One picture (size, size, 3) uint8, RGB.

    Args:
        looks: years that the face shows.
        family: 0 or 1, an index into ``FAMILIES``.
        rng: chooses the person, the pose, the light and the background.
        size: side in pixels.
    """
    import cv2

    who = _person(looks, family, rng)
    side = size * OVERSAMPLING
    grid = rng.integers(60, 200, (2, 2, 3), dtype=np.uint8)
    canvas = cv2.resize(grid, (side, side), interpolation=cv2.INTER_LINEAR_EXACT)
    turn = math.radians(10)
    pose = Pose(
        yaw=rng.uniform(-turn, turn),
        roll=rng.uniform(-0.06, 0.06),
        scale=rng.uniform(0.95, 1.05),
        shift=tuple(rng.uniform(-0.04, 0.04, 2)),
    )
    paint_face(canvas, who, {12: rng.uniform(0, 0.5)}, pose)
    _lines(Pen(canvas, pose), who, looks)
    small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)
    lit = small * rng.uniform(0.75, 1.1) + rng.integers(-6, 7, small.shape, dtype=np.int8)
    return np.rint(lit.clip(0, 255)).astype(np.uint8)


def _person(looks: float, family: int, rng: np.random.Generator) -> Identity:
    who = Identity.random(rng)
    grey = 1 / (1 + math.exp(-(looks - 50) / 8))
    small = min(max((looks - YOUNGEST) / (OLDEST - YOUNGEST), 0.0), 1.0)
    traits = {name: rng.normal(means[family], std) for name, (*means, std) in DIFFERENCES.items()}
    hair = tuple((1 - grey) * h + grey * g for h, g in zip(who.hair, GREY, strict=True))
    brow = tuple((1 - grey) * b + 0.8 * grey * g for b, g in zip(who.brow, GREY, strict=True))
    return replace(
        who,
        hair=hair,
        brow=brow,
        eye_size=1.25 - 0.4 * small,
        jaw=0.9 - 0.2 * small,
        glasses=0,
        beard=0,
        hair_style=int(rng.integers(1, 5)),
        **traits,
    )


def _lines(pen: Pen, who: Identity, looks: float) -> None:
    """Lines of the forehead, beside the eyes and the mouth: darker and longer with the years."""
    years = min(max((looks - 20) / 60, 0.0), 1.2)
    dark = shaded(who.skin, 1 - 0.5 * years)
    if years == 0:
        return
    for y in (-0.5, -0.58):
        pen.line(arc((-0.38 * years, y), y - 0.03, (0.38 * years, y)), dark, 0.025)
    for side in (-1, 1):
        for drop in (-0.06, 0.04):
            start = (side * (who.eye_gap + 0.2), -0.13)
            pen.line([start, (start[0] + side * 0.14 * years, -0.13 + drop)], dark, 0.022)
        pen.line([(side * 0.2, 0.24), (side * (0.2 + 0.2 * years), 0.24 + 0.24 * years)], dark, 0.028)
        pen.line(arc((side * 0.25, 0.0), 0.05, (side * 0.5, 0.0), 5), dark, 0.02)
