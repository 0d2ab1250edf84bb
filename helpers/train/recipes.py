"""Whole trainings as values: what differs between two of them stands in a ``Recipe``; used by notebook 15."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from helpers.device import seed_everything


@dataclass(frozen=True)
class Recipe:
    """Everything that may differ between two trainings, apart from data, seed and number of epochs."""

    network: Callable[[], nn.Module]  # makes the network, with new weights
    loader: Iterable | None = None  # batches (x, y); without it they are cut from data in memory
    batch: int = 64
    channels_last: bool = False
    optimizer: Callable = torch.optim.SGD
    lr: float = 0.05  # the largest one, where the schedule is one-cycle
    momentum: float = 0.0  # of SGD; the others bring their own
    one_cycle: bool = False
    smoothing: float = 0.0  # of the labels
    average: bool = False  # answer with a moving average of the weights
    first: float = 1.0  # share of the pictures in the first epoch
    further: float = 1.0  # share of the pictures in every epoch after it
    hardest: bool = True  # a part of the pictures is those of largest last loss; otherwise any
    shift: int = 0  # pixels by which a batch is moved at random


class Trained(NamedTuple):
    """The model that answers, and the seconds of training alone."""

    model: nn.Module
    seconds: float


def make_optimizer(recipe: Recipe, model: nn.Module) -> torch.optim.Optimizer:
    """The recipe's optimiser; SGD with momentum has weight decay 5e-4 and looks ahead (Nesterov)."""
    if recipe.optimizer is not torch.optim.SGD:
        return recipe.optimizer(model.parameters(), recipe.lr)
    looks_ahead = recipe.momentum > 0
    settings = {"nesterov": looks_ahead, "weight_decay": 5e-4 if looks_ahead else 0.0, "fused": True}
    return torch.optim.SGD(model.parameters(), recipe.lr, recipe.momentum, **settings)


def one_cycle(lr: float, optimizer: torch.optim.Optimizer, steps: int) -> OneCycleLR:
    """The rate climbs from lr/10 for a fifth of the steps, then falls to zero, along straight lines."""
    settings = {"pct_start": 0.2, "div_factor": 10, "anneal_strategy": "linear", "cycle_momentum": False}
    return OneCycleLR(optimizer, lr, steps, **settings)


def steps_of(recipe: Recipe, epochs: int, count: int) -> list[int]:
    """Steps in each epoch over so many pictures in memory."""
    shares = [recipe.first] + [recipe.further] * (epochs - 1)
    return [max(1, int(share * count) // recipe.batch) for share in shares]


def pick(recipe: Recipe, steps: int, losses: Tensor, generator: torch.Generator) -> Tensor:
    """Indices (steps, batch) of an epoch in random order; a picture never seen has an infinite last loss."""
    wanted, order = steps * recipe.batch, torch.randperm(len(losses), generator=generator)
    if recipe.hardest and recipe.further < 1 and losses.isfinite().any():
        hard = losses.topk(wanted).indices
        order = hard[torch.randperm(wanted, generator=generator)]
    return order[:wanted].view(steps, -1)


def train_recipe(
    recipe: Recipe,
    data: tuple[Tensor, Tensor],
    epochs: int,
    seed: int = 0,
    stop: Callable[[nn.Module], bool] | None = None,
) -> Trained:
    """Train a new network by a recipe.

    Args:
        data: pictures (N, C, H, W) and labels (N,); a recipe with a loader takes its batches from that.
        epochs: passes; the second and later ones may be of a part of the pictures.
        stop: asked with the model after each epoch; true ends the training. Its time does not count.

    Returns:
        The model and the seconds of training.
    """
    x, y = data
    generator, clock = seed_everything(seed), 0.0
    model = recipe.network()
    model = model.to(memory_format=torch.channels_last) if recipe.channels_last else model
    optimizer = make_optimizer(recipe, model)
    counts, losses = steps_of(recipe, epochs, len(x)), torch.full((len(x),), torch.inf)
    schedule = one_cycle(recipe.lr, optimizer, sum(counts)) if recipe.one_cycle else None
    moving = get_ema_multi_avg_fn(0.8)
    answer = AveragedModel(model, multi_avg_fn=moving, use_buffers=True) if recipe.average else model
    for steps in counts:
        started = time.perf_counter()
        batches = recipe.loader or pick(recipe, steps, losses, generator)
        for step, part in enumerate(batches):
            xb, yb = part if recipe.loader else (x[part], y[part])
            if recipe.shift:
                move = torch.randint(-recipe.shift, recipe.shift + 1, (2,), generator=generator)
                xb = xb.roll(tuple(move), (2, 3))
            each = F.cross_entropy(model(xb), yb, reduction="none", label_smoothing=recipe.smoothing)
            optimizer.zero_grad()
            each.mean().backward()
            optimizer.step()
            if schedule:
                schedule.step()
            if recipe.average and step % 4 == 0:
                answer.update_parameters(model)
            if not recipe.loader:
                losses[part] = each.detach()
        clock += time.perf_counter() - started
        if stop and stop(answer):
            break
    return Trained(answer, clock)


def rungs(first: Recipe, changes: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Recipe]]:
    """(name, recipe) of each rung of a ladder: everything below it, and its own changes."""
    for name, change in changes.items():
        first = replace(first, **change)
        yield name, first


class Reached(NamedTuple):
    """What was needed: epochs, their pictures as passes over the whole set, and the seconds of each seed."""

    epochs: int
    passes: float
    seconds: tuple[float, ...]


def time_to_target(
    recipe: Recipe,
    data: tuple[Tensor, Tensor],
    right_of: Callable[[nn.Module], float],
    target: float,
    seeds: Iterable[int],
    budgets: Iterable[int] = (1, 2, 3, 4, 6, 8, 12, 24),
) -> Reached | None:
    """The least number of epochs after which the median over the seeds reaches the target.

    Args:
        right_of: the share of held-out pictures that a model reads right.
        budgets: numbers of epochs that are tried in turn. A constant rate is not started anew for each: its
            accuracies are looked at after every epoch of one training, as long as the longest budget.

    Returns:
        Epochs, passes and seconds; None where no budget is enough.
    """
    seeds, budgets = list(seeds), sorted(budgets)

    def reached(epochs: int, seconds: list[float]) -> Reached:
        pictures = sum(steps_of(recipe, epochs, len(data[0]))) * recipe.batch
        return Reached(epochs, pictures / len(data[0]), tuple(seconds))

    if recipe.one_cycle:
        for epochs in budgets:
            rights, seconds = [], []
            for seed in seeds:
                run = train_recipe(recipe, data, epochs, seed)
                rights.append(right_of(run.model))
                seconds.append(run.seconds)
                if 2 * sum(right < target for right in rights) > len(seeds):
                    break  # the median is below the target, whatever the others do
            if len(rights) == len(seeds) and median(rights) >= target:
                return reached(epochs, seconds)
        return None
    needed, seconds = [], []
    for seed in seeds:
        seen: list[float] = []

        def there(model: nn.Module, seen: list[float] = seen) -> bool:
            seen.append(right_of(model))
            return seen[-1] >= target

        run = train_recipe(recipe, data, budgets[-1], seed, there)
        needed.append(len(seen) if seen[-1] >= target else budgets[-1] + 1)
        seconds.append(run.seconds / len(seen))
    epochs = round(median(needed))
    return None if epochs > budgets[-1] else reached(epochs, [epochs * one for one in seconds])
