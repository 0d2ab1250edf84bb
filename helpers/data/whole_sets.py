"""Whole image sets: from the data folder, or downloaded into it once.

The layout is torchvision's, so that ``torchvision.datasets`` reads the same files: ``MNIST/raw/*-ubyte``,
``FashionMNIST/raw/*-ubyte``, ``cifar-10-batches-py/*``. Addresses and checksums are torchvision's own.
"""

import os
from pathlib import Path

from helpers.data.cifar import cifar_is_here, read_cifar
from helpers.data.decoded import Decoded
from helpers.data.download import DownloadError
from helpers.data.idx import idx_is_here, read_idx

# Our name -> the class in torchvision.datasets
WHOLE_SETS = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST", "cifar10": "CIFAR10"}


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
    folder = Path(os.path.expanduser(named))  # noqa: PTH111 - Path's own raises without a home
    if not folder.is_dir():
        raise NotADirectoryError(
            f"COURSE_DATA names {str(folder)!r}, which is no folder. "
            "Set it to the folder that holds MNIST/ or FashionMNIST/, or unset it."
        )
    return [folder, data_folder()]


def is_downloaded(name: str) -> bool:
    """Whether ``load_images(name, full=True)`` works without a network, from files packed or unpacked.

    A file that is damaged does not count. The first time that costs a checksum (0.3 s for MNIST).

    Raises:
        ValueError: the name of no whole set.
        NotADirectoryError: COURSE_DATA is set, and there is no such folder.
    """
    if name not in WHOLE_SETS:
        raise ValueError(f"there is no whole set {name!r}; the names are: {', '.join(WHOLE_SETS)}")
    source, folders = _source(name), search_folders()
    caches = {split: _cache(name, split) for split in ("train", "test")}
    if name == "cifar10":
        return cifar_is_here(source, folders, list(caches.values()))
    return all(idx_is_here(source, split, folders, cache) for split, cache in caches.items())


def read_whole(name: str, split: str) -> Decoded:
    """Read a whole set, after downloading it if need be; decoded once, then mapped from ``data/decoded``.

    Returns:
        Pixels uint8 ``(N, C, H, W)`` in file order, labels int64 ``(N,)``, class names.

    Raises:
        FileNotFoundError: not on disk, and no mirror gave it.
        OSError: the disk is full, or a file is not what its name says.
    """
    read = read_cifar if name == "cifar10" else read_idx
    try:
        return read(_source(name), split, search_folders(), _cache(name, split))
    except DownloadError as error:
        raise FileNotFoundError(_what_to_do(name, error)) from error


def _source(name: str) -> type:
    """torchvision's class: its addresses and checksums are the ones that hold."""
    import torchvision

    return getattr(torchvision.datasets, WHOLE_SETS[name])


def _cache(name: str, split: str) -> Path:
    return data_folder() / "decoded" / f"{name}-{split}.pt"


def _what_to_do(name: str, error: DownloadError) -> str:
    source = _source(name)
    if name == "cifar10":
        files, inside, folder = source.filename, source.base_folder, data_folder()
    else:
        files, inside = ", ".join(archive for archive, _ in source.resources), f"{source.__name__}/raw"
        folder = data_folder() / inside
    sample = ", which gives 5,000 of these digits," if name == "mnist" else ""
    return (
        f"The whole {source.__name__} is neither on this machine nor to be downloaded now.\n{error}\n"
        f"All of the set: {files}. They belong in {folder}.\n"
        f"Or set COURSE_DATA to a folder that holds {inside}.\n"
        f"Without a network these work: load_images('mnist'){sample} and load_images('digits8')."
    )
