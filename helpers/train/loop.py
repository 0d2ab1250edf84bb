"""The training loop that notebook 03b writes out in full, for every notebook after it.

``fit`` is that loop and nothing more: batches, forward, loss, backward, step, and a look at held-out data
after each epoch. What it adds are conveniences: a progress bar, the history, the best weights, a stop when
the loss is not a number, and a checkpoint to go on from.
"""

import copy
import math
import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.train.batching import Batches, batches, check_data, count_batches, order_of, upload_once
from helpers.train.checkpoints import load_checkpoint, save_checkpoint
from helpers.train.checks import outputs_of
from helpers.train.measuring import Loss, Meter, device_of, evaluate
from helpers.train.memory import keep_freed_memory
from helpers.train.schedules import check_schedule, watches_loss

__all__ = ["fit"]


def fit(
    model: nn.Module,
    train: Batches,
    valid: Batches | None = None,
    *,
    epochs: int,
    optimizer: torch.optim.Optimizer,
    loss: Loss = F.cross_entropy,
    batch_size: int = 64,
    scheduler: torch.optim.lr_scheduler.LRScheduler | None = None,
    augment: Callable[[Tensor], Tensor] | None = None,
    patience: int | None = None,
    checkpoint: str | Path | None = None,
    mixed_precision: bool = False,
    generator: torch.Generator | None = None,
) -> dict[str, list[float]]:
    """Train a model, and return its history: one value an epoch for each name, as ``plot_history`` takes it.

    Defined in notebook 03b, section 1. The model trains on the device where its weights
    are. With ``valid``, the weights of the epoch with the lowest held-out loss are put back at the end. The
    model stays in training mode; ``evaluate`` and ``predict`` switch it themselves.

    Args:
        model: any module; ``model(x)`` gives what ``loss`` takes.
        train, valid: ``(x, y)`` tensors, or a ``DataLoader``. Only training data are shuffled. Where they
            fit, tensors go to an accelerator once.
        epochs: how often the training data are passed over, counted from the very start even when resuming.
        optimizer: made from ``model.parameters()``.
        loss: takes ``(model(x), y)``, returns the mean over the batch as a scalar.
        batch_size: rows in a batch, where ``train`` is two tensors; a last row alone joins the batch before.
        scheduler: a learning-rate schedule that counts steps, not epochs; called after each step.
            ``ReduceLROnPlateau`` sees the held-out loss once an epoch; without ``valid``, the training loss.
        augment: takes a batch ``x`` and returns a changed one; training batches only.
        patience: stop after this many epochs without a lower held-out loss (early stopping).
        checkpoint: a file that is written after each epoch. When it exists, training goes on from there as if
            it had never stopped, learning rate included. Another name starts from the beginning.
        mixed_precision: compute the forward pass in bfloat16 where that is safe; held-out data never are.
        generator: draws the order of the batches where ``train`` is two tensors; by default one seeded from
            torch's global generator.

    Returns:
        ``train_loss``, and with class targets ``train_accuracy``; with ``valid`` also ``valid_loss`` and
        ``valid_accuracy``. The training values are means over the epoch, while the weights were still moving.

    Raises:
        FloatingPointError: the loss or a weight became infinite or not a number. The model has its best
            weights then; without ``valid``, those of the last whole epoch.
        TypeError: the data are neither two tensors nor batches of two tensors, or of a type that model or
            loss do not take.
        ValueError: ``patience`` without ``valid`` or below 1, data of unequal lengths or without a batch,
            targets that do not suit the scores, an optimizer that moves none of the model's weights, a
            schedule that ends too early, or a checkpoint that is damaged, of another run, or no checkpoint.
    """
    from tqdm.auto import tqdm

    _check_arguments(model, optimizer, valid, patience)
    check_data(train, batch_size)
    check_data(valid, batch_size)
    device = device_of(model)
    order = order_of(train, generator)
    count = count_batches(train, batch_size)
    parts = {"model": model, "optimizer": optimizer, **({"scheduler": scheduler} if scheduler else {})}
    run = {"epoch": 0, "history": {}, "best_loss": math.inf, "best_epoch": 0, "best": _copy_of(model)}
    path = None if checkpoint is None else Path(checkpoint)
    if path is not None and path.exists():
        run = load_checkpoint(path, parts, order, epochs, count)
    else:
        check_schedule(scheduler, epochs * (count or 0) if patience is None else 0)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)

    keep_freed_memory()
    train = upload_once(train, device)
    valid = upload_once(valid, device)
    total, done = (None, 0) if count is None else (count * epochs, count * run["epoch"])
    with tqdm(total=total, initial=done, unit="batch", disable=_silent()) as bar:
        while run["epoch"] < epochs and not _out_of_patience(run, patience):
            bar.set_description(f"epoch {run['epoch'] + 1} of {epochs}", refresh=False)
            model.train()
            meter = Meter(loss, train, valid)
            for x, y in batches(train, batch_size, order):
                x, y = x.to(device), y.to(device)
                x = augment(x) if augment else x
                with torch.autocast(device.type, torch.bfloat16) if mixed_precision else nullcontext():
                    value = meter.measure(outputs_of(model, x), y)
                if not math.isfinite(meter.loss):
                    break
                optimizer.zero_grad()
                value.backward()
                optimizer.step()
                if scheduler and not watches_loss(scheduler):
                    scheduler.step()
                bar.update()
            results = _results(model, meter, valid, loss)
            watched = results.get("valid_loss", results["train_loss"])
            if not (math.isfinite(watched) and all(weight.isfinite().all() for weight in model.parameters())):
                model.load_state_dict(run["best"])
                raise FloatingPointError(_advice(run, optimizer))
            _write_down(run, results, model, always_best=valid is None)
            if watches_loss(scheduler):
                scheduler.step(watched)
            bar.set_postfix({name: f"{number:.3f}" for name, number in results.items()}, refresh=False)
            if path is not None:
                save_checkpoint(path, parts, order, run)
        bar.total = bar.n  # a bar that early stopping cut short is complete, not failed
    model.load_state_dict(run["best"])
    return run["history"]


