"""A detector in one shot: a small network of the YOLO kind looks once and answers for 13 × 13 places.

The network and its weights are those of face-api (``tiny_face_detector``, MIT licence), rewritten in
PyTorch. How boxes are coded is YOLO's second version: J. Redmon, A. Farhadi, *YOLO9000: Better, Faster,
Stronger*, CVPR 2017.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.vision.faces import Faces, keep_best, resized, rgb_picture, within
from helpers.vision.manifest import load_named, pad_same, read_weights
from helpers.vision.separable import Convolution, SeparableConvolution

__all__ = ["ANCHORS", "TinyFaceDetector", "TinyFaceNetwork", "decode_cells"]

SIDE = 416  # pixels of what the network sees
MEANS = (117.001, 114.697, 97.404)  # of red, green, blue, in 0…255
# Width and height of five usual boxes, in cells of the 13 × 13 grid (a cell is 32 pixels).
ANCHORS = (
    (1.603231, 2.094468),
    (6.041143, 7.080126),
    (2.882459, 3.518061),
    (4.266906, 5.178857),
    (9.041765, 10.66308),
)


class TinyFaceNetwork(nn.Module):
    """Six convolutions, five of them separable, each with half the size and twice the channels of the last.

    face-api itself does not pad before ``conv0``; with *same* as everywhere else both find the same faces.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv0 = Convolution(3, 16)
        self.conv1 = SeparableConvolution(16, 32)
        self.conv2 = SeparableConvolution(32, 64)
        self.conv3 = SeparableConvolution(64, 128)
        self.conv4 = SeparableConvolution(128, 256)
        self.conv5 = SeparableConvolution(256, 512)
        self.conv8 = Convolution(512, 25, kernel=1)  # five boxes a cell, five numbers a box

    def forward(self, x: Tensor) -> Tensor:
        """``(N, 3, 416, 416)`` to ``(N, 25, 13, 13)``."""
        for layer in (self.conv0, self.conv1, self.conv2, self.conv3, self.conv4, self.conv5):
            x = F.leaky_relu(layer(x), 0.1)
            stride = 1 if layer is self.conv5 else 2
            x = F.max_pool2d(pad_same(x, 2, stride, value=-torch.inf), 2, stride)
        return self.conv8(x)


def decode_cells(output: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
    """What the network says of its cells, as boxes: one answer for each cell and anchor above the threshold.

    Of the five numbers ``a b c d e`` in cell (column, row), the centre is at ``column + σ(a), row + σ(b)``,
    the size is ``e^c, e^d`` times the anchor, and ``σ(e)`` is the score.

    Args:
        output: ``(25, rows, columns)`` of one picture.
        threshold: answers with a lower score are left out.

    Returns:
        boxes ``(N, 4)`` (left, top, right, bottom) as shares of the network's picture, and scores ``(N,)``.
    """
    rows, columns = output.shape[1:]
    a, b, c, d, e = output.reshape(len(ANCHORS), 5, rows, columns).unbind(1)  # each (anchor, row, column)
    anchors = torch.tensor(ANCHORS)
    middle = torch.stack(
        [
            (torch.arange(columns) + a.sigmoid()) / columns,
            (torch.arange(rows).unsqueeze(1) + b.sigmoid()) / rows,
        ],
        dim=-1,
    )
    size = torch.stack(
        [c.exp() * anchors[:, 0, None, None] / columns, d.exp() * anchors[:, 1, None, None] / rows], dim=-1
    )
    sure = e.sigmoid() > threshold
    middle, size = middle[sure], size[sure]
    return torch.cat([middle - size / 2, middle + size / 2], dim=1), e.sigmoid()[sure]


class TinyFaceDetector:
    """Finds faces in a picture: ``TinyFaceDetector.load()(picture)``."""

    def __init__(self, network: TinyFaceNetwork, threshold: float = 0.5, overlap: float = 0.4) -> None:
        """
        Args:
            network: with its weights.
            threshold: the least score of a face.
            overlap: of two boxes that overlap by more (IoU), the surer one stays.
        """
        self.network = network.eval()
        self.threshold, self.overlap = threshold, overlap

    @classmethod
    def load(cls, folder: str | Path | None = None, **settings: float) -> "TinyFaceDetector":
        """The detector with its weights, found by name or in a folder; settings are those of the class.

        Raises:
            FileNotFoundError: the weights are not here and cannot be fetched.
            ValueError: the files are damaged.
        """
        network = TinyFaceNetwork()
        load_named(network, read_weights("tiny_face_detector", folder))
        return cls(network, **settings)

    def __call__(self, picture: np.ndarray) -> Faces:
        """The faces of one picture; ``points`` is None.

        Args:
            picture: RGB, ``(H, W, 3)`` uint8; what else is taken says ``rgb_picture``.
        """
        picture = rgb_picture(picture)
        height, width = picture.shape[:2]
        with torch.no_grad():
            boxes, scores = decode_cells(self.network(network_input(picture))[0], self.threshold)
        boxes = boxes.numpy() * np.float32(max(height, width))
        return keep_best(within(Faces(boxes, scores.numpy(), None), height, width), self.overlap)


def network_input(picture: np.ndarray) -> Tensor:
    """The picture in a square of 416 pixels, black on the right or below: ``(1, 3, 416, 416)``.

    The mean is taken away and the rest divided by 255.
    """
    height, width = picture.shape[:2]
    scale = SIDE / max(height, width)
    square = np.zeros((SIDE, SIDE, 3), np.float32)
    height, width = max(1, round(height * scale)), max(1, round(width * scale))
    square[:height, :width] = resized(picture, height, width)
    return torch.from_numpy((square - np.float32(MEANS)) / 255).permute(2, 0, 1).unsqueeze(0)
