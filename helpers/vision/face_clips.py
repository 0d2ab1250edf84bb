"""Made clips of people who move, turn, get darker, leave and come back: who is where, is known in each frame.

Known people are cut out of two official photographs in the public domain (those of
``helpers.vision.transformed_faces``), strangers are drawn by code. Each head is a flat picture that is moved,
rolled, and turned about its upright axis as a card would be; a real head turns otherwise.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import cos, pi, radians, sin

import cv2
import numpy as np

from helpers.data.pictures import sample_image
from helpers.vision.clip_frame import ClipFrame, framed
from helpers.vision.face_parts import paint_face
from helpers.vision.face_shapes import OVERSAMPLING, VIEW, Pose
from helpers.vision.face_traits import Identity
from helpers.vision.transformed_faces import BOXES, portrait

__all__ = ["EVENTS", "Cutout", "cut_head", "drawn_head", "face_clip"]

EVENTS = ("move", "turn", "dark", "leave")
ROLL, YAW = radians(15), radians(40)  # how far a head is turned
DARKEST = 0.3  # of the light
AWAY = (0.4, 0.6)  # shares of the clip between which who leaves is not seen
FACE = 0.3  # height of a face's box as a share of the clip's
NOISE = 3.0  # standard deviation of a pixel, of 255


@dataclass(frozen=True)
class Cutout:
    """A head: ``picture`` (h, w, 3) uint8, ``alpha`` (h, w) float32 in 0…1, ``box`` (4,) of its face."""

    picture: np.ndarray
    alpha: np.ndarray
    box: np.ndarray


def cut_head(picture: np.ndarray, box: tuple[float, ...] | np.ndarray) -> Cutout:
    """A head cut out along an ellipse with a soft edge.

    Args:
        picture: RGB, (H, W, 3) uint8.
        box: left, top, right, bottom of the face in pixels, without hair and ears.
    """
    left, top, right, bottom = np.float64(box)
    wide, high = right - left, bottom - top
    x, y = (left + right) / 2, (top + bottom) / 2 - 0.1 * high
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    # 1 on the ellipse: 1.4 times as wide and 1.6 times as high as the face
    distance = np.hypot((columns - x) / (0.7 * wide), (rows - y) / (0.8 * high))
    alpha = ((1 - distance) / 0.08).clip(0, 1).astype(np.float32)
    shown = np.argwhere(alpha > 0)
    (first, start), (last, stop) = shown.min(axis=0), shown.max(axis=0) + 1
    inner = np.float32([left - start, top - first, right - start, bottom - first])
    return Cutout(picture[first:last, start:stop].copy(), alpha[first:last, start:stop], inner)


def drawn_head(seed: int, side: int = 256) -> Cutout:
    """The head of a person who does not exist, always the same for a seed; its box as of a photograph."""
    who, layers = Identity.random(np.random.default_rng(seed)), []
    for ground in (0, 255):  # what shows the ground through is transparent
        canvas = np.full((side * OVERSAMPLING, side * OVERSAMPLING, 3), ground, np.uint8)
        paint_face(canvas, who, {12: 0.3}, Pose(scale=0.85))
        layers.append(cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32))
    alpha = 1 - (layers[1] - layers[0]).mean(axis=2) / 255
    colour = layers[0] / np.maximum(alpha, 1e-3)[..., None]
    unit, middle = side / 2 / VIEW * 0.85, side / 2
    wide = who.head_width * unit
    box = np.float32([middle - wide, middle - 0.8 * unit, middle + wide, middle + unit])
    return Cutout(colour.clip(0, 255).round().astype(np.uint8), alpha.clip(0, 1), box)


def face_clip(
    people: Collection[str] | Mapping[str, Cutout] = ("astronaut", "hopper"),
    strangers: int = 0,
    *,
    seed: int = 0,
    frames: int = 75,
    fps: float = 25,
    size: tuple[int, int] = (480, 360),
    events: Collection[str] = EVENTS,
    background: str = "coffee",
) -> Iterator[ClipFrame]:
    """A clip of some people side by side, frame by frame; the same arguments give the same clip.

    Args:
        people: ``"astronaut"`` and ``"hopper"``, or heads of your own, name → ``Cutout``.
        strangers: so many drawn people stand with them, ``"stranger 1"`` and so on; each seed has its own.
        seed: chooses the paths, who turns when, the strangers, and the noise.
        frames, fps: how many, and how many a second.
        size: (width, height) in pixels.
        events: out of ``EVENTS``. ``move``: to and fro, nearer and farther; ``turn``: roll by up to 15° and
            yaw by up to 40°; ``dark``: the light goes down to 0.3 in the middle and up again; ``leave``: the
            first of them goes away downwards and comes back.
        background: a name that ``sample_image`` knows.

    Raises:
        ValueError: nobody, an unknown person or event, or no frame.
    """
    if unknown := set(events) - set(EVENTS):
        raise ValueError(f"the events are {', '.join(EVENTS)}, not {', '.join(sorted(unknown))}")
    if not isinstance(people, Mapping):
        people = {name: cut_head(portrait(name), np.float32(BOXES[name])) for name in people}
    cast = dict(people)
    cast |= {f"stranger {n + 1}": drawn_head(1000 * (seed + 1) + n) for n in range(strangers)}
    if not cast or frames < 1:
        raise ValueError(f"a clip needs somebody and at least one frame, got {len(cast)} and {frames}")
    return _frames(cast, np.random.default_rng(seed), frames, fps, size, events, sample_image(background))


def _frames(cast, rng, frames, fps, size, events, background) -> Iterator[ClipFrame]:
    ground = cv2.resize(background, size, interpolation=cv2.INTER_AREA)
    phases = rng.uniform(0, 2 * pi, (len(cast), 5))
    for number in range(frames):
        at = number / max(frames - 1, 1)
        picture, boxes = ground.astype(np.float32), []
        for place, (head, phase) in enumerate(zip(cast.values(), phases, strict=True)):
            leaves = "leave" in events and place == 0
            matrix = _matrix(head, phase, at, (place + 0.5) / len(cast), size, events, leaves)
            _paint(picture, head, matrix)
            boxes.append(_box(head, matrix))
        if "dark" in events:
            picture *= 1 - (1 - DARKEST) * sin(pi * at) ** 2
        picture += rng.normal(0, NOISE, picture.shape)
        yield framed(number / fps, picture.clip(0, 255).round().astype(np.uint8), boxes, tuple(cast))


def _matrix(head, phase, at, lane, size, events, leaves) -> np.ndarray:
    """Where the pixels of a head go, (3, 3): turned about its face's middle, scaled, put in its lane."""
    width, height = size
    left, top, right, bottom = head.box
    scale = FACE * height / (bottom - top)
    x, y, yaw, roll = lane * width, 0.45 * height, 0.0, 0.0
    if "move" in events:
        x += 0.03 * width * sin(2 * pi * at + phase[0])
        y += 0.08 * height * sin(4 * pi * at + phase[1])
        scale *= 1 + 0.2 * sin(2 * pi * at + phase[2])
    if "turn" in events:
        yaw, roll = YAW * sin(2 * pi * at + phase[3]), ROLL * sin(4 * pi * at + phase[4])
    if leaves:  # goes in the tenth of the clip before AWAY, and comes in the one after
        gone = min(max((at - AWAY[0]) / 0.1 + 1, 0), max((AWAY[1] - at) / 0.1 + 1, 0), 1)
        y += gone * 0.9 * height
    # A card at distance 4 of its height, turned about the upright axis and then in the picture.
    far = 4 * (bottom - top)
    turned = np.array([[cos(yaw), 0, 0], [0, 1, 0], [sin(yaw) / far, 0, 1]])
    rolled = np.array([[cos(roll), sin(roll), 0], [-sin(roll), cos(roll), 0], [0, 0, 1]])
    start = np.array([[1, 0, -(left + right) / 2], [0, 1, -(top + bottom) / 2], [0, 0, 1]])
    return np.array([[scale, 0, x], [0, scale, y], [0, 0, 1]]) @ rolled @ turned @ start


def _paint(picture: np.ndarray, head: Cutout, matrix: np.ndarray) -> None:
    """Lay a head over a picture (H, W, 3) float32; what gets smaller is smoothed first."""
    scale = np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    layer = np.dstack([head.picture * head.alpha[..., None], head.alpha]).astype(np.float32)
    if scale < 1:
        layer = cv2.GaussianBlur(layer, (0, 0), max(0.1, 0.5 * (scale**-2 - 1) ** 0.5))
    layer = cv2.warpPerspective(layer, matrix, (picture.shape[1], picture.shape[0]))
    picture *= 1 - layer[..., 3:]
    picture += layer[..., :3]


def _box(head: Cutout, matrix: np.ndarray) -> np.ndarray:
    """The box (4,) round the ellipse that fills the face's box, where it is now."""
    left, top, right, bottom = head.box
    angle = np.linspace(0, 2 * pi, 73)
    x = (left + right) / 2 + (right - left) / 2 * np.cos(angle)
    y = (top + bottom) / 2 + (bottom - top) / 2 * np.sin(angle)
    x, y, far = matrix @ np.stack([x, y, np.ones_like(x)])
    moved = np.stack([x, y]) / far
    return np.float32([*moved.min(axis=1), *moved.max(axis=1)])
