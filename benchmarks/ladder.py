"""Section ``ladder``: seconds to 99 % of the whole MNIST after each step of notebook 15.

Each training has one core to itself, and as many run side by side as there are cores: the slowest rungs take
minutes, three times over.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import statistics
from typing import Any

from benchmarks.lesson import lesson, need_whole_mnist
from benchmarks.report import provenance, table
from benchmarks.sections import Options
from helpers.train.recipes import Recipe, rungs, time_to_target, train_recipe

SEEDS, TARGET = 3, 0.99
Climbed = tuple[float, float] | None  # passes and median seconds; None where no budget reaches the target


@functools.cache
def lesson_on_one_core(full: bool) -> dict[str, Any]:
    """The lesson's names in this process, its digits loaded and its slow first steps made."""
    import torch

    torch.set_num_threads(1)
    names = lesson(FULL=full)
    few = names["x_train"][:512], names["y_train"][:512]
    train_recipe(Recipe(names["start_network"]), few, 1)
    return names


def climb(rung: str, target: float, seeds: int, full: bool = True) -> tuple[str, Climbed]:
    """One rung of the lesson's ladder, by its name."""
    names = lesson_on_one_core(full)
    recipe = dict(rungs(Recipe(names["start_network"]), names["LADDER"]))[rung]
    data = names["x_train"], names["y_train"]
    found = time_to_target(recipe, data, names["right_of"], target, range(seeds))
    return rung, found and (found.passes, statistics.median(found.seconds))


def measure(options: Options) -> str:
    """The section's Markdown; ``--rounds`` is the number of seeds."""
    from tqdm import tqdm

    need_whole_mnist()
    seeds = options.rounds or SEEDS
    names = list(lesson()["LADDER"])
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        jobs = [pool.apply_async(climb, (rung, TARGET, seeds)) for rung in names]
        found = dict(job.get() for job in tqdm(jobs, unit="rung", disable=False))
    return f"{write(found, seeds)}\n\n{provenance(('torch', 'torchvision'))}"


def write(found: dict[str, Climbed], seeds: int) -> str:
    """The section's Markdown: what each rung takes, against the one above it and against the first."""
    rows, times = [], [reached[1] for reached in found.values() if reached]
    above = first = times[0] if times else 0.0
    for rung, reached in found.items():
        if reached is None:
            rows.append((rung, "not reached", "", "", "", ""))
            continue
        passes, seconds = reached
        times = f"{above / seconds:.2f}", f"{first / seconds:.1f}"
        rows.append((rung, f"{passes:.1f}", f"{seconds / passes:.1f}", f"{seconds:.1f}", *times))
        above = seconds
    head = ("each rung adds to those above it", "passes", "s a pass", "seconds", "times as fast", "in all")
    intro = (
        f"Training on 60,000 digits until {100 * TARGET:.0f} % of 10,000 others are right: the passes over "
        f"the digits after which the median of {seeds} seeds is there, and the median of the seconds, which "
        "is passes times seconds a pass. One core for each training, as many side by side as the machine "
        "has. A rung that gains nothing stays. With hard examples the further epochs are of a tenth of the "
        "digits."
    )
    return f"{intro}\n\n{table(head, rows)}"
