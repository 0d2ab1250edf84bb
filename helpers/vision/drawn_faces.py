"""Faces drawn by code: seven expressions on people who do not exist, for lessons without a network.

An expression is a set of *action units*, the movements of single muscles in the Facial Action Coding System
(Ekman, Friesen and Hager, 2002); which units belong to which emotion is EMFACS' table (Friesen and Ekman,
1983). The order of the expressions is that of the labels 1 to 7 in RAF-DB (Li, Deng and Du, 2017).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from helpers.vision.face_shapes import OVERSAMPLING, Colour, Pose, paint_face

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

_SKINS = ((244, 208, 182), (229, 184, 148), (205, 152, 112), (164, 112, 78), (118, 78, 56), (86, 56, 42))
_HAIRS = ((28, 22, 20), (66, 42, 28), (110, 72, 42), (176, 134, 78), (150, 70, 36), (160, 158, 156))
_IRISES = ((72, 44, 26), (44, 30, 22), (70, 110, 140), (84, 118, 78))


@dataclass(frozen=True)
class Identity:
    """What stays with a person from picture to picture; lengths in face units, colours RGB 0 to 255.

    Attributes:
        skin, hair, brow, iris, lips: colours.
        head_width: half of it. jaw: width at the chin as a share of it.
        eye_gap: from the middle of the face to the middle of an eye. eye_size: 1 is ordinary.
        brow_height: above the middle of the eye. brow_thickness, nose_length, nose_width (half of it),
            mouth_width (half of it), lip_thickness: as they say.
        hair_style: 0 bald, 1 short, 2 fringe, 3 long, 4 parted. glasses: 0 none, 1 round, 2 square.
        beard: 0 none, 1 moustache, 2 full, 3 stubble.
    """

    skin: Colour
    hair: Colour
    brow: Colour
    iris: Colour
    lips: Colour
    head_width: float
    jaw: float
    eye_gap: float
    eye_size: float
    brow_height: float
    brow_thickness: float
    nose_length: float
    nose_width: float
    mouth_width: float
    lip_thickness: float
    hair_style: int
    glasses: int
    beard: int

    @classmethod
    def random(cls, rng: np.random.Generator) -> Identity:
        """A new person."""
        skin, hair = _near(_SKINS, rng), _near(_HAIRS, rng)
        lips = tuple(s * f for s, f in zip(skin, (0.88, rng.uniform(0.55, 0.72), 0.68), strict=True))
        return cls(
            skin=skin,
            hair=hair,
            brow=tuple(0.75 * h + 0.08 * s for h, s in zip(hair, skin, strict=True)),
            iris=_near(_IRISES, rng),
            lips=lips,
            head_width=rng.uniform(0.76, 0.9),
            jaw=rng.uniform(0.6, 0.9),
            eye_gap=rng.uniform(0.34, 0.41),
            eye_size=rng.uniform(0.88, 1.15),
            brow_height=rng.uniform(0.19, 0.26),
            brow_thickness=rng.uniform(0.05, 0.1),
            nose_length=rng.uniform(0.08, 0.18),
            nose_width=rng.uniform(0.11, 0.18),
            mouth_width=rng.uniform(0.25, 0.34),
            lip_thickness=rng.uniform(0.035, 0.075),
            hair_style=int(rng.integers(5)),
            glasses=int(rng.choice(3, p=(0.7, 0.15, 0.15))),
            beard=int(rng.choice(4, p=(0.64, 0.12, 0.12, 0.12))),
        )


def _near(palette: tuple[Colour, ...], rng: np.random.Generator) -> Colour:
    """A colour between two of the palette, a little lighter or darker."""
    first, second, between = *rng.integers(len(palette), size=2), rng.uniform(0, 0.35)
    light = rng.uniform(0.9, 1.08)
    pair = zip(palette[first], palette[second], strict=True)
    return tuple(min(255.0, light * ((1 - between) * a + between * b)) for a, b in pair)


def draw_face(
    expression: str,
    rng: np.random.Generator,
    size: int = 96,
    aligned: bool = True,
    identity: Identity | None = None,
) -> np.ndarray:
    """One picture (size, size, 3) uint8, RGB.

    Args:
        expression: one of ``EXPRESSIONS``.
        rng: chooses what is not given: the person, pose, light, background, how strong the expression is.
        size: side of the picture in pixels, 16 or more.
        aligned: the eyes lie where they lie in every aligned picture, up to a few pixels. Otherwise the face
            is anywhere, smaller or larger, turned, before a background with a texture.
        identity: draw this person; without it a new one each time.

    Raises:
        ValueError: an expression that there is not, or a size below 16.
    """
    if expression not in ACTION_UNITS:
        raise ValueError(
            f"there is no expression {expression!r}; those that are drawn: {', '.join(EXPRESSIONS)}"
        )
    if size < 16:
        raise ValueError(f"a face needs at least 16 pixels a side, got size={size}")
    who = Identity.random(rng) if identity is None else identity
    canvas = _background(size * OVERSAMPLING, rng, textured=not aligned)
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
    slope = rng.uniform(0, 0.45)
    light = rng.uniform(0.65, 1.1) + slope * (math.cos(angle) * across + math.sin(angle) * across[:, None])
    tint = rng.uniform(0.93, 1.07, 3).astype(np.float32)
    lit = picture * light[..., None].astype(np.float32) * tint
    lit += rng.integers(-6, 7, picture.shape, dtype=np.int8)
    return np.rint(lit.clip(0, 255)).astype(np.uint8)


def draw_faces(
    count: int, seed: int, size: int = 48, aligned: bool = True, grey: bool = True
) -> tuple[Tensor, Tensor]:
    """Many pictures with their labels, the same for the same arguments on every machine.

    Args:
        count: how many. Each expression comes equally often, up to one picture, in mixed order.
        seed: another one draws other people.
        size, aligned: as in ``draw_face``.
        grey: one channel; else the three of RGB.

    Returns:
        images (N, C, size, size) float32 in [0, 1], labels (N,) int64, an index into ``EXPRESSIONS``.

    Raises:
        ValueError: a count below 1, a size below 16.
    """
    if count < 1:
        raise ValueError(f"draw_faces draws at least one face, got count={count}")
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % len(EXPRESSIONS))
    pictures = np.empty((count, 1 if grey else 3, size, size), np.uint8)
    for row, label in enumerate(labels):
        picture = draw_face(EXPRESSIONS[label], rng, size, aligned)
        pictures[row] = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if grey else picture.transpose(2, 0, 1)
    return torch.from_numpy(pictures).float().div_(255), torch.from_numpy(labels.astype(np.int64))
