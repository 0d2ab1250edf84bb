"""Plots of pictures: images with their labels, feature maps, kernels."""

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.plots.figures import (
    DPI,
    RIGHT,
    WRONG,
    CourseFigure,
    as_array,
    as_classes,
    class_name,
    wrap_title,
)

PAD, GAP, LINE = 0.06, 0.08, 0.19  # inches: border, space between panels, height of a line of small type


def _grid(
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
    above = LINE * max(caption.count("\n") + 1 if caption else 0 for caption in captions) + 0.04
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


def _as_pictures(images: Any) -> np.ndarray:
    """(N, C, H, W) or (N, H, W) → (N, H, W) or (N, H, W, 3), float in [0, 1]."""
    array = as_array(images)
    if array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[1] not in (1, 3)):
        raise ValueError(
            f"images must have shape (N, 1, H, W), (N, 3, H, W) or (N, H, W), got {array.shape}; "
            "a single image needs image[None], and channels come before height and width"
        )
    if len(array) == 0:
        raise ValueError("there is no image to plot: images has shape " + str(array.shape))
    if array.dtype == np.uint8:
        array = array / 255
    array = array.astype(float)
    low, high = array.min(), array.max()
    if not (low >= -1e-6 and high <= 1 + 1e-6):  # written so that NaN fails too
        raise ValueError(
            f"images must be uint8, or float in [0, 1]; these reach from {low:.3g} to {high:.3g}: "
            "undo the normalisation first, or divide by 255"
        )
    array = array.clip(0, 1)
    if array.ndim == 3:
        return array
    return array[:, 0] if array.shape[1] == 1 else array.transpose(0, 2, 3, 1)


def plot_images(
    images: Any,
    labels: Any = None,
    predictions: Any = None,
    classes: Sequence[Any] | None = None,
    cols: int = 8,
    title: str | None = None,
    alt: str = "",
) -> CourseFigure:
    """Draws images in a grid, with their labels, and marks what a model got wrong.

    A wrong prediction stands in another colour and carries a sign: ``3 ✗ 5`` means that the model said 3 and
    the true label is 5.

    Args:
        images: (N, C, H, W) with C = 1 or 3, or (N, H, W); uint8, or float in [0, 1].
        labels: (N,) the true classes.
        predictions: (N,) the model's classes.
        classes: the names of the classes; numbers are shown when left out.
        cols: images in a row.
        title: what the figure shows.
        alt: the same for readers who cannot see it.

    Raises:
        ValueError: a shape or a range of values is not as above.
    """
    pictures = _as_pictures(images)
    count = len(pictures)
    truth = None if labels is None else as_classes(labels, "labels", count)
    guess = None if predictions is None else as_classes(predictions, "predictions", count)
    captions = [_caption(i, truth, guess, classes) for i in range(count)]
    cols = max(1, min(cols, count))
    # Photographs are drawn larger than digits, and everything fits a page.
    width = min(max(1.2, pictures.shape[2] / DPI), 3.2, 10.4 / cols)
    height = min(width * pictures.shape[1] / pictures.shape[2], 4.0)
    texts = [textwrap.fill(text, max(4, int(width / 0.085)), break_on_hyphens=False) for text, _ in captions]
    wrong = any(colour == WRONG for _, colour in captions)
    figure, axes = _grid(texts, cols, (width, height), title, alt, bottom=0.26 if wrong else 0.0)
    for ax, picture, (_, colour) in zip(axes, pictures, captions, strict=True):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
        ax.title.set_color(colour)
    if wrong:
        figure.supxlabel(
            "✗ wrong: prediction ✗ true label", fontsize=10, color=WRONG, y=0.05 / figure.get_figheight()
        )
    return figure


