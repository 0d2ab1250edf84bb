"""A camera that passes along a wall with photographs: clips of real people in which nothing is made up.

The photographs are shown as they are. Only the camera moves, turns, comes nearer, gets darker and less sharp;
so the box of each face and its name are known in every frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, pi, sin
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from helpers.data.pictures import sample_image
from helpers.vision.clip_frame import ClipFrame, framed
from helpers.vision.face_pictures import MARKED
from helpers.vision.faces import resized
from helpers.vision.photo_files import read_photo
from helpers.vision.transformed_faces import BOXES, portrait

__all__ = ["Wall", "marked_photos", "pass_along", "photo_wall"]

FACE = 110  # pixels of a face's height on the wall
GAP = 40  # pixels between two photographs
MARGIN = 320  # pixels of bare wall on all sides: more than the camera sees beyond the photographs
AROUND = 0.9  # of the face's height that a photograph shows on each side of it, where it has so much
PEOPLE = {"astronaut": "Collins", "hopper": "Hopper", "biden": "Biden"}  # all others are Obama


class Photo(NamedTuple):
    """``name`` of the person, the ``picture`` (H, W, 3) uint8, and the ``box`` of the face (4,) in pixels."""

    name: str
    picture: np.ndarray
    box: np.ndarray


class Wall(NamedTuple):
    """``picture`` (H, W, 3) uint8; ``boxes`` (M, 4) float32 of the faces on it, and their M ``names``."""

    picture: np.ndarray
    boxes: np.ndarray
    names: tuple[str, ...]


def marked_photos(portraits: dict[str, Path] | None = None) -> dict[str, Photo]:
    """The official photographs by name (``"hopper"``, ``"obama2"``, …), whole ones, with marked faces.

    Args:
        portraits: file name → path, as ``find_model("portraits")`` gives; None: those of the packages alone.
    """
    photos = {name: Photo(PEOPLE[name], portrait(name), np.float32(box)) for name, box in BOXES.items()}
    for file, box in MARKED.items():
        if portraits and file in portraits and "partial" not in file:
            name = Path(file).stem
            picture = read_photo(portraits[file], longest=None)
            photos[name] = Photo(PEOPLE.get(name, "Obama"), picture, np.float32(box))
    return photos


def photo_wall(photos: Sequence[Photo], background: str = "brick") -> Wall:
    """Photographs side by side, each scaled so that its face is FACE pixels high, before a wall.

    Raises:
        ValueError: no photograph.
    """
    if not photos:
        raise ValueError("a wall needs at least one photograph")
    cut = [_scaled(photo) for photo in photos]
    height = 2 * MARGIN + max(len(picture) for picture, _ in cut)
    width = 2 * MARGIN - GAP + sum(picture.shape[1] + GAP for picture, _ in cut)
    tile = sample_image(background)
    times = (-(-height // len(tile)), -(-width // tile.shape[1]), 1)
    wall, boxes, left = np.tile(tile, times)[:height, :width].copy(), [], MARGIN
    for picture, box in cut:
        top = (height - len(picture)) // 2
        wall[top : top + len(picture), left : left + picture.shape[1]] = picture
        boxes.append(box + np.float32([left, top, left, top]))
        left += picture.shape[1] + GAP
    return Wall(wall, np.float32(boxes), tuple(photo.name for photo in photos))


def _scaled(photo: Photo) -> tuple[np.ndarray, np.ndarray]:
    """The part round the face, scaled, and the face's box in it."""
    left, top, right, bottom = photo.box
    room = AROUND * (bottom - top)
    x0, y0 = np.maximum(0, np.floor([left - room, top - 0.6 * room])).astype(int)
    x1, y1 = np.minimum(photo.picture.shape[1::-1], np.ceil([right + room, bottom + room])).astype(int)
    scale = FACE / (bottom - top)
    size = max(1, round((y1 - y0) * scale)), max(1, round((x1 - x0) * scale))
    return resized(photo.picture[y0:y1, x0:x1], *size), (photo.box - np.float32([x0, y0, x0, y0])) * scale


def pass_along(
    wall: Wall,
    *,
    seed: int = 0,
    frames: int = 100,
    fps: float = 25,
    size: tuple[int, int] = (480, 360),
    zoom: float = 1.0,
    roll: float = 12.0,
    darkest: float = 0.35,
    blur: float = 1.0,
    noise: float = 4.0,
) -> Iterator[ClipFrame]:
    """The camera's frames on its way from the left end to the right; the same arguments give the same clip.

    Args:
        wall: from ``photo_wall``.
        seed: of the camera's path and the noise.
        frames, fps: how many, and how many a second.
        size: (width, height) of a frame in pixels.
        zoom: 1 shows faces of about FACE pixels, 0.5 of half as many; it swings by a quarter to both sides.
        roll: degrees by which the camera turns to both sides, at most.
        darkest: the light goes down to this share and comes up again.
        blur: standard deviation in pixels, in the same rhythm.
        noise: standard deviation in grey levels of 255.

    Raises:
        ValueError: no frame.
    """
    if frames < 1:
        raise ValueError(f"a clip has at least one frame, got {frames}")
    rng = np.random.default_rng(seed)
    phase, turns = rng.uniform(0, 2 * pi, 4), rng.uniform(1.5, 2.5, 4)
    height, width = wall.picture.shape[:2]
    for number in range(frames):
        at = number / max(frames - 1, 1)
        wave = [sin(2 * pi * turn * at + start) for turn, start in zip(turns, phase, strict=True)]
        nearer, angle = zoom * (1 + 0.25 * wave[0]), np.radians(roll) * wave[1]
        centre = np.array([MARGIN + (width - 2 * MARGIN) * at, height / 2 + 25 * (wave[2] - 0.5)])
        turn = nearer * np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
        matrix = np.c_[turn, np.array(size) / 2 - turn @ centre]
        picture = cv2.warpAffine(
            wall.picture, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT
        )
        spoiled = (1 + wave[3]) / 2
        if blur * spoiled > 0.2:
            picture = cv2.GaussianBlur(picture, (0, 0), blur * spoiled)
        values = picture * np.float32(1 - (1 - darkest) * spoiled)
        values = values + noise * rng.standard_normal(values.shape, np.float32)
        shown, boxes = values.clip(0, 255).round().astype(np.uint8), _boxes_in(wall.boxes, matrix)
        yield framed(number / fps, shown, boxes, wall.names)


def _boxes_in(boxes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Where the ellipses that fill some boxes (M, 4) go: the boxes round them, (M, 4) float32."""
    middles, halves = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
    middles = middles @ matrix[:, :2].T + matrix[:, 2]
    reach = np.sqrt(halves**2 @ matrix[:, :2].T ** 2)
    return np.float32(np.concatenate([middles - reach, middles + reach], axis=1))
