"""A small ViT: patches of 8, width 64, four layers of four heads; shifted and mirrored copies.

The baseline of the project, as notebook 08b builds it, with no setting tuned. On RAF-DB and FER2013 it is a
beginning: what it lacks there is pre-training.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.train.augmentation import random_flip, random_shift

PATCH, WIDTH, LAYERS, HEADS, HIDDEN = 8, 64, 4, 4, 3 * 64
STEPS, BATCH, LR, WEIGHT_DECAY, WARM_UP = 900, 64, 1e-3, 0.05, 50


class ViT(nn.Module):
    """Standardised pictures (N, 1, H, W) -> scores (N, 7)."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, WIDTH, PATCH, PATCH)
        self.token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.places = nn.Parameter(0.02 * torch.randn(1, (side // PATCH) ** 2 + 1, WIDTH))
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, HIDDEN, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, LAYERS, nn.LayerNorm(WIDTH), enable_nested_tensor=False)
        self.head = nn.Linear(WIDTH, 7)

    def forward(self, x: Tensor) -> Tensor:
        patches = self.patches(x).flatten(2).transpose(1, 2)  # (N, patches, WIDTH)
        tokens = torch.cat([self.token.expand(len(x), -1, -1), patches], dim=1) + self.places
        return self.head(self.encoder(tokens)[:, 0])


def standardise(pixels: Tensor) -> Tensor:
    """uint8 pixels (N, 1, H, W) -> float32; each picture gets mean 0 and standard deviation 1."""
    x = pixels.float()
    return (x - x.mean((1, 2, 3), keepdim=True)) / x.std((1, 2, 3), keepdim=True).clamp(min=1.0)


def rate(step: int) -> float:
    """The learning rate: up in WARM_UP steps, then down to nearly nothing on a straight line."""
    return LR * min(1.0, (step + 1) / WARM_UP) * (1 - 0.97 * step / STEPS)


def train(images: Tensor, labels: Tensor, seed: int):
    """The entry: pixels uint8 (N, 1, H, W) and labels (N,) -> a model that answers pixels with scores."""
    torch.manual_seed(seed)
    model = ViT(images.shape[-1])
    optimizer = torch.optim.AdamW(model.parameters(), LR, weight_decay=WEIGHT_DECAY)
    x = standardise(images)
    rows = torch.cat([torch.randperm(len(x)) for _ in range(-(-STEPS * BATCH // len(x)))])
    for step, batch in enumerate(rows[: STEPS * BATCH].split(BATCH)):
        optimizer.param_groups[0]["lr"] = rate(step)
        loss = F.cross_entropy(model(random_flip(random_shift(x[batch], 2))), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    return lambda asked: model(standardise(asked))
