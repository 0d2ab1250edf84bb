"""The parts of a drawn face, and how each follows the action units.

An action unit is a number of the Facial Action Coding System with a strength from 0 to 1. Lengths are in face
units (``helpers.vision.face_shapes``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from helpers.vision.face_shapes import Colour, Pen, Pose, arc, dome, ellipse, shaded
from helpers.vision.face_traits import Identity

__all__ = ["paint_face"]


def paint_face(canvas: np.ndarray, who: Identity, units: Mapping[int, float], pose: Pose) -> None:
    """Paint a head into a canvas (H, W, 3) uint8 of RGB, over what is there."""
    pen, strength = Pen(canvas, pose), dict.fromkeys(range(1, 27), 0.0) | dict(units)
    head(pen, who, strength)
    for side in (-1, 1):
        eye(pen, who, strength, side)
        brow(pen, who, strength, side)
    folds(pen, who, strength)
    nose(pen, who, strength)
    beard(pen, who, strength)
    mouth(pen, who, strength)
    glasses(pen, who)


def head(pen: Pen, who: Identity, au: Mapping[int, float]) -> None:
    """Neck, hair behind, ears, the head itself, and the hair in front."""
    chin = 1.0 + 0.12 * au[26]
    wide = who.head_width
    pen.fill([(-0.4, 0.6), (0.4, 0.6), (0.5, 1.8), (-0.5, 1.8)], shaded(who.skin, 0.75))
    if who.hair_style == 3:  # long
        pen.fill([(-wide - 0.2, 1.5), *dome(wide + 0.17, -0.2, -1.2), (wide + 0.2, 1.5)], who.hair)
    elif who.hair_style != 0:
        pen.fill(dome(wide + 0.06, 0.05, -1.2), who.hair)
    for side in (-1, 1):
        pen.fill(ellipse(side * wide, -0.02, 0.1, 0.2, 10), shaded(who.skin, 0.88))
    angle = np.arange(28) * (2 * math.pi / 28)
    x, y = np.cos(angle), np.sin(angle)
    width = wide * (1 - (1 - who.jaw) * np.maximum(0, y) ** 2)
    pen.fill(np.stack([width * x, np.where(y > 0, chin * y, 1.1 * y)], axis=1), who.skin)
    if who.hair_style in (1, 3):  # a hair line
        pen.fill([*dome(wide, -0.35, -1.2), *dome(wide, -0.35, -0.82)[::-1]], who.hair)
    elif who.hair_style == 2:  # a fringe over the forehead
        pen.fill([*dome(wide, -0.2, -1.2), (wide * 0.8, -0.55), (-wide * 0.75, -0.64)], who.hair)
    elif who.hair_style == 4:  # parted at one side
        pen.fill([*dome(wide, -0.3, -1.2), (0.5, -0.72), (0.35, -0.9), (-0.65, -0.62)], who.hair)


def eye(pen: Pen, who: Identity, au: Mapping[int, float], side: int) -> None:
    """White, iris, pupil, both lids. 5 opens the upper lid; 6 and 7 raise the lower one."""
    x, y, wide = side * who.eye_gap, -0.15, 0.19 * who.eye_size
    upper = y - who.eye_size * (0.095 + 0.085 * au[5] - 0.025 * au[7] - 0.02 * au[6] - 0.025 * au[9])
    lower = y + who.eye_size * (0.075 - 0.045 * au[7] - 0.05 * au[6] - 0.03 * au[9])
    left, right = (x - wide, y + 0.01), (x + wide, y + 0.01)
    top, bottom = arc(left, upper, right), arc(left, lower, right)
    pen.fill([*top, *bottom[::-1]], (238, 236, 232))
    inside = np.clip(
        ellipse(x, y - 0.01, 0.085 * who.eye_size, 0.085 * who.eye_size, 14), (-9, upper), (9, lower)
    )
    pen.fill(inside, who.iris)
    pupil = np.clip(
        ellipse(x, y - 0.01, 0.045 * who.eye_size, 0.045 * who.eye_size, 10), (-9, upper), (9, lower)
    )
    pen.fill(pupil, (20, 18, 18))
    pen.line(top, shaded(who.skin, 0.3), 0.035)
    pen.line(bottom, shaded(who.skin, 0.6), 0.018)


def brow(pen: Pen, who: Identity, au: Mapping[int, float], side: int) -> None:
    """1 raises its inner end, 2 the outer one, 4 lowers it and draws it to the middle."""
    y = -0.15 - who.brow_height
    low = 0.1 * au[4] + 0.05 * au[9]
    inner = (side * (who.eye_gap - 0.2 - 0.06 * au[4]), y - 0.19 * au[1] + 1.2 * low)
    outer = (side * (who.eye_gap + 0.22), y + 0.03 - 0.17 * au[2] + 0.2 * low)
    middle = y - 0.06 - 0.1 * au[1] - 0.13 * au[2] + 0.9 * low
    pen.line(arc(inner, middle, outer, 7), who.brow, who.brow_thickness)


def folds(pen: Pen, who: Identity, au: Mapping[int, float]) -> None:
    """Wrinkles: forehead (1, 2), between the brows (4), nose (9), corners of the eyes (6), cheeks."""

    def dark(strength: float) -> Colour:
        return shaded(who.skin, 1 - 0.45 * min(1.0, strength))

    raised, who_fringe = min(au[1], au[2]), who.hair_style == 2
    if raised > 0.3 and not who_fringe:
        for y in (-0.62, -0.72):
            pen.line(arc((-0.4, y), y - 0.03, (0.4, y)), dark(0.7 * raised), 0.02)
    for side in (-1, 1):
        if au[4] > 0.25:
            pen.line([(side * 0.05, -0.42), (side * 0.06, -0.24)], dark(au[4]), 0.022)
        if au[6] > 0.25:
            for y in (-0.2, -0.12, -0.04):
                ends = (
                    (side * (who.eye_gap + 0.24), -0.13 + 0.4 * (y + 0.12)),
                    (side * (who.eye_gap + 0.34), y),
                )
                pen.line(ends, dark(0.8 * au[6]), 0.018)
        cheek = max(0.8 * au[12], au[9], au[10])
        if cheek > 0.25:
            mouth_end = who.mouth_width * (1 + 0.3 * au[12]) + 0.1
            fold = arc((side * 0.2, 0.2 - 0.05 * au[9]), 0.3, (side * mouth_end, 0.46))
            pen.line(fold, dark(cheek), 0.025)
    if au[9] > 0.25:
        for y in (-0.12, -0.04, 0.04):
            pen.line(arc((-0.1, y + 0.02), y - 0.02, (0.1, y + 0.02), 5), dark(au[9]), 0.022, lift=0.1)


def nose(pen: Pen, who: Identity, au: Mapping[int, float]) -> None:
    """A ridge with a shadow, the wings and the nostrils; 9 pulls the wings up."""
    tip, wide = 0.08 + who.nose_length - 0.06 * au[9], who.nose_width * (1 + 0.15 * au[9])
    shadow = shaded(who.skin, 0.8)
    pen.fill([(0.0, -0.15), (wide, tip), (0.0, tip + 0.05), (0.02, tip)], shadow, lift=0.15)
    for side in (-1, 1):
        pen.fill(ellipse(side * wide * 0.85, tip, 0.06, 0.05, 10), shadow, lift=0.1)
        pen.fill(ellipse(side * wide * 0.45, tip + 0.035, 0.035, 0.022, 8), shaded(who.skin, 0.35), lift=0.15)


def beard(pen: Pen, who: Identity, au: Mapping[int, float]) -> None:
    """1: a moustache, 2: a full beard, 3: stubble."""
    drop = 0.12 * au[26]
    if who.beard in (2, 3):
        colour = (
            who.hair
            if who.beard == 2
            else tuple(0.72 * s + 0.28 * h for s, h in zip(who.skin, who.hair, strict=True))
        )
        w = who.head_width
        inside = arc((w * 0.97, 0.15), 0.52, (-w * 0.97, 0.15), 9)
        angle = np.linspace(math.pi - 0.1, 0.1, 15)
        jaw = w * (1.01 - (1 - who.jaw) * np.sin(angle) ** 2)
        pen.fill([*np.stack([jaw * np.cos(angle), (1.01 + drop) * np.sin(angle)], axis=1), *inside], colour)
    if who.beard == 1:
        y = 0.36 + 0.04 * (who.nose_length - 0.1)
        lift = 0.06 * au[12] - 0.05 * au[15]
        pen.fill(
            [*arc((-0.3, y + 0.1 - lift), y - 0.04, (0.3, y + 0.1 - lift)), (0.0, y + 0.06)],
            who.hair,
            lift=0.05,
        )


def mouth(pen: Pen, who: Identity, au: Mapping[int, float]) -> None:
    """12 pulls the corners up, 15 down, 20 apart; 23 tightens; 25 parts the lips, 26 drops the jaw.

    10 raises the upper lip, 16 lowers the lower one, 17 pushes it up with the chin.
    """
    half = who.mouth_width * (1 + 0.3 * au[12] + 0.3 * au[20] - 0.25 * au[23] - 0.1 * au[26] * (1 - au[20]))
    gap = 0.3 * au[26] + 0.13 * au[25] + 0.07 * au[16] + 0.05 * au[10]
    thick = who.lip_thickness * (1 - 0.55 * au[23])
    top = 0.5 + 0.05 * au[12] - 0.07 * au[10] - 0.04 * au[9] - 0.06 * au[17] - 0.02 * au[26]
    corner = 0.5 - 0.13 * au[12] + 0.11 * au[15] + 0.03 * au[20] + 0.42 * gap * (1 - au[12])
    left, right = (-half, corner), (half, corner)
    inner_top, inner_bottom = arc(left, top, right, 11), arc(left, top + gap, right, 11)
    pen.fill([*arc(left, top - thick, right, 11), *arc(right, top + gap + 1.25 * thick, left, 11)], who.lips)
    if gap > 0.03:
        pen.fill([*inner_top, *inner_bottom[::-1]], (48, 18, 20))
        teeth = min(0.7 * gap, 0.1) * min(1.0, au[12] + au[20] + 0.7 * au[10] + 0.3 * au[26])
        if teeth > 0.02:
            below = arc((-0.9 * half, corner), top + teeth, (0.9 * half, corner), 11)
            pen.fill([*inner_top[1:-1], *below[::-1]], (235, 232, 222))
    else:
        pen.line(inner_top, shaded(who.lips, 0.45), 0.025)
    if au[17] > 0.25:
        dent = shaded(who.skin, 1 - 0.35 * au[17])
        pen.line(arc((-0.16, 0.8), 0.72, (0.16, 0.8)), dent, 0.025)
    if who.beard != 2:
        below = top + gap + 1.25 * thick + 0.06
        pen.line(arc((-0.12, below), below + 0.02, (0.12, below), 5), shaded(who.skin, 0.85), 0.025)


def glasses(pen: Pen, who: Identity) -> None:
    """1: round ones, 2: square ones."""
    if not who.glasses:
        return
    frame = (35, 32, 38)
    for side in (-1, 1):
        x = side * who.eye_gap
        if who.glasses == 1:
            rim = ellipse(x, -0.13, 0.27, 0.24)
        else:
            rim = np.array([(x - 0.28, -0.32), (x + 0.28, -0.32), (x + 0.26, 0.06), (x - 0.26, 0.06)])
        pen.line([*rim, rim[0]], frame, 0.035, lift=0.1)
        pen.line([(side * (who.eye_gap + 0.27), -0.15), (side * who.head_width, -0.12)], frame, 0.035)
    pen.line([(0.27 - who.eye_gap, -0.15), (who.eye_gap - 0.27, -0.15)], frame, 0.035, lift=0.12)
