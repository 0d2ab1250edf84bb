"""What a model says, and how right it is: in evaluation mode, batch by batch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.train.batching import Batches, batches
from helpers.train.checks import check_scores, check_targets, outputs_of, targets_of

__all__ = ["accuracy", "evaluate", "predict"]

Loss = Callable[[Any, Tensor], Tensor]


def accuracy(scores: Tensor, targets: Tensor) -> float:
    """Share of rows whose highest score is the target, from 0 to 1.

    Args:
        scores: (N, K), one for each of K ≥ 2 classes.
        targets: (N,) class numbers.

    Raises:
        TypeError: one of the two is no tensor.
        ValueError: another shape, as nothing is broadcast; or labels that are not from 0 to K - 1.
    """
    check_scores(scores, targets)
    return (scores.argmax(dim=1) == targets).float().mean().item()


def device_of(model: nn.Module) -> torch.device:
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put the model into evaluation mode, and each of its modules back into its own mode, come what may."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


class Meter:
    """Computes the loss of one batch after the other, and adds up losses and right answers.

    Args:
        loss: takes ``(model(x), y)``, returns the mean over the batch.
        data: what the batches come from, and what else the same loss will judge: targets that are known as a
            whole are checked as a whole, with the first batch.
    """

    def __init__(self, loss: Loss, *data: Batches | None) -> None:
        self.measure_one, self.targets = loss, [targets for one in data for targets in targets_of(one)]
        self.count, self.loss, self.right = 0, 0.0, None

    def measure(self, scores: Any, targets: Tensor) -> Tensor:
        """The loss of this batch, a scalar that gradients can be taken of."""
        if self.count == 0:
            check_targets(self.measure_one, scores, targets, *self.targets)
        value = self.measure_one(scores, targets)
        self.count += len(targets)
        self.loss += value.item() * len(targets)
        if _are_classes(scores, targets):
            self.right = (self.right or 0) + int((scores.detach().argmax(dim=1) == targets).sum())
        return value

    def result(self) -> dict[str, float]:
        """``{"loss": …}``, the mean over all rows so far, and ``"accuracy"`` where there were classes."""
        if self.count == 0:
            raise ValueError(
                "the data gave no batch. A generator can be read only once: pass two tensors, a list of "
                "batches or a DataLoader"
            )
        values = {"loss": self.loss / self.count}
        if self.right is not None:
            values["accuracy"] = self.right / self.count
        return values


def _are_classes(scores: Any, targets: Tensor) -> bool:
    """Whether there is a right answer to count: class numbers (N,), and scores (N, K) of several classes."""
    numbers = targets.dtype == torch.int64 and targets.ndim == 1
    return numbers and isinstance(scores, Tensor) and scores.ndim == 2 and scores.shape[1] > 1


@torch.no_grad()
def predict(model: nn.Module, x: Tensor, batch_size: int = 500) -> Tensor:
    """Return the model's outputs for ``x`` ``(N, …)`` on the CPU; in batches, and in evaluation mode.

    Raises:
        TypeError: ``x`` is no tensor, or of a type that the model's weights do not take.
    """
    if not isinstance(x, Tensor):
        raise TypeError(f"expected a tensor, got a {type(x).__name__}: torch.as_tensor(x).float() makes one")
    device = device_of(model)
    with evaluating(model):
        return torch.cat([outputs_of(model, part.to(device)).cpu() for part in x.split(batch_size)])


@torch.no_grad()
def evaluate(
    model: nn.Module, data: Batches, loss: Loss = F.cross_entropy, batch_size: int = 500
) -> dict[str, float]:
    """Return ``{"loss": …}``, the mean over all rows, and ``"accuracy"`` where targets are class numbers.

    The model is put into evaluation mode (dropout off, batch normalisation fixed) and back afterwards.

    Raises:
        TypeError, ValueError: data that do not suit the model or the loss, as ``fit`` has it.
    """
    device, meter = device_of(model), Meter(loss, data)
    with evaluating(model):
        for x, y in batches(data, batch_size):
            meter.measure(outputs_of(model, x.to(device)), y.to(device))
    return meter.result()
