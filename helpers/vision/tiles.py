"""Photographs side by side, a title above each."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from helpers.plots.figures import CourseFigure, new_figure

__all__ = ["tiles"]

TITLE = 0.25  # inches of a title


def tiles(
    pictures: Sequence[Tensor],
    titles: Sequence[Any],
    alt: str,
    cols: int | None = None,
    inch: float = 1.25,
) -> CourseFigure:
    """A figure of pictures, each with a title above it, kept as JPEG.

    Args:
        pictures: each (3, H, W) in [0, 1]; what lies outside is cut.
        titles: one for each picture.
        alt: what the figure shows, in words.
        cols: pictures in a row; all in one row if None.
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
    tallest = max(picture.shape[1] / picture.shape[2] for picture in pictures)
    size = cols * inch, rows * (inch * tallest + TITLE)
    fig, axes = new_figure(rows, cols, size=size, alt=alt, photographs=True, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, picture, title in zip(axes.flat, pictures, titles, strict=False):
        ax.imshow(picture.detach().clamp(0, 1).permute(1, 2, 0).cpu().numpy(), interpolation="bilinear")
        ax.set_title(title, fontsize=9, pad=3)
    return fig
