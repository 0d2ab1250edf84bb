"""Entries of the contest ``projects/face_recognition.md``: one run over a clip, and its score."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.face_clips import PARTLY, Clip, Truth
from benchmarks.speedrun import load_function
from helpers.vision.faces import overlaps
from helpers.vision.frames import frames_of
from helpers.vision.gallery import UNKNOWN
from launcher.errors import CourseError

__all__ = ["OVERLAP", "Score", "load_entry", "score_frame", "watch"]

OVERLAP = 0.3  # IoU from which on a box is of a face: detectors draw their boxes in different ways

Answer = list[tuple[np.ndarray, str]]  # boxes (4,) in pixels, and a name or "unknown"
Recognise = Callable[[np.ndarray], Answer]
Start = Callable[[dict[str, list[np.ndarray]]], Recognise]


class Score(NamedTuple):
    """What is counted over frames; scores add up.

    Attributes:
        known, right: sights of enrolled people, and how many have the right name.
        strange, named: sights of strangers, and how many have a name: false accepts.
        wrong: names given to another enrolled person, or where there is no face.
        frames, seconds: how many, and how long the entry had them.
    """

    known: int = 0
    right: int = 0
    strange: int = 0
    named: int = 0
    wrong: int = 0
    frames: int = 0
    seconds: float = 0.0

    def plus(self, other: Score) -> Score:
        return Score(*(one + two for one, two in zip(self, other, strict=True)))

    @property
    def accuracy(self) -> float:
        """The share of the sights of enrolled people with the right name; 1 where there is none."""
        return self.right / self.known if self.known else 1.0

    @property
    def false_accepts(self) -> float:
        """The share of the sights of strangers with a name; 0 where there is none."""
        return self.named / self.strange if self.strange else 0.0

    @property
    def fps(self) -> float:
        """Frames a second."""
        return self.frames / self.seconds if self.seconds else math.inf


def load_entry(path: Path) -> tuple[str, Start]:
    """The first line of an entry's docstring, and its function ``start``.

    Raises:
        CourseError: there is no such file, or it defines no ``start``.
    """
    return load_function(path, "start", "people")


def watch(start: Start, people: dict[str, list[np.ndarray]], clip: Clip) -> Score:
    """One clip, frame by frame, in order; only the entry's own time counts, and not that of ``start``.

    Raises:
        CourseError: an answer is not a list of boxes and names; it names the clip and the frame.
    """
    recognise = start({name: [picture.copy() for picture in pictures] for name, pictures in people.items()})
    total = Score()
    for number, (_, picture) in enumerate(frames_of(clip.path)):
        started = time.perf_counter()
        answer = recognise(picture)
        seconds = time.perf_counter() - started
        boxes, names = _checked(answer, set(people), f"{clip.path.name}, frame {number}")
        truth = clip.truth.get(number, Truth(np.zeros((0, 4), np.float32), ()))
        total = total.plus(score_frame(truth, boxes, names)._replace(frames=1, seconds=seconds))
    if clip.truth and max(clip.truth) >= total.frames:
        raise CourseError(
            f"{clip.path.name} has {total.frames} frames, but its list speaks of {max(clip.truth)}."
        )
    return total


def score_frame(truth: Truth, boxes: np.ndarray, names: list[str]) -> Score:
    """Pairs each true face with the free box that overlaps it most, and counts."""
    table, free = overlaps(truth.boxes, boxes), set(range(len(boxes)))
    said: dict[int, str] = {}
    pairs = [(table[row, column], row, column) for row, column in np.argwhere(table >= OVERLAP)]
    for _, row, column in sorted(pairs, key=lambda pair: -pair[0]):
        if row not in said and column in free:
            said[row] = names[column]
            free.discard(column)
    known = right = strange = named = wrong = 0
    for row, name in enumerate(truth.names):
        answer = said.get(row, UNKNOWN)
        if name == UNKNOWN:
            strange, named = strange + 1, named + (answer != UNKNOWN)
        elif name != PARTLY:
            known, right = known + 1, right + (answer == name)
            wrong += answer not in (name, UNKNOWN)
    wrong += sum(names[column] != UNKNOWN for column in free)
    return Score(known, right, strange, named, wrong)


def _checked(answer: Answer, people: set[str], where: str) -> tuple[np.ndarray, list[str]]:
    try:
        boxes = np.float32([np.asarray(box, np.float32).reshape(4) for box, _ in answer]).reshape(-1, 4)
        names = [UNKNOWN if name is None else name for _, name in answer]
    except (TypeError, ValueError) as error:
        raise CourseError(
            f"{where}: an answer is a list of (box, name), a box four numbers: {error}."
        ) from error
    if not np.isfinite(boxes).all():
        raise CourseError(f"{where}: a box holds NaN or infinity.")
    for name in names:
        if name not in people | {UNKNOWN}:
            raise CourseError(
                f"{where}: {name!r} is not enrolled; names are {', '.join(sorted(people))}, {UNKNOWN}."
            )
    return boxes, names
