"""Photographs in a figure that stays small: few pixels, few colours, a title each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from helpers.plots.figures import SHARPNESS, CourseFigure, new_figure
from helpers.plots.style import DPI

__all__ = ["tiles"]

COLOURS = 60  # of all pictures of a figure together: letters need some of 64 as well
TITLE = 44  # height of a title, in dots


def tiles(
    pictures: Sequence[Tensor],
    titles: Sequence[Any],
    alt: str,
    cols: int | None = None,
    side: int = 64,
    inch: float = 1.25,
) -> CourseFigure:
    """A figure of small pictures, each with a title above it.

    Args:
        pictures: each (3, H, W) in [0, 1]; what lies outside is cut.
        titles: one for each picture.
        alt: what the figure shows, in words.
        cols: pictures in a row; all in one row if None.
        side: longer side to which a picture is shrunk, in pixels; a smaller picture stays as it is.
        inch: width of a picture and the gap beside it, on the page.

    Raises:
        ValueError: no picture, another number of titles, or a picture of another shape.
    """
    if not pictures or len(pictures) != len(titles):
        raise ValueError(f"each picture needs a title; got {len(pictures)} pictures and {len(titles)} titles")
    for picture in pictures:
        if picture.ndim != 3 or picture.shape[0] != 3:
            raise ValueError(f"a picture has the shape (3, H, W), got {tuple(picture.shape)}")
    cols = cols or len(pictures)
    rows = -(-len(pictures) // cols)  # rounded up
    dots = SHARPNESS * DPI  # that are drawn for each inch of the page
    cell = round(inch * dots)
    scale = max(1, cell // side)  # a whole number: rows and columns that repeat cost a PNG next to nothing
    small = _few_colours(pictures, side)
    line = scale * max(picture.shape[0] for picture in small) + TITLE
    fig, _ = new_figure(size=(cols * cell / dots, rows * line / dots), alt=alt)
    fig.clear()
    fig.set_layout_engine("none")
    for number, (picture, title) in enumerate(zip(small, titles, strict=True)):
        height, width = scale * picture.shape[0], scale * picture.shape[1]
        left = cell * (number % cols) + (cell - width) // 2
        bottom = line * (rows - 1 - number // cols)
        place = left / (cols * cell), bottom / (rows * line), width / (cols * cell), height / (rows * line)
        ax = fig.add_axes(place)
        ax.axis("off")
        ax.imshow(picture, interpolation="nearest", aspect="auto")
        ax.set_title(title, fontsize=9, pad=3)
    return fig


def _few_colours(pictures: Sequence[Tensor], side: int) -> list[np.ndarray]:
    """Small (H, W, 3) uint8 copies that share one palette."""
    small = []
    for picture in pictures:
        scale = min(1.0, side / max(picture.shape[1:]))
        size = [max(1, round(length * scale)) for length in picture.shape[1:]]
        shrunk = F.interpolate(picture.detach()[None].float(), size=size, mode="area")[0].clamp(0, 1)
        small.append((255 * shrunk).round().byte().permute(1, 2, 0).cpu().numpy())
    line = Image.fromarray(np.concatenate([s.reshape(1, -1, 3) for s in small], axis=1))
    line = np.asarray(line.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB"))[0]
    ends = np.cumsum([s.shape[0] * s.shape[1] for s in small])[:-1]
    return [part.reshape(s.shape) for part, s in zip(np.split(line, ends), small, strict=True)]
