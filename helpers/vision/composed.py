"""Pictures whose every pixel has a known class: photographed textures with handwritten digits on top."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["TEXTURES", "composed_pictures", "halves_of_textures"]

TEXTURES = ("brick", "grass", "gravel")  # photographs of 512 × 512 pixels that scikit-image ships
SHRINK = 2  # the photographs are made smaller, so that a piece shows several bricks or stones
DIGIT = 40  # side in pixels of a pasted digit


def halves_of_textures(names: Sequence[str] = TEXTURES) -> tuple[Tensor, Tensor]:
    """The left and the right half of each photograph, with mean 0 and standard deviation 1 in each half.

    Pictures for training are cut from one half and pictures for testing from the other: no pixel is in both.

    Args:
        names: photographs of ``skimage.data``, all of one size and an even width.

    Returns:
        Two tensors (number of names, H / 2, W / 4) for photographs (H, W): made half as large, then cut.
    """
    from skimage import data

    photos = [torch.from_numpy(np.asarray(getattr(data, name)(), dtype=np.float32)) for name in names]
    if any(photo.ndim != 2 or photo.shape != photos[0].shape for photo in photos):
        raise ValueError(f"textures must be grey and of one size, got {[tuple(p.shape) for p in photos]}")
    left, right = F.avg_pool2d(torch.stack(photos), SHRINK).chunk(2, dim=2)
    return _standardised(left), _standardised(right)


def composed_pictures(
    digits: Tensor,
    labels: Tensor,
    textures: Tensor,
    rng: torch.Generator,
    *,
    side: int = 48,
) -> tuple[Tensor, Tensor]:
    """Regions of texture with curved random borders, and on each picture a digit in light or dark ink.

    Brightness and contrast of each piece of texture are drawn at random, so that its grey alone tells
    little of the class.

    Args:
        digits: (N, 1, 28, 28), ink is 1, paper is 0.
        labels: their classes (N,), counted from 0.
        textures: (T, H, W) with mean 0 and standard deviation 1, H and W at least ``side``.
        rng: draws regions, places, brightness and ink.
        side: pixels of a picture's side, at least 40.

    Returns:
        Pictures (N, 1, side, side) in [0, 1], and the class of each pixel (N, side, side): 0 to T - 1 for the
        textures, T + label for the ink of a digit.
    """
    _check(digits, labels, textures, side)
    count, kinds = len(digits), len(textures)
    fields = torch.rand(count, kinds, 2, 2, generator=rng)
    region = F.interpolate(fields, size=(side, side), mode="bilinear", align_corners=True).argmax(dim=1)
    pieces = torch.stack([_pieces(texture, count, side, rng) for texture in textures], dim=1)
    picture = pieces.gather(1, region.unsqueeze(1))[:, 0]
    large = F.interpolate(digits, size=(DIGIT, DIGIT), mode="bicubic", align_corners=False).clamp(0, 1)
    places = torch.randint(side - DIGIT + 1, (count, 2), generator=rng)
    ink = torch.zeros(count, side, side)
    for page, digit, (top, left) in zip(ink, large[:, 0], places.tolist(), strict=True):
        page[top : top + DIGIT, left : left + DIGIT] = digit
    mask = torch.where(ink > 0.5, kinds + labels.view(-1, 1, 1), region)
    light = torch.rand(count, 1, 1, generator=rng) < 0.5
    shade = 0.15 * torch.rand(count, 1, 1, generator=rng)
    colour = torch.where(light, 1 - shade, shade)
    return (picture * (1 - ink) + colour * ink).unsqueeze(1), mask


def _pieces(texture: Tensor, count: int, side: int, rng: torch.Generator) -> Tensor:
    """``count`` pieces (count, side, side) of one texture (H, W), some mirrored, in [0, 1]."""
    rows = torch.randint(texture.shape[0] - side + 1, (count,), generator=rng).tolist()
    columns = torch.randint(texture.shape[1] - side + 1, (count,), generator=rng).tolist()
    mirror = (torch.rand(count, generator=rng) < 0.5).tolist()
    cut = [texture[r : r + side, c : c + side] for r, c in zip(rows, columns, strict=True)]
    cut = torch.stack([piece.flip(1) if flip else piece for piece, flip in zip(cut, mirror, strict=True)])
    brightness = 0.4 + 0.2 * torch.rand(count, 1, 1, generator=rng)
    contrast = 0.13 + 0.07 * torch.rand(count, 1, 1, generator=rng)
    return (brightness + contrast * cut).clamp(0, 1)


def _standardised(textures: Tensor) -> Tensor:
    """Each texture (T, H, W) with mean 0 and standard deviation 1."""
    mean = textures.mean(dim=(1, 2), keepdim=True)
    return (textures - mean) / textures.std(dim=(1, 2), keepdim=True)


def _check(digits: Tensor, labels: Tensor, textures: Tensor, side: int) -> None:
    if digits.ndim != 4 or digits.shape[1:] != (1, 28, 28):
        raise ValueError(f"digits must have shape (N, 1, 28, 28), got {tuple(digits.shape)}")
    if len(digits) == 0:
        raise ValueError("there must be at least one digit")
    if len(labels) != len(digits):
        raise ValueError(f"each digit needs a label: {len(digits)} digits, {len(labels)} labels")
    if side < DIGIT:
        raise ValueError(f"a digit is {DIGIT} pixels wide: side must be at least that, got {side}")
    if textures.ndim != 3 or min(textures.shape[1:]) < side:
        raise ValueError(
            f"textures must have shape (T, H, W), H and W at least {side}, got {tuple(textures.shape)}"
        )
