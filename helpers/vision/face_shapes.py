"""The drawing of one face: polygons that are laid on an ellipsoid, turned, and painted with soft edges.

Lengths are in *face units*: the origin lies between the cheeks, x to the right, y down, and the head is about
1.7 wide and 2.2 high. The eyes lie at y = −0.15, the mouth at y = 0.5. What a face does is given by action
units: number in the Facial Action Coding System -> strength 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from helpers.vision.drawn_faces import Identity

__all__ = ["Pose", "paint_face"]

OVERSAMPLING = 2  # the canvas is so many times wider than the picture
VIEW = 1.18  # half the width of an aligned picture, in face units
EYE_DEPTH = 0.6  # what lies so deep stays in place when the head turns
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Pose:
    """How a head is held: angles in radians, ``scale`` 1 fills the picture, shifts in face units."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)


class Pen:
    """Paints shapes that are given in face units on a canvas (H, W, 3) uint8, seen in one pose."""

    def __init__(self, canvas: np.ndarray, pose: Pose) -> None:
        self.canvas = canvas
        self.pixels = canvas.shape[0] / 2 / VIEW * pose.scale  # in a face unit
        cos, sin = math.cos(pose.roll), math.sin(pose.roll)
        self.turn = self.pixels * np.array([[cos, sin], [-sin, cos]])
        self.origin = canvas.shape[0] / 2 + np.array(pose.shift) * self.pixels
        self.yaw, self.pitch = (
            (math.cos(pose.yaw), math.sin(pose.yaw)),
            (
                math.cos(pose.pitch),
                math.sin(pose.pitch),
            ),
        )

    def place(self, points: np.ndarray, lift: float = 0.0) -> np.ndarray:
        """Face units (n, 2) -> sixteenths of a canvas pixel, int32 (n, 2); ``lift``: height over the skin."""
        x, y = points[:, 0], points[:, 1]
        depth = 0.75 * np.sqrt(np.maximum(0, 1 - (x / 0.95) ** 2 - (y / 1.2) ** 2)) - EYE_DEPTH + lift
        flat = np.stack(
            [self.yaw[0] * x + self.yaw[1] * depth, self.pitch[0] * y + self.pitch[1] * depth], axis=1
        )
        return np.rint((flat @ self.turn + self.origin) * 16).astype(np.int32)

    def fill(self, points: Sequence | np.ndarray, colour: Colour, lift: float = 0.0) -> None:
        cv2.fillPoly(self.canvas, [self.place(np.asarray(points, float), lift)], colour, cv2.LINE_AA, shift=4)

    def line(
        self, points: Sequence | np.ndarray, colour: Colour, width: float = 0.02, lift: float = 0.0
    ) -> None:
        thick = max(1, round(width * self.pixels))
        placed = self.place(np.asarray(points, float), lift)
        cv2.polylines(self.canvas, [placed], False, colour, thick, cv2.LINE_AA, shift=4)


def shaded(colour: Colour, factor: float) -> Colour:
    """The colour made darker (below 1) or lighter."""
    return tuple(min(255.0, channel * factor) for channel in colour)


def ellipse(x: float, y: float, width: float, height: float, count: int = 20) -> np.ndarray:
    """Points (count, 2) of an ellipse with these half axes."""
    angle = np.arange(count) * (2 * math.pi / count)
    return np.stack([x + width * np.cos(angle), y + height * np.sin(angle)], axis=1)


def arc(left: tuple[float, float], middle: float, right: tuple[float, float], count: int = 9) -> np.ndarray:
    """Points (count, 2) of the parabola through two ends, at height ``middle`` half way."""
    t = np.linspace(-1, 1, count)
    x = (left[0] + right[0]) / 2 + (right[0] - left[0]) / 2 * t
    ends = (left[1] + right[1]) / 2 + (right[1] - left[1]) / 2 * t
    return np.stack([x, ends + (middle - (left[1] + right[1]) / 2) * (1 - t * t)], axis=1)


def dome(half: float, base: float, top: float, count: int = 15) -> np.ndarray:
    """Points (count, 2) of half an ellipse, from (-half, base) over (0, top) to (half, base)."""
    angle = np.linspace(math.pi, 0, count)
    return np.stack([half * np.cos(angle), base + (top - base) * np.sin(angle)], axis=1)


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
