"""Polygons that are laid on the ellipsoid of a head, turned with it, and painted with soft edges.

Lengths are in *face units*: the origin lies between the cheeks, x to the right, y down, and the head is about
1.7 wide and 2.2 high. The eyes lie at y = −0.15, the mouth at y = 0.5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["OVERSAMPLING", "Colour", "Pen", "Pose", "arc", "dome", "ellipse", "shaded"]

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
        self.yaw = math.cos(pose.yaw), math.sin(pose.yaw)
        self.pitch = math.cos(pose.pitch), math.sin(pose.pitch)

    def place(self, points: np.ndarray, lift: float = 0.0) -> np.ndarray:
        """Face units (n, 2) -> sixteenths of a canvas pixel, int32 (n, 2); ``lift``: height over the skin."""
        x, y = points[:, 0], points[:, 1]
        depth = 0.75 * np.sqrt(np.maximum(0, 1 - (x / 0.95) ** 2 - (y / 1.2) ** 2)) - EYE_DEPTH + lift
        flat = np.stack(
            [self.yaw[0] * x + self.yaw[1] * depth, self.pitch[0] * y + self.pitch[1] * depth], axis=1
        )
        return np.rint((flat @ self.turn + self.origin) * 16).astype(np.int32)

    def fill(self, points: Sequence | np.ndarray, colour: Colour, lift: float = 0.0) -> None:
        import cv2

        cv2.fillPoly(self.canvas, [self.place(np.asarray(points, float), lift)], colour, cv2.LINE_AA, shift=4)

    def line(
        self, points: Sequence | np.ndarray, colour: Colour, width: float = 0.02, lift: float = 0.0
    ) -> None:
        import cv2

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
