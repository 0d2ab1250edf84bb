"""What guesses the clean picture behind a noisy one: the network of a small diffusion model."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Denoiser", "waves"]


def waves(level: Tensor) -> Tensor:
    """How much noise there is, as a network likes to read it: level (N,) in [0, 1] → (N, 8) in [-1, 1].

    Cosines and sines of four frequencies: near levels give near numbers, far ones differ in many of them.
    """
    angles = level[:, None] * math.pi / 2 * torch.tensor([1.0, 2.0, 4.0, 8.0], device=level.device)
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class Block(nn.Module):
    """Two convolutions beside a skip connection; ``e`` (N, 64) scales and shifts the maps between them."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.normalise, self.modulate = nn.GroupNorm(4, maps), nn.Linear(64, 2 * maps)
        self.first, self.second = nn.Conv2d(maps, maps, 3, padding=1), nn.Conv2d(maps, maps, 3, padding=1)
        nn.init.zeros_(self.second.weight)  # at first the block changes nothing but a constant

    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        gamma, beta = self.modulate(e)[:, :, None, None].chunk(2, dim=1)
        return x + self.second(F.silu(self.first(self.normalise(x)) * (1 + gamma) + beta))


class Denoiser(nn.Module):
    """Noisy pictures (N, 1, 16, 16), level (N,) in [0, 1], digits (N,) → guessed clean pictures.

    A small U-Net (Ronneberger and others, 2015): down to 8 × 8 and 4 × 4 pixels and up again, with a skip
    connection between the two halves. Level and digit enter every block, as the style does in a StyleGAN.
    """

    def __init__(self, maps: int = 16) -> None:
        super().__init__()
        self.condition = nn.Sequential(nn.Linear(8 + 10, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU())
        self.enter, self.left = nn.Conv2d(1, maps, 4, stride=2, padding=1), Block(maps)
        self.down = nn.Conv2d(maps, 2 * maps, 4, stride=2, padding=1)
        self.middle = nn.ModuleList([Block(2 * maps), Block(2 * maps)])
        self.up = nn.ConvTranspose2d(2 * maps, maps, 4, stride=2, padding=1)
        self.right, self.leave = Block(maps), nn.ConvTranspose2d(maps, 1, 4, stride=2, padding=1)
        self.short = nn.Conv2d(1, 1, 1)

    def forward(self, x: Tensor, level: Tensor, y: Tensor) -> Tensor:
        e = self.condition(torch.cat([waves(level), F.one_hot(y, 10).float()], dim=1))
        left = self.left(self.enter(x), e)
        inner = self.down(left)
        for block in self.middle:
            inner = block(inner, e)
        return self.leave(self.right(F.silu(self.up(inner) + left), e)) + self.short(x)
