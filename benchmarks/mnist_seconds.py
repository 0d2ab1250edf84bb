"""Section ``mnist``: seconds of training to 99 % of MNIST, and what ten seconds give.

The scorer of ``projects/mnist_speedrun.md``: our own entries, or the one that ``--entry`` names, beside a
published recipe.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from benchmarks.lesson import need_whole_mnist
from benchmarks.report import provenance, table, verdict
from benchmarks.rounds import ratios
from benchmarks.sections import Options
from benchmarks.speedrun import Digits, Model, Run, Train, load_digits, load_entry, timed
from helpers import batches, seed_everything
from launcher.places import ROOT

SEEDS = 10
WARM_UP = 5120  # digits of a first training that is thrown away
QUICK_TARGET, BEST_TARGET = 0.99, 0.996  # accuracies
RATIO_TARGET, LIMIT = 0.1, 10.0  # share of the recipe's time; seconds
RECIPE_SECONDS = 7.7  # the recipe on the two cores for which the limit was set
RECIPE = "the published recipe"
ENTRIES = ROOT / "projects" / "mnist_speedrun"
QUICK, BEST = ENTRIES / "quick.py", ENTRIES / "best.py"


def published_network() -> nn.Sequential:
    """conv 1→24 5×5, pool, conv 24→32 3×3, pool, 800→256→10, after github.com/tuomaso/train_mnist_fast."""
    return nn.Sequential(
        *(nn.Conv2d(1, 24, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(24, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(800, 256), nn.ReLU(), nn.Linear(256, 10)),
    )


def normalise(images: Tensor) -> Tensor:
    """uint8 pixels -> float32 with the mean and the standard deviation of MNIST's training pixels."""
    return images.float().sub_(255 * 0.1307).div_(255 * 0.3081)


def published(images: Tensor, labels: Tensor, seed: int) -> Model:
    """The recipe: Adam with betas (0.7, 0.9), one-cycle up to 0.01, batch 256, one epoch; data in memory."""
    order = seed_everything(seed)
    x, model = normalise(images), published_network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.7, 0.9))
    steps = -(-len(x) // 256)
    schedule = OneCycleLR(optimizer, 0.01, total_steps=steps, cycle_momentum=False)
    for xb, yb in batches((x, labels), 256, order):
        optimizer.zero_grad()
        F.cross_entropy(model(xb), yb).backward()
        optimizer.step()
        schedule.step()
    return lambda asked: model(normalise(asked))


def race(contenders: Mapping[str, Train], digits: Digits, seeds: int) -> dict[str, list[Run]]:
    """All by turns, for each seed, after a short warm-up that is thrown away."""
    from tqdm import tqdm

    few = digits._replace(images=digits.images[:WARM_UP], labels=digits.labels[:WARM_UP])
    for train in contenders.values():
        timed(train, few, 0)
    found: dict[str, list[Run]] = {name: [] for name in contenders}
    for seed in tqdm(range(seeds), unit="seed", disable=False):
        for name, train in contenders.items():
            found[name].append(timed(train, digits, seed))
            time.sleep(0.2)  # a turn does not start on what the one before left running
    return found


def measure(options: Options) -> str:
    """The section's Markdown; ``--rounds`` is the number of seeds."""
    need_whole_mnist()
    torch.set_num_threads(os.cpu_count() or 1)
    paths = [options.entry] if options.entry else [QUICK, BEST]
    entries = [load_entry(path) for path in paths]
    digits = load_digits(options.validate)
    found = race({RECIPE: published, **dict(entries)}, digits, options.rounds or SEEDS)
    names = [name for name, _ in entries]
    parts = [write(found, options.validate)]
    parts += [] if options.entry or options.validate else [targets(found, *names)]
    return "\n\n".join([*parts, provenance(("torch", "torchvision"))])


def write(found: dict[str, list[Run]], validate: bool = False) -> str:
    """What was raced, and the table of all contenders."""
    seconds = {name: [run.seconds for run in runs] for name, runs in found.items()}
    ratio = ratios(seconds, RECIPE)
    rows = [
        (
            name,
            f"{statistics.median(seconds[name]):.2f}",
            f"{ratio[name]:.3f}",
            in_percent([run.right for run in runs]),
            f"{statistics.median(run.answering for run in runs):.2f}",
        )
        for name, runs in found.items()
    ]
    head = ("training", "seconds", "ratio to the recipe", "right", "seconds to answer")
    sets = (
        "50,000 training digits, asked the 10,000 others (validation: choose by these)"
        if validate
        else "60,000 digits, tested on 10,000"
    )
    intro = (
        f"{sets}; {len(found[RECIPE])} seeds, by turns in one run: median of the seconds, mean ± standard "
        "deviation of the digits that are right. All that an entry does with the pixels is part of its "
        "time; loading them and answering are not. Each digit is asked once, as it is."
    )
    return f"{intro}\n\n{table(head, rows)}"


def in_percent(shares: list[float]) -> str:
    scatter = statistics.stdev(shares) if len(shares) > 1 else 0.0
    return f"{100 * statistics.mean(shares):.2f} ± {100 * scatter:.2f} %"


def targets(found: dict[str, list[Run]], quick: str, best: str) -> str:
    """The two targets of the project, and how near our own entries come."""
    right = {name: statistics.mean(run.right for run in runs) for name, runs in found.items()}
    seconds = {name: [run.seconds for run in runs] for name, runs in found.items()}
    ratio, best_seconds = ratios(seconds, RECIPE), statistics.median(seconds[best])
    there = ratio[best] * RECIPE_SECONDS

    def share(name: str, target: float) -> tuple[str, str, str]:
        reached = verdict(right[name], target, at_least=True)
        return f"{100 * target:.1f} % right", f"{100 * right[name]:.2f} %", reached

    rows = [
        share(quick, QUICK_TARGET),
        (
            f"… in ≤ {RATIO_TARGET} of the recipe's time",
            f"{ratio[quick]:.3f}",
            verdict(ratio[quick], RATIO_TARGET),
        ),
        share(best, BEST_TARGET),
        (f"… in ≤ {LIMIT:.0f} s", f"{best_seconds:.2f} s", verdict(best_seconds, LIMIT)),
        (
            f"… the same where the recipe takes {RECIPE_SECONDS} s, by the ratio",
            f"{there:.2f} s",
            verdict(there, LIMIT),
        ),
    ]
    return table(("target", "measured", ""), rows)