def _caption(
    i: int, truth: np.ndarray | None, guess: np.ndarray | None, classes: Sequence[Any] | None
) -> tuple[str, str]:
    if guess is None:
        return ("" if truth is None else class_name(truth[i], classes)), "black"
    if truth is None or truth[i] == guess[i]:
        return class_name(guess[i], classes), RIGHT
    return f"{class_name(guess[i], classes)} ✗ {class_name(truth[i], classes)}", WRONG


def plot_feature_maps(
    maps: Any, cols: int = 8, names: Sequence[str] | None = None, title: str | None = None, alt: str = ""
) -> CourseFigure:
    """Draws the channels that a layer gives for one image, all on one colour scale.

    Args:
        maps: (C, H, W).
        cols: maps in a row.
        names: what stands above each map, if not its number.
        title: what the figure shows.
        alt: the same for readers who cannot see it.

    Raises:
        ValueError: another shape, or not one name for each map.
    """
    array = as_array(maps).astype(float)
    if array.ndim != 3 or array.size == 0:
        raise ValueError(
            f"maps must have shape (C, H, W), got {array.shape}; of a batch take one image: maps[0]"
        )
    names = _names(names, [f"channel {c}" for c in range(len(array))])
    return _tiles(
        array, names, cols, title, alt, "activation", cmap="viridis", vmin=array.min(), vmax=array.max()
    )


def _names(given: Sequence[str] | None, numbered: list[str]) -> list[str]:
    if given is not None and len(given) != len(numbered):
        raise ValueError(
            f"names must hold one name for each of the {len(numbered)} pictures, got {len(given)}"
        )
    return numbered if given is None else list(given)


def plot_kernels(
    weight: Any, cols: int = 8, names: Sequence[str] | None = None, title: str | None = None, alt: str = ""
) -> CourseFigure:
    """Draws the kernels of a convolution: blue below zero, white at zero, red above, all on one scale.

    With one input channel the kernels stand side by side; with more, a row is an output and a column an
    input channel.

    Args:
        weight: (O, I, kh, kw), as ``nn.Conv2d.weight`` has it.
        cols: kernels in a row when there is one input channel.
        names: what stands above each kernel, if not its number.
        title: what the figure shows.
        alt: the same for readers who cannot see it.

    Raises:
        ValueError: another shape, more than 256 kernels, or not one name for each.
    """
    array = as_array(weight).astype(float)
    if array.ndim != 4 or array.size == 0:
        raise ValueError(f"weight must have shape (O, I, kh, kw), got {array.shape}")
    outputs, inputs = array.shape[:2]
    if outputs * inputs > 256:
        raise ValueError(
            f"{outputs} × {inputs} kernels are too many to see; choose some, for example weight[:8, :8]"
        )
    numbered = [
        f"out {o}" if inputs == 1 else f"out {o}, in {i}" for o in range(outputs) for i in range(inputs)
    ]
    names = _names(names, numbered)
    largest = np.abs(array).max() or 1.0
    tiles = array.reshape(-1, *array.shape[2:])
    return _tiles(
        tiles,
        names,
        cols if inputs == 1 else inputs,
        title,
        alt,
        "weight",
        cmap="RdBu_r",
        vmin=-largest,
        vmax=largest,
    )


def _tiles(
    tiles: np.ndarray, names: list[str], cols: int, title: str | None, alt: str, unit: str, **scale: Any
) -> CourseFigure:
    width = 1.25
    height = min(width * tiles.shape[1] / tiles.shape[2], 2.5)
    figure, axes = _grid(names, cols, (width, height), title, alt, right=1.0, bottom=0.06)
    for ax, tile in zip(axes, tiles, strict=True):
        picture = ax.imshow(tile, **scale)
    place, size = axes[0].get_position(), figure.get_size_inches()
    tall = min(place.height * 2, place.y1 - axes[-1].get_position().y0)
    left = figure.subplotpars.right + 0.12 / size[0]
    colour_axes = figure.add_axes((left, place.y1 - tall, 0.13 / size[0], tall))
    figure.colorbar(picture, cax=colour_axes, label=unit)
    return figure
