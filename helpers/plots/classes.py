"""Plots of what a classifier decides: regions of the plane, and which classes it confuses."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb

from helpers.plots.arrays import as_array, as_classes, whole_numbers
from helpers.plots.figures import CourseFigure, new_figure
from helpers.plots.style import COLOURS, MARKERS
from helpers.plots.text import class_name, fill, wrap_title


def plot_decision_boundary(
    predict: Callable[[torch.Tensor], Any],
    points: Any,
    labels: Any,
    *,
    classes: Sequence[Any] | None = None,
    threshold: float = 0.0,
    margin: float = 0.5,
    names: tuple[str, str] = ("$x_1$", "$x_2$"),
    title: str | None = None,
    alt: str = "",
    ax: Axes | None = None,
) -> CourseFigure:
    """Colours the plane by what a model predicts there, and draws the labelled points on it.

    Args:
        predict: takes a float32 tensor (M, 2), gives classes (M,) as integers or booleans, one score for
            each point (M,) or (M, 1), or one score for each class (M, K), of which the largest wins.
        points: (N, 2).
        labels: (N,) classes 0 … K − 1, or −1 and 1.
        classes: the names of the classes, for the legend.
        threshold: a single score above it means class 1. 0 suits a weighted sum, 0.5 a probability.
        margin: how far the plane reaches beyond the points, as a share of their extent.
        names: of the two inputs.
        title: what the figure shows.
        alt: the same for readers who cannot see it.
        ax: the panel to draw on, which then gets no legend (``ax.legend()`` adds one where there is room);
            a new figure when left out.

    Raises:
        ValueError: a shape is not as above.
    """
    xy = as_array(points).astype(float)
    if xy.ndim != 2 or xy.shape[1] != 2 or len(xy) == 0:
        raise ValueError(
            f"points must have shape (N, 2) with N ≥ 1, got {xy.shape}: only two inputs can be drawn"
        )
    truth = as_classes(labels, "labels", len(xy))
    if set(truth) <= {-1, 1}:
        truth = (truth > 0).astype(int)
    if truth.min() < 0:
        raise ValueError(f"labels must be classes 0, 1, … or −1 and 1, got {sorted(set(truth.tolist()))}")
    own = ax is None
    if own:
        _, ax = new_figure(size=(5.6, 4.2), alt=alt)
    low, high = xy.min(0), xy.max(0)
    reach = margin * np.where(high > low, high - low, 1)
    xs, ys = (np.linspace(a, b, 300) for a, b in zip(low - reach, high + reach, strict=True))
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    with torch.no_grad():
        regions = _decide(predict(torch.tensor(grid, dtype=torch.float32)), len(grid), threshold)
    _draw_regions(ax, regions.reshape(300, 300), xs, ys)
    for k in np.union1d(truth, regions):
        marker, colour = MARKERS[k % len(MARKERS)], COLOURS[k % len(COLOURS)]
        style = {
            "marker": marker,
            "color": colour,
            "s": 55,
            "edgecolors": "white",
            "linewidths": 0.8,
            "zorder": 3,
        }
        name = f"class {k}" if classes is None else class_name(k, classes)
        ax.scatter(*xy[truth == k].T, label=fill(name, 18), **style)
    ax.set(xlabel=names[0], ylabel=names[1], title=wrap_title(title, 4.0) if own else title or "")
    if own:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)
    return ax.figure


def _decide(scores: Any, count: int, threshold: float) -> np.ndarray:
    array = as_array(scores)
    if array.shape == (count, 1):
        array = array[:, 0]
    if array.ndim not in (1, 2) or len(array) != count:
        raise ValueError(
            f"predict must give (M,), (M, 1) or (M, K) for M = {count} points, got {array.shape}"
        )
    if array.ndim == 2:
        return array.argmax(1)
    if array.dtype.kind == "f" or array.min() < 0:
        return (array > threshold).astype(int)
    return array.astype(int)


def _draw_regions(ax: Axes, regions: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> None:
    palette = [
        0.72 + 0.28 * np.array(to_rgb(COLOURS[k % len(COLOURS)])) for k in range(max(regions.max() + 1, 2))
    ]
    extent = (xs[0], xs[-1], ys[0], ys[-1])
    cmap = ListedColormap(palette)
    ax.imshow(
        regions,
        origin="lower",
        extent=extent,
        aspect="auto",
        cmap=cmap,
        vmin=-0.5,
        vmax=cmap.N - 0.5,
        interpolation="nearest",
    )
    for k in np.unique(regions)[1:]:
        ax.contour(xs, ys, (regions >= k).astype(float), levels=[0.5], colors="#444444", linewidths=1.2)


def plot_confusion_matrix(
    matrix: Any, classes: Sequence[Any] | None = None, title: str | None = None, alt: str = ""
) -> CourseFigure:
    """Draws which classes a model takes for which: rows are true classes, columns are predicted ones.

    The number in a cell counts examples; its colour is the share of the row, so that rare classes show as
    well.

    Args:
        matrix: (K, K) counts, or the pair ``(labels, predictions)`` of two (N,) arrays of classes.
        classes: the K names.
        title: what the figure shows.
        alt: the same for readers who cannot see it.

    Raises:
        ValueError: neither a square matrix of counts nor a pair of equally long arrays; or K names are not K.
    """
    counts = _counts(matrix, classes)
    size = len(counts)
    if classes is not None and len(classes) != size:
        raise ValueError(
            f"classes must hold {size} names, one for each row of the matrix, got {len(classes)}"
        )
    names = [class_name(k, classes) for k in range(size)]
    totals = counts.sum(1, keepdims=True)
    share = 100 * np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    side = min(max(3.2, 0.5 * size + 1), 9)
    figure, ax = new_figure(size=(side + 1.2, side), alt=alt)
    picture = ax.imshow(share, cmap="cividis", vmin=0, vmax=100)
    for (row, col), count in np.ndenumerate(counts) if size <= 20 else ():
        light = picture.cmap(share[row, col] / 100)[1] > 0.45  # green carries most of the brightness
        ax.text(
            col, row, f"{count}", ha="center", va="center", fontsize=9, color="black" if light else "white"
        )
    turned = max(map(len, names)) > 3
    ax.set_xticks(range(size), names, rotation=45 if turned else 0, ha="right" if turned else "center")
    ax.set_yticks(range(size), names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set(xlabel="predicted class", ylabel="true class", title=wrap_title(title, side))
    figure.colorbar(picture, ax=ax, label="share of the true class (%)", shrink=0.8)
    return figure


def _counts(matrix: Any, classes: Sequence[Any] | None) -> np.ndarray:
    if isinstance(matrix, tuple) and len(matrix) == 2:
        labels, predictions = (whole_numbers(as_array(part), "labels and predictions") for part in matrix)
        if labels.ndim != 1 or labels.shape != predictions.shape or len(labels) == 0:
            raise ValueError(
                "labels and predictions must both have shape (N,) with N ≥ 1, "
                f"got {labels.shape} and {predictions.shape}"
            )
        largest = max(labels.max(), predictions.max())
        size = largest + 1 if classes is None else len(classes)
        if min(labels.min(), predictions.min()) < 0 or largest >= size:
            raise ValueError(
                f"expected classes from 0 to {size - 1}, got some from "
                f"{min(labels.min(), predictions.min())} to {largest}; classes are numbered from 0"
            )
        counts = np.zeros((size, size), dtype=int)
        np.add.at(counts, (labels, predictions), 1)
        return counts
    counts = as_array(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.size == 0:
        raise ValueError(
            f"expected a (K, K) matrix or the pair (labels, predictions), got shape {counts.shape}"
        )
    if (counts < 0).any() or (counts != counts.astype(int)).any():
        raise ValueError("a confusion matrix holds counts: whole numbers, none below zero")
    return counts.astype(int)
