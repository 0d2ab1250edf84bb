"""Repeated runs of several contenders, by turns in every round, so that a drifting machine is fair."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping


def interleave(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Run every contender once in each round, after a first round that is thrown away.

    Args:
        contenders: {name: a function that does the work and returns its seconds}.
        rounds: measured rounds.

    Returns:
        {name: seconds of each measured round}.
    """
    from tqdm import tqdm

    found: dict[str, list[float]] = {name: [] for name in contenders}
    # disable=False: TQDM_DISABLE is for the bars of the contenders.
    with tqdm(total=(rounds + 1) * len(contenders), unit="run", disable=False) as bar:
        for number in range(rounds + 1):
            for name, run in contenders.items():
                bar.set_description(f"{f'round {number} of {rounds}' if number else 'warm-up'}: {name}")
                seconds = run()
                if number:
                    found[name].append(seconds)
                bar.update()
    return found


def medians(found: Mapping[str, Iterable[float]]) -> dict[str, float]:
    """{name: the median of its seconds}."""
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def ratios(found: Mapping[str, Iterable[float]], reference: str) -> dict[str, float]:
    """{name: its median over the median of the reference}."""
    middle = medians(found)
    return {name: seconds / middle[reference] for name, seconds in middle.items()}
