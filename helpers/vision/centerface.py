"""CenterFace: no anchors, no proposals; a heat map says where faces have their middle, three maps the rest.

Y. Xu, W. Yan, G. Yang, J. Luo, T. Li, J. He, *CenterFace: Joint Face Detection and Alignment Using Face as
Point*, Scientific Programming 2020. The network (ONNX, MIT licence) is run by OpenCV; what its maps mean is
decoded here.
"""

from pathlib import Path

import cv2
import numpy as np

from helpers.vision.faces import Faces, keep_best, rgb_picture, shrunk, within
from helpers.vision.weights import model_files

__all__ = ["CenterFace", "decode_maps"]

STRIDE = 4  # pixels of the picture to a place of the maps
OUTPUTS = ("537", "538", "539", "540")  # what the file calls heat, size, offset and points
MULTIPLE = 32  # the network halves its picture five times


def decode_maps(
    heat: np.ndarray, size: np.ndarray, offset: np.ndarray, points: np.ndarray, threshold: float
) -> Faces:
    """The four maps as faces: one for each place whose heat is above the threshold.

    At place (column, row) the middle is ``(column + offset + ½) · 4``, the size ``e^size · 4``; the points
    are told from the left top corner, as shares of the size. Each pair in the maps is y first.

    Args:
        heat: ``(rows, columns)``, 0…1.
        size, offset: ``(2, rows, columns)``.
        points: ``(10, rows, columns)``.
        threshold: places with less heat are left out.
    """
    rows, columns = np.nonzero(heat > threshold)
    place = np.stack([columns, rows], axis=1).astype(np.float32)
    sizes = np.exp(size[::-1, rows, columns].T) * STRIDE
    middles = (place + offset[::-1, rows, columns].T + 0.5) * STRIDE
    corners = middles - sizes / 2
    shares = points[:, rows, columns].T.reshape(-1, 5, 2)[:, :, ::-1]
    return Faces(
        np.concatenate([corners, corners + sizes], axis=1),
        heat[rows, columns],
        corners[:, None] + shares * sizes[:, None],
    )


class CenterFace:
    """Finds faces and five points on each: ``CenterFace.load()(picture)``."""

    def __init__(
        self, network: "cv2.dnn.Net", threshold: float = 0.5, overlap: float = 0.3, longest: int = 640
    ) -> None:
        """
        Args:
            network: as OpenCV reads it.
            threshold: the least heat of a face.
            overlap: of two boxes that overlap by more (IoU), the surer one stays.
            longest: a larger picture is shrunk to this side first.
        """
        self.network = network
        self.threshold, self.overlap, self.longest = threshold, overlap, longest

    @classmethod
    def load(cls, folder: str | Path | None = None, **settings: float) -> "CenterFace":
        """The detector with its weights, found by name or in a folder; settings are those of the class.

        Raises:
            FileNotFoundError: the weights are not here and cannot be fetched.
            ValueError: the file is damaged.
        """
        name = "centerface.onnx"
        file = model_files("centerface")[name] if folder is None else Path(folder, name)
        content = np.frombuffer(file.read_bytes(), np.uint8)  # OpenCV does not open every path
        try:
            network = cv2.dnn.readNetFromONNX(content)
        except cv2.error as error:
            raise ValueError(
                f"{file.name} is damaged ({error.err}). Delete it and fetch it again."
            ) from error
        return cls(network, **settings)

    def maps(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """The network's maps: heat ``(h, w)``, size and offset ``(2, h, w)``, points ``(10, h, w)``.

        Args:
            picture: ``(H, W, 3)`` uint8; black fills it up to multiples of 32, on the right and below.
        """
        height, width = (-(-length // MULTIPLE) * MULTIPLE for length in picture.shape[:2])
        filled = np.zeros((height, width, 3), np.float32)
        filled[: picture.shape[0], : picture.shape[1]] = picture
        self.network.setInput(np.ascontiguousarray(filled.transpose(2, 0, 1)[np.newaxis]))
        heat, size, offset, points = self.network.forward(OUTPUTS)
        return heat[0, 0], size[0], offset[0], points[0]

    def __call__(self, picture: np.ndarray) -> Faces:
        """The faces of one picture, with points.

        Args:
            picture: RGB, ``(H, W, 3)`` uint8; what else is taken says ``rgb_picture``.
        """
        whole = rgb_picture(picture)
        picture, scale = shrunk(whole, self.longest)
        faces = decode_maps(*self.maps(picture), self.threshold)
        faces = Faces(faces.boxes / np.float32(scale), faces.scores, faces.points / np.float32(scale))
        return keep_best(within(faces, *whole.shape[:2]), self.overlap)
