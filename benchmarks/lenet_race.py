"""Runs the contenders of the LeNet section in one process: ``python -m benchmarks.lenet_race FILE ROUNDS``.

The section starts this in ``.venv-bench``, where the peers are; what it finds goes into FILE as JSON.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import torch

from benchmarks.lenet_task import (
    BATCH,
    OWN,
    SEED,
    SMALL,
    Contender,
    Task,
    make_model,
    make_task,
    use_all_cores,
)
from benchmarks.report import processor
from benchmarks.rounds import interleave
from helpers import evaluate


class Racer:
    """Runs one contender again and again from the same weights, and checks that it really trained.

    Attributes:
        steps: training steps of its last epoch, counted at the network itself.
        accuracy: on held-out images after its last epoch, from 0 to 1.
    """

    def __init__(self, contender: Contender, task: Task) -> None:
        self.contender, self.task = contender, task
        self.steps, self.accuracy, self.model = 0, 0.0, None

    def __call__(self) -> float:
        """Train for one epoch; returns its seconds."""
        torch.manual_seed(SEED)
        self.model, self.steps = make_model(self.task), 0
        run = self.contender(self.model, self.task)
        counting = self.model.register_forward_pre_hook(self._count)
        started = time.perf_counter()
        run()
        seconds = time.perf_counter() - started
        counting.remove()
        self.accuracy = evaluate(self.model, self.task.test, batch_size=BATCH)["accuracy"]
        return seconds

    def _count(self, model: torch.nn.Module, inputs: object) -> None:
        self.steps += model.training


def race(
    contenders: dict[str, Contender], task: Task, rounds: int, most: int = 0
) -> dict[str, dict[str, Any]]:
    """{name: {seconds: of each round, steps, accuracy}} of all contenders; more rounds where one scatters.

    Raises:
        RuntimeError: somebody took another number of steps than the epoch has.
    """
    racers = {name: Racer(contender, task) for name, contender in contenders.items()}
    seconds = interleave(racers, rounds, most)
    for name, racer in racers.items():
        if racer.steps != task.steps:
            raise RuntimeError(f"{name} took {racer.steps} steps; an epoch has {task.steps}")
    return {
        name: {"seconds": seconds[name], "steps": racer.steps, "accuracy": racer.accuracy}
        for name, racer in racers.items()
    }


def usable(contenders: dict[str, Contender], task: Task) -> tuple[dict[str, Contender], dict[str, str]]:
    """Those that can train a few batches, and why the others can not."""
    few = make_task("mnist", full=False) if len(task.images) > 4000 else task
    found, missing = {}, {}
    for name, contender in contenders.items():
        try:
            Racer(contender, few)()
        except Exception as problem:  # a peer may fail in any way; the table says how
            missing[name] = f"{type(problem).__name__}: {problem}"
        else:
            found[name] = contender
    return found, missing


def load_peers(task: Task) -> tuple[dict[str, Contender], dict[str, str]]:
    """The peers that import and train here, and for the others why they do not."""
    from benchmarks.lenet_peers import importable

    peers, missing = importable()
    found, failed = usable(peers, task)
    return found, missing | failed


def main(file: str, rounds: str) -> None:
    """Race all, then the small ratios, and write what was found."""
    warnings.simplefilter("ignore")  # the peers' advice on workers and on logging
    use_all_cores()
    task, count = make_task(), int(rounds)
    peers, missing = load_peers(task)
    found = {
        "source": task.source,
        "processor": processor(),
        "missing": missing,
        "epoch": race(OWN | peers, task, count or 3, count or 7),
        "small": race(SMALL, task, count or 11, count or 33),
    }
    Path(file).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
