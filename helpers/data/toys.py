"""Small made-up data whose shape a picture shows."""

import math

import torch
from torch import Tensor

__all__ = ["two_moons"]


def two_moons(count: int, noise: float, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Two half circles of radius 1 that reach into each other, a problem that no line solves.

    Args:
        count: points on each half circle.
        noise: standard deviation of the normal noise that is added to both coordinates.
        rng: draws the angles and the noise.

    Returns:
        points (2 * count, 2) float64, and their classes (2 * count,) int64: first the zeros, then the ones.
    """
    if count < 1 or noise < 0:
        raise ValueError(f"two_moons needs count ≥ 1 and noise ≥ 0, got {count} and {noise}")
    angle = math.pi * torch.rand(2, count, 1, generator=rng, dtype=torch.float64)
    upper = torch.cat([angle[0].cos(), angle[0].sin()], dim=1)
    lower = torch.cat([1 - angle[1].cos(), 0.5 - angle[1].sin()], dim=1)
    points = torch.cat([upper, lower])
    points += noise * torch.randn(points.shape, generator=rng, dtype=torch.float64)
    return points, torch.arange(2).repeat_interleave(count)
