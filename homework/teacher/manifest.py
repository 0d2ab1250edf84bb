"""What a hand-in made by `submit` says of itself, and whether that fits."""

from __future__ import annotations

import hashlib
import json
import platform
from typing import TYPE_CHECKING

from homework.teacher.naming import Claim, Said, read_time
from homework.teacher.texts import shown

if TYPE_CHECKING:
    from homework.teacher.collector import Part

MANIFEST = "manifest.json"
SOURCE = "its manifest"


def read_manifest(data: bytes) -> dict:
    """What a hand-in says of itself; {} when it says nothing that can be read."""
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def claim_of(manifest: dict) -> Claim | None:
    """The id in a manifest; None without one."""
    return Claim(manifest["student"], SOURCE) if manifest.get("student") not in (None, "") else None


def fits(manifest: dict, data: bytes) -> bool:
    """Whether a manifest was made for these bytes."""
    return manifest.get("sha256") == hashlib.sha256(data).hexdigest()


def meant_by(manifest: dict, notebooks: list[Part]) -> list[int]:
    """The places of the notebooks that a manifest was made for: by its hash, else by the name in it."""
    if len(notebooks) == 1:
        return [0]
    if found := [at for at, part in enumerate(notebooks) if fits(manifest, part.read())]:
        return found
    return [at for at, part in enumerate(notebooks) if part.path.endswith(f"/{manifest.get('notebook')}")]


def misfits(manifest: dict, data: bytes, said: Said, homework: str) -> list[str]:
    """Sentences on what in a manifest, or in our file name, does not fit the notebook or the homework.

    Args:
        manifest: {} without one.
        data: of the notebook.
        said: what the path says.
        homework: the one that is graded, as "hw3"; "" when any will do.
    """
    found = []
    if "sha256" in manifest and not fits(manifest, data):
        found.append("the hash in its manifest is not that of the notebook: it was changed after `submit`")
    stated = {"the file's name": said.homework}
    if "homework" in manifest:
        stated[SOURCE] = shown(str(manifest["homework"]))[:20]
    wanted = homework or next(filter(None, stated.values()), "")
    found += [
        f"{where} says {name}, not {wanted}" for where, name in stated.items() if name not in ("", wanted)
    ]
    if "submitted" in manifest:
        time = read_time(str(manifest["submitted"]))
        if time is None:
            found.append("the time in its manifest cannot be read")
        elif said.time and said.time != time:
            found.append(
                f"the file's name says {said.time:%Y-%m-%d %H:%M:%S}, its manifest {time:%Y-%m-%d %H:%M:%S}"
            )
    return found


def other_python(manifest: dict) -> str:
    """A note when the homework was checked with another Python than this one; "" otherwise."""
    theirs, ours = (
        text.split(".")[:2] for text in (str(manifest.get("python", "")), platform.python_version())
    )
    if "python" not in manifest or theirs == ours:
        return ""
    return f"checked with Python {'.'.join(theirs)}, graded with {'.'.join(ours)}"
