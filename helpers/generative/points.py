"""Eight heaps of points on a circle, and the ruler that says how well other points imitate them."""

import math

import torch
from torch import Tensor

__all__ = ["CENTRES", "SPREAD", "eight_points", "heap_shares"]

ANGLES = torch.arange(8) * math.pi / 4
CENTRES = 2 * torch.stack([ANGLES.cos(), ANGLES.sin()], dim=1)  # (8, 2), on a circle of radius 2
SPREAD = 0.1  # standard deviation of each heap, in the units of x


def eight_points(n: int, rng: torch.Generator | None = None) -> Tensor:
    """Draw ``n`` points of eight equally likely normal distributions around ``CENTRES``: (n, 2)."""
    chosen = torch.randint(len(CENTRES), (n,), generator=rng)
    return CENTRES[chosen] + SPREAD * torch.randn(n, 2, generator=rng)


def heap_shares(points: Tensor, radius: float = 0.4) -> tuple[float, float, int]:
    """Measure how points (n, 2) lie about the eight centres. Built in notebook 07a, section "Mode collapse".

    Args:
        points: (n, 2), in the units of ``CENTRES``.
        radius: how far from a centre a point is still "near"; 0.4 is four standard deviations.

    Returns:
        The share of the points near a centre; the share of all points whose nearest centre is the most
        popular one (1/8 at best); and the number of centres with at least 1 % of the points near.
    """
    distance, nearest = torch.cdist(points.cpu(), CENTRES).min(dim=1)
    near = distance < radius
    fullest = nearest.bincount(minlength=8).max().item() / len(points)
    counts = nearest[near].bincount(minlength=8)
    return near.float().mean().item(), fullest, int((counts >= 0.01 * len(points)).sum())
