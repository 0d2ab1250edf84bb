"""Where the parts of a face are, 68 points of them, and how a face is turned upright with the help of five.

The network and its weights are those of face-api (``face_landmark_68``, MIT licence), rewritten in PyTorch.
How a similarity is fitted: S. Umeyama, *Least-Squares Estimation of Transformation Parameters Between Two
Point Patterns*, IEEE Transactions on Pattern Analysis and Machine Intelligence 1991; in the plane complex
numbers make it two lines.
"""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from helpers.vision.face_features import FaceFeatures, face_input
from helpers.vision.faces import cut_out, rgb_picture, shrunk
from helpers.vision.manifest import load_named, read_weights
from helpers.vision.separable import Linear

__all__ = [
    "TEMPLATE",
    "FaceLandmarks",
    "LandmarkNetwork",
    "align_face",
    "face_square",
    "five_points",
    "similarity",
]

# Where the eyes, the nose and the corners of the mouth are in an upright face, as shares of the side: the
# places that most networks for recognition were trained on (InsightFace's, 112 × 112).
TEMPLATE = np.float32(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
) / np.float32(112)


class LandmarkNetwork(FaceFeatures):
    """68 points of a face: first x, then y of each, as shares of the square's side."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = Linear(256, 136)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, 3, 112, 112)`` to ``(N, 68, 2)``."""
        return self.fc(self.features(x)).reshape(-1, 68, 2)


class FaceLandmarks:
    """68 points on each face whose box is known: ``FaceLandmarks.load()(picture, faces.boxes)``."""

    def __init__(self, network: LandmarkNetwork) -> None:
        self.network = network.eval()

    @classmethod
    def load(cls, folder: str | Path | None = None) -> "FaceLandmarks":
        """With the weights, found by name or in a folder.

        Raises:
            FileNotFoundError: the weights are not here and cannot be fetched.
            ValueError: the files are damaged.
        """
        network = LandmarkNetwork()
        load_named(network, read_weights("face_landmark_68", folder))
        return cls(network)

    def __call__(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """The points ``(N, 68, 2)``, x and y in pixels of the picture, for boxes ``(N, 4)``."""
        picture, found = rgb_picture(picture), []
        for box in np.asarray(boxes, np.float32).reshape(-1, 4):
            crop, corner = cut_out(picture, box)
            side = max(crop.shape[:2])
            with torch.no_grad():
                shares = self.network(face_input(crop))[0].numpy()
            rim = (side - np.float32([crop.shape[1], crop.shape[0]])) / 2  # left and above
            found.append(shares * side - rim + corner)
        return np.stack(found) if found else np.zeros((0, 68, 2), np.float32)


def five_points(landmarks: np.ndarray) -> np.ndarray:
    """The five points of ``Faces``, ``(N, 5, 2)``, out of ``(N, 68, 2)``; an eye is the mean of its six."""
    eyes = [landmarks[:, 36:42].mean(axis=1), landmarks[:, 42:48].mean(axis=1)]
    return np.stack([*eyes, landmarks[:, 30], landmarks[:, 48], landmarks[:, 54]], axis=1)


def face_square(points: np.ndarray) -> np.ndarray:
    """A square round a face, by its eyes and mouth only: what face-api gives its other networks to see.

    Its side is the distance of the eyes from the mouth over 0.45; the mean of both eyes and the mouth lies
    in the middle, 43 % of the side below the top.

    Args:
        points: ``(5, 2)``, as in ``Faces``.

    Returns:
        ``(4,)``: left, top, right, bottom; it may leave the picture.
    """
    left, right, _, *corners = np.asarray(points, np.float32)
    mouth = (corners[0] + corners[1]) / 2
    side = (np.linalg.norm(mouth - left) + np.linalg.norm(mouth - right)) / 2 / 0.45
    start = (left + right + mouth) / 3 - np.float32([0.5, 0.43]) * side
    return np.float32([*start, *(start + side)])


def similarity(points: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The turn, scale and shift that brings points nearest to a target (least squares), never a mirror image.

    Written as complex numbers ``x + iy`` with their means taken away, the points ``p`` go to ``a·p`` with
    ``a = Σ conj(p) t / Σ |p|²``.

    Args:
        points, target: ``(K, 2)``, K at least 2.

    Returns:
        ``(2, 3)`` float64, as ``cv2.warpAffine`` takes it.

    Raises:
        ValueError: all points lie in one place, or the shapes differ.
    """
    points, target = np.asarray(points, np.float64), np.asarray(target, np.float64)
    if points.shape != target.shape or points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points and target are (K, 2), not {points.shape} and {target.shape}")
    p, t = points @ [1, 1j], target @ [1, 1j]
    centred = p - p.mean()
    if not np.abs(centred).max() > 1e-9:
        raise ValueError("these points lie in one place: they tell no size and no direction")
    a = (centred.conj() @ (t - t.mean())) / (np.abs(centred) ** 2).sum()
    b = t.mean() - a * p.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def align_face(picture: np.ndarray, points: np.ndarray, size: int = 112, zoom: float = 1.0) -> np.ndarray:
    """One face upright and of a given size, its five points as near to ``TEMPLATE`` as can be.

    Args:
        picture: RGB, ``(H, W, 3)`` uint8.
        points: ``(5, 2)`` in pixels, as in ``Faces``.
        size: side of the result in pixels.
        zoom: below 1 shows more round the face.

    Returns:
        ``(size, size, 3)`` uint8; black where it leaves the picture.
    """
    target = ((TEMPLATE - 0.5) * zoom + 0.5) * size
    picture, points = rgb_picture(picture), np.asarray(points, np.float64)
    scale = np.linalg.norm(similarity(points, target)[:, 0])
    # A face that gets smaller is shrunk by means over areas first; the turn itself only looks at four pixels.
    picture, factor = shrunk(picture, max(1, round(scale * max(picture.shape[:2]))))
    return cv2.warpAffine(picture, similarity(points * factor, target), (size, size))
