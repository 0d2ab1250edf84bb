"""Scenes of several handwritten digits, with a box and a class for each: what notebook 14a detects."""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["Scenes", "digit_scenes"]

SIDE = 64  # pixels of a scene
MOST = 7  # digits that are tried in a scene
INK = 0.25  # a pixel of a warped digit above this belongs to its box
DIGIT = 28  # pixels of a picture of MNIST; its digit fills 20 of them
CHUNK = 1000  # digits that are warped in one go
MARGIN = 5  # pixels between the rim of a scene and the middle of a digit, at least


class Scenes(NamedTuple):
    """A batch of scenes.

    Attributes:
        images: (N, 1, S, S), light ink on a dark, uneven ground, in [0, 1].
        boxes: for each scene (M, 4), corners x1, y1, x2, y2 in pixels, around the ink that can be seen.
        labels: for each scene (M,), int64, the digits.
    """

    images: Tensor
    boxes: list[Tensor]
    labels: list[Tensor]


def digit_scenes(
    digits: Tensor,
    labels: Tensor,
    count: int,
    rng: torch.Generator,
    *,
    side: int = SIDE,
    most: int = MOST,
    heights: tuple[float, float] = (12.0, 28.0),
    overlap: float = 0.3,
) -> Scenes:
    """Scatter digits of many sizes over dark, uneven grounds; they may overlap, and the rim may cut them.

    Args:
        digits: (D, 1, 28, 28), ink is 1, paper is 0.
        labels: (D,) their classes.
        count: scenes to make.
        rng: draws everything.
        side: pixels of a scene.
        most: digits that are tried in a scene; one that would overlap too much is left out.
        heights: the smallest and the largest height of a digit in pixels, before it is turned by up to 15°.
        overlap: the highest intersection over union that the boxes of two digits may have.

    Raises:
        ValueError: the digits are not (D, 1, 28, 28), there are no scenes to make, a scene is too small for
            a digit, or the heights are not in order.
    """
    if digits.ndim != 4 or digits.shape[1:] != (1, DIGIT, DIGIT) or len(digits) != len(labels):
        raise ValueError(
            f"digits must be (D, 1, 28, 28) with a label each, got {tuple(digits.shape)} "
            f"and {len(labels)} labels"
        )
    if count < 1 or most < 1:
        raise ValueError(f"a batch needs at least one scene with one digit, got count={count}, most={most}")
    if not 0 < heights[0] <= heights[1] or side < MARGIN * 2:
        raise ValueError(
            f"heights go from a small to a large one, in a scene of at least {2 * MARGIN} pixels; "
            f"got heights={heights}, side={side}"
        )
    chosen = torch.randint(len(digits), (count * most,), generator=rng)
    ink = warped(digits[chosen], rng, side, heights)
    boxes, seen = ink_boxes(ink)
    keep = seen.view(count, most) & not_too_close(boxes.view(count, most, 4), seen.view(count, most), overlap)
    strength = 0.55 + 0.45 * torch.rand(count, most, 1, 1, generator=rng)
    ink = ink.view(count, most, side, side).mul_(keep[:, :, None, None] * strength)  # large: changed in place
    images = torch.maximum(ground(count, side, rng), ink.amax(dim=1, keepdim=True))
    images = (images + 0.05 * torch.randn(images.shape, generator=rng)).clamp(0, 1)
    boxes, classes = boxes.view(count, most, 4), labels[chosen].view(count, most)
    return Scenes(
        images,
        [box[kept] for box, kept in zip(boxes, keep, strict=True)],
        [label[kept] for label, kept in zip(classes, keep, strict=True)],
    )


def warped(digits: Tensor, rng: torch.Generator, side: int, heights: tuple[float, float]) -> Tensor:
    """Each digit somewhere on its own empty picture, scaled and turned: (D, side, side)."""
    count = len(digits)
    low, high = heights
    drawn = torch.rand(5, count, generator=rng)
    height = low * (high / low) ** drawn[0]  # as many between 12 and 14 as between 24 and 28 pixels
    angle = (drawn[1] - 0.5) * math.pi / 6
    middle = MARGIN + (side - 2 * MARGIN) * drawn[2:4]  # pixels
    aspect = 0.85 + 0.3 * drawn[4]
    # From a place on the scene back to one on the digit, both counted from −1 to 1.
    scale = side * 20 / (height * DIGIT)
    cos, sin = angle.cos() * scale, angle.sin() * scale
    turn = torch.stack([cos / aspect, sin / aspect, -sin, cos], dim=1).view(count, 2, 2)
    place = (2 * middle / side - 1).T.unsqueeze(2)
    turn, ink = torch.cat([turn, -turn @ place], dim=2), torch.empty(count, side, side)
    for part in range(0, count, CHUNK):  # two coordinates for each pixel: half a gigabyte for all at once
        these = slice(part, part + CHUNK)
        grid = F.affine_grid(turn[these], [len(turn[these]), 1, side, side], align_corners=False)
        ink[these] = F.grid_sample(digits[these], grid, align_corners=False)[:, 0]
    return ink


def ink_boxes(ink: Tensor) -> tuple[Tensor, Tensor]:
    """The box around the ink of each picture (D, S, S): (D, 4) in pixels, and whether enough is seen (D,)."""
    inked = ink > INK
    places = torch.arange(ink.shape[-1])
    edges = []
    for axis in (1, 2):  # over rows: which columns have ink; over columns: which rows
        line = inked.any(dim=axis)
        first = torch.where(line, places, ink.shape[-1]).amin(dim=1)
        last = torch.where(line, places + 1, 0).amax(dim=1)
        edges.append((first, last))
    (x1, x2), (y1, y2) = edges
    boxes = torch.stack([x1, y1, x2, y2], dim=1).float()
    return boxes, ((y2 - y1) >= 8) & ((x2 - x1) >= 2)


def not_too_close(boxes: Tensor, seen: Tensor, overlap: float) -> Tensor:
    """Which digits of each scene stay (N, M): one by one, unless one that stays overlaps too much."""
    corner = torch.maximum(boxes[:, :, None, :2], boxes[:, None, :, :2])
    other = torch.minimum(boxes[:, :, None, 2:], boxes[:, None, :, 2:])
    inner = (other - corner).clamp(min=0).prod(dim=-1)
    area = (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(dim=-1)
    close = inner > overlap * (area[:, :, None] + area[:, None, :] - inner)
    keep = torch.zeros_like(seen)
    for number in range(boxes.shape[1]):
        taken = (close[:, number] & keep).any(dim=1)
        keep[:, number] = seen[:, number] & ~taken
    return keep


def ground(count: int, side: int, rng: torch.Generator) -> Tensor:
    """Dark grounds with soft clouds: (count, 1, side, side) in [0, 0.45]."""
    coarse = 0.45 * torch.rand(count, 1, 5, 5, generator=rng)
    return F.interpolate(coarse, size=(side, side), mode="bilinear", align_corners=True)
