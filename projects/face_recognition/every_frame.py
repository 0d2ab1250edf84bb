"""CenterFace, and each face embedded in each frame: no tracks, the control beside the baseline."""

from __future__ import annotations

import numpy as np

from helpers.vision.centerface import CenterFace
from helpers.vision.gallery import Gallery
from helpers.vision.recognition import embed, load_recognition

THRESHOLD = 0.6


def start(people: dict[str, list[np.ndarray]]):
    """Enrol people, name → pictures (H, W, 3) uint8; returns what is asked for each frame of one clip."""
    detector, network, gallery = CenterFace.load(), load_recognition(), Gallery(THRESHOLD)
    for name, pictures in people.items():
        for picture in pictures:
            gallery.enrol(name, embed(network, picture, detector(picture).points[:1]))

    def recognise(picture: np.ndarray) -> list[tuple[np.ndarray, str]]:
        faces = detector(picture)
        found = gallery.search(embed(network, picture, faces.points))
        return [(box, answer.name) for box, answer in zip(faces.boxes, found, strict=True)]

    return recognise
