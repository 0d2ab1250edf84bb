"""Small digits, and a judge that reads them: what measures a generator of digits."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.data.image_sets import load_images
from helpers.generative.rulers import frechet
from helpers.train.loop import fit
from helpers.train.measuring import evaluate, predict

__all__ = ["Judge", "small_digits"]


def small_digits(split: str, full: bool = False) -> tuple[Tensor, Tensor]:
    """MNIST's digits, shrunk to 16 × 16 and scaled to [-1, 1]: pictures (N, 1, 16, 16), labels (N,).

    Args:
        split: "train" or "test".
        full: the whole set, where it is there; else the sample of 4,000 and 1,000.
    """
    digits = load_images("mnist", split, full=full)
    small = F.interpolate(digits.images, size=(16, 16), mode="bilinear", antialias=True, align_corners=False)
    return 2 * small - 1, digits.labels


class Judge:
    """A small CNN that reads digits, and what it says about a heap of pictures.

    Args:
        x, y: pictures (N, 1, 16, 16) in [-1, 1] and their digits (N,): it learns to read them, and the heap
            to be compared with is described by them.
        epochs: how often it passes over them.
        rng: draws the order of the batches.
    """

    def __init__(self, x: Tensor, y: Tensor, epochs: int = 10, rng: torch.Generator | None = None) -> None:
        self.network = nn.Sequential(
            nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
            nn.Flatten(), nn.Linear(512, 32), nn.ReLU(), nn.Linear(32, 10),
        ).to(x.device)  # fmt: skip
        optimizer = torch.optim.Adam(self.network.parameters(), lr=2e-3)
        fit(self.network, (x, y), epochs=epochs, optimizer=optimizer, generator=rng)
        self.real_features = self.features(x)

    def features(self, images: Tensor) -> Tensor:
        """The 32 numbers before the last layer, for pictures (n, 1, 16, 16): (n, 32), on the CPU."""
        return predict(self.network[:-1], images)

    def probabilities(self, images: Tensor) -> Tensor:
        """How likely the judge takes each picture (n, 1, 16, 16) for each digit: (n, 10), on the CPU."""
        return predict(self.network, images).softmax(dim=1)

    def read(self, images: Tensor) -> Tensor:
        """The digit that the judge reads in each picture (n, 1, 16, 16): (n,), on the CPU."""
        return self.probabilities(images).argmax(dim=1)

    def share(self, images: Tensor, asked: Tensor) -> float:
        """The share of pictures (n, 1, 16, 16) that are read as the digits (n,) they should be, 0 to 1."""
        return (self.read(images) == asked.cpu()).float().mean().item()

    def accuracy(self, x: Tensor, y: Tensor) -> float:
        """The share of real digits x (n, 1, 16, 16) that it reads as their labels y (n,), 0 to 1."""
        return evaluate(self.network, (x, y))["accuracy"]

    def measure(self, images: Tensor) -> dict[str, float]:
        """Pictures (n, 1, 16, 16) → confidence, share of the rarest digit (both 0 to 1), Fréchet."""
        probabilities = self.probabilities(images)
        rarest = probabilities.argmax(dim=1).bincount(minlength=10).min().item() / len(images)
        return {
            "confidence": probabilities.amax(dim=1).mean().item(),
            "rarest digit": rarest,
            "Fréchet": frechet(self.features(images), self.real_features),
        }
