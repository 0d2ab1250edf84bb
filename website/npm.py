"""What the site takes from npm: pinned, held against its hash, and kept in a folder that git ignores."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

from launcher.errors import CourseError
from website.places import FETCHED


@dataclasses.dataclass(frozen=True)
class Package:
    """A package of npm's registry.

    Attributes:
        integrity: the SHA-512 of its archive in base64, as npm's lock files have it.
    """

    name: str
    version: str
    integrity: str

    @property
    def archive(self) -> str:
        return f"{self.name}-{self.version}.tgz"


# Formulas become HTML while the site is built: the pages need its style sheet and fonts, and no script.
KATEX = Package(
    "katex",
    "0.19.1",
    "sha512-jG8uKntjSEcm2EpQOh0XturpPuuC9r3Sq5HLHdsFdWZT27E672SF19QEi+of0/YeOy15lDgRhKvr5614uRrEfA==",
)


def fetch(package: Package, store: Path = FETCHED) -> Path:
    """The unpacked folder of a package; npm is asked only for what is not there yet.

    Raises:
        CourseError: npm or node is missing, the registry does not answer, or what came is something else.
    """
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise CourseError(f"""There is no `{program}` on this machine, and {package.name} comes from npm.
Install Node.js 18 or newer (https://nodejs.org, or your system's packages `nodejs` and `npm`), then again.
Nothing has been changed.""")
    store.mkdir(parents=True, exist_ok=True)
    archive = store / package.archive
    if not archive.exists():
        ask_npm(package, store)
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.integrity:
        archive.unlink()
        raise CourseError(f"""What npm gave for {package.archive} is not what the course was made with.
    expected {package.integrity}
    came     {found}
It was thrown away. Try again; if it stays so, your mirror of npm serves something else.""")
    folder = store / f"{package.name}-{package.version}"
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def ask_npm(package: Package, store: Path) -> None:
    """Have npm put a package's archive into the store."""
    command = [shutil.which("npm"), "pack", f"{package.name}@{package.version}", "--silent"]
    done = subprocess.run(
        [*command, "--pack-destination", str(store)], cwd=store, capture_output=True, text=True, check=False
    )
    if done.returncode or not (store / package.archive).exists():
        said = (done.stderr + done.stdout).strip()[-500:] or "nothing"
        raise CourseError(f"""npm could not fetch {package.name} {package.version} for the site. npm said:
    {said}
Check the network, or `npm config get registry`. What was fetched once is kept in {store}.""")
