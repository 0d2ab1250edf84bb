"""Boxes, points and labels on pictures, and the mark that every made-up face carries."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, findfont, fontManager
from matplotlib.patches import Rectangle
from PIL import Image, ImageDraw, ImageFont

from helpers.plots.style import CHINESE, COLOURS
from helpers.vision.faces import rgb_picture

__all__ = ["colour_of", "draw_boxes", "marked_synthetic", "show_boxes"]

LETTERS = 0.035  # height of the letters as a share of the picture's shorter side
LEAST_LETTERS, MOST_LETTERS = 10, 40  # pixels
LABEL_ROOM = 0.08  # share of a panel's height that a label above a box needs
YELLOW, BLACK = (240, 200, 0), (0, 0, 0)
MARKS = ("SYNTHETIC", "SYNTH", "AI")  # the longest that fits is written; the same on every machine


def colour_of(number: int) -> tuple[int, int, int]:
    """The RGB colour, 0…255, of a track or a class: the course's colours in turn."""
    code = COLOURS[int(number) % len(COLOURS)]
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def draw_boxes(
    picture: np.ndarray,
    boxes: np.ndarray,
    labels: Sequence[Any] | None = None,
    *,
    colours: Sequence[tuple[int, int, int]] | None = None,
    points: np.ndarray | None = None,
) -> np.ndarray:
    """A copy of a picture with boxes drawn on it, and a label above each (below, where there is no room).

    Args:
        picture: RGB, ``(H, W, 3)`` uint8; what else is taken says ``rgb_picture``.
        boxes: ``(N, 4)``, left, top, right, bottom in pixels; what leaves the picture is cut.
        labels: N of them, of any characters for which this machine has a font.
        colours: N of them, RGB 0…255; those of ``colour_of`` in turn if None.
        points: ``(N, K, 2)``, drawn as dots.

    Raises:
        ValueError: another number of labels, colours or points than of boxes.
    """
    boxes = _checked(boxes, labels, colours, points)
    drawn = rgb_picture(picture).copy()
    shorter = min(drawn.shape[:2])
    thick, letters = max(1, round(shorter / 250)), round(LETTERS * shorter)
    colours = [colour_of(number) for number in range(len(boxes))] if colours is None else colours
    for box, colour in zip(_pixels(boxes), colours, strict=True):
        cv2.rectangle(drawn, box[:2], box[2:], _plain(colour), thick)
    for face, colour in zip([] if points is None else _pixels(points), colours, strict=False):
        for x, y in face:
            cv2.circle(drawn, (x, y), thick + 1, _plain(colour), thickness=-1, lineType=cv2.LINE_AA)
    if labels is None or not len(boxes):
        return drawn
    canvas = Image.fromarray(drawn)
    pen, size = ImageDraw.Draw(canvas), min(max(letters, LEAST_LETTERS), MOST_LETTERS)
    for box, label, colour in zip(_pixels(boxes), labels, colours, strict=True):
        _write(pen, canvas.size, box, str(label), _plain(colour), size)
    return np.array(canvas)


def _write(pen, room: tuple[int, int], box: list[int], text: str, colour: tuple[int, int, int], size: int):
    """A label on a ground of the box's colour, moved so that as much as possible of it is inside."""
    if not text:
        return
    font = _font(size, text.isascii())
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    width, height = right - left + 4, bottom - top + 4
    y = box[1] - height if box[1] >= height else min(box[3], room[1] - height)
    x = max(0, min(box[0], room[0] - width))
    pen.rectangle((x, y, x + width - 1, y + height - 1), fill=colour)
    light = np.dot(colour, (0.299, 0.587, 0.114)) > 140
    pen.text((x + 2 - left, y + 2 - top), text, font=font, fill="black" if light else "white")