def _silent() -> bool:
    """Whether TQDM_DISABLE asks for no bar: tqdm itself obeys it in a terminal, but not in a notebook."""
    return os.environ.get("TQDM_DISABLE", "").lower() not in ("", "0", "false")


def _check_arguments(
    model: nn.Module, optimizer: torch.optim.Optimizer, valid: Batches | None, patience: int | None
) -> None:
    if patience is not None and valid is None:
        raise ValueError("patience needs held-out data: pass valid=(x, y)")
    if patience is not None and patience < 1:
        raise ValueError(f"patience counts epochs: at least 1, got {patience}")
    weights = {id(weight) for weight in model.parameters()}
    if not any(id(weight) in weights for group in optimizer.param_groups for weight in group["params"]):
        raise ValueError(
            "the optimizer moves none of this model's weights: make it from model.parameters(), after the "
            "model was made or changed"
        )


def _copy_of(model: nn.Module) -> dict[str, Tensor]:
    return copy.deepcopy(model.state_dict())


def _out_of_patience(run: dict[str, Any], patience: int | None) -> bool:
    return patience is not None and run["epoch"] - run["best_epoch"] >= patience


def _results(model: nn.Module, meter: Meter, valid: Batches | None, loss: Loss) -> dict[str, float]:
    """What this epoch gives for the history; held-out data are not looked at once the loss is lost."""
    results = {f"train_{name}": number for name, number in meter.result().items()}
    if valid is not None and math.isfinite(meter.loss):
        results |= {f"valid_{name}": number for name, number in evaluate(model, valid, loss).items()}
    return results


def _write_down(run: dict[str, Any], results: dict[str, float], model: nn.Module, always_best: bool) -> None:
    """Add an epoch to the run; without held-out data the latest weights are the best there are."""
    run["epoch"] += 1
    for name, number in results.items():
        run["history"].setdefault(name, []).append(number)
    watched = results.get("valid_loss", results["train_loss"])
    if always_best or watched < run["best_loss"]:
        run |= {"best_loss": watched, "best_epoch": run["epoch"], "best": _copy_of(model)}


def _advice(run: dict[str, Any], optimizer: torch.optim.Optimizer) -> str:
    rate = optimizer.param_groups[0]["lr"]
    kept = f"those of epoch {run['best_epoch']}" if run["best_epoch"] else "those it started with"
    return (
        f"The loss or a weight became infinite or not a number in epoch {run['epoch'] + 1}. Most often the "
        f"learning rate is too large: it is {rate:g} now, try {rate / 10:g}, with a new optimizer and "
        "without an old checkpoint, since both remember. Else look for log(0), a division by 0, or inputs "
        f"that are not finite: torch.isfinite(x).all(). The model has its best weights, {kept}."
    )
