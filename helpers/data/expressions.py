"""Faces with one of seven expressions: RAF-DB and FER2013 where the student has them, and drawn ones.

All three come as the course's ``ImageSet`` with the same classes in the same order, that of RAF-DB's labels:
surprise, fear, disgust, happiness, sadness, anger, neutral.
"""

from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from helpers.data.image_sets import ImageSet
from helpers.data.rafdb import find_rafdb, read_rafdb
from helpers.data.whole_sets import search_folders
from helpers.vision.drawn_faces import EXPRESSIONS, draw_faces

__all__ = ["SETS", "expression_sets", "load_expressions", "write_predictions"]

SETS = ("drawn", "raf_db", "fer2013")
DRAWN = {"train": (3500, 1), "test": (1400, 2)}  # pictures, seed
# FER2013's labels 0 to 6 are angry, disgust, fear, happy, sad, surprise, neutral; ours in that order
FER_TO_OURS = (5, 2, 1, 3, 4, 0, 6)
FER_FILES = "fer2013.csv or icml_face_data.csv (with test labels)"


def expression_sets() -> tuple[str, ...]:
    """The names that ``load_expressions`` finds here: "drawn" always, the others where their files lie.

    Whether those files are whole is only seen when they are read.
    """
    folders = search_folders()
    found = {
        "drawn": True,
        "raf_db": find_rafdb(folders) is not None,
        "fer2013": any((folder / "fer2013").is_dir() for folder in folders),
    }
    return tuple(name for name in SETS if found[name])


def load_expressions(
    name: str = "drawn",
    split: str = "train",
    *,
    size: int = 48,
    grey: bool = True,
    dtype: torch.dtype = torch.float32,
) -> ImageSet:
    """Load faces with their expressions, from disk or drawn; nothing is downloaded.

    Args:
        name: ``raf_db``: ``RAF-DB/basic/`` with ``EmoLabel`` and ``Image``, 12,271 + 3,068 pictures.
            ``fer2013``: ``fer2013/fer2013.csv``, 28,709 + 7,178 pictures, read by torchvision. Both are
            looked for in the folder that COURSE_DATA names, then in ``data/``. ``drawn``: 3,500 + 1,400
            faces of ``draw_faces``, which needs no file.
        split: ``"train"`` or ``"test"``.
        size: side of the pictures in pixels, 16 or more; RAF-DB's own is 100, FER2013's 48.
        grey: one channel, else three. FER2013 is grey: its three are equal.
        dtype: ``torch.float32`` for values in [0, 1]; ``torch.uint8`` for 0..255.

    Returns:
        An ``ImageSet``, images (N, C, size, size), ``classes`` = ``EXPRESSIONS``. Its tensors are yours.

    Raises:
        ValueError: an argument that there is not, a broken picture, a wrong line or label.
        FileNotFoundError: the set, or a part of it, is not here; it says what belongs where.
    """
    if name not in SETS:
        raise ValueError(f"there is no set of expressions {name!r}; the names are: {', '.join(SETS)}")
    if split not in ("train", "test"):
        raise ValueError(f"split must be 'train' or 'test', not {split!r}")
    if size < 16:
        raise ValueError(f"a face needs at least 16 pixels a side, got size={size}")
    if dtype not in (torch.float32, torch.uint8):
        raise ValueError(f"dtype must be torch.float32 (0 to 1) or torch.uint8 (0 to 255), not {dtype!r}")
    mean, std = _statistics(name, size, grey)
    pixels, labels = _read(name, split, size, grey)
    images = pixels.clone() if dtype == torch.uint8 else pixels.float().div_(255)
    return ImageSet(images, labels.clone(), EXPRESSIONS, mean.clone(), std.clone(), name, split)


