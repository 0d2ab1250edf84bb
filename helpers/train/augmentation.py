"""Augmentation of whole batches: every picture its own draw, and no Python loop over pictures.

Each function takes a batch and returns a new one, as ``fit(augment=…)`` wants it. The draws come from torch's
global generator, on the CPU, so they are the same on every device.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["random_flip", "random_shift"]


def random_shift(images: Tensor, pixels: int = 2) -> Tensor:
    """Move each picture by a whole number of pixels, from ``-pixels`` to ``pixels``, down and to the right.

    Args:
        images: ``(N, C, H, W)``.
        pixels: the largest shift, in pixels, less than H and W.

    Returns:
        ``(N, C, H, W)``, new memory. What comes in from outside repeats the pictures' edge, so a normalised
        background stays what it is.

    Raises:
        ValueError: another shape, or a shift that is negative or as large as the picture.
    """
    _check_pictures(images)
    count, _, height, width = images.shape
    if not 0 <= pixels < min(height, width):
        raise ValueError(
            f"pixels must be from 0 to {min(height, width) - 1} for these pictures, got {pixels}"
        )
    dtype = images.dtype
    wide = images if dtype.is_floating_point else images.float()  # torch repeats edges of floats only
    wide = F.pad(wide, (pixels,) * 4, mode="replicate").to(dtype)
    windows = wide.unfold(2, height, 1).unfold(3, width, 1)  # (N, C, 2p+1, 2p+1, H, W), a view
    down, right = torch.randint(2 * pixels + 1, (2, count)).to(images.device)
    return windows[torch.arange(count, device=images.device), :, down, right]


def random_flip(images: Tensor) -> Tensor:
    """Mirror each picture left to right with probability one half. Not for digits: a mirrored 2 is no digit.

    Args:
        images: ``(N, C, H, W)``.

    Returns:
        ``(N, C, H, W)``, new memory.

    Raises:
        ValueError: another shape.
    """
    _check_pictures(images)
    mirrored = (torch.rand(len(images)) < 0.5).to(images.device)
    return torch.where(mirrored.view(-1, 1, 1, 1), images.flip(3), images)


def _check_pictures(images: Tensor) -> None:
    if images.ndim != 4 or len(images) == 0:
        raise ValueError(f"expected pictures (N, C, H, W), at least one; got shape {tuple(images.shape)}")
