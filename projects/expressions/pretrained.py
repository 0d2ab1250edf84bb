"""torchvision's vit_b_16 as it is, and one layer trained on its features: weights from ImageNet.

It needs the file of the weights (346 MB) in torch's cache, or a network to fetch it once. Nearly all the time
goes into the features: one core makes about three pictures a second, an hour and a half for RAF-DB. So take
``--rounds 1``, or a graphics card and ``write_predictions``. Not measured by us: we had no such weights.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import ViT_B_16_Weights, vit_b_16

STEPS, BATCH, LR, WEIGHT_DECAY = 2000, 256, 1e-3, 1e-3
SIDE = 224  # of the pictures that it was trained on
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's channels
WEIGHTS = ViT_B_16_Weights.IMAGENET1K_V1


def backbone() -> nn.Module:
    """Pictures (N, 3, 224, 224) -> features (N, 768): the network without its last layer."""
    model = vit_b_16(weights=WEIGHTS)
    model.heads = nn.Identity()
    return model.eval().requires_grad_(False)


def prepare(pixels: Tensor) -> Tensor:
    """uint8 pixels (N, 1, H, W) -> three channels of 224 × 224, as the network knows them."""
    x = F.interpolate(pixels.float().div(255), size=(SIDE, SIDE), mode="bilinear", antialias=True)
    return (x - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)


@torch.no_grad()
def features(model: nn.Module, pixels: Tensor) -> Tensor:
    """What the network makes of the pictures: (N, 768)."""
    return torch.cat([model(prepare(part)) for part in pixels.split(32)])


def train(images: Tensor, labels: Tensor, seed: int):
    """The entry: pixels uint8 (N, 1, H, W) and labels (N,) -> a model that answers pixels with scores."""
    model = backbone()
    x = features(model, images)
    mean, std = x.mean(0), x.std(0).clamp(min=1e-6)
    x = (x - mean) / std
    torch.manual_seed(seed)
    head = nn.Linear(x.shape[1], 7)
    optimizer = torch.optim.AdamW(head.parameters(), LR, weight_decay=WEIGHT_DECAY)
    for _ in range(STEPS):
        rows = torch.randint(len(x), (BATCH,))
        loss = F.cross_entropy(head(x[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return lambda asked: head((features(model, asked) - mean) / std)
