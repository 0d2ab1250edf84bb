"""The German Traffic Sign Recognition Benchmark, from a folder on disk (notebook 14a)."""

from pathlib import Path

import torch
import torchvision.datasets
from torch import Tensor
from torchvision.transforms.functional import pil_to_tensor, resize

__all__ = ["load_gtsrb"]

CLASSES = 43


def load_gtsrb(
    folder: str | Path, split: str = "train", *, side: int = 32, limit: int | None = None
) -> tuple[Tensor, Tensor]:
    """Real traffic signs as tensors, read through ``torchvision.datasets.GTSRB`` without a download.

    Args:
        folder: holds ``gtsrb/GTSRB/Training/00000/…ppm`` and so on (43 classes), and for the test split
            ``gtsrb/GTSRB/Final_Test/Images/…ppm`` with ``gtsrb/GT-final_test.csv``. This is what
            ``torchvision.datasets.GTSRB(folder, split, download=True)`` makes (for training it fetches 26,640
            of the 39,209 pictures). A few of the classes are enough.
        split: ``"train"`` or ``"test"``.
        side: each picture is brought to side × side pixels.
        limit: read only so many pictures, evenly spaced over the set.

    Returns:
        Pictures (N, 3, side, side) in [0, 1] and classes (N,), 0 to 42: the number of the folder, or of the
        table.

    Raises:
        FileNotFoundError: the folder, or a part of it, is not there, or holds no picture.
        ValueError: an unknown split, a limit below 1, or a class that is not 0 to 42.
    """
    if split not in ("train", "test"):
        raise ValueError(f"split must be 'train' or 'test', got {split!r}")
    if limit is not None and limit < 1:
        raise ValueError(f"limit must be at least 1, or None for all, got {limit}")
    inside = Path(folder) / "gtsrb"
    needed = [inside / "GTSRB" / "Training"]
    if split == "test":
        needed = [inside / "GTSRB" / "Final_Test" / "Images", inside / "GT-final_test.csv"]
    for path in needed:
        if not path.exists():
            raise FileNotFoundError(
                f"the {split} signs of GTSRB need {path}; torchvision.datasets.GTSRB({str(folder)!r}, "
                f"{split!r}, download=True) fetches them (about 0.3 GB)"
            )
    data = torchvision.datasets.GTSRB(str(folder), split=split)
    count = len(data) if limit is None else min(limit, len(data))
    if count == 0:
        raise FileNotFoundError(f"there is no picture below {needed[0]}")
    # torchvision counts the class folders that are there: what is called 00007 may come as 1.
    names = sorted(path.name for path in needed[0].iterdir() if path.is_dir())
    pictures, labels = [], []
    for number in range(count):
        picture, label = data[number * len(data) // count]
        name = names[label] if split == "train" else str(label)
        if not (name.isdecimal() and int(name) < CLASSES):
            raise ValueError(
                f"GTSRB has the classes 0 to {CLASSES - 1}; a picture below {needed[0]} is of {name!r}"
            )
        pictures.append(resize(pil_to_tensor(picture), [side, side], antialias=True))
        labels.append(int(name))
    return torch.stack(pictures).float() / 255, torch.tensor(labels)
