"""LeNet-5, AlexNet, VGG and GoogLeNet for pictures of 1 × 28 × 28 and ten classes.

Notebook 05a builds the networks of the papers. These are the same designs with few filters: one trains
in seconds on a processor; notebook 05b lets them race against the residual network that it builds itself.
"""

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import Tensor, nn

__all__ = ["Concat", "named", "small_alexnet", "small_googlenet", "small_lenet", "small_vgg"]

CLASSES = 10


class Concat(nn.Module):
    """Stack maps (N, C_i, H, W) of the same side along the channels. A layer, so that a hook sees it."""

    def forward(self, *maps: Tensor) -> Tensor:
        return torch.cat(maps, dim=1)


def named(**parts: nn.Module) -> nn.Sequential:
    """A network whose parts run one after the other and carry the names of a paper's table."""
    return nn.Sequential(OrderedDict(parts))


def he_initialised(model: nn.Module) -> nn.Module:
    """Draw weights from a normal distribution of variance 2 / inputs (He et al., 2015), biases zero."""
    for parameter in model.parameters():
        if parameter.ndim > 1:
            nn.init.kaiming_normal_(parameter, nonlinearity="relu")
        else:
            nn.init.zeros_(parameter)
    return model


def small_lenet() -> nn.Sequential:
    """LeNet-5 with maximum pooling and tanh: (N, 1, 28, 28) → (N, 10); the first layer pads by 2."""
    return named(
        C1=nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh()),
        S2=nn.MaxPool2d(2),
        C3=nn.Sequential(nn.Conv2d(6, 16, 5), nn.Tanh()),
        S4=nn.MaxPool2d(2),
        C5=nn.Sequential(nn.Flatten(), nn.Linear(400, 120), nn.Tanh()),
        F6=nn.Sequential(nn.Linear(120, 84), nn.Tanh()),
        output=nn.Linear(84, CLASSES),
    )


def overlapping_pool() -> nn.MaxPool2d:
    """Windows of 3 × 3 that move by 2; 14 → 7 → 4 → 2, as ``separate_pool``."""
    return nn.MaxPool2d(3, stride=2, padding=1)


def separate_pool() -> nn.MaxPool2d:
    """Windows of 2 × 2 that move by 2 and do not overlap; 14 → 7 → 4 → 2."""
    return nn.MaxPool2d(2, ceil_mode=True)


def small_alexnet(
    *,
    activation: Callable[[], nn.Module] = nn.ReLU,
    norm: Callable[[], nn.Module] = nn.Identity,
    pool: Callable[[], nn.Module] = overlapping_pool,
    dropout: float = 0.0,
) -> nn.Module:
    """Five convolutions and three fully connected layers: (N, 1, 28, 28) → (N, 10).

    Args:
        activation, norm, pool: make the layer of that kind; ``norm`` stands before the first two poolings.
        dropout: probability that an input of the first two fully connected layers is silenced.
    """
    parts, channels = {}, 1
    for number, (filters, kernel, stride, groups) in enumerate(
        [(16, 5, 2, 1), (32, 5, 1, 2), (48, 3, 1, 1), (48, 3, 1, 2), (32, 3, 1, 2)], 1
    ):
        conv = nn.Conv2d(channels, filters, kernel, stride, kernel // 2, groups=groups)
        parts[f"conv{number}"] = nn.Sequential(conv, activation())
        if number in (1, 2):
            parts[f"norm{number}"] = norm()
        if number in (1, 2, 5):
            parts[f"pool{number}"] = pool()
        channels = filters
    parts["fc6"] = nn.Sequential(nn.Flatten(), nn.Dropout(dropout), nn.Linear(128, 128), activation())
    parts["fc7"] = nn.Sequential(nn.Dropout(dropout), nn.Linear(128, 128), activation())
    return he_initialised(named(**parts, fc8=nn.Linear(128, CLASSES)))


def small_vgg(dropout: float = 0.2) -> nn.Module:
    """Three pairs of 3 × 3 convolutions, 28 → 14 → 7 → 3: (N, 1, 28, 28) → (N, 10)."""
    parts, channels = {}, 1
    for block, filters in enumerate((8, 16, 32), 1):
        for number in (1, 2):
            conv = nn.Conv2d(channels, filters, 3, padding=1)
            parts[f"{block}_{number}"] = nn.Sequential(conv, nn.ReLU())
            channels = filters
        parts[f"pool{block}"] = nn.MaxPool2d(2)
    parts["fc1"] = nn.Sequential(nn.Flatten(), nn.Linear(288, 64), nn.ReLU(), nn.Dropout(dropout))
    parts["fc2"] = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(dropout))
    return he_initialised(named(**parts, fc3=nn.Linear(64, CLASSES)))


def _unit(channels: int, filters: int, kernel: int) -> nn.Sequential:
    conv = nn.Conv2d(channels, filters, kernel, padding=kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(filters), nn.ReLU())


class _Inception(nn.Module):
    """Four branches side by side, each (1 × 1 filters, filters): 1 × 1, 3 × 3, 5 × 5 and pooling."""

    def __init__(self, channels: int, one: int, three: tuple[int, int], five: tuple[int, int], pool: int):
        super().__init__()
        self.one = _unit(channels, one, 1)
        self.three = nn.Sequential(_unit(channels, three[0], 1), _unit(*three, 3))
        self.five = nn.Sequential(_unit(channels, five[0], 1), _unit(*five, 5))
        self.pool = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), _unit(channels, pool, 1))
        self.join = Concat()

    def forward(self, x: Tensor) -> Tensor:
        return self.join(self.one(x), self.three(x), self.five(x), self.pool(x))


def small_googlenet() -> nn.Sequential:
    """A folded input, one convolution, pooling, two Inception blocks: (N, 1, 28, 28) → (N, 10).

    ``PixelUnshuffle(2)`` puts each 2 × 2 pixels into four channels; the blocks work on 7 × 7.
    """
    return named(
        stem=nn.Sequential(nn.PixelUnshuffle(2), _unit(4, 16, 3)),
        pool=nn.MaxPool2d(3, stride=2, ceil_mode=True),
        inception1=_Inception(16, 16, (8, 16), (8, 16), 16),
        inception2=_Inception(64, 32, (16, 32), (8, 16), 16),
        head=nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(96, CLASSES)),
    )
