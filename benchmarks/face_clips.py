"""The clips of the contest ``projects/face_recognition.md``: a folder of them, read, and ours, made."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from helpers.vision.clip_frame import ClipFrame
from helpers.vision.face_clips import face_clip
from helpers.vision.frames import write_frames
from helpers.vision.gallery import UNKNOWN
from helpers.vision.photo_files import read_photo
from helpers.vision.photo_wall import marked_photos, pass_along, photo_wall
from helpers.vision.weights import model_files
from launcher.errors import CourseError

__all__ = ["HEADER", "PARTLY", "Clip", "Truth", "read_folder", "write_made_clips", "write_truth"]

HEADER = ["frame", "left", "top", "right", "bottom", "name"]
PARTLY = "partly"  # a face of which little is seen: it may be named or not
ENROLLED = {"Obama": "obama", "Hopper": "hopper"}  # person → the photograph that is enrolled
CLIPS = {".webm", ".mp4", ".avi", ".mov", ".mkv"}
PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
FRAMES = 75


class Truth(NamedTuple):
    """Of one frame: ``boxes`` (M, 4) float32 in pixels, and M ``names``, of a person, UNKNOWN or PARTLY."""

    boxes: np.ndarray
    names: tuple[str, ...]


class Clip(NamedTuple):
    """A file of a clip, and what is true of each of its frames: the number of the frame → ``Truth``."""

    path: Path
    truth: dict[int, Truth]


def read_folder(folder: Path) -> tuple[dict[str, list[np.ndarray]], list[Clip]]:
    """The enrolled people, name → pictures (H, W, 3) uint8, and the clips of a folder, by name.

    Raises:
        CourseError: a folder, a picture, a clip or a list is missing or wrong; it says which and how.
    """
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}.")
    enrolled = folder / "people"
    files = sorted(path for path in enrolled.rglob("*") if path.suffix.lower() in PICTURES)
    if not files:
        raise CourseError(f"{enrolled} holds no pictures: put people/NAME.jpg or people/NAME/any.jpg there.")
    people: dict[str, list[np.ndarray]] = {}
    for path in files:
        name = path.stem if path.parent == enrolled else path.relative_to(enrolled).parts[0]
        if name in (UNKNOWN, PARTLY):
            raise CourseError(f"{path}: nobody can be called {name!r}, the word has a meaning of its own.")
        try:
            people.setdefault(name, []).append(read_photo(path))
        except ValueError as error:
            raise CourseError(str(error)) from error
    clips = sorted(path for path in folder.iterdir() if path.suffix.lower() in CLIPS)
    if not clips:
        raise CourseError(f"{folder} holds no clips ({', '.join(sorted(CLIPS))}).")
    return people, [Clip(path, _truth(path.with_suffix(".csv"), set(people))) for path in clips]


def _truth(path: Path, people: set[str]) -> dict[int, Truth]:
    if not path.is_file():
        raise CourseError(f"There is no {path.name} beside its clip: it says who is where in which frame.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            lines = [(reader.line_num, [cell.strip() for cell in line]) for line in reader if any(line)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path} is no CSV file in UTF-8: {error}.") from error
    if not lines or lines[0][1] != HEADER:
        found = ",".join(lines[0][1]) if lines else "nothing"
        raise CourseError(f"The first line of {path.name} must be {','.join(HEADER)!r}; it is {found!r}.")
    rows: dict[int, list[tuple[list[float], str]]] = {}
    for number, cells in lines[1:]:
        where = f"{path.name}, line {number}"
        try:
            if len(cells) != len(HEADER):
                raise ValueError
            frame, *box = int(cells[0]), *map(float, cells[1:5])
        except ValueError:
            raise CourseError(
                f"{where}: expected a frame, four numbers and a name, got {','.join(cells)!r}."
            ) from None
        if frame < 0 or not (box[0] < box[2] and box[1] < box[3]):
            raise CourseError(f"{where}: a box is left < right and top < bottom, got {','.join(cells)!r}.")
        if cells[5] not in people | {UNKNOWN, PARTLY}:
            raise CourseError(
                f"{where}: there is no picture of {cells[5]!r} in people/. A stranger is called {UNKNOWN}."
            )
        rows.setdefault(frame, []).append((box, cells[5]))
    return {
        frame: Truth(np.float32([box for box, _ in found]), tuple(name for _, name in found))
        for frame, found in rows.items()
    }


def write_truth(path: Path, frames: Iterable[ClipFrame], names: dict[str, str]) -> None:
    """The list beside a clip; ``names``: what somebody is called there; all others are unknown."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for number, frame in enumerate(frames):
            called = [names.get(name, UNKNOWN) for name in frame.names] + [PARTLY] * len(frame.partly)
            for box, name in zip([*frame.boxes, *frame.partly], called, strict=True):
                out.writerow([number, *(f"{side:.1f}" for side in box), name])


def write_made_clips(folder: Path, seed: int) -> Path:
    """Our clips, in the form that ``read_folder`` reads: three of a wall with photographs, one of two heads.

    Args:
        folder: it is made where it is missing.
        seed: of everything; another one gives other clips of the same kind.

    Raises:
        CourseError: the portraits are not on this machine and cannot be fetched.
    """
    try:
        photos = marked_photos(model_files("portraits"))
    except FileNotFoundError as error:
        raise CourseError(str(error)) from error
    (folder / "people").mkdir(parents=True, exist_ok=True)
    for name, photo in ENROLLED.items():
        Image.fromarray(photos[photo].picture).save(folder / "people" / f"{name}.png")
    rng = np.random.default_rng(seed)
    clips = {}
    worse = {
        "far": {"zoom": 0.5},
        "plain": {},
        "spoiled": {"roll": 20, "darkest": 0.2, "blur": 2, "noise": 8},
    }
    for kind, spoiled in worse.items():
        order = rng.permutation(["obama2", "obama3", "hopper", "astronaut", "biden"])
        wall = photo_wall([photos[name] for name in order])
        path_seed = int(rng.integers(1_000_000))
        clips[f"wall-{kind}"] = list(pass_along(wall, seed=path_seed, frames=FRAMES, **spoiled))
    clips["heads"] = list(face_clip(seed=int(rng.integers(1_000_000)), frames=FRAMES))
    for name, frames in clips.items():
        write_frames(folder / f"{name}.webm", (frame.picture for frame in frames))
        write_truth(
            folder / f"{name}.csv", frames, {"Obama": "Obama", "Hopper": "Hopper", "hopper": "Hopper"}
        )
    return folder
