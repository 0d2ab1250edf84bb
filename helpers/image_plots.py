"""Plots of pictures: images with their labels, feature maps, kernels."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.figures import RIGHT, WRONG, CourseFigure, as_array, as_classes, class_name, new_figure


def _grid(
    count: int, cols: int, cell: tuple[float, float], title: str | None, alt: str
) -> tuple[CourseFigure, list]:
    """A figure of ``count`` bare panels, ``cols`` to a row, each ``cell`` inches (width, height)."""
    cols = max(1, min(cols, count))
    rows = math.ceil(count / cols)
    size = (max(3.0, cols * cell[0]), rows * cell[1] + (0.45 if title else 0.1))
    figure, axes = new_figure(rows, cols, size=size, alt=alt, squeeze=False)
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.02, hspace=0.02)
    for ax in axes.flat:
        ax.set_axis_off()
    if title:
        figure.suptitle(title)
    return figure, list(axes.flat)[:count]


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
    the label is 5.

    Args:
        images: (N, C, H, W) with C = 1 or 3, or (N, H, W); uint8, or float in [0, 1].
        labels: (N,) the right classes.
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
    longest = max(max(len(line) for line in text.split("\n")) for text, _ in captions)
    lines = max(text.count("\n") + 1 if text else 0 for text, _ in captions)
    width = min(max(1.2, longest * 0.085), 2.4)
    height, shape = width, pictures.shape
    height = min(width * shape[1] / shape[2], 3.0) + 0.19 * lines
    figure, axes = _grid(count, min(cols, max(1, int(12 / width))), (width, height), title, alt)
    for ax, picture, (text, colour) in zip(axes, pictures, captions, strict=True):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
        ax.set_title(text, color=colour, fontsize=10, pad=3)
    if any(colour == WRONG for _, colour in captions):
        figure.supxlabel("✗ wrong: prediction ✗ right label", fontsize=10, color=WRONG)
    return figure


def _caption(
    i: int, truth: np.ndarray | None, guess: np.ndarray | None, classes: Sequence[Any] | None
) -> tuple[str, str]:
    if guess is None:
        return ("" if truth is None else class_name(truth[i], classes)), "black"
    if truth is None or truth[i] == guess[i]:
        return class_name(guess[i], classes), RIGHT
    said, right = class_name(guess[i], classes), class_name(truth[i], classes)
    space = " " if len(said) + len(right) <= 8 else "\n"
    return f"{said} ✗{space}{right}", WRONG


def plot_feature_maps(maps: Any, cols: int = 8, title: str | None = None, alt: str = "") -> CourseFigure:
    """Draws the channels that a layer gives for one image, all on one colour scale.

    Args:
        maps: (C, H, W).
        cols: maps in a row.
        title: what the figure shows.
        alt: the same for readers who cannot see it.

    Raises:
        ValueError: another shape.
    """
    array = as_array(maps).astype(float)
    if array.ndim != 3 or array.size == 0:
        raise ValueError(
            f"maps must have shape (C, H, W), got {array.shape}; of a batch take one image: maps[0]"
        )
    names = [f"channel {c}" for c in range(len(array))]
    return _tiles(
        array, names, cols, title, alt, "activation", cmap="viridis", vmin=array.min(), vmax=array.max()
    )


def plot_kernels(weight: Any, cols: int = 8, title: str | None = None, alt: str = "") -> CourseFigure:
    """Draws the kernels of a convolution: blue below zero, white at zero, red above, all on one scale.

    With one input channel the kernels stand side by side; with more, a row is an output and a column an
    input channel.

    Args:
        weight: (O, I, kh, kw), as ``nn.Conv2d.weight`` has it.
        cols: kernels in a row when there is one input channel.
        title: what the figure shows.
        alt: the same for readers who cannot see it.

    Raises:
        ValueError: another shape, or more than 256 kernels.
    """
    array = as_array(weight).astype(float)
    if array.ndim != 4 or array.size == 0:
        raise ValueError(f"weight must have shape (O, I, kh, kw), got {array.shape}")
    outputs, inputs = array.shape[:2]
    if outputs * inputs > 256:
        raise ValueError(
            f"{outputs} × {inputs} kernels are too many to see; choose some, for example weight[:8, :8]"
        )
    names = [f"out {o}" if inputs == 1 else f"out {o}, in {i}" for o in range(outputs) for i in range(inputs)]
    largest = np.abs(array).max() or 1.0
    tiles = array.reshape(-1, *array.shape[2:])
    cols = cols if inputs == 1 else inputs
    return _tiles(tiles, names, cols, title, alt, "weight", cmap="RdBu_r", vmin=-largest, vmax=largest)


def _tiles(
    tiles: np.ndarray, names: list[str], cols: int, title: str | None, alt: str, unit: str, **scale: Any
) -> CourseFigure:
    cell = 1.25
    figure, axes = _grid(
        len(tiles), cols, (cell, min(cell * tiles.shape[1] / tiles.shape[2], 2.5) + 0.2), title, alt
    )
    for ax, tile, name in zip(axes, tiles, names, strict=True):
        picture = ax.imshow(tile, **scale)
        ax.set_title(name, fontsize=10, pad=3)
    figure.set_figwidth(figure.get_figwidth() + 0.9)
    figure.colorbar(picture, ax=figure.axes, label=unit)
    return figure
