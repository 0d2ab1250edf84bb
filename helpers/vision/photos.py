"""Digits as a camera would see them, and the way back: from a photo to what a data set holds."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["centred_digits", "ink_of_photos", "photographed"]

SIDE, INK = 64, 36  # pixels of a photo, and of the digit somewhere on it
MIDDLE = 14  # where MNIST's digits have their centre of mass, counted from 0 in a picture of 28 × 28


def photographed(digits: Tensor, rng: torch.Generator) -> Tensor:
    """Dark ink on light paper, somewhere on the picture, unevenly lit, with a little noise.

    Args:
        digits: (N, 1, 28, 28), ink is 1, paper is 0.
        rng: draws places, directions of the light, and noise.

    Returns:
        (N, 1, 64, 64) in [0, 1], black is 0.
    """
    count = len(digits)
    ink = torch.zeros(count, 1, SIDE, SIDE)
    large = F.interpolate(digits, size=(INK, INK), mode="bilinear", align_corners=False)
    places = torch.randint(SIDE - INK + 1, (count, 2), generator=rng)
    for picture, digit, (top, left) in zip(ink, large, places.tolist(), strict=True):
        picture[:, top : top + INK, left : left + INK] = digit
    angle = 2 * math.pi * torch.rand(count, 1, 1, 1, generator=rng)
    across = torch.linspace(-1, 1, SIDE)
    light = 0.75 + 0.2 * (angle.cos() * across + angle.sin() * across.unsqueeze(1))
    noise = 0.02 * torch.randn(ink.shape, generator=rng)
    return (light * (1 - 0.7 * ink) + noise).clamp(0, 1)


def ink_of_photos(photos: Tensor) -> Tensor:
    """Take the light away: ink is 1, paper is 0, whatever the lamp did.

    The brightest value near a pixel is taken for the paper there; ink is what is darker.

    Args:
        photos: (N, 1, H, W) in [0, 1], dark ink on light paper, H and W above 25.

    Returns:
        (N, 1, H, W) in [0, 1].
    """
    smooth = F.avg_pool2d(F.pad(photos, (1,) * 4, mode="replicate"), 3, stride=1)
    # Windows of 25 × 25, down and then across: the same result as in one step, for a tenth of the work.
    down = F.max_pool2d(smooth, (25, 1), stride=1, padding=(12, 0))
    paper = F.pad(F.max_pool2d(down, (1, 25), stride=1, padding=(0, 12)), (12,) * 4, mode="replicate")
    paper = F.avg_pool2d(F.avg_pool2d(paper, (25, 1), stride=1), (1, 25), stride=1)
    ink = (1 - photos / paper.clamp(min=1e-3)).clamp(0, 1)
    darkest = ink.flatten(1).quantile(0.99, dim=1).clamp(min=1e-3).view(-1, 1, 1, 1)
    return ((ink / darkest - 0.2) / 0.8).clamp(0, 1)  # the weakest fifth is noise


def centred_digits(ink: Tensor) -> Tensor:
    """Cut each digit out, scale it to 20 pixels and put its centre of mass on pixel (14, 14) of 28 × 28.

    This is how the pictures of MNIST were made (LeCun et al., 1998).

    Args:
        ink: (N, 1, H, W), ink is 1, paper is 0; a picture without ink stays empty.

    Returns:
        (N, 1, 28, 28).
    """
    result = torch.zeros(len(ink), 1, 28, 28)
    for place, (picture,) in zip(result, ink, strict=True):
        inked = picture > 0.3
        rows, columns = inked.any(dim=1).nonzero()[:, 0], inked.any(dim=0).nonzero()[:, 0]
        if len(rows) == 0:
            continue
        cut = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        size = [max(1, round(20 * length / max(cut.shape))) for length in cut.shape]
        small = F.interpolate(
            cut[None, None], size=size, mode="bilinear", antialias=True, align_corners=False
        )[0, 0]
        top, left = (
            min(max(round(MIDDLE - _centre(small.sum(dim=1 - axis))), 0), 28 - size[axis]) for axis in (0, 1)
        )
        place[0, top : top + size[0], left : left + size[1]] = small
    return result


def _centre(mass: Tensor) -> float:
    """Where the mass along one axis has its centre, in pixels."""
    return float((mass * torch.arange(len(mass))).sum() / mass.sum().clamp(min=1e-6))
