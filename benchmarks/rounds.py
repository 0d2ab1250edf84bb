"""Repeated runs of several contenders, by turns in every round, so that a drifting machine is fair."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence


def interleave(
    contenders: Mapping[str, Callable[[], float]], rounds: int, most: int = 0, wanted: float = 0.01
) -> dict[str, list[float]]:
    """Run every contender once in each round, after a first round that is thrown away.

    Args:
        contenders: {name: a function that does the work and returns its seconds}.
        rounds: measured rounds.
        most: rounds to go on to, if that is more, while a median is less certain than wanted.
        wanted: the uncertainty that is good enough, as a share of the median.

    Returns:
        {name: seconds of each measured round}.
    """
    from tqdm import tqdm

    found: dict[str, list[float]] = {name: [] for name in contenders}
    # disable=False: TQDM_DISABLE is for the bars of the contenders.
    with tqdm(total=(rounds + 1) * len(contenders), unit="run", disable=False) as bar:
        for number in range(max(rounds, most) + 1):
            if number > rounds:
                if max(uncertainty(seconds) for seconds in found.values()) <= wanted:
                    break
                bar.total += len(contenders)
            for name, run in contenders.items():
                bar.set_description(f"{f'round {number}' if number else 'warm-up'}: {name}")
                seconds = run()
                if number:
                    found[name].append(seconds)
                bar.update()
    return found


def uncertainty(seconds: Sequence[float]) -> float:
    """About one standard error of the median, as a share of it; from the quartiles, which bear outliers."""
    if len(seconds) < 2:
        return math.inf
    low, middle, high = statistics.quantiles(seconds, n=4, method="inclusive")
    return 0.93 * (high - low) / math.sqrt(len(seconds)) / middle  # 1.2533 / 1.349 for normal scatter


def medians(found: Mapping[str, Iterable[float]]) -> dict[str, float]:
    """{name: the median of its seconds}."""
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def ratios(found: Mapping[str, Iterable[float]], reference: str) -> dict[str, float]:
    """{name: its median over the median of the reference}."""
    middle = medians(found)
    return {name: seconds / middle[reference] for name, seconds in middle.items()}
