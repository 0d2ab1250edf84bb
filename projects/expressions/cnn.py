"""Three convolutions and two fully connected layers, 37,000 numbers: the control beside the ViT.

It learns from as many batches as ``vit.py``, standardised, shifted and mirrored in the same way.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from helpers.train.augmentation import random_flip, random_shift

STEPS, BATCH, LR, WEIGHT_DECAY = 900, 64, 3e-3, 0.05


def block(channels_in: int, channels_out: int) -> list[nn.Module]:
    """Convolution, batch normalisation, ReLU, and half the side."""
    conv = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False)
    return [conv, nn.BatchNorm2d(channels_out), nn.ReLU(inplace=True), nn.MaxPool2d(2)]


def network() -> nn.Sequential:
    """Standardised pictures (N, 1, H, W) -> scores (N, 7)."""
    layers = [*block(1, 16), *block(16, 32), *block(32, 64), nn.AdaptiveAvgPool2d(3), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(576, 24), nn.ReLU(), nn.Linear(24, 7))


def standardise(pixels: Tensor) -> Tensor:
    """uint8 pixels (N, 1, H, W) -> float32; each picture gets mean 0 and standard deviation 1."""
    x = pixels.float()
    return (x - x.mean((1, 2, 3), keepdim=True)) / x.std((1, 2, 3), keepdim=True).clamp(min=1.0)


def train(images: Tensor, labels: Tensor, seed: int):
    """The entry: pixels uint8 (N, 1, H, W) and labels (N,) -> a model that answers pixels with scores."""
    torch.manual_seed(seed)
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), LR, weight_decay=WEIGHT_DECAY)
    schedule = OneCycleLR(optimizer, LR, total_steps=STEPS + 1)
    x = standardise(images)
    rows = torch.cat([torch.randperm(len(x)) for _ in range(-(-STEPS * BATCH // len(x)))])
    for batch in rows[: STEPS * BATCH].split(BATCH):
        loss = F.cross_entropy(model(random_flip(random_shift(x[batch], 2))), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    model.eval()
    return lambda asked: model(standardise(asked))
