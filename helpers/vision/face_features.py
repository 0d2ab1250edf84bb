"""What face-api's networks for points and for expressions have in common: a face becomes 256 numbers."""

import numpy as np
import torch
from torch import Tensor, nn

from helpers.vision.faces import resized
from helpers.vision.separable import Convolution, SeparableConvolution

__all__ = ["DenseBlock", "FaceFeatures", "face_input"]

MEANS = (122.782, 117.001, 104.298)  # of red, green, blue, in 0…255


class DenseBlock(nn.Module):
    """Four convolutions; each sees the sum of all before it. The first halves the picture's side."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        first = channels == 3  # colours are mixed at once: an ordinary convolution
        self.conv0 = Convolution(3, out, stride=2) if first else SeparableConvolution(channels, out, stride=2)
        self.conv1 = SeparableConvolution(out, out)
        self.conv2 = SeparableConvolution(out, out)
        self.conv3 = SeparableConvolution(out, out)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, H, W)`` to ``(N, out, ⌈H / 2⌉, ⌈W / 2⌉)``."""
        total = self.conv0(x).relu()
        for layer in (self.conv1, self.conv2, self.conv3):
            total = total + layer(total.relu())
        return total.relu()


class FaceFeatures(nn.Module):
    """A face as 256 numbers. What is made of them adds the class that builds on this one."""

    def __init__(self) -> None:
        super().__init__()
        self.dense0 = DenseBlock(3, 32)
        self.dense1 = DenseBlock(32, 64)
        self.dense2 = DenseBlock(64, 128)
        self.dense3 = DenseBlock(128, 256)

    def features(self, x: Tensor) -> Tensor:
        """``(N, 3, 112, 112)`` to ``(N, 256)``: the mean over the last 7 × 7 places."""
        return self.dense3(self.dense2(self.dense1(self.dense0(x)))).mean(dim=(2, 3))


def face_input(crop: np.ndarray, side: int = 112) -> Tensor:
    """A crop, ``(H, W, 3)`` uint8, as the networks for one face want it: ``(1, 3, side, side)``.

    Black on both sides makes it square; it is resized; the mean is taken away and the rest divided by 255.
    """
    height, width = crop.shape[:2]
    longest = max(height, width)
    square = np.zeros((longest, longest, 3), np.uint8)
    top, left = (longest - height) // 2, (longest - width) // 2
    square[top : top + height, left : left + width] = crop
    values = (resized(square, side, side).astype(np.float32) - np.float32(MEANS)) / 255
    return torch.from_numpy(values).permute(2, 0, 1).unsqueeze(0)
