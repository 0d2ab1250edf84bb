"""A face becomes 128 numbers: those of one person lie near each other, those of two people far apart.

The network is the 29-layer residual network of dlib (D. E. King, *High Quality Face Recognition with Deep
Metric Learning*, 2017), with the weights that face-api publishes (``face_recognition``, MIT), rewritten
in PyTorch with their names. Residual networks: K. He and others, *Deep Residual Learning for Image
Recognition*, CVPR 2016. Where dlib's convolutions halve a side they have **no** padding; the others have one
pixel all round.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.vision.alignment import align_face
from helpers.vision.face_features import face_input
from helpers.vision.faces import rgb_picture
from helpers.vision.manifest import load_named, read_weights
from helpers.vision.separable import Convolution

__all__ = [
    "TEMPLATE",
    "DownBlock",
    "RecognitionNetwork",
    "ResidualBlock",
    "ScaledConvolution",
    "distances",
    "embed",
    "load_recognition",
    "recognition_input",
]

# Where this network learned to see the eyes, the nose and the corners of the mouth, as shares of the side:
# the mean face of dlib (image_transforms/interpolation.h) with a quarter of its size added on each side.
MEAN_FACE = [[0.2255, 0.2163], [0.7547, 0.2163], [0.4901, 0.5156], [0.2541, 0.7802], [0.7261, 0.7802]]
TEMPLATE = (np.float32(MEAN_FACE) + 0.25) / 1.5
SIDE = 150  # pixels of a face as the network wants to see it
BATCH = 32  # faces at once: more would only need more memory


class Scale(nn.Module):
    """One factor and one shift for each channel: what batch normalisation is once training is over."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.ones(channels))
        self.biases = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, H, W)`` to the same shape."""
        return x * self.weights[:, None, None] + self.biases[:, None, None]


class ScaledConvolution(nn.Module):
    """A convolution and its scale. At stride 1 the side stays, at stride 2 there is no padding."""

    def __init__(self, channels: int, out: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.conv = Convolution(channels, out, kernel)
        self.scale = Scale(out)
        self.stride, self.padding = stride, kernel // 2 if stride == 1 else 0

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, H, W)`` to ``(N, out, H, W)``, or with sides ``⌊(H - kernel) / 2⌋ + 1``."""
        x = F.conv2d(x, self.conv.filters, self.conv.bias, self.stride, self.padding)
        return self.scale(x)


class ResidualBlock(nn.Module):
    """Two convolutions; what came in is added to what comes out."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = ScaledConvolution(channels, channels)
        self.conv2 = ScaledConvolution(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, H, W)`` to the same shape."""
        return (x + self.conv2(self.conv1(x).relu())).relu()


class DownBlock(nn.Module):
    """The same at half the side. What came in is averaged over 2 × 2 pixels and added.

    The two may differ by a row and a column, and in their channels: zeros fill what is missing, right,
    below, and behind the last channel.
    """

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv1 = ScaledConvolution(channels, out, stride=2)
        self.conv2 = ScaledConvolution(out, out)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, H, W)`` to ``(N, out, ⌊H / 2⌋, ⌊W / 2⌋)``, H and W at least 3."""
        y = self.conv2(self.conv1(x).relu())
        x = F.avg_pool2d(x, 2)
        y = F.pad(y, (0, x.shape[3] - y.shape[3], 0, x.shape[2] - y.shape[2]))
        x = F.pad(x, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
        return (x + y).relu()


class RecognitionNetwork(nn.Module):
    """128 numbers for a face: 29 layers with weights, 5.6 million of them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv32_down = ScaledConvolution(3, 32, kernel=7, stride=2)
        for number in (1, 2, 3):
            self.add_module(f"conv32_{number}", ResidualBlock(32))
        self.conv64_down = DownBlock(32, 64)
        for number in (1, 2, 3):
            self.add_module(f"conv64_{number}", ResidualBlock(64))
        self.conv128_down = DownBlock(64, 128)
        for number in (1, 2):
            self.add_module(f"conv128_{number}", ResidualBlock(128))
        self.conv256_down = DownBlock(128, 256)
        for number in (1, 2):
            self.add_module(f"conv256_{number}", ResidualBlock(256))
        self.conv256_down_out = DownBlock(256, 256)
        self.fc = nn.Parameter(torch.empty(128, 256))
        nn.init.kaiming_normal_(self.fc)

    def features(self, x: Tensor) -> Tensor:
        """``(N, 3, 150, 150)`` to ``(N, 256)``: the mean over the last 2 × 2 places."""
        first, *blocks = self.children()
        x = F.max_pool2d(first(x).relu(), 3, 2)
        for block in blocks:
            x = block(x)
        return x.mean(dim=(2, 3))

    def forward(self, x: Tensor) -> Tensor:
        """``(N, 3, 150, 150)`` to ``(N, 128)``."""
        return self.features(x) @ self.fc.T


def load_recognition(folder: str | Path | None = None) -> RecognitionNetwork:
    """The network with its weights, in eval mode.

    Args:
        folder: where its files lie; they are looked for, or fetched, if None.

    Raises:
        FileNotFoundError: the weights are not here and cannot be fetched.
        ValueError: the files are damaged.
    """
    network = RecognitionNetwork()
    load_named(network, read_weights("face_recognition", folder))
    return network.eval()


def recognition_input(picture: np.ndarray, points: np.ndarray) -> Tensor:
    """Faces as the network wants to see them: upright, their points on ``TEMPLATE``, ``(N, 3, 150, 150)``.

    Args:
        picture: RGB, ``(H, W, 3)`` uint8; what else is taken says ``rgb_picture``.
        points: ``(N, 5, 2)`` in pixels, as in ``Faces``, or those of one face, ``(5, 2)``.

    Raises:
        ValueError: points of another shape.
    """
    points = np.asarray(points, np.float32)
    if points.shape[-2:] != (5, 2) or points.ndim > 3:
        raise ValueError(f"points are (N, 5, 2), or (5, 2) of one face, not {points.shape}; see five_points")
    picture = rgb_picture(picture)
    aligned = [align_face(picture, five, SIDE, template=TEMPLATE) for five in points.reshape(-1, 5, 2)]
    faces = [face_input(face, SIDE) for face in aligned]
    return torch.cat(faces) if faces else torch.zeros(0, 3, SIDE, SIDE)


@torch.no_grad()
def embed(network: RecognitionNetwork, picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    """What the network makes of the faces in one picture: ``(N, 128)`` float32.

    Args:
        network: from ``load_recognition``.
        picture, points: as in ``recognition_input``.
    """
    batches = recognition_input(picture, points).split(BATCH)
    return torch.cat([network(batch) for batch in batches]).numpy()


def distances(embeddings: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Euclidean distance of each embedding from each other one: ``(N, D)`` and ``(M, D)`` to ``(N, M)``."""
    return np.linalg.norm(embeddings[:, None] - others[None], axis=2)
