"""The training loop that notebook 03 writes out in full, for every notebook after it.

``fit`` is that loop and nothing more: batches, forward, loss, backward, step, and a look at held-out data
after each epoch. What it adds are conveniences: a progress bar, the history, the best weights, a stop when
the loss is not a number, and a checkpoint to go on from.
"""

import copy
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Batches = tuple[Tensor, Tensor] | Iterable[tuple[Tensor, Tensor]]


def accuracy(scores: Tensor, targets: Tensor) -> float:
    """Share of rows whose highest score is the target, from 0 to 1. Scores (N, K), targets (N,) int64."""
    return (scores.argmax(dim=1) == targets).float().mean().item()


def batches(
    data: Batches, batch_size: int, shuffle: torch.Generator | None = None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield ``(x, y)`` batches of two tensors, cut by index; anything else is iterated as it is.

    Args:
        data: a tuple of two tensors (N, …), or an iterable of batches such as a ``DataLoader``.
        batch_size: rows in a batch; the last one may be smaller.
        shuffle: draws the order; without it the rows come in their own order.

    Raises:
        ValueError: the two tensors have different lengths, or are empty.
    """
    if not (isinstance(data, tuple) and len(data) == 2 and all(isinstance(part, Tensor) for part in data)):
        yield from data
        return
    x, y = data
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"expected as many targets as inputs, at least one; got {len(x)} inputs, {len(y)} targets"
        )
    order = None if shuffle is None else torch.randperm(len(x), generator=shuffle)
    for start in range(0, len(x), batch_size):
        part = slice(start, start + batch_size) if order is None else order[start : start + batch_size]
        yield x[part], y[part]


def _device_of(model: nn.Module) -> torch.device:
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))


class _Meter:
    """Adds up loss and right answers over batches, without waiting for the device after each."""

    def __init__(self) -> None:
        self.count, self.loss, self.right = 0, 0.0, None

    def add(self, loss: Tensor, scores: Tensor, targets: Tensor) -> None:
        self.count += len(targets)
        self.loss = self.loss + loss.detach() * len(targets)
        if targets.dtype == torch.int64 and targets.ndim == 1 and scores.ndim == 2:
            right = (scores.detach().argmax(dim=1) == targets).sum()
            self.right = right if self.right is None else self.right + right

    def result(self) -> dict[str, float]:
        values = {"loss": float(self.loss) / self.count}
        if self.right is not None:
            values["accuracy"] = float(self.right) / self.count
        return values


@torch.no_grad()
def predict(model: nn.Module, x: Tensor, batch_size: int = 500) -> Tensor:
    """Return the model's outputs for ``x`` ``(N, …)`` on the CPU, computed in batches and in evaluation mode."""
    device, was_training = _device_of(model), model.training
    model.eval()
    outputs = [model(part.to(device)).cpu() for part in x.split(batch_size)]
    model.train(was_training)
    return torch.cat(outputs)


@torch.no_grad()
def evaluate(
    model: nn.Module,
    data: Batches,
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    batch_size: int = 500,
) -> dict[str, float]:
    """Return ``{"loss": …}``, the mean over all rows, and ``"accuracy"`` where targets are class numbers.

    The model is put into evaluation mode (dropout off, batch normalisation fixed) and back afterwards.
    """
    device, was_training, meter = _device_of(model), model.training, _Meter()
    model.eval()
    for x, y in batches(data, batch_size):
        x, y = x.to(device), y.to(device)
        scores = model(x)
        meter.add(loss(scores, y), scores, y)
    model.train(was_training)
    return meter.result()


def fit(
    model: nn.Module,
    train: Batches,
    valid: Batches | None = None,
    *,
    epochs: int,
    optimizer: torch.optim.Optimizer,
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    batch_size: int = 64,
    scheduler: torch.optim.lr_scheduler.LRScheduler | None = None,
    augment: Callable[[Tensor], Tensor] | None = None,
    patience: int | None = None,
    checkpoint: str | Path | None = None,
    mixed_precision: bool = False,
    generator: torch.Generator | None = None,
) -> dict[str, list[float]]:
    """Train a model, and return its history: one value an epoch for each name, as ``plot_history`` takes it.

    Defined in notebook 03, section "The training loop". The model trains on the device where its weights
    are. With ``valid``, the weights of the epoch with the lowest held-out loss are put back at the end.

    Args:
        model: any module; ``model(x)`` gives what ``loss`` takes.
        train, valid: ``(x, y)`` tensors, or a ``DataLoader``. Only training data are shuffled.
        epochs: how often the training data are passed over, counted from the very start even when resuming.
        optimizer: made from ``model.parameters()``.
        loss: takes ``(model(x), y)``, returns the mean over the batch as a scalar.
        batch_size: rows in a batch, where ``train`` is two tensors.
        scheduler: a learning-rate schedule that counts steps, not epochs; called after each step.
        augment: takes a batch ``x`` and returns a changed one; training batches only.
        patience: stop after this many epochs without a lower held-out loss (early stopping).
        checkpoint: a file that is written after each epoch. When it exists, training goes on from there.
        mixed_precision: compute the forward pass in bfloat16 where that is safe.
        generator: draws the order of the batches; by default one seeded from torch's global generator.

    Returns:
        ``train_loss``, and with class targets ``train_accuracy``; with ``valid`` also ``valid_loss`` and
        ``valid_accuracy``. The training values are means over the epoch, while the weights were still moving.

    Raises:
        FloatingPointError: the loss became infinite or not a number. The model keeps its best weights.
        ValueError: ``patience`` without ``valid``, or data of unequal lengths.
    """
    from tqdm.auto import tqdm

    if patience is not None and valid is None:
        raise ValueError("patience needs held-out data: pass valid=(x, y)")
    generator = generator or torch.Generator().manual_seed(int(torch.randint(2**31, (1,))))
    device = _device_of(model)
    run = {
        "epoch": 0,
        "history": {},
        "best_loss": math.inf,
        "best_epoch": 0,
        "best": copy.deepcopy(model.state_dict()),
    }
    parts = {"model": model, "optimizer": optimizer, **({"scheduler": scheduler} if scheduler else {})}
    if checkpoint is not None and Path(checkpoint).exists():
        run = _restore(Path(checkpoint), parts, generator)

    with tqdm(total=epochs, initial=run["epoch"], unit="epoch") as bar:
        while run["epoch"] < epochs:
            model.train()
            meter = _Meter()
            for x, y in batches(train, batch_size, generator):
                x, y = x.to(device), y.to(device)
                x = augment(x) if augment else x
                with torch.autocast(device.type, torch.bfloat16, enabled=mixed_precision):
                    scores = model(x)
                    value = loss(scores, y)
                optimizer.zero_grad()
                value.backward()
                optimizer.step()
                if scheduler:
                    scheduler.step()
                meter.add(value, scores, y)
            results = {f"train_{name}": number for name, number in meter.result().items()}
            if valid is not None:
                results |= {f"valid_{name}": number for name, number in evaluate(model, valid, loss).items()}
            run["epoch"] += 1
            for name, number in results.items():
                run["history"].setdefault(name, []).append(number)
            watched = results.get("valid_loss", results["train_loss"])
            if not math.isfinite(results["train_loss"]) or not math.isfinite(watched):
                model.load_state_dict(run["best"])
                raise FloatingPointError(_advice(run["epoch"], optimizer))
            if valid is None or watched < run["best_loss"]:
                run |= {
                    "best_loss": watched,
                    "best_epoch": run["epoch"],
                    "best": copy.deepcopy(model.state_dict()),
                }
            bar.set_postfix({name: f"{number:.3f}" for name, number in results.items()}, refresh=False)
            bar.update()
            if checkpoint is not None:
                _save(Path(checkpoint), parts, generator, run)
            if patience is not None and run["epoch"] - run["best_epoch"] >= patience:
                break
    model.load_state_dict(run["best"])
    return run["history"]


def _advice(epoch: int, optimizer: torch.optim.Optimizer) -> str:
    rate = optimizer.param_groups[0]["lr"]
    return (
        f"The loss became infinite or not a number in epoch {epoch}. Most often the learning rate is too "
        f"large: it is {rate:g} now, try {rate / 10:g}. Else look for log(0), a division by 0, or inputs that "
        "are not finite: torch.isfinite(x).all(). The model has the weights of its best epoch."
    )


def _save(path: Path, parts: dict[str, Any], generator: torch.Generator, run: dict[str, Any]) -> None:
    """Write all that the next epoch depends on; a run that is killed meanwhile leaves the old file whole."""
    state = {name: part.state_dict() for name, part in parts.items()}
    state |= {"run": run, "order": generator.get_state(), "draws": torch.get_rng_state()}
    part = path.with_name(path.name + ".part")
    torch.save(state, part)
    part.replace(path)


def _restore(path: Path, parts: dict[str, Any], generator: torch.Generator) -> dict[str, Any]:
    state = torch.load(path, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    generator.set_state(state["order"])
    torch.set_rng_state(state["draws"])
    return state["run"]
