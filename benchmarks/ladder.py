"""Section ``ladder``: seconds to 99 % of the whole MNIST after each step of notebook 15.

Each training has one core to itself, and as many run side by side as there are cores: the slowest rungs take
minutes, three times over.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
from typing import Any

from benchmarks.lesson import lesson, need_whole_mnist
from benchmarks.report import provenance, table
from benchmarks.sections import Options

SEEDS, TARGET = 3, 0.99
Reached = tuple[int, float] | None  # epochs and median seconds; None where no budget reaches the target


@functools.cache
def lesson_on_one_core(full: bool, seeds: int) -> dict[str, Any]:
    """The lesson's names in this process, its digits loaded and its slow first steps made."""
    import torch

    torch.set_num_threads(1)
    names = lesson(FULL=full, SEEDS=range(seeds))
    names["run"](names["Recipe"](), 1, data=(names["x_train"][:512], names["y_train"][:512]))
    return names


def climb(rung: str, target: float, seeds: int, full: bool = True) -> tuple[str, Reached]:
    """One rung of the lesson's ladder, by its name."""
    names = lesson_on_one_core(full, seeds)
    recipe = dict(names["rungs"](names["LADDER"]))[rung]
    return rung, names["seconds_to"](target, recipe)


def measure(options: Options) -> str:
    """The section's Markdown; ``--rounds`` is the number of seeds."""
    from tqdm import tqdm

    need_whole_mnist()
    seeds = options.rounds or SEEDS
    rungs = list(lesson()["LADDER"])
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        jobs = [pool.apply_async(climb, (rung, TARGET, seeds)) for rung in rungs]
        found = dict(job.get() for job in tqdm(jobs, unit="rung", disable=False))
    return f"{write(found, seeds)}\n\n{provenance(('torch', 'torchvision'))}"


def write(found: dict[str, Reached], seeds: int) -> str:
    """The section's Markdown: what each rung takes, against the one above it and against the first."""
    rows, times = [], [reached[1] for reached in found.values() if reached]
    above = first = times[0] if times else 0.0
    for rung, reached in found.items():
        if reached is None:
            rows.append((rung, "not reached", "", "", ""))
            continue
        epochs, seconds = reached
        rows.append((rung, epochs, f"{seconds:.1f}", f"{above / seconds:.2f}", f"{first / seconds:.1f}"))
        above = seconds
    head = ("each rung adds to those above it", "epochs", "seconds", "times as fast", "in all")
    intro = (
        f"Training on 60,000 digits until {100 * TARGET:.0f} % of 10,000 others are right: the least number "
        f"of epochs whose median over {seeds} seeds is there, and the median of the seconds. One core for "
        "each training, as many side by side as the machine has. The last rung begins with half an epoch; "
        "its further epochs are of a tenth of the digits."
    )
    return f"{intro}\n\n{table(head, rows)}"
