"""People who are enrolled, and the search for the nearest of them: one matrix product (lesson 13, section 4).

What is compared are squared Euclidean distances, written as ``|q|² + |g|² − 2 q·g``, so that all of them
together are one product of two matrices and two sums.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

__all__ = [
    "KINDS",
    "UNKNOWN",
    "Coded",
    "Found",
    "Gallery",
    "coded",
    "decoded",
    "nearest",
]

UNKNOWN = "unknown"
KINDS = ("float32", "float16", "int8")
CHUNK = 20_000  # rows that are turned into float32 at once: 10 MB of 128 numbers


class Coded(NamedTuple):
    """Rows of numbers kept small.

    ``values``: ``(M, D)``. ``sizes``: ``(M,)`` float32, the squared length of each row as it is kept.
    ``scale``: ``(M,)`` float32, what brings the rows of int8 back; None for the other kinds.
    """

    values: Tensor
    sizes: Tensor
    scale: Tensor | None

    @property
    def megabytes(self) -> float:
        """10⁶ bytes of memory."""
        parts = [part for part in self if part is not None]
        return sum(part.numel() * part.element_size() for part in parts) / 1e6


def coded(rows: Tensor, kind: str = "float32") -> Coded:
    """Rows ``(M, D)`` float32 in one of ``KINDS``. int8: the largest number of a row becomes ±127.

    Raises:
        ValueError: another kind; the message lists them.
    """
    if kind not in KINDS:
        raise ValueError(f"a gallery is kept as {', '.join(KINDS)}, not as {kind!r}")
    values = rows if kind == "float32" else torch.empty(rows.shape, dtype=getattr(torch, kind))
    sizes = torch.empty(len(rows))
    scale = torch.empty(len(rows)) if kind == "int8" else None
    for start in range(0, len(rows), CHUNK):
        part, here = rows[start : start + CHUNK], slice(start, start + CHUNK)
        if scale is not None:
            scale[here] = part.abs().amax(dim=1).clamp(min=1e-12) / 127
            part = (part / scale[here, None]).round()
        if kind != "float32":
            values[here] = part
        sizes[here] = decoded(Coded(values, sizes, scale), here).square().sum(dim=1)
    return Coded(values, sizes, scale)


def decoded(kept: Coded, which: slice = slice(None)) -> Tensor:
    """The rows, or some of them, as float32 again."""
    values = kept.values[which].float()
    return values if kept.scale is None else values * kept.scale[which, None]


def nearest(queries: Tensor, kept: Coded) -> tuple[Tensor, Tensor]:
    """For each query ``(N, D)`` the number of the nearest row ``(N,)`` and its distance ``(N,)``.

    Rows are turned into float32 in chunks, so that a large gallery needs little more memory than it has
    itself; the scale of int8 is applied to the products, of which there are fewer than numbers.
    """
    best = torch.full((len(queries),), torch.inf)
    which = torch.zeros(len(queries), dtype=torch.long)
    for start in range(0, len(kept.values), CHUNK):
        here = slice(start, start + CHUNK)
        products = queries @ kept.values[here].float().T
        if kept.scale is not None:
            products *= kept.scale[here]
        near, row = (kept.sizes[here] - 2 * products).min(dim=1)
        closer = near < best
        best, which = torch.where(closer, near, best), torch.where(closer, row + start, which)
    return which, (best + queries.square().sum(dim=1)).clamp(min=0).sqrt()


class Found(NamedTuple):
    """Who a face is taken for, and how far away the nearest enrolled face is (infinity where nobody is)."""

    name: str
    distance: float


class Gallery:
    """Enrolled people: ``gallery.enrol("Hopper", embeddings)``, then ``gallery.search(embeddings)``.

    Args:
        threshold: a face whose nearest enrolled one is farther away stays ``"unknown"``.
        kind: how the numbers are kept, one of ``KINDS``.
    """

    def __init__(self, threshold: float = 0.6, kind: str = "float32") -> None:
        if not threshold > 0:
            raise ValueError(f"threshold is a distance above 0, got {threshold}")
        self.threshold, self.kind = threshold, kind
        self.names: list[str] = []
        self._kept: Coded | None = None
        coded(torch.zeros(0, 1), kind)  # another kind is refused here, not when somebody is enrolled

    def __len__(self) -> int:
        return len(self.names)

    def enrol(self, name: str, embeddings: np.ndarray | Tensor) -> None:
        """Add the face or the faces of one person, ``(D,)`` or ``(K, D)``.

        Raises:
            ValueError: no face, another number of numbers than before, NaN, or the name ``"unknown"``.
        """
        rows = _rows(embeddings).clone()  # an array that is used again later must not change who is enrolled
        if name == UNKNOWN:
            raise ValueError(f"{UNKNOWN!r} is what a stranger is called: nobody is enrolled under it")
        if len(rows) == 0:
            raise ValueError(f"there is no face of {name} to enrol: was one found in the picture?")
        new = coded(rows, self.kind)
        if self._kept is not None:
            if rows.shape[1] != self._kept.values.shape[1]:
                raise ValueError(
                    f"enrolled faces have {self._kept.values.shape[1]} numbers, this one of {name} has "
                    f"{rows.shape[1]}: do they come from one network?"
                )
            pairs = zip(self._kept, new, strict=True)
            new = Coded(*(None if one is None else torch.cat([one, other]) for one, other in pairs))
        self._kept = new
        self.names += [name] * len(rows)

    def search(self, embeddings: np.ndarray | Tensor) -> list[Found]:
        """For each face ``(N, D)`` the nearest person, or ``"unknown"`` beyond the threshold."""
        rows = _rows(embeddings)
        if self._kept is None:
            return [Found(UNKNOWN, float("inf"))] * len(rows)
        which, distance = nearest(rows, self._kept)
        return [
            Found(self.names[row] if far <= self.threshold else UNKNOWN, far)
            for row, far in zip(which.tolist(), distance.tolist(), strict=True)
        ]


def _rows(embeddings: np.ndarray | Tensor) -> Tensor:
    rows = torch.as_tensor(embeddings, dtype=torch.float32)
    rows = rows[None] if rows.ndim == 1 else rows
    if rows.ndim != 2:
        raise ValueError(f"embeddings are (N, D), or (D,) of one face, not {tuple(rows.shape)}")
    if not rows.isfinite().all():
        raise ValueError("embeddings hold NaN or infinity: what came out of the network is damaged")
    return rows
