"""Which box of this frame is the one of the frame before: numbers for boxes, and values that settle.

The plainest tracker there is: boxes that overlap belong together (E. Bochinski, V. Eiselein and T. Sikora,
*High-Speed Tracking-by-Detection Without Using Image Information*, AVSS 2017).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from helpers.vision.faces import overlaps

__all__ = ["Smoothed", "Track", "Tracker"]


@dataclass
class Track:
    """One thing followed through the frames.

    Attributes:
        number: its own; no other track of this tracker ever has it.
        box: (4,), where it was seen last.
        seen: in how many frames.
        missed: how many frames ago it was seen last; 0 is now.
    """

    number: int
    box: np.ndarray
    seen: int = 1
    missed: int = 0


class Tracker:
    """Gives each box of a frame the number of its track: ``numbers = tracker(boxes)``, frame after frame.

    The pair that overlaps most is matched first, then the next. A box without a partner begins a track; a
    track without a box waits where it was for ``patience`` frames, and then ends.

    Attributes:
        tracks: number → Track, of all that have not ended.
        born, ended: the numbers of those that the last frame began, and of those that it ended.
    """

    def __init__(self, overlap: float = 0.3, patience: int = 5) -> None:
        """Args:
        overlap: IoU from which on two boxes may be one thing, above 0 and at most 1.
        patience: frames that a track waits for its next box, 0 or more.
        """
        if not 0 < overlap <= 1 or patience < 0:
            raise ValueError(
                f"overlap is above 0 and at most 1, patience 0 or more: got {overlap}, {patience}"
            )
        self.overlap, self.patience = overlap, patience
        self.tracks: dict[int, Track] = {}
        self.born: list[int] = []
        self.ended: list[int] = []
        self._next = 0

    def __call__(self, boxes: np.ndarray) -> np.ndarray:
        """The track numbers ``(N,)`` int64 of the boxes ``(N, 4)`` of the next frame; N may be 0."""
        boxes = np.array(boxes, np.float32).reshape(-1, 4)
        waiting, numbers = list(self.tracks.values()), np.full(len(boxes), -1)
        table = overlaps(np.array([track.box for track in waiting]), boxes)
        for track in waiting:
            track.missed += 1
        while table.size and table.max() >= self.overlap:
            row, column = np.unravel_index(table.argmax(), table.shape)
            track = waiting[row]
            track.box, track.seen, track.missed = boxes[column], track.seen + 1, 0
            numbers[column] = track.number
            table[row], table[:, column] = -1, -1
        self.ended = [track.number for track in waiting if track.missed > self.patience]
        for number in self.ended:
            del self.tracks[number]
        self.born = []
        for column in np.flatnonzero(numbers < 0):
            numbers[column] = self._next
            self.tracks[self._next] = Track(self._next, boxes[column])
            self.born.append(self._next)
            self._next += 1
        return numbers


class Smoothed:
    """Values of tracks that settle: each new one moves the old by a share of the way.

    An exponential moving average for each track by itself, of anything of fixed length: the
    four numbers of a box, an embedding, the scores of labels (of which the largest then tells the label).
    """

    def __init__(self, share: float = 0.3) -> None:
        """Args:
        share: of the way to the new value, above 0 and at most 1; 1 does not smooth at all.
        """
        if not 0 < share <= 1:
            raise ValueError(f"share is above 0 and at most 1, got {share}")
        self.share = share
        self.values: dict[int, np.ndarray] = {}

    def __call__(self, numbers: Iterable[int], values: np.ndarray) -> np.ndarray:
        """The smoothed values ``(N, D)`` of the tracks with these N numbers, for their new values.

        The first value of a track is taken as it is.

        Raises:
            ValueError: another number of tracks than of values, or one of another length than before.
        """
        numbers, values = [int(number) for number in numbers], np.asarray(values, np.float32)
        if len(numbers) != len(values):
            raise ValueError(f"each track needs its values: got {len(numbers)} tracks and {len(values)}")
        for number, value in zip(numbers, values, strict=True):
            before = self.values.get(number, value)
            if before.shape != value.shape:
                raise ValueError(f"track {number} had values of {before.shape}, now of {value.shape}")
            self.values[number] = before + self.share * (value - before)
        return np.stack([self.values[number] for number in numbers]) if numbers else values

    def forget(self, numbers: Iterable[int]) -> None:
        """Drop what is known of tracks that have ended."""
        for number in numbers:
            self.values.pop(int(number), None)
