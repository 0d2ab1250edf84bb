"""Sheets of generated pictures: one picture of many, in rows and columns with names."""

from collections.abc import Mapping, Sequence

import torch
from matplotlib.axes import Axes
from torch import Tensor

from helpers.plots.figures import CourseFigure, new_figure

__all__ = ["draw_rounds", "draw_sheet"]

SHADES = 12  # enough for the eye, and they keep the file small


def draw_sheet(
    ax: Axes,
    images: Tensor,
    cols: int,
    title: str,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> None:
    """Draw pictures (n, C, H, W) in [-1, 1], C = 1 or 3, as one sheet with ``cols`` in a row.

    Args:
        ax: where to draw.
        images: n must be a multiple of ``cols``.
        rows, columns: names of the rows and of the columns.
    """
    count, (channels, height, width) = len(images) // cols, images.shape[1:]
    if count * cols != len(images):
        raise ValueError(f"{len(images)} pictures do not fill rows of {cols}")
    sheet = images.detach().cpu().view(count, cols, channels, height, width).permute(0, 3, 1, 4, 2)
    sheet = ((sheet.reshape(count * height, cols * width, channels) + 1) / 2).clamp(0, 1)
    sheet = (sheet * (SHADES - 1)).round() / (SHADES - 1)
    picture = (sheet if channels == 3 else sheet[..., 0]).numpy()
    ax.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set_title(title)
    ax.set_yticks([height * (i + 0.5) - 0.5 for i in range(count)] if rows else [], rows or [])
    ax.set_xticks([width * (i + 0.5) - 0.5 for i in range(cols)] if columns else [], columns or [])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def draw_rounds(
    seen: Mapping[int, Tensor], cols: int, title: str, alt: str, columns: Sequence[str] | None = None
) -> CourseFigure:
    """Draw what a generator made after some numbers of rounds, one row for each: round → (cols, C, H, W)."""
    height = 0.6 * len(seen) + (0.75 if columns else 0.45)
    figure, ax = new_figure(size=(0.6 * cols + 1.1, height), alt=alt)
    names = [f"round {number:,}" for number in seen]
    draw_sheet(ax, torch.cat(list(seen.values())), cols, title, names, columns)
    return figure
