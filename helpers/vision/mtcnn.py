"""MTCNN: three small networks in a row, each surer and slower than the last, find faces and five points.

K. Zhang, Z. Zhang, Z. Li, Y. Qiao, *Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
Networks*, IEEE Signal Processing Letters 2016. The weights are those of facenet-pytorch (MIT licence); the
networks themselves stand in ``helpers/vision/mtcnn_networks.py``.

The stages can be called one by one: ``propose`` (P-Net on an image pyramid), ``refine`` (R-Net on each
proposal) and ``output`` (O-Net on what is left, with the points).
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from helpers.vision.faces import Faces, keep_best, no_faces, resized, rgb_picture, shrunk, survivors, within
from helpers.vision.mtcnn_networks import ONet, PNet, RNet
from helpers.vision.weights import model_files

__all__ = ["MTCNN", "corrected", "crops", "decode_map", "pyramid_scales", "squares"]

CELL, STRIDE = 12, 2  # P-Net looks at 12 × 12 pixels, every second pixel
BATCH = 256  # crops that go through a network at once


def pyramid_scales(height: int, width: int, smallest: int, factor: float = 0.709) -> list[float]:
    """The sizes at which P-Net sees the picture; at the first a face of ``smallest`` pixels fills its window.

    Each next one has about half the area. There is none for a picture smaller than such a face.
    """
    scales, scale = [], CELL / smallest
    while min(height, width) * scale >= CELL:
        scales.append(scale)
        scale *= factor
    return scales


def network_input(picture: np.ndarray) -> Tensor:
    """``(H, W, 3)`` or ``(N, H, W, 3)`` in 0…255 to ``(N, 3, H, W)`` in about −1…1."""
    values = torch.from_numpy((picture.astype(np.float32) - 127.5) / 128)
    return (values if values.ndim == 4 else values.unsqueeze(0)).permute(0, 3, 1, 2).contiguous()


def decode_map(
    face: np.ndarray, moves: np.ndarray, scale: float, threshold: float
) -> tuple[Faces, np.ndarray]:
    """P-Net's map as boxes: a window of 12 × 12 for each place above the threshold.

    Args:
        face: ``(rows, columns)``, how sure the network is of a face there.
        moves: ``(4, rows, columns)``, by which share of a side each edge should move.
        scale: size of what it saw over the size of the picture.
        threshold: places below it are left out.

    Returns:
        The windows in pixels of the picture, and the moves ``(N, 4)`` of each.
    """
    rows, columns = np.nonzero(face >= threshold)
    corner = STRIDE * np.stack([columns, rows], axis=1).astype(np.float32)
    boxes = np.concatenate([corner, corner + CELL], axis=1) / np.float32(scale)
    return Faces(boxes, face[rows, columns], None), moves[:, rows, columns].T


def corrected(boxes: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Each edge moved by its share of the side: left and right by the width, top and bottom by the height."""
    size = boxes[:, 2:] - boxes[:, :2]
    return boxes + moves * np.concatenate([size, size], axis=1)


