"""Whole image sets: from the data folder, or downloaded into it once.

The layout is torchvision's, so that ``torchvision.datasets`` reads the same files: ``MNIST/raw/*-ubyte``,
``FashionMNIST/raw/*-ubyte``, ``cifar-10-batches-py/*``. Addresses and checksums are torchvision's own.
"""

import os
from collections.abc import Callable
from pathlib import Path

import torch

from helpers.data.archives import unpack_gzip, unpack_tar
from helpers.data.decoded import Decoded, decode_once
from helpers.data.download import DownloadError, fetch, is_right

# Our name -> the class in torchvision.datasets
WHOLE_SETS = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST", "cifar10": "CIFAR10"}
_COUNT = {"train": 60_000, "test": 10_000}


def data_folder() -> Path:
    """The course's ``data/``: beside ``helpers/`` in the repository, else in the working directory."""
    root = Path(__file__).resolve().parents[2]
    return (root if (root / "notebooks").is_dir() else Path.cwd()) / "data"


def search_folders() -> list[Path]:
    """Where whole sets are looked for: the folder that COURSE_DATA names, then ``data_folder()``.

    Raises:
        NotADirectoryError: COURSE_DATA is set, and there is no such folder.
    """
    named = os.environ.get("COURSE_DATA")
    if not named:
        return [data_folder()]
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise NotADirectoryError(
            f"COURSE_DATA names {str(folder)!r}, which is no folder. "
            "Set it to the folder that holds MNIST/ or FashionMNIST/, or unset it."
        )
    return [folder, data_folder()]


def is_downloaded(name: str) -> bool:
    """Whether the whole set lies on this machine, so that ``load_images(name, full=True)`` needs no network.

    Raises:
        ValueError: the name of no whole set.
    """
    import torchvision

    if name not in WHOLE_SETS:
        raise ValueError(f"there is no whole set {name!r}; the names are: {', '.join(WHOLE_SETS)}")
    source = getattr(torchvision.datasets, WHOLE_SETS[name])
    if name == "cifar10":
        return _folder_with(source.base_folder, Path.is_dir) is not None
    files = [Path(WHOLE_SETS[name], "raw", archive.removesuffix(".gz")) for archive, _ in source.resources]
    return all(_folder_with(file, Path.is_file) for file in files)


def _folder_with(inside: str | Path, is_there: Callable[[Path], bool]) -> Path | None:
    """The first folder that has it, of those where whole sets are looked for."""
    return next((folder for folder in search_folders() if is_there(folder / inside)), None)


def read_whole(name: str, split: str) -> Decoded:
    """Read a whole set, after downloading it if need be; decoded once, then mapped from ``data/decoded``.

    Returns:
        Pixels uint8 ``(N, C, H, W)`` in file order, labels int64 ``(N,)``, class names.

    Raises:
        FileNotFoundError: not on disk, and no mirror gave it.
        OSError: the disk is full, or a file is damaged.
    """
    import torchvision

    source = getattr(torchvision.datasets, WHOLE_SETS[name])
    return _read_cifar(source, split) if name == "cifar10" else _read_mnist_like(name, source, split)


def _read_mnist_like(name: str, source: type, split: str) -> Decoded:
    wanted = ("train", "t10k")[split == "test"]
    files = [
        _idx_file(name, source, archive, md5)
        for archive, md5 in source.resources
        if archive.startswith(wanted)
    ]
    return decode_once(
        data_folder() / "decoded" / f"{name}-{split}.pt",
        files,
        lambda: _decode_idx(name, source, split, files),
    )


def _decode_idx(name: str, source: type, split: str, files: list[Path]) -> Decoded:
    from torchvision.datasets.mnist import read_image_file, read_label_file

    try:
        pixels, labels = read_image_file(str(files[0])), read_label_file(str(files[1]))
    except (RuntimeError, ValueError, TypeError, AssertionError) as error:
        raise _damaged(files, error) from error
    count = _COUNT[split]
    if (
        pixels.shape != (count, 28, 28)
        or labels.shape != (count,)
        or not 0 <= labels.min() <= labels.max() <= 9
    ):
        raise _damaged(files, f"images {tuple(pixels.shape)}, labels {tuple(labels.shape)}")
    classes = tuple("0123456789") if name == "mnist" else tuple(source.classes)
    return pixels.unsqueeze(1), labels, classes


def _damaged(files: list[Path], reason: object) -> OSError:
    return OSError(
        f"{' or '.join(str(file) for file in files)} is damaged ({reason}). "
        "Delete both: the next call downloads them again."
    )


def _idx_file(name: str, source: type, archive: str, md5: str) -> Path:
    """The unpacked file, from the first folder that has it, else from its archive, else from the network."""
    inside = Path(source.__name__, "raw", archive.removesuffix(".gz"))
    if folder := _folder_with(inside, Path.is_file):
        return folder / inside
    target = data_folder() / inside
    packed = _packed(
        name, source, Path(source.__name__, "raw", archive), [m + archive for m in source.mirrors], md5
    )
    unpack_gzip(packed, target)
    return target


def _read_cifar(source: type, split: str) -> Decoded:
    root = _folder_with(source.base_folder, Path.is_dir)
    if root is None:
        root = data_folder()
        unpack_tar(
            _packed("cifar10", source, Path(source.filename), [source.url], source.tgz_md5),
            root / source.base_folder,
        )
    files = [root / source.base_folder / name for name, _ in [*source.train_list, *source.test_list]]
    if not all(file.is_file() for file in files):
        return _decode_cifar(source, split, root)  # says what is wrong
    return decode_once(
        data_folder() / "decoded" / f"cifar10-{split}.pt", files, lambda: _decode_cifar(source, split, root)
    )


def _decode_cifar(source: type, split: str, root: Path) -> Decoded:
    try:
        whole = source(root, train=split == "train")  # compares every file's md5 before it reads one
    except RuntimeError as error:
        folder = root / source.base_folder
        raise OSError(
            f"{folder} is damaged or incomplete. Delete it: the next call makes it anew."
        ) from error
    return (
        torch.from_numpy(whole.data).permute(0, 3, 1, 2).contiguous(),
        torch.tensor(whole.targets),
        tuple(whole.classes),
    )


def _packed(name: str, source: type, archive: Path, urls: list[str], md5: str) -> Path:
    """The archive: one that somebody put there by hand, or a download; its checksum holds either way."""
    for folder in search_folders():
        if is_right(folder / archive, f"md5:{md5}"):
            return folder / archive
    target = data_folder() / archive
    try:
        return fetch(urls, target, f"md5:{md5}")
    except DownloadError as error:
        raise FileNotFoundError(_what_to_do(name, source, target.parent, error)) from error


def _what_to_do(name: str, source: type, folder: Path, error: DownloadError) -> str:
    if name == "cifar10":
        files, inside = source.filename, source.base_folder
    else:
        files, inside = ", ".join(archive for archive, _ in source.resources), f"{source.__name__}/raw"
    sample = ", which gives 5,000 of these digits," if name == "mnist" else ""
    return (
        f"The whole {source.__name__} is neither on this machine nor to be downloaded now.\n{error}\n"
        f"All of the set: {files}. They belong in {folder}.\n"
        f"Or set COURSE_DATA to a folder that holds {inside}.\n"
        f"Without a network these work: load_images('mnist'){sample} and load_images('digits8')."
    )
