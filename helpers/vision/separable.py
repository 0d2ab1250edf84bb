"""The layers that the small networks for faces are built from, with the names of their weights' manifest."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.vision.manifest import pad_same

__all__ = ["Convolution", "Linear", "SeparableConvolution"]


class Convolution(nn.Module):
    """An ordinary convolution, padded as TensorFlow does."""

    def __init__(self, channels: int, out: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.filters = nn.Parameter(torch.empty(out, channels, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(out))
        self.kernel, self.stride = kernel, stride
        nn.init.kaiming_normal_(self.filters)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, H, W)`` to ``(N, out, ⌈H / stride⌉, ⌈W / stride⌉)``."""
        return F.conv2d(pad_same(x, self.kernel, self.stride), self.filters, self.bias, self.stride)


class SeparableConvolution(nn.Module):
    """First each channel by itself (depth-wise, 3 × 3), then a mix of the channels (point-wise, 1 × 1)."""

    def __init__(self, channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise_filter = nn.Parameter(torch.empty(channels, 1, 3, 3))
        self.pointwise_filter = nn.Parameter(torch.empty(out, channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(out))
        self.stride = stride
        nn.init.kaiming_normal_(self.depthwise_filter)
        nn.init.kaiming_normal_(self.pointwise_filter)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, H, W)`` to ``(N, out, ⌈H / stride⌉, ⌈W / stride⌉)``."""
        x = F.conv2d(
            pad_same(x, 3, self.stride), self.depthwise_filter, stride=self.stride, groups=x.shape[1]
        )
        return F.conv2d(x, self.pointwise_filter, self.bias)


class Linear(nn.Module):
    """``nn.Linear`` whose matrix is called ``weights``, as in the manifests."""

    def __init__(self, features: int, out: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.empty(out, features))
        self.bias = nn.Parameter(torch.zeros(out))
        nn.init.kaiming_normal_(self.weights)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, features)`` to ``(N, out)``."""
        return F.linear(x, self.weights, self.bias)
