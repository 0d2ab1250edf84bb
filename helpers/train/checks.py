"""Data that do not suit the model or the loss are told with their cure, with the first batch.

Torch itself speaks of ``Long`` and ``mat1``; it compares every row with every other where shapes differ; and
on a graphics card a label that is too large ends the process. A loss of the reader's own is left to itself.
"""

import functools
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.train.batching import is_pair

CLASSES = (F.cross_entropy, F.nll_loss, nn.CrossEntropyLoss, nn.NLLLoss)
# Number against number. The first take any kind of number, the second any float, the third their own kind.
MIXED = (F.mse_loss, F.l1_loss, F.smooth_l1_loss, nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss)
FLOATS = (F.binary_cross_entropy_with_logits, nn.BCEWithLogitsLoss)
ALIKE = (F.binary_cross_entropy, F.huber_loss, nn.BCELoss, nn.HuberLoss)


def outputs_of(model: nn.Module, x: Tensor) -> Any:
    """``model(x)``, and what torch says about a wrong type or a single row told with its cure.

    Raises:
        TypeError: the numbers of ``x`` are of another type than the weights, and the model needs the same.
        ValueError: batch normalisation got a single row to train on.
    """
    try:
        return model(x)
    except (RuntimeError, ValueError) as error:
        needed = torch.int64 if "indices" in str(error) else _type_of_weights(model, x)
        if "type" in str(error) and x.dtype != needed:
            raise TypeError(
                f"the inputs are {_name(x)}, and this model takes {_name(needed)}: use {_cast('x', needed)}"
            ) from error
        if "more than 1 value" in str(error) and len(x) == 1:
            raise ValueError(
                "batch normalisation cannot train on a batch of one row. Take another batch_size, or "
                "drop_last=True in a DataLoader"
            ) from error
        raise


def _type_of_weights(model: nn.Module, x: Tensor) -> torch.dtype:
    return next((weight.dtype for weight in model.parameters() if weight.is_floating_point()), x.dtype)


def check_scores(scores: Any, targets: Any) -> None:
    """Raise unless these are scores (N, K) of K ≥ 2 classes and class numbers (N,)."""
    for name, value in (("scores", scores), ("targets", targets)):
        if not isinstance(value, Tensor):
            raise TypeError(
                f"{name} must be a tensor, got a {type(value).__name__}: torch.as_tensor makes one"
            )
    shapes = f"got {tuple(scores.shape)} and {tuple(targets.shape)}"
    if scores.ndim != 2 or scores.shape[1] < 2:
        raise ValueError(
            f"expected scores (N, K), one for each of K classes, and targets (N,); {shapes}. With one score "
            "a row, compare it with a threshold: ((scores > 0) == targets).float().mean()"
        )
    if targets.shape != scores.shape[:1]:
        raise ValueError(f"expected scores (N, K) and targets (N,); {shapes}. {_reshaped(targets)}")

    _check_range(scores.shape[1], targets, ignored=-100)


def targets_of(data: Any) -> list[Tensor]:
    """The targets that are known as a whole: those of two tensors."""
    return [data[1]] if is_pair(data) else []


def check_targets(loss: Callable, scores: Any, batch: Tensor, *whole: Tensor) -> None:
    """Raise unless the targets suit the scores, where the loss is one of torch's own.

    Args:
        loss: what will compare the two.
        scores: what the model gave for the first batch.
        batch: the targets of that batch.
        whole: all targets, as far as they are known.

    Raises:
        TypeError: targets of a type that the loss does not take.
        ValueError: a shape that does not fit, or labels that are not from 0 to K - 1.
    """
    kinds = {"classes": CLASSES, "mixed": MIXED, "floats": FLOATS, "alike": ALIKE}
    kind = next((kind for kind, losses in kinds.items() if _is_one_of(loss, losses)), None)
    if kind is None or not isinstance(scores, Tensor):
        return
    if scores.ndim == 0 or len(scores) != len(batch):
        raise ValueError(
            f"the model gives {tuple(scores.shape)} for {len(batch)} rows: it must give as many rows as it "
            "gets. Look at its view, reshape or flatten"
        )
    for targets in (batch, *whole):
        if kind == "classes":
            _check_classes(loss, scores, targets)
        else:
            _check_numbers(kind, scores, targets)