def write_predictions(path: str | Path, predicted: Tensor) -> None:
    """Write what a model says about each test picture, as the scorer of ``projects/expressions.md`` reads it.

    Args:
        path: the file, ``.csv``: the columns row and expression, one line a picture.
        predicted: labels (N,), whole numbers from 0 to 6, or scores (N, 7), of which the largest counts; in
            the order of ``load_expressions(name, "test")``.

    Raises:
        ValueError: another shape, a label that there is not, a score that is NaN.
    """
    wanted = f"expected labels (N,) from 0 to 6 or scores (N, {len(EXPRESSIONS)})"
    if predicted.ndim == 2 and predicted.shape[1] == len(EXPRESSIONS):
        if predicted.isnan().any():
            raise ValueError(f"the scores of row {int(predicted.isnan().any(1).nonzero()[0])} hold NaN")
        predicted = predicted.argmax(dim=1)
    if predicted.ndim != 1 or predicted.is_floating_point():
        raise ValueError(f"{wanted}, got {tuple(predicted.shape)} of {predicted.dtype}")
    wrong = [label for label in predicted.tolist() if label not in range(len(EXPRESSIONS))]
    if wrong:
        raise ValueError(f"{wanted}, got the label {wrong[0]}")
    lines = [f"{row},{EXPRESSIONS[label]}\n" for row, label in enumerate(predicted.tolist())]
    Path(path).write_text("row,expression\n" + "".join(lines), encoding="utf-8")


@cache
def _read(name: str, split: str, size: int, grey: bool) -> tuple[Tensor, Tensor]:
    """Pixels uint8 (N, C, size, size) and labels (N,), kept for the next call. Callers hand out copies."""
    if name == "drawn":
        count, seed = DRAWN[split]
        images, labels = draw_faces(count, seed, size, grey=grey)
        return (images * 255).round().to(torch.uint8), labels
    return _rafdb(split, size, grey) if name == "raf_db" else _fer2013(split, size, grey)


@cache
def _statistics(name: str, size: int, grey: bool) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel over the training pictures, in [0, 1] units."""
    pixels = _read(name, "train", size, grey)[0]
    pairs = [torch.std_mean(channel.float().div_(255), correction=0) for channel in pixels.unbind(1)]
    return torch.stack([mean for _, mean in pairs]), torch.stack([std for std, _ in pairs])


def _rafdb(split: str, size: int, grey: bool) -> tuple[Tensor, Tensor]:
    folders = search_folders()
    folder = find_rafdb(folders)
    if folder is None:
        raise FileNotFoundError(
            f"RAF-DB is not here. Its folder belongs in {_or(folders)}: RAF-DB/basic/ with "
            "EmoLabel/list_patition_label.txt and Image/aligned/. Its authors give it for research: "
            "whdeng.cn/RAF/model1.html. load_expressions('drawn') needs no file."
        )
    pictures, labels = read_rafdb(folder, split, size, grey)
    return torch.from_numpy(pictures), torch.from_numpy(labels)


def _fer2013(split: str, size: int, grey: bool) -> tuple[Tensor, Tensor]:
    """FER2013 as torchvision reads it, its labels in our order."""
    import numpy as np
    from PIL import Image
    from torchvision.datasets import FER2013

    folders = search_folders()
    root = next((folder for folder in folders if (folder / "fer2013").is_dir()), None)
    if root is None:
        raise FileNotFoundError(
            f"FER2013 is not here. It belongs in {_or(folders)}, as fer2013/ with {FER_FILES}. "
            "load_expressions('drawn') needs no file."
        )
    try:
        faces = FER2013(root, split)
    except RuntimeError as error:  # torchvision's word for a file that is missing, or has another checksum
        raise FileNotFoundError(
            f"{root / 'fer2013'} should hold {FER_FILES}, unchanged. torchvision says: {error}"
        ) from error
    if not len(faces) or faces[0][1] is None:
        raise FileNotFoundError(
            f"{root / 'fer2013'} has no labels for the {split} pictures: test.csv comes without them. "
            f"Put {FER_FILES} there."
        )
    pictures = [image.resize((size, size), Image.Resampling.BILINEAR) for image, _ in faces]
    pixels = torch.from_numpy(np.stack(pictures)).unsqueeze(1)
    labels = torch.tensor([FER_TO_OURS[label] for _, label in faces])
    return (pixels if grey else pixels.repeat(1, 3, 1, 1)), labels


def _or(folders: list) -> str:
    return " or ".join(str(folder) for folder in folders)
