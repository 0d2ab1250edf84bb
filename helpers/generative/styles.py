"""A small StyleGAN for painted digits, and the two readings that tell what became of a style."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.generative.digits import Judge

__all__ = ["PALETTE", "StyleGenerator", "digit_and_colour", "paint"]

Modulation = Callable[[Tensor, Tensor, Tensor], Tensor]
PALETTE = torch.tensor([[1.0, 0.55, 0.1], [0.2, 0.55, 1.0]])  # orange, blue: (2, 3), in [0, 1]


class StyledLayer(nn.Module):
    """A (transposed) convolution whose ``maps`` output maps are modulated by the style w (N, 32)."""

    def __init__(self, conv: nn.Module, maps: int, modulate: Modulation) -> None:
        super().__init__()
        self.conv, self.style, self.modulate = conv, nn.Linear(32, 2 * maps), modulate

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        gamma, beta = self.style(w).chunk(2, dim=1)
        return F.leaky_relu(self.modulate(self.conv(x), gamma, beta), 0.2)


class StyleGenerator(nn.Module):
    """(N, 32) noise and (N,) digits → (N, 3, 16, 16), with styles entering at 4, 8 and 16 pixels.

    Args:
        modulate: adaptive instance normalisation: maps (N, C, H, W), gamma and beta (N, C) → maps.
        mixing: the share of the training pictures whose fine style comes from another noise and digit.
    """

    def __init__(self, modulate: Modulation, mixing: float = 0.9) -> None:
        super().__init__()
        self.modulate, self.mixing = modulate, mixing
        self.mapping = nn.Sequential(
            nn.Linear(42, 64), nn.LeakyReLU(0.2), nn.Linear(64, 32), nn.LeakyReLU(0.2)
        )
        self.constant = nn.Parameter(torch.randn(1, 32, 4, 4))
        self.coarse = StyledLayer(nn.Conv2d(32, 32, 3, padding=1), 32, modulate)
        self.middle = StyledLayer(nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1), 16, modulate)
        self.fine = StyledLayer(nn.ConvTranspose2d(16, 16, 4, stride=2, padding=1), 16, modulate)
        self.to_rgb, self.paint = nn.Conv2d(16, 3, 1), nn.Linear(32, 6)

    def style(self, z: Tensor, y: Tensor) -> Tensor:
        """The mapping network: noise (N, 32) and digits (N,) → styles (N, 32)."""
        return self.mapping(torch.cat([z, F.one_hot(y, 10).float()], dim=1))

    def draw(self, w: Tensor, w_fine: Tensor) -> Tensor:
        """Pictures (N, 3, 16, 16) of the style w (N, 32) at 4 and 8 pixels and w_fine (N, 32) at 16."""
        x = self.constant.expand(len(w), -1, -1, -1)
        x = self.fine(self.middle(self.coarse(x, w), w), w_fine)
        return torch.tanh(self.modulate(self.to_rgb(x), *self.paint(w_fine).chunk(2, dim=1)))

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """For training: a share of the pictures take their fine style from another noise and digit."""
        w, order = self.style(z, y), torch.randperm(len(z), device=z.device)
        other = self.style(torch.randn_like(z), y[order])
        mixed = torch.rand(len(z), 1, device=z.device) < self.mixing
        return self.draw(w, torch.where(mixed, other, w))


def paint(images: Tensor, rng: torch.Generator | None = None) -> Tensor:
    """Paint grey pictures (N, 1, H, W) in [-1, 1] orange or blue, as a coin says: (N, 3, H, W) in [-1, 1]."""
    coins = torch.randint(len(PALETTE), (len(images),), generator=rng)
    colours = PALETTE[coins].to(images.device)
    return (images + 1) * colours[:, :, None, None] - 1


def digit_and_colour(judge: Judge, images: Tensor) -> tuple[Tensor, Tensor]:
    """Painted pictures (N, 3, 16, 16) → the digit that the judge reads (N,), colours of length 1 (N, 3)."""
    ink = images + 1
    grey = ink.amax(dim=1, keepdim=True)
    grey = 2 * grey / grey.amax(dim=(2, 3), keepdim=True).clamp(min=1e-6) - 1
    return judge.read(grey), F.normalize(ink.sum(dim=(2, 3)), dim=1).cpu()
