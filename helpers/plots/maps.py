"""Plots of what is inside a network: feature maps and kernels."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.plots.arrays import as_array
from helpers.plots.figures import CourseFigure
from helpers.plots.grid import panel_grid


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
    figure, axes = panel_grid(names, cols, (width, height), title, alt, right=1.0, bottom=0.06)
    for ax, tile in zip(axes, tiles, strict=True):
        picture = ax.imshow(tile, **scale)
    place, size = axes[0].get_position(), figure.get_size_inches()
    tall = min(place.height * 2, place.y1 - axes[-1].get_position().y0)
    left = figure.subplotpars.right + 0.12 / size[0]
    colour_axes = figure.add_axes((left, place.y1 - tall, 0.13 / size[0], tall))
    figure.colorbar(picture, cax=colour_axes, label=unit)
    return figure
