"""Faces drawn by code: seven expressions on people who do not exist, for lessons without a network.

An expression is a set of *action units*, movements of single muscles in the Facial Action Coding System.
Which units make which emotion is one of the prototypes in its manual (Ekman and Friesen, *Facial Action
Coding System*, 1978, table 11-1). The order of the expressions is that of the labels 1 to 7 of RAF-DB (Li,
Deng and Du, *Reliable Crowdsourcing and Deep Locality-Preserving Learning for Expression Recognition in the
Wild*, 2017).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from helpers.vision.face_parts import paint_face
from helpers.vision.face_shapes import OVERSAMPLING, Pose
from helpers.vision.face_traits import Identity

__all__ = ["ACTION_UNITS", "EXPRESSIONS", "Identity", "draw_face", "draw_faces"]

# expression -> its action units. 1, 2: inner and outer brow raised; 4: brows lowered; 5: upper lid raised;
# 6: cheek raised; 7: lids tightened; 9: nose wrinkled; 10: upper lip raised; 12: corners of the mouth up;
# 15: corners down; 16: lower lip lowered; 17: chin raised; 20: lips stretched; 23: lips tightened;
# 25: lips parted; 26: jaw dropped.
ACTION_UNITS = {
    "surprise": (1, 2, 5, 26),
    "fear": (1, 2, 4, 5, 7, 20, 26),
    "disgust": (9, 10, 15, 17),
    "happiness": (6, 12, 25),
    "sadness": (1, 4, 15),
    "anger": (4, 5, 7, 23),
    "neutral": (),
}
EXPRESSIONS = tuple(ACTION_UNITS)
WEAKEST = 0.6  # strength of an action unit that belongs to the expression, from this to 1
ASTRAY = 0.1  # strength of one that does not belong to it, at most


def draw_face(
    expression: str,
    rng: np.random.Generator,
    size: int = 96,
    aligned: bool = True,
    identity: Identity | None = None,
    busy: bool | None = None,
) -> np.ndarray:
    """One picture (size, size, 3) uint8, RGB.

    Args:
        expression: one of ``EXPRESSIONS``.
        rng: chooses what is not given: the person, pose, light, background, how strong the expression is.
        size: side of the picture in pixels, 16 or more.
        aligned: the eyes lie where they lie in every aligned picture, up to a few pixels. Otherwise the face
            is anywhere, smaller or larger, turned, before a background with a texture.
        identity: draw this person; without it a new one each time.
        busy: the background has a texture; by default where the face is not aligned.

    Raises:
        ValueError: an expression that there is not, or a size below 16.
    """
    import cv2

    if expression not in ACTION_UNITS:
        raise ValueError(
            f"there is no expression {expression!r}; those that are drawn: {', '.join(EXPRESSIONS)}"
        )
    if size < 16:
        raise ValueError(f"a face needs at least 16 pixels a side, got size={size}")
    who = Identity.random(rng) if identity is None else identity
    canvas = _background(size * OVERSAMPLING, rng, textured=not aligned if busy is None else busy)
    paint_face(canvas, who, _strengths(expression, rng), _pose(rng, aligned))
    small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)
    return _lit(small, rng)


def _strengths(expression: str, rng: np.random.Generator) -> dict[int, float]:
    """Action unit -> strength: those of the expression from WEAKEST to 1, all others up to ASTRAY."""
    every = sorted(set().union(*ACTION_UNITS.values()))
    whole, single, astray = (
        rng.uniform(WEAKEST, 1),
        rng.uniform(0.8, 1.2, len(every)),
        rng.uniform(0, ASTRAY, len(every)),
    )
    own = ACTION_UNITS[expression]
    return {unit: min(1.0, whole * single[i]) if unit in own else astray[i] for i, unit in enumerate(every)}


def _pose(rng: np.random.Generator, aligned: bool) -> Pose:
    turn = math.radians(14 if aligned else 25)
    yaw, pitch = rng.uniform(-turn, turn), rng.uniform(-0.5 * turn, 0.5 * turn)
    if aligned:
        return Pose(
            yaw, pitch, rng.uniform(-0.06, 0.06), rng.uniform(0.96, 1.04), tuple(rng.uniform(-0.03, 0.03, 2))
        )
    scale = rng.uniform(0.5, 0.85)
    room = 0.8 * (1 / scale - 0.85)  # of the centre, in face units
    return Pose(yaw, pitch, rng.uniform(-0.5, 0.5), scale, tuple(rng.uniform(-room, room, 2)))


def _background(side: int, rng: np.random.Generator, textured: bool) -> np.ndarray:
    """A canvas (side, side, 3) uint8: a soft gradient, or noise of several scales with straight shapes."""
    import cv2

    grid = rng.integers(60, 200, (2, 2, 3), dtype=np.uint8)
    canvas = cv2.resize(grid, (side, side), interpolation=cv2.INTER_LINEAR_EXACT)
    if not textured:
        return canvas
    for cells in (5, 11, 23):
        noise = rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        noise = cv2.resize(noise, (side, side), interpolation=cv2.INTER_LINEAR_EXACT)
        canvas = cv2.addWeighted(canvas, 0.6, noise, 0.4, 0)
    for _ in range(rng.integers(2, 6)):
        colour = tuple(map(float, rng.integers(0, 256, 3)))
        points = np.rint(rng.uniform(-0.2, 1.2, (int(rng.integers(3, 6)), 2)) * side * 16).astype(np.int32)
        if rng.random() < 0.5:
            cv2.fillConvexPoly(canvas, cv2.convexHull(points), colour, cv2.LINE_AA, shift=4)
        else:
            cv2.polylines(canvas, [points], False, colour, int(rng.integers(1, 7)), cv2.LINE_AA, shift=4)
    return canvas


def _lit(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture in a light from one side, with its own brightness, a tint, and the noise of a sensor."""
    size, angle = len(picture), rng.uniform(0, 2 * math.pi)
    across = np.linspace(-1, 1, size, dtype=np.float32)
    slope = rng.uniform(0, 0.35)
    light = rng.uniform(0.7, 1.1) + slope * (math.cos(angle) * across + math.sin(angle) * across[:, None])
    tint = rng.uniform(0.93, 1.07, 3).astype(np.float32)
    lit = picture * light[..., None].astype(np.float32) * tint
    lit += rng.integers(-6, 7, picture.shape, dtype=np.int8)
    return np.rint(lit.clip(0, 255)).astype(np.uint8)


def draw_faces(
    count: int,
    seed: int,
    size: int = 48,
    aligned: bool = True,
    grey: bool = True,
    busy: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """Many pictures with their labels, the same for the same arguments on every machine.

    Args:
        count: how many. Each expression comes equally often, up to one picture, in mixed order.
        seed: another one draws other people.
        size, aligned, busy: as in ``draw_face``.
        grey: one channel; else the three of RGB.

    Returns:
        images (N, C, size, size) float32 in [0, 1], labels (N,) int64, an index into ``EXPRESSIONS``.

    Raises:
        ValueError: a count below 1, a size below 16.
    """
    import cv2

    if count < 1:
        raise ValueError(f"draw_faces draws at least one face, got count={count}")
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % len(EXPRESSIONS))
    pictures = np.empty((count, 1 if grey else 3, size, size), np.uint8)
    for row, label in enumerate(labels):
        picture = draw_face(EXPRESSIONS[label], rng, size, aligned, busy=busy)
        pictures[row] = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if grey else picture.transpose(2, 0, 1)
    return torch.from_numpy(pictures).float().div_(255), torch.from_numpy(labels.astype(np.int64))
