"""Pictures in a grid, with their labels and with what a model says about them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.plots.arrays import as_array, as_classes
from helpers.plots.figures import CourseFigure
from helpers.plots.grid import panel_grid
from helpers.plots.style import DPI, RIGHT, WRONG
from helpers.plots.text import class_name, fill

ALPHA = {
    2: ("grey and alpha", "L"),
    4: ("RGBA", "RGB"),
}  # channels: what they are, and what Pillow calls the rest


def _as_pictures(images: Any) -> np.ndarray:
    """(N, C, H, W) or (N, H, W) → (N, H, W) or (N, H, W, 3), float in [0, 1]."""
    array = as_array(images)
    if array.ndim == 4 and array.shape[1] in ALPHA:
        kind, mode = ALPHA[array.shape[1]]
        raise ValueError(
            f"images have {array.shape[1]} channels, {kind}: the last is alpha, how opaque a pixel is. Leave "
            f'it out, images[:, :{array.shape[1] - 1}], or read the picture with .convert("{mode}")'
        )
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
    texts = [fill(text, max(4, int(width / 0.085)), break_on_hyphens=False) for text, _ in captions]
    wrong = any(colour == WRONG for _, colour in captions)
    figure, axes = panel_grid(texts, cols, (width, height), title, alt, bottom=0.26 if wrong else 0.0)
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
