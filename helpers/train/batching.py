"""Training data in either form, two tensors or a ``DataLoader``, as batches."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

Batches = tuple[Tensor, Tensor] | Iterable[tuple[Tensor, Tensor]]


def batches(
    data: Batches, batch_size: int, shuffle: torch.Generator | None = None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield ``(x, y)`` batches of two tensors, cut by index; anything else is iterated as it is.

    Args:
        data: a tuple of two tensors (N, …), or an iterable of batches such as a ``DataLoader``.
        batch_size: rows in a batch; the last one may be smaller. Shuffled, a last row that would be alone
            joins the batch before it: batch normalisation cannot train on one.
        shuffle: draws the order; without it the rows come in their own order.

    Raises:
        TypeError: the data give something else than pairs of tensors with rows.
        ValueError: the two tensors have different lengths, or are empty; a batch size below 1.
    """
    if not is_pair(data):
        for batch in data:
            yield _checked(batch)
        return
    check_data(data, batch_size)
    x, y = data
    # Drawn on the CPU, so the order is the same everywhere; moved once, so no batch waits for its indices.
    order = None if shuffle is None else torch.randperm(len(x), generator=shuffle).to(x.device)
    cuts = _cuts(len(x), batch_size, together=order is not None)
    for start, end in itertools.pairwise([0, *cuts, len(x)]):
        part = slice(start, end) if order is None else order[start:end]
        yield _rows_of(x, part), _rows_of(y, part)


def _cuts(rows: int, batch_size: int, together: bool) -> list[int]:
    """Where one batch ends and the next begins; ``together``: no last row stays alone, unless all are."""
    cuts = list(range(batch_size, rows, batch_size))
    return cuts[:-1] if together and rows % batch_size == 1 else cuts


def _rows_of(values: Tensor, part: slice | Tensor) -> Tensor:
    """``values[part]``; where the layout stays the same, in half the time."""
    if isinstance(part, slice) or not values.is_contiguous():
        return values[part]
    return values.index_select(0, part)


def check_data(data: Batches, batch_size: int) -> None:
    """Raise what ``batches`` raises, before any work is done, where the data are two tensors."""
    if batch_size < 1:
        raise ValueError(f"a batch needs at least 1 row, got batch_size={batch_size}")
    if isinstance(data, tuple) and any(isinstance(part, np.ndarray) for part in data):
        raise _other_data("ndarray")
    if not is_pair(data):
        return
    x, y = data
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        shapes = f"{tuple(x.shape)} and {tuple(y.shape)}"
        raise ValueError(f"expected as many targets as inputs, at least one of each; got shapes {shapes}")


def upload_once(data: Batches | None, device: torch.device) -> Batches | None:
    """Move two tensors to an accelerator at once, if they fill at most half of its free memory.

    Batches are then cut where they are used, and no epoch waits for a copy. Anything else is returned as it
    is: batches are copied one by one as they come.
    """
    if not is_pair(data) or device.type == "cpu" or all(part.device == device for part in data):
        return data
    size = sum(part.element_size() * part.nelement() for part in data)
    return tuple(part.to(device) for part in data) if size <= _free_memory(device) // 2 else data


def _free_memory(device: torch.device) -> int:
    """Bytes that are free on an accelerator. Apple's chips share the machine's memory: theirs is a limit."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    return 0


def is_pair(data: Any) -> bool:
    return isinstance(data, tuple) and len(data) == 2 and all(isinstance(part, Tensor) for part in data)


def _checked(batch: Any) -> tuple[Tensor, Tensor]:
    """One batch of an iterable; a single example, or something that is no pair, is told so."""
    pair = tuple(batch) if isinstance(batch, (tuple, list)) else batch
    if is_pair(pair) and pair[1].ndim > 0:
        return pair
    raise _other_data(type(batch).__name__)


def _other_data(came: str) -> TypeError:
    return TypeError(
        "expected (x, y), a tuple of two tensors, or a DataLoader that gives batches of two tensors; got a "
        f"{came} as a batch. Put two tensors into round brackets, (x, y), and of an image set s take "
        "(s.images, s.labels); a data set goes into a DataLoader; of NumPy arrays make tensors: "
        "torch.as_tensor(x).float(), torch.as_tensor(y).long()."
    )


def order_of(train: Batches, generator: torch.Generator | None) -> torch.Generator | None:
    """What draws the order of the batches; None where that is torch's global generator, or nothing."""
    if generator is None and is_pair(train):
        return torch.Generator().manual_seed(int(torch.randint(2**31, (1,))))
    return generator or getattr(train, "generator", None)


def count_batches(train: Batches, batch_size: int) -> int | None:
    """How many batches an epoch has, or None if only counting them would tell."""
    if is_pair(train):
        return len(_cuts(len(train[0]), batch_size, together=True)) + 1
    try:
        return len(train)
    except TypeError:
        return None
