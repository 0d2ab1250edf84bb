"""The environment that the course runs in: `.venv` and what it says of itself, or the running Python."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from launcher.builds import Build
from launcher.errors import CourseError
from launcher.files import write_whole
from launcher.places import ROOT, VENV

MARKER = VENV / "course.json"  # written last: a .venv without it is not whole
LOCKS = {"": "requirements.txt", "test": "requirements-test.txt"}


def venv_python(folder: Path | None = None) -> Path:
    """The Python inside an environment, by default `.venv`."""
    return (folder or VENV) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


PROBE = """
import importlib.util, json, sys, sysconfig
print(json.dumps({"python": "%d.%d" % sys.version_info[:2], "packages": sysconfig.get_path("purelib"),
                  "pip": importlib.util.find_spec("pip") is not None}))
"""


def inspect_venv() -> dict | None:
    """What the Python of `.venv` says of itself: version, packages, pip. None when it does not run."""
    try:
        answer = subprocess.run(
            [str(venv_python()), "-I", "-c", PROBE], capture_output=True, timeout=120, check=True
        )
        return json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def read_marker() -> dict:
    """What the last finished installation wrote; empty when there was none."""
    try:
        marker = json.loads(MARKER.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return marker if isinstance(marker, dict) else {}


def write_marker(found: dict, extras: str, build: Build) -> None:
    """Say that `.venv` is whole."""
    marker = {"lock": lock_hash(extras), "extras": extras, "python": found["python"], "build": build}
    write_whole(MARKER, json.dumps(marker, indent=2) + "\n")


def lock_hash(extras: str) -> str:
    """SHA-256 over the lock files that these extras install from."""
    digest = hashlib.sha256()
    for name in sorted({LOCKS[""], LOCKS[extras]}):
        try:
            digest.update((ROOT / name).read_bytes())
        except FileNotFoundError:
            raise CourseError(f"""{name} is missing from the course's folder
    {ROOT}
Download the course again, or get the file back with `git checkout {name}`.
Nothing has been changed.""") from None
    return digest.hexdigest()


class Plan(NamedTuple):
    """Why packages must be installed (None: they need not), and whether `.venv` must be made anew."""

    reason: str | None
    remake: bool


def plan_installation(exists: bool, found: dict | None, marker: dict, wanted: dict, running: str) -> Plan:
    """Why packages must be installed (None: they need not) and whether `.venv` must be made anew.

    `found` is what the venv's Python says, `marker` what the last whole installation wrote, `wanted` the
    lock, extras and build asked for, `running` the Python that would make a new venv.
    """
    if not exists:
        return Plan("This is the first start: the course's packages are installed into .venv.", True)
    if found is None or not found["pip"]:
        return Plan("The environment in .venv does not run any more. It is made anew.", True)
    if found["python"] != marker.get("python", running):
        return Plan("The Python that .venv was made with is gone. The environment is made anew.", True)
    if marker and wanted["build"] != marker.get("build", Build.FULL):
        return Plan("Another build of PyTorch was asked for. The environment is made anew.", True)
    if not marker:
        return Plan("The last installation did not finish. It is repaired: what is whole is kept.", False)
    if wanted["extras"] != marker.get("extras"):
        return Plan("The tests need a few packages more.", False)
    if wanted["lock"] != marker.get("lock"):
        return Plan(
            "The course's list of packages has changed. The environment is brought up to date.", False
        )
    return Plan(None, False)


def requirements(extras: str) -> list[str]:
    """The names of the packages that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = project["dependencies"] + (project["optional-dependencies"][extras] if extras else [])
    return [re.match(r"[\w.\-]+", requirement)[0] for requirement in asked]


def is_installed(name: str) -> bool:
    """Whether the running Python has a package of this name."""
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def missing_packages(extras: str) -> list[str]:
    """The packages that the running Python does not have."""
    return [name for name in requirements(extras) if not is_installed(name)]


def check_current_environment(extras: str) -> Path:
    """The running Python, when everything the course needs can be imported from it."""
    missing = missing_packages(extras)
    if missing:
        raise CourseError(f"""The running Python lacks packages that the course needs: {", ".join(missing)}.
It is {sys.executable}
With conda:  conda env create -f environment.yml, conda activate deep-learning-course, then the same command.
Elsewhere:   {Path(sys.executable).name} -m pip install -r {LOCKS[extras]}
Or leave --current-env away: the course then makes an environment of its own. Nothing has been changed.""")
    return Path(sys.executable)