def _is_one_of(loss: Callable, losses: tuple) -> bool:
    plain = loss.func if isinstance(loss, functools.partial) else loss
    return plain in losses or type(plain) in losses


def _check_numbers(kind: str, scores: Tensor, targets: Tensor) -> None:
    whole = kind != "mixed" and not targets.is_floating_point()
    if whole or (kind == "alike" and targets.dtype == torch.float64 != scores.dtype):
        raise TypeError(
            f"this loss takes targets of the type that the model gives, {_name(scores)}; yours are "
            f"{_name(targets)}: use {_cast('y', scores.dtype)}"
        )
    if targets.shape[1:] != scores.shape[1:]:
        raise ValueError(
            f"the model gives {_shape(scores)} and the targets are {_shape(targets)}: every row would be "
            f"compared with every other. Give both one shape, for example y.view(-1{_rest(scores)})"
        )


def _check_classes(loss: Callable, scores: Tensor, targets: Tensor) -> None:
    if scores.ndim < 2:
        raise ValueError(
            f"the model gives {_shape(scores)}, one number for each row: this loss needs a score for each "
            "class, (N, K). End with nn.Linear(…, K), or use another loss"
        )
    if targets.is_floating_point() and targets.shape[1:] == scores.shape[1:]:
        return  # a probability for each class
    if targets.dtype not in (torch.int64, torch.uint8):
        raise TypeError(
            f"class labels are int64, yours are {_name(targets)} {_shape(targets)}: use y.long() for class "
            f"numbers, or floats {_shape(scores)}, a probability for each class"
        )
    if targets.shape[1:] != scores.shape[2:]:
        wanted = ("N", *map(str, scores.shape[2:]))
        raise ValueError(
            f"the model gives scores {_shape(scores)}, so the labels must be ({', '.join(wanted)}"
            f"{',' if len(wanted) == 1 else ''}); yours are {_shape(targets)}. {_reshaped(targets)}"
        )
    _check_range(scores.shape[1], targets, _ignored(loss))


def _check_range(count: int, labels: Tensor, ignored: int) -> None:
    kept = labels[labels != ignored]
    low, high = (int(kept.min()), int(kept.max())) if len(kept) else (0, 0)
    if low >= 0 and high < count:
        return
    cure = f"Give the model {high + 1} outputs, or leave out what it shall not know."
    if low == 1 and high == count:
        cure = "Subtract 1: y - 1."
    elif low < 0:
        cure = "Number the classes anew; rows to leave out carry the loss's ignore_index."
    raise ValueError(
        f"the classes are numbered from 0: the model gives {count} scores, for the classes 0 to {count - 1}, "
        f"and the labels reach from {low} to {high}. {cure}"
    )


def _ignored(loss: Callable) -> int:
    given = loss.keywords if isinstance(loss, functools.partial) else vars(loss)
    return given.get("ignore_index", -100)  # torch's own default


def _reshaped(targets: Tensor) -> str:
    """How labels of this shape become (N,)."""
    if targets.ndim == 2 and targets.shape[1] == 1:
        return "Drop the second axis: y.squeeze(1)."
    if targets.ndim == 2:
        return "If each row has a single 1, take its place: y.argmax(dim=1)."
    return "Give one label for each row."


def _name(value: Tensor | torch.dtype) -> str:
    """``float64``, as NumPy calls it too."""
    return str(getattr(value, "dtype", value)).removeprefix("torch.")


def _cast(name: str, dtype: torch.dtype) -> str:
    short = {torch.float32: ".float()", torch.int64: ".long()"}
    return name + short.get(dtype, f".to({dtype})")


def _shape(value: Tensor) -> str:
    return f"({', '.join(('N', *map(str, value.shape[1:])))}{',' if value.ndim == 1 else ''})"


def _rest(value: Tensor) -> str:
    return "".join(f", {size}" for size in value.shape[1:])
