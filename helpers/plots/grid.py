"""Panels in a grid, each as large as it should be."""

import math
from collections.abc import Sequence

from helpers.plots.figures import CourseFigure
from helpers.plots.text import wrap_title

PAD, GAP, LINE = 0.06, 0.08, 0.19  # inches: border, space between panels, height of a line of small type


def panel_grid(
    captions: Sequence[str],
    cols: int,
    cell: tuple[float, float],
    title: str | None,
    alt: str,
    *,
    right: float = 0.0,
    bottom: float = 0.0,
) -> tuple[CourseFigure, list]:
    """A figure with one bare panel for each caption, ``cols`` to a row, each ``cell`` inches (width, height).

    Every size is known, so panels are placed directly: matplotlib's own layout needs seconds for a hundred.
    """
    cols = min(cols, len(captions))
    rows = math.ceil(len(captions) / cols)
    across = cols * cell[0] + (cols - 1) * GAP
    width = max(3.2, across + 2 * PAD) + right
    heading = wrap_title(title, width)
    lines = max(caption.count("\n") + 1 if caption else 0 for caption in captions)
    above = LINE * lines + 0.04 if lines else 0.0  # without captions one gap stands between all panels
    top = PAD + above + (0.08 + 0.24 * (heading.count("\n") + 1) if heading else 0)
    height = top + rows * cell[1] + (rows - 1) * (above + GAP) + PAD + bottom
    left = (width - right - across) / 2
    figure = CourseFigure(figsize=(width, height), layout="none", alt=alt)
    figure.subplots_adjust(
        left=left / width,
        right=(left + across) / width,
        top=1 - top / height,
        bottom=(PAD + bottom) / height,
        wspace=GAP / cell[0],
        hspace=(above + GAP) / cell[1],
    )
    axes = figure.subplots(rows, cols, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, caption in zip(axes.flat, captions, strict=False):  # the last row may have empty panels
        ax.set_title(caption, fontsize=10, pad=3)
    if heading:
        figure.suptitle(heading, y=1 - PAD / height)
    return figure, list(axes.flat)[: len(captions)]
