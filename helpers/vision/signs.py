"""Traffic signs drawn by code, as a camera sees them: light, tilt, blur, partial cover (notebook 14a)."""

import cv2
import numpy as np
import torch
from torch import Tensor

__all__ = ["SIGNS", "draw_sign", "seen_sign", "sign_set"]

RED, BLUE, YELLOW = (200, 20, 30), (20, 70, 170), (245, 195, 20)
WHITE, BLACK = (245, 245, 245), (20, 20, 20)
SIGNS = (
    "stop",
    "give way",
    "no entry",
    "speed limit 30",
    "speed limit 80",
    "warning",
    "crossroads",
    "priority road",
    "turn left",
    "turn right",
)
DRAWN = 128  # pixels of a sign before a camera sees it


def draw_sign(name: str, side: int = DRAWN) -> tuple[np.ndarray, np.ndarray]:
    """A sign from the front.

    Args:
        name: one of ``SIGNS``.
        side: pixels of the picture; the sign fills it.

    Returns:
        The picture (side, side, 3) uint8 RGB, and where the sign is (side, side), 255 on it and 0 beside it.

    Raises:
        ValueError: an unknown name; the message lists them all.
    """
    if name not in SIGNS:
        raise ValueError(f"there is no sign {name!r}; there are: {', '.join(SIGNS)}")
    image, mask = np.zeros((DRAWN, DRAWN, 3), np.uint8), np.zeros((DRAWN, DRAWN), np.uint8)

    def shape(points: list, colour: tuple, outline: bool = False) -> None:
        corners = np.round((np.array(points, float) - 0.5) * (DRAWN - 4) + DRAWN / 2).astype(np.int32)
        cv2.fillPoly(image, [corners], colour, cv2.LINE_AA)
        if outline:
            cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA)

    def disc(colour: tuple, scale: float = 1.0) -> None:
        cv2.circle(image, (DRAWN // 2,) * 2, round(scale * (DRAWN // 2 - 2)), colour, -1, cv2.LINE_AA)
        if scale == 1.0:
            cv2.circle(mask, (DRAWN // 2,) * 2, DRAWN // 2 - 2, 255, -1, cv2.LINE_AA)

    def text(words: str, size: float, colour: tuple, thick: int) -> None:
        (width, height), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
        place = ((DRAWN - width) // 2, (DRAWN + height) // 2)
        cv2.putText(image, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, colour, thick, cv2.LINE_AA)

    def bar(x1: float, y1: float, x2: float, y2: float, colour: tuple) -> None:
        corners = [round(value * DRAWN) for value in (x1, y1, x2, y2)]
        cv2.rectangle(image, tuple(corners[:2]), tuple(corners[2:]), colour, -1)

    around = 2 * np.pi * (np.arange(8) + 0.5) / 8
    octagon = (0.5 + 0.52 * np.stack([np.cos(around), np.sin(around)], axis=1)).tolist()
    up, down = [(0.5, 0.04), (0.0, 0.92), (1.0, 0.92)], [(0.5, 0.96), (0.0, 0.08), (1.0, 0.08)]
    square = [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)]
    if name == "stop":
        shape(octagon, RED, outline=True)
        text("STOP", 1.15, WHITE, 4)
    elif name == "give way":
        shape(down, RED, outline=True)
        shape(_around(down, 0.58), WHITE)
    elif name == "no entry":
        disc(RED)
        bar(0.18, 0.42, 0.82, 0.58, WHITE)
    elif name.startswith("speed limit"):
        disc(RED)
        disc(WHITE, 0.76)
        text(name[-2:], 1.7, BLACK, 6)
    elif name in ("warning", "crossroads"):
        shape(up, RED, outline=True)
        shape(_around(up, 0.62), WHITE)
        bar(0.465, 0.42, 0.535, 0.68 if name == "warning" else 0.8, BLACK)
        if name == "warning":
            bar(0.465, 0.73, 0.535, 0.8, BLACK)
        else:
            bar(0.36, 0.58, 0.64, 0.65, BLACK)
    elif name == "priority road":
        shape(square, WHITE, outline=True)
        shape(_around(square, 0.72), YELLOW)
    else:
        disc(BLUE)
        bar(0.3, 0.45, 0.72, 0.55, WHITE)
        shape([(0.16, 0.5), (0.42, 0.28), (0.42, 0.72)], WHITE)
        if name == "turn right":
            image[:] = image[:, ::-1]
    if side != DRAWN:
        image, mask = (cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA) for part in (image, mask))
    return image, mask


def _around(points: list, scale: float) -> list:
    """A polygon, scaled about the mean of its corners."""
    corners = np.array(points)
    middle = corners.mean(axis=0)
    return (middle + scale * (corners - middle)).tolist()


def seen_sign(name: str, rng: np.random.Generator, side: int = 32, cover: float = 0.35) -> np.ndarray:
    """A sign as a camera may see it: (side, side, 3) uint8 RGB.

    Tilted in space (each corner moves by up to a tenth of the side), on a cloudy ground, in light between a
    third and the full, warmer or colder, blurred by up to 1.2 pixels of 32, with noise; every second one is
    covered in part by a dark leaf or a bright patch, a tenth to ``cover`` of the side wide.

    Raises:
        ValueError: an unknown name, or a cover that is not between 0.1 and 1.
    """
    if not 0.1 <= cover <= 1:
        raise ValueError(f"cover is a share of the side between 0.1 and 1, got {cover}")
    drawn, mask = draw_sign(name)
    margin = rng.uniform(0.02, 0.2) * side
    rim = np.array([[margin, margin], [side - margin, margin], [side - margin] * 2, [margin, side - margin]])
    corners = (rim + rng.uniform(-side / 10, side / 10, (4, 2))).astype(np.float32)
    front = np.array([[0, 0], [DRAWN, 0], [DRAWN, DRAWN], [0, DRAWN]], np.float32)
    # Drawn at four times the side, then shrunk: no jagged rims.
    matrix = cv2.getPerspectiveTransform(front, 4 * corners)
    sign = cv2.warpPerspective(drawn, matrix, (4 * side, 4 * side)).astype(np.float32)
    here = cv2.warpPerspective(mask, matrix, (4 * side, 4 * side)).astype(np.float32)[..., None] / 255
    clouds = rng.uniform(0, 255, (4, 4, 1)) + rng.uniform(-70, 70, (4, 4, 3))
    ground = cv2.resize(
        clouds.clip(0, 255).astype(np.float32), (4 * side, 4 * side), interpolation=cv2.INTER_CUBIC
    )
    view = here * sign + (1 - here) * ground
    if rng.random() < 0.5:
        middle = tuple(int(value) for value in rng.integers(side, 3 * side, 2))
        axes = tuple(int(value) for value in 4 * side * rng.uniform(0.1, cover, 2) / 2)
        colour = rng.uniform(20, 110, 3) if rng.random() < 0.7 else rng.uniform(180, 255, 3)
        cv2.ellipse(view, middle, axes, rng.uniform(0, 180), 0, 360, colour.tolist(), -1, cv2.LINE_AA)
    view = cv2.resize(view, (side, side), interpolation=cv2.INTER_AREA)
    view = cv2.GaussianBlur(view, (0, 0), rng.uniform(0.1, 1.2) * side / 32)
    view = view * rng.uniform(0.33, 1.0) * rng.uniform(0.85, 1.15, 3) + rng.normal(0, 6, view.shape)
    return view.clip(0, 255).astype(np.uint8)


def sign_set(count: int, seed: int = 0, side: int = 32) -> tuple[Tensor, Tensor]:
    """Pictures (count, 3, side, side) in [0, 1], and their classes (count,), an index into ``SIGNS``.

    The classes take turns, so that they are equally frequent; the same seed gives the same pictures.
    """
    if count < 1:
        raise ValueError(f"a set needs at least one picture, got count={count}")
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % len(SIGNS)
    pictures = np.stack([seen_sign(SIGNS[label], rng, side) for label in labels])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255, torch.from_numpy(labels)
