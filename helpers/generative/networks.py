"""The players of the lessons on generative models: small networks for pictures of 16 × 16 pixels."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = [
    "LabelledDiscriminator",
    "LabelledGenerator",
    "Reader",
    "conv_discriminator",
    "conv_generator",
    "mlp",
    "translator",
]


def mlp(inputs: int, units: int, outputs: int) -> nn.Sequential:
    """Two hidden layers with LeakyReLU: (N, inputs) → (N, outputs)."""
    return nn.Sequential(
        nn.Linear(inputs, units), nn.LeakyReLU(0.2), nn.Linear(units, units), nn.LeakyReLU(0.2),
        nn.Linear(units, outputs),
    )  # fmt: skip


def conv_generator(inputs: int = 32) -> nn.Sequential:
    """The DCGAN's generator: (N, inputs) noise → (N, 1, 16, 16) pictures in [-1, 1]."""
    return nn.Sequential(
        nn.Linear(inputs, 32 * 4 * 4), nn.Unflatten(1, (32, 4, 4)), nn.BatchNorm2d(32), nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1), nn.Tanh(),
    )  # fmt: skip


def conv_discriminator(channels: int = 1, outputs: int = 1) -> nn.Sequential:
    """The DCGAN's discriminator: (N, channels, 16, 16) pictures → (N, outputs) scores."""
    return nn.Sequential(
        nn.Conv2d(channels, 16, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
        nn.Conv2d(16, 32, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(32 * 4 * 4, outputs),
    )  # fmt: skip


class LabelledGenerator(nn.Module):
    """(N, 32) noise and (N,) digits → (N, 1, 16, 16): the digit enters as ten more inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.net = conv_generator(inputs=32 + 10)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        return self.net(torch.cat([z, F.one_hot(y, 10).float()], dim=1))


class LabelledDiscriminator(nn.Module):
    """(N, channels, 16, 16) pictures and (N,) digits → (N, 1): how real each is as that digit."""

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        self.net = conv_discriminator(channels, outputs=10)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.net(x).gather(1, y[:, None])


def translator() -> nn.Sequential:
    """(N, 1, 16, 16) pictures of one kind → the same shape, of the other kind; it sees 10 × 10 pixels."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 4, stride=2, padding=1), nn.BatchNorm2d(16), nn.LeakyReLU(0.2),
        nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16), nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1), nn.Tanh(),
    )  # fmt: skip


class Reader(nn.Sequential):
    """A CNN with dropout that reads digits: (N, 1, 16, 16) pictures → (N, 10) scores."""

    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(1, 16, 4, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Dropout2d(0.15),
            nn.Conv2d(16, 32, 4, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Flatten(), nn.Dropout(0.3),
            nn.Linear(512, 64), nn.LeakyReLU(0.2), nn.Linear(64, 10),
        )  # fmt: skip
