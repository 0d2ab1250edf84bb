"""Plots of curves: the history of a training, activation functions."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.ticker import MaxNLocator

from helpers.plots.arrays import as_array
from helpers.plots.figures import CourseFigure, new_figure
from helpers.plots.style import COLOURS, LINES, MARKERS
from helpers.plots.text import wrap_title


def plot_history(
    history: Mapping[str, Sequence[float]], unit: str = "epoch", title: str | None = None, alt: str = ""
) -> CourseFigure:
    """Draws how a training went: losses on one panel, accuracies on the next, anything else on its own.

    Args:
        history: name → one value for each epoch. A name that ends in ``loss`` (``train_loss``,
            ``valid_loss``) is in nats; one that ends in ``accuracy`` is a fraction in [0, 1], drawn in per
            cent.
        unit: what one value stands for, if not an epoch: for example a step.
        title: what the figure shows.
        alt: the same for readers who cannot see it.

    Raises:
        ValueError: the history is empty, a list is empty, or an accuracy lies outside [0, 1].
    """
    panels: dict[str, list[str]] = {}
    for name in history:
        panels.setdefault(_quantity(name), []).append(name)
    empty = [name for name in history if len(history[name]) == 0]
    if not panels or empty:
        what = f"{', '.join(empty)} is empty" if empty else "the history is empty"
        raise ValueError(f"{what}: expected a dict of name → list with one value for each epoch")
    figure, axes = new_figure(1, len(panels), size=(min(5.2 * len(panels), 11), 3.6), alt=alt, squeeze=False)
    for ax, (quantity, names) in zip(axes.flat, panels.items(), strict=True):
        for i, name in enumerate(names):
            values = as_array(history[name]).astype(float)
            values = _percent(name, values) if quantity == "accuracy" else values
            epochs = np.arange(1, len(values) + 1)
            marker = MARKERS[i % len(MARKERS)] if len(values) <= 30 else None
            ax.plot(
                epochs,
                values,
                LINES[i % len(LINES)],
                marker=marker,
                markersize=4,
                label=name.replace("_", " "),
            )
        measure = {"loss": " (nats)", "accuracy": " (%)"}.get(quantity, "")
        ax.set(xlabel=unit, ylabel=quantity + measure)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
        ax.grid(True)
        ax.legend()
    if title:
        figure.suptitle(wrap_title(title, figure.get_figwidth()))
    return figure


def _quantity(name: str) -> str:
    words = name.lower().split("_")
    last = "accuracy" if words[-1] == "acc" else words[-1]
    if last in ("loss", "accuracy"):
        return last
    return " ".join(words[1:] if words[0] in ("train", "valid", "test") and len(words) > 1 else words)


def _percent(name: str, values: np.ndarray) -> np.ndarray:
    if np.nanmin(values) < 0 or np.nanmax(values) > 1:
        raise ValueError(
            f"{name} must hold fractions in [0, 1], got values up to {np.nanmax(values):.3g}: divide by 100"
        )
    return 100 * values


def plot_activations(
    functions: Mapping[str, Callable[[torch.Tensor], torch.Tensor]],
    span: tuple[float, float] = (-4.0, 4.0),
    title: str | None = None,
    alt: str = "",
) -> CourseFigure:
    """Draws activation functions and, beside them, their derivatives as autograd finds them.

    Args:
        functions: name → function of a tensor (M,) that gives a tensor (M,), differentiable.
        span: the smallest and the largest input.
        title: what the figure shows.
        alt: the same for readers who cannot see it.

    Raises:
        ValueError: no function, or one that changes the shape.
    """
    if not functions:
        raise ValueError(
            "functions is empty: expected a dict of name → function, for example {'ReLU': torch.relu}"
        )
    figure, (left, right) = new_figure(1, 2, size=(10, 3.8), alt=alt)
    for i, (name, function) in enumerate(functions.items()):
        x = torch.linspace(*span, 401, requires_grad=True)
        y = function(x)
        if y.shape != x.shape:
            raise ValueError(
                f"{name} must keep the shape of its input, {tuple(x.shape)}, it gave {tuple(y.shape)}"
            )
        (slope,) = torch.autograd.grad(y.sum(), x)
        for ax, values in ((left, y), (right, slope)):
            ax.plot(as_array(x), as_array(values), LINES[(i + i // len(COLOURS)) % len(LINES)], label=name)
    left.set(xlabel="input $x$", ylabel="output $f(x)$", title="The function")
    right.set(xlabel="input $x$", ylabel="slope $f'(x)$", title="Its derivative")
    for ax in (left, right):
        ax.grid(True)
    right.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)
    if title:
        figure.suptitle(wrap_title(title, figure.get_figwidth()))
    return figure
