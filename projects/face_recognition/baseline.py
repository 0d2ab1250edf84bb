"""CenterFace, tracks by overlap, and three looks at each track, at its 1st, 4th and 8th sight.

The nearest of the three answers counts. The threshold, 0.6, is the usual one for this network: not tuned.
"""

from __future__ import annotations

import numpy as np

from helpers.vision.centerface import CenterFace
from helpers.vision.gallery import UNKNOWN, Gallery
from helpers.vision.recognition import embed, load_recognition
from helpers.vision.tracking import Tracker

LOOKS, THRESHOLD = (1, 4, 8), 0.6


def start(people: dict[str, list[np.ndarray]]):
    """Enrol people, name → pictures (H, W, 3) uint8; returns what is asked for each frame of one clip."""
    detector, network, gallery = CenterFace.load(), load_recognition(), Gallery(THRESHOLD)
    for name, pictures in people.items():
        for picture in pictures:
            gallery.enrol(name, embed(network, picture, detector(picture).points[:1]))
    tracker, best = Tracker(), {}

    def recognise(picture: np.ndarray) -> list[tuple[np.ndarray, str]]:
        faces = detector(picture)
        numbers = tracker(faces.boxes)
        for number, points in zip(numbers, faces.points, strict=True):
            if tracker.tracks[number].seen in LOOKS:
                answer = gallery.search(embed(network, picture, points))[0]
                if number not in best or answer.distance < best[number].distance:
                    best[number] = answer
        names = [best[number].name if number in best else UNKNOWN for number in numbers]
        return list(zip(faces.boxes, names, strict=True))

    return recognise
