"""CIFAR-10: one archive, unpacked into the folder that torchvision reads."""

from pathlib import Path

import torch

from helpers.data.archives import right_archive, unpack_tar
from helpers.data.decoded import Decoded, decode_once, is_current
from helpers.data.download import fetch, is_right


def read_cifar(source: type, split: str, folders: list[Path], cache: Path) -> Decoded:
    """Read one split, unpacking or downloading what is missing; arguments and errors as in ``read_idx``."""
    root = _root(source, folders)
    if root is None:
        root = folders[-1]
        archive = _archive(source, folders) or fetch(
            [source.url], root / source.filename, f"md5:{source.tgz_md5}"
        )
        unpack_tar(archive, root / source.base_folder)
    files = _files(source, root)
    if not all(file.is_file() for file in files):
        return _decode(source, split, root)  # says what is wrong
    return decode_once(cache, files, lambda: _decode(source, split, root))


def cifar_is_here(source: type, folders: list[Path], caches: list[Path]) -> bool:
    """Whether ``read_cifar`` would give both splits without a network."""
    root = _root(source, folders)
    if root is None:
        return _archive(source, folders) is not None
    files = _files(source, root)
    if not all(file.is_file() for file in files):
        return False
    sums = [md5 for _, md5 in [*source.train_list, *source.test_list]] + [source.meta["md5"]]
    return all(is_current(cache, files) for cache in caches) or all(
        is_right(file, f"md5:{md5}") for file, md5 in zip(files, sums, strict=True)
    )


def _root(source: type, folders: list[Path]) -> Path | None:
    """The folder above torchvision's own, which 7-Zip may have put into another, or COURSE_DATA may name."""
    inner, around = source.base_folder, source.filename.removesuffix(".tar.gz")
    places = [place for folder in folders for place in (folder / inner, folder / around / inner, folder)]
    return next((place.parent for place in places if place.name == inner and place.is_dir()), None)


def _archive(source: type, folders: list[Path]) -> Path | None:
    return right_archive([folder / source.filename for folder in folders], source.tgz_md5)


def _files(source: type, root: Path) -> list[Path]:
    names = [name for name, _ in [*source.train_list, *source.test_list]] + [source.meta["filename"]]
    return [root / source.base_folder / name for name in names]


def _decode(source: type, split: str, root: Path) -> Decoded:
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