def squares(boxes: np.ndarray) -> np.ndarray:
    """Each box made square about its middle, with its longer side: what the next network wants to see."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def crops(picture: np.ndarray, boxes: np.ndarray, side: int) -> np.ndarray:
    """What lies under each box, ``(N, side, side, 3)`` uint8; black where a box leaves the picture."""
    height, width = picture.shape[:2]
    result = np.zeros((len(boxes), side, side, 3), np.uint8)
    for target, (left, top, right, bottom) in zip(result, boxes.round().astype(int), strict=True):
        whole = np.zeros((max(bottom - top, 1), max(right - left, 1), 3), np.uint8)
        seen = picture[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
        row, column = max(-top, 0), max(-left, 0)
        whole[row : row + seen.shape[0], column : column + seen.shape[1]] = seen
        target[:] = resized(whole, side, side)
    return result


class MTCNN:
    """Finds faces and five points on each: ``MTCNN.load()(picture)``."""

    def __init__(
        self,
        pnet: PNet,
        rnet: RNet,
        onet: ONet,
        smallest: int = 20,
        thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7),
        longest: int = 1024,
    ) -> None:
        """
        Args:
            pnet, rnet, onet: with their weights.
            smallest: side in pixels of the smallest face that is looked for.
            thresholds: the least score at each of the three stages.
            longest: a larger picture is shrunk to this side first.
        """
        self.pnet, self.rnet, self.onet = pnet.eval(), rnet.eval(), onet.eval()
        self.smallest, self.thresholds, self.longest = smallest, thresholds, longest

    @classmethod
    def load(cls, folder: str | Path | None = None, **settings) -> "MTCNN":
        """The detector with its weights, found by name or in a folder; settings are those of the class.

        Raises:
            FileNotFoundError: the weights are not here and cannot be fetched.
            ValueError: a file is damaged.
        """
        networks = []
        for name, network in {"pnet.pt": PNet(), "rnet.pt": RNet(), "onet.pt": ONet()}.items():
            file = model_files("mtcnn")[name] if folder is None else Path(folder, name)
            try:
                network.load_state_dict(torch.load(file, weights_only=True))
            except FileNotFoundError:
                raise
            except Exception as error:  # torch has many words for a file that is not whole
                raise ValueError(
                    f"{file.name} is damaged ({error}). Delete it and fetch it again."
                ) from error
            networks.append(network)
        return cls(*networks, **settings)

    def __call__(self, picture: np.ndarray) -> Faces:
        """The faces of one picture, with points.

        Args:
            picture: RGB, ``(H, W, 3)`` uint8; what else is taken says ``rgb_picture``.
        """
        whole = rgb_picture(picture)
        picture, scale = shrunk(whole, self.longest)
        faces = self.output(picture, self.refine(picture, self.propose(picture)))
        faces = Faces(faces.boxes / np.float32(scale), faces.scores, faces.points / np.float32(scale))
        return within(faces, *whole.shape[:2])

    @torch.no_grad()
    def propose(self, picture: np.ndarray) -> Faces:
        """First stage: P-Net on each size of the pyramid; square boxes, many of them wrong."""
        height, width = picture.shape[:2]
        found = [no_faces(with_points=False)]
        for scale in pyramid_scales(height, width, self.smallest):
            size = max(CELL, round(height * scale)), max(CELL, round(width * scale))
            face, moves = self.pnet(network_input(resized(picture, *size)))
            windows, moves = decode_map(face[0].numpy(), moves[0].numpy(), scale, self.thresholds[0])
            found.append(_thinned(windows, moves, 0.5))
        boxes, scores = (
            np.concatenate([getattr(part, name) for part in found]) for name in ("boxes", "scores")
        )
        return keep_best(Faces(boxes, scores, None), 0.7)

    @torch.no_grad()
    def refine(self, picture: np.ndarray, faces: Faces) -> Faces:
        """Second stage: R-Net looks at each proposal in 24 × 24 pixels; most of them go, the others move."""
        boxes = squares(faces.boxes)
        scores, moves = self._run(self.rnet, picture, boxes, 24)
        sure = scores > self.thresholds[1]
        return _thinned(Faces(boxes[sure], scores[sure], None), moves[sure], 0.7)

    @torch.no_grad()
    def output(self, picture: np.ndarray, faces: Faces) -> Faces:
        """Third stage: O-Net looks at what is left in 48 × 48 pixels, and says where the five points are."""
        boxes = squares(faces.boxes)
        scores, moves, shares = self._run(self.onet, picture, boxes, 48)
        sure = scores > self.thresholds[2]
        boxes, size = boxes[sure], boxes[sure, 2:] - boxes[sure, :2]
        shares = shares[sure].reshape(-1, 2, 5).transpose(0, 2, 1)  # five x, then five y
        points = boxes[:, None, :2] + shares * size[:, None]
        return keep_best(Faces(corrected(boxes, moves[sure]), scores[sure], points), 0.5)

    @staticmethod
    def _run(network: RNet | ONet, picture: np.ndarray, boxes: np.ndarray, side: int) -> list[np.ndarray]:
        """The network's answers for all boxes, a batch at a time."""
        parts = [boxes[start : start + BATCH] for start in range(0, max(len(boxes), 1), BATCH)]
        answers = [network(network_input(crops(picture, part, side))) for part in parts]
        return [torch.cat(kind).numpy() for kind in zip(*answers, strict=True)]


def _thinned(faces: Faces, moves: np.ndarray, overlap: float) -> Faces:
    """Non-maximum suppression of the windows; then those that stay move as the network says."""
    best = survivors(faces.boxes, faces.scores, overlap)
    return Faces(corrected(faces.boxes[best], moves[best]), faces.scores[best], None)
