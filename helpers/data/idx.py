"""MNIST and the sets that took over its form: four files, found as people have them, and known by their sums.

The layout that is made here is torchvision's: ``MNIST/raw/train-images-idx3-ubyte`` and so on.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from helpers.data.archives import right_archive, unpack_gzip
from helpers.data.decoded import Decoded, decode_once, is_current
from helpers.data.download import checksum, fetch

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
# torchvision's class -> the versions of the set that may be read, each with the MD5 of its unpacked files.
# The first is the original, as the archives hold it. Where each sum comes from stands in data/README.md.
SUMS: dict[str, list[dict[str, str]]] = {
    "MNIST": [
        {
            "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
            "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
            "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
            "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
        },
    ],
    "FashionMNIST": [
        {
            "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
            "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
            "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
        },
        {  # the same pictures, one of each class in turn
            "train-images-idx3-ubyte": "47efd753255a5937dfb35de39f99b565",
            "train-labels-idx1-ubyte": "5a253e020608e966802a89b57aed9925",
            "t10k-images-idx3-ubyte": "772c40246e8ae8d4b21bba511fd3ad75",
            "t10k-labels-idx1-ubyte": "e1ab381c4e3b8ad75348081c60fd4e18",
        },
    ],
}


def read_idx(source: type, split: str, folders: list[Path], cache: Path) -> Decoded:
    """Read one split, after unpacking or downloading what is missing.

    Args:
        source: torchvision's class, whose addresses and checksums hold.
        split: ``"train"`` or ``"test"``.
        folders: where to look, in this order; what is made goes into the last.
        cache: the file that keeps the decoded split.

    Raises:
        DownloadError: not on disk, and no mirror gave it.
        OSError: the disk is full, or a file is not what its name says.
    """
    files = [_unpacked(source, name, folders) or _unpack(source, name, folders) for name in _FILES[split]]
    return decode_once(cache, files, lambda: _decode(source, split, files))


def idx_is_here(source: type, split: str, folders: list[Path], cache: Path) -> bool:
    """Whether ``read_idx`` would give the split without a network."""
    files = [_unpacked(source, name, folders) or _archive(source, name, folders) for name in _FILES[split]]
    if None in files:
        return False
    return is_current(cache, files) or bool(_common_versions(source.__name__, split, files))


def _unpacked(source: type, name: str, folders: list[Path]) -> Path | None:
    places = _places(source.__name__, folders)
    files = (place / spelling for place in places for spelling in _spellings(name))
    return next((file for file in files if file.is_file()), None)


def _archive(source: type, name: str, folders: list[Path]) -> Path | None:
    """The file's archive, where one lies there and has torchvision's checksum."""
    places = _places(source.__name__, folders)
    files = (place / f"{spelling}.gz" for place in places for spelling in _spellings(name))
    return right_archive(files, dict(source.resources)[f"{name}.gz"])


def _unpack(source: type, name: str, folders: list[Path]) -> Path:
    target = folders[-1] / source.__name__ / "raw" / name
    md5 = dict(source.resources)[f"{name}.gz"]
    urls = [f"{mirror}{name}.gz" for mirror in source.mirrors]
    packed = _archive(source, name, folders) or fetch(urls, target.with_name(f"{name}.gz"), f"md5:{md5}")
    unpack_gzip(packed, target)
    return target


def _places(kind: str, folders: list[Path]) -> Iterator[Path]:
    """Folders in which the files may lie: ``MNIST/raw``, ``mnist``, or one of these that is named itself."""
    for folder in folders:
        named = folder.parent if folder.name == "raw" else folder
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
        inside.sort(key=lambda place: place.name != kind)  # torchvision's own name before all others
        for place in [*inside, named]:
            if _plain(place.name) == _plain(kind) and place.is_dir():
                yield from (place / "raw", place)


def _plain(name: str) -> str:
    """``Fashion-MNIST``, ``fashion_mnist`` and ``FashionMNIST`` are one name."""
    return re.sub(r"[\W_]", "", name).lower()


def _spellings(name: str) -> tuple[str, str]:
    """Beside the name of the archive the one that it holds inside, which 7-Zip and Kaggle use."""
    return name, name.replace("-idx", ".idx")


def _decode(source: type, split: str, files: list[Path]) -> Decoded:
    from torchvision.datasets.mnist import read_image_file, read_label_file

    if not _common_versions(source.__name__, split, files):
        raise OSError(_what_is_wrong(source.__name__, split, files))
    pixels, labels = read_image_file(str(files[0])), read_label_file(str(files[1]))
    classes = tuple("0123456789") if source.__name__ == "MNIST" else tuple(source.classes)
    return pixels.unsqueeze(1), labels, classes


def _common_versions(kind: str, split: str, files: list[Path]) -> set[int]:
    """Which versions of the set both files belong to: pictures in one order need labels in the same."""
    found = [_versions(kind, name, file) for name, file in zip(_FILES[split], files, strict=True)]
    return set.intersection(*found)


def _versions(kind: str, name: str, file: Path) -> set[int]:
    if file.suffix == ".gz":  # its checksum is torchvision's, so it is the original
        return {0}
    md5 = checksum(file, "md5")
    return {number for number, version in enumerate(SUMS[kind]) if version[name] == md5}


def _what_is_wrong(kind: str, split: str, files: list[Path]) -> str:
    advice = "Delete both, or unset COURSE_DATA if they are not yours: the next call downloads them again."
    for name, file in zip(_FILES[split], files, strict=True):
        if not _versions(kind, name, file):
            md5 = checksum(file, "md5")
            owner = next((f"{k}'s {n}" for k in SUMS for v in SUMS[k] for n in v if v[n] == md5), None)
            if owner:
                return f"{file} is not what its name says: it is {owner}, not {kind}'s {name}. {advice}"
            return f"{file} is damaged: no known version of {kind} has its checksum (MD5 {md5}). {advice}"
    both = " and ".join(str(file) for file in files)
    return f"{both} are of two versions of {kind}: the labels do not belong to the pictures. {advice}"
