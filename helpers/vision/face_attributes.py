"""What a network says of one face: an expression, an age, a gender. What it says is no fact about the person.

Both networks and their weights are those of face-api (``face_expression`` and ``age_gender``, MIT licence),
rewritten in PyTorch. The second one is a small Xception: F. Chollet, *Xception: Deep Learning with Depthwise
Separable Convolutions*, CVPR 2017.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.vision.face_features import FaceFeatures, face_input
from helpers.vision.faces import cut_out, rgb_picture
from helpers.vision.manifest import load_named, pad_same, read_weights
from helpers.vision.separable import Convolution, Linear, SeparableConvolution

__all__ = [
    "EXPRESSIONS",
    "AgeGender",
    "AgeGenderNetwork",
    "ExpressionNetwork",
    "load_age_gender",
    "load_expressions",
    "look_at",
]

EXPRESSIONS = ("neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised")


class ExpressionNetwork(FaceFeatures):
    """Seven scores, in the order of ``EXPRESSIONS``; ``softmax`` makes probabilities of them."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = Linear(256, len(EXPRESSIONS))

    def forward(self, x: Tensor) -> Tensor:
        """``(N, 3, 112, 112)`` to ``(N, 7)``."""
        return self.fc(self.features(x))


class ReductionBlock(nn.Module):
    """Two separable convolutions and a maximum that halves the side, beside a 1 × 1 convolution."""

    def __init__(self, channels: int, out: int, activate: bool = True) -> None:
        super().__init__()
        self.separable_conv0 = SeparableConvolution(channels, out)
        self.separable_conv1 = SeparableConvolution(out, out)
        self.expansion_conv = Convolution(channels, out, kernel=1, stride=2)
        self.activate = activate

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, H, W)`` to ``(N, out, ⌈H / 2⌉, ⌈W / 2⌉)``."""
        y = self.separable_conv0(x.relu() if self.activate else x)
        y = self.separable_conv1(y.relu())
        y = F.max_pool2d(pad_same(y, 3, 2, value=-torch.inf), 3, 2)
        return y + self.expansion_conv(x)


class MainBlock(nn.Module):
    """Three separable convolutions, and what came in is added to what comes out."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.separable_conv0 = SeparableConvolution(channels, channels)
        self.separable_conv1 = SeparableConvolution(channels, channels)
        self.separable_conv2 = SeparableConvolution(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, H, W)`` to the same shape."""
        y = self.separable_conv0(x.relu())
        y = self.separable_conv1(y.relu())
        return self.separable_conv2(y.relu()) + x


class AgeGender(NamedTuple):
    """``age``: ``(N,)`` years. ``scores``: ``(N, 2)``, male first; ``softmax`` makes probabilities."""

    age: Tensor
    scores: Tensor


class AgeGenderNetwork(nn.Module):
    """One trunk with two heads: a number (regression) and two scores (classification)."""

    def __init__(self) -> None:
        super().__init__()
        self.entry_flow = nn.ModuleDict(
            {
                "conv_in": Convolution(3, 32, stride=2),
                "reduction_block_0": ReductionBlock(32, 64, activate=False),
                "reduction_block_1": ReductionBlock(64, 128),
            }
        )
        self.middle_flow = nn.ModuleDict({"main_block_0": MainBlock(128), "main_block_1": MainBlock(128)})
        self.exit_flow = nn.ModuleDict(
            {"reduction_block": ReductionBlock(128, 256), "separable_conv": SeparableConvolution(256, 512)}
        )
        self.fc = nn.ModuleDict({"age": Linear(512, 1), "gender": Linear(512, 2)})

    def features(self, x: Tensor) -> Tensor:
        """``(N, 3, 112, 112)`` to ``(N, 512)``, what both heads see."""
        x = self.entry_flow["conv_in"](x).relu()
        for block in (*list(self.entry_flow.values())[1:], *self.middle_flow.values()):
            x = block(x)
        x = self.exit_flow["reduction_block"](x)
        return self.exit_flow["separable_conv"](x).relu().mean(dim=(2, 3))

    def forward(self, x: Tensor) -> AgeGender:
        """``(N, 3, 112, 112)`` to ages and scores."""
        x = self.features(x)
        return AgeGender(self.fc["age"](x)[:, 0], self.fc["gender"](x))


def load_expressions(folder: str | Path | None = None) -> ExpressionNetwork:
    """The network for expressions with its weights, in eval mode.

    Args:
        folder: where its files lie; they are looked for, or fetched, if None.

    Raises:
        FileNotFoundError: the weights are not here and cannot be fetched.
        ValueError: the files are damaged.
    """
    network = ExpressionNetwork()
    load_named(network, read_weights("face_expression", folder))
    return network.eval()


def load_age_gender(folder: str | Path | None = None) -> AgeGenderNetwork:
    """The network for age and gender; arguments and errors as in ``load_expressions``."""
    network = AgeGenderNetwork()
    load_named(network, read_weights("age_gender", folder))
    return network.eval()


def look_at(picture: np.ndarray, boxes: np.ndarray) -> Tensor:
    """The faces in some boxes as these networks want to see them: ``(N, 3, 112, 112)``.

    Args:
        picture: RGB, ``(H, W, 3)`` uint8; what else is taken says ``rgb_picture``.
        boxes: ``(N, 4)`` in pixels.
    """
    picture = rgb_picture(picture)
    faces = [face_input(cut_out(picture, box)[0]) for box in np.asarray(boxes, np.float32).reshape(-1, 4)]
    return torch.cat(faces) if faces else torch.zeros(0, 3, 112, 112)