def show_boxes(
    ax: Axes,
    picture: np.ndarray,
    boxes: np.ndarray,
    labels: Sequence[Any] | None = None,
    *,
    colours: Sequence[tuple[int, int, int]] | None = None,
    points: np.ndarray | None = None,
    title: str = "",
) -> None:
    """The same on a panel of a figure: lines and letters there are as sharp as the figure, however small.

    Args:
        ax: a panel, for one of ``new_figure(photographs=True)``.
        picture, boxes, labels, colours, points: as in ``draw_boxes``.
        title: above the panel.
    """
    boxes = _checked(boxes, labels, colours, points)
    picture = rgb_picture(picture)
    ax.imshow(picture)
    ax.set_axis_off()
    ax.set_title(title, fontsize=10)
    for number, (left, top, right, bottom) in enumerate(boxes.tolist()):
        colour = np.array(colour_of(number) if colours is None else colours[number]) / 255
        style = {"fill": False, "edgecolor": colour, "linewidth": 1.5}
        ax.add_patch(Rectangle((left, top), right - left, bottom - top, **style))
        if points is not None:
            ax.plot(*np.asarray(points[number], float).T, ".", color=colour, markersize=4)
        if labels is not None:
            ink = "black" if colour @ (0.299, 0.587, 0.114) > 0.55 else "white"
            ground = {"facecolor": colour, "edgecolor": "none", "pad": 1}
            room = "bottom" if top > LABEL_ROOM * picture.shape[0] else "top"  # above the box, or in it
            place = {"va": room, "clip_on": True, "fontsize": 8, "color": ink, "bbox": ground}
            ax.text(max(left, 0), max(top, 0), str(labels[number]), **place)


def marked_synthetic(picture: np.ndarray) -> np.ndarray:
    """A copy of a picture whose lowest rows are a striped band with the word SYNTHETIC.

    The size stays. Whatever shows a face that no camera took goes through here first. The band is a tenth of
    the height and never under 8 pixels; on a picture too narrow for a word, the stripes stand alone.

    Raises:
        ValueError: a side below 16 pixels, where no mark could be seen.
    """
    marked = rgb_picture(picture).copy()
    height, width = marked.shape[:2]
    if min(height, width) < 16:
        raise ValueError(f"a mark can be seen from 16 × 16 pixels on, not on {width} × {height}")
    band = max(8, round(0.1 * height))
    rows, columns = np.mgrid[:band, :width]
    stripes = ((rows + columns) // max(4, band // 2)) % 2
    marked[height - band :] = np.uint8([BLACK, YELLOW])[stripes]
    canvas = Image.fromarray(marked)
    pen = ImageDraw.Draw(canvas)
    for text in MARKS:
        font = _font(max(7, round(0.75 * band)), latin=True)
        left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
        if right - left + 4 <= width - 2 * band:
            x, y = (width - right + left) // 2, height - band + (band - bottom + top) // 2
            pen.rectangle((x - 2, height - band, x + right - left + 1, height), fill=BLACK)
            pen.text((x - left, y - top), text, font=font, fill=YELLOW)
            break
    return np.array(canvas)


def _checked(boxes, labels, colours, points) -> np.ndarray:
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    for name, values in (("labels", labels), ("colours", colours), ("points", points)):
        if values is not None and len(values) != len(boxes):
            raise ValueError(f"each box needs one of the {name}: got {len(boxes)} boxes and {len(values)}")
    return boxes


def _pixels(places: np.ndarray) -> list:
    """Whole pixels as OpenCV takes them: far outside stays outside."""
    return np.asarray(places, np.float64).clip(-10_000, 30_000).round().astype(int).tolist()


def _plain(colour: Sequence[float]) -> tuple[int, int, int]:
    return tuple(int(channel) for channel in colour)


@cache
def _chinese_font() -> str | None:
    installed = {font.name for font in fontManager.ttflist}
    return next((findfont(FontProperties(family=name)) for name in CHINESE if name in installed), None)


@cache
def _font(size: int, latin: bool) -> ImageFont.FreeTypeFont:
    """The font that matplotlib brings; for other than Latin letters one of the system's, if there is one."""
    own = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans-Bold.ttf")
    return ImageFont.truetype(str(own if latin else _chinese_font() or own), size)
