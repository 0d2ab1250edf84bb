"""What the trial of the mutants found, for those who write the homework."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from homework.author.equivalent import Equivalent
from homework.author.mutated import Mutated
from homework.author.mutating import Outcome, Verdict

TARGETS = {"caught": 1.0, "caught by a visible test": 0.95, "named by a hint": 0.7}
MOST_WORDS = 110  # signs of a line of a message that are shown


@dataclasses.dataclass(frozen=True)
class Report:
    """What was found.

    Attributes:
        equivalent: the mutants that pass and are listed as no mistakes.
        outcomes: those of all others.
        stale: what is wrong with entries of the list.
    """

    equivalent: list[Outcome]
    outcomes: list[Outcome]
    stale: list[str]

    def where(self, holds: Callable[[Outcome], bool]) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if holds(outcome)]

    @property
    def survivors(self) -> list[Outcome]:
        return self.where(lambda outcome: outcome.verdict == Verdict.SURVIVED)

    @property
    def hidden_only(self) -> list[Outcome]:
        return self.where(lambda outcome: outcome.verdict == Verdict.HIDDEN)

    @property
    def unnamed(self) -> list[Outcome]:
        return self.where(lambda outcome: outcome.verdict != Verdict.SURVIVED and not outcome.named)

    @property
    def rates(self) -> dict[str, float]:
        """The share of all mutants that are mistakes, for each of `TARGETS`."""
        counts = (
            self.where(lambda outcome: outcome.verdict != Verdict.SURVIVED),
            self.where(lambda outcome: outcome.verdict == Verdict.VISIBLE),
            self.where(lambda outcome: outcome.named),
        )
        total = max(len(self.outcomes), 1)
        return {name: len(found) / total for name, found in zip(TARGETS, counts, strict=True)}

    @property
    def good(self) -> bool:
        return not self.stale and all(rate >= TARGETS[name] for name, rate in self.rates.items())

    def summary(self) -> str:
        """The rates in one line."""
        rates = "; ".join(f"{name} {rate:.1%} (of {TARGETS[name]:.0%})" for name, rate in self.rates.items())
        return f"{len(self.outcomes)} mutants, {len(self.equivalent)} equivalent ones besides: {rates}"

    def text(self) -> str:
        blocks = [
            block("survivors: no test notices them", self.survivors, lambda _: ""),
            block("hidden only: they pass all that students see", self.hidden_only, failed_at),
            block("unnamed: no test that they fail has a hint", self.unnamed, failed_at),
        ]
        stale = [f"equivalent.toml: {problem}" for problem in self.stale]
        kinds = Counter(map(kind_of_failure, self.unnamed)).most_common()
        unnamed = "unnamed: " + ", ".join(f"{count} {kind}" for kind, count in kinds)
        return "\n".join([*filter(None, blocks), *stale, unnamed, self.summary()])


def make_report(everything: list[Mutated], outcomes: list[Outcome], listed: list[Equivalent]) -> Report:
    """Set the listed mutants apart.

    Args:
        everything: all mutants of the homework, tried or not.
    """
    survived = [outcome for outcome in outcomes if outcome.verdict == Verdict.SURVIVED]
    equivalent = [outcome for outcome in survived if any(fits(entry, outcome.mutated) for entry in listed)]
    stale = [problem for entry in listed for problem in problems(entry, everything, outcomes)]
    return Report(equivalent, [outcome for outcome in outcomes if outcome not in equivalent], stale)


def fits(entry: Equivalent, each: Mutated) -> bool:
    return entry.fits(each.task, each.style, each.mutant.old, each.mutant.new)


def problems(entry: Equivalent, everything: list[Mutated], outcomes: list[Outcome]) -> Iterator[str]:
    """What is wrong with an entry: it fits nothing, or only what is caught (in a style)."""
    if not any(fits(entry, each) for each in everything):
        yield f"no mutant is like this entry: {entry}"
    verdicts = defaultdict(set)
    for outcome in outcomes:
        if fits(entry, outcome.mutated):
            verdicts[outcome.mutated.style].add(outcome.verdict)
    for style, found in verdicts.items():
        if Verdict.SURVIVED not in found:
            yield f'noticed in the style "{style}" (take the entry out, or narrow it with "of"): {entry}'


def failed_at(outcome: Outcome) -> str:
    """Which test it was, and what it said: its first line, and what came."""
    first, *more = outcome.message.splitlines() or [""]
    came = [line.strip() for line in more if line.lstrip().startswith("got:")]
    return f"{outcome.test}: {'; '.join([short(first), *map(short, came)])}"


def short(line: str) -> str:
    return line if len(line) <= MOST_WORDS else line[: MOST_WORDS - 1] + "…"


def kind_of_failure(outcome: Outcome) -> str:
    """What a test without a hint said."""
    if outcome.verdict == Verdict.HIDDEN:
        return "hidden"
    if re.match(r"\w+(Error|Exception|Warning)\b", outcome.message):
        return "an error of Python's"
    if re.search(
        r"the (shape|dtype|type) is|it has \d+ entries|nothing came back|is wanted, not", outcome.message
    ):
        return "another shape or type"
    return "other values"


def block(title: str, outcomes: list[Outcome], told: Callable[[Outcome], str]) -> str:
    """Outcomes by task; the same change in several styles is told once."""
    if not outcomes:
        return ""
    places: dict[tuple, list[str]] = defaultdict(list)
    for outcome in outcomes:
        each = outcome.mutated
        key = each.task, each.mutant.old, each.mutant.new, told(outcome)
        places[key].append(f"{each.style}:{each.line}")
    lines, last = [f"== {title}: {len(outcomes)}"], None
    for (task, old, new, words), where in places.items():
        lines += [f"-- {task}"] * (task != last)
        lines += [f"{', '.join(where)}", f"    {old}", f"  → {new}"] + [f"    {words}"] * bool(words)
        last = task
    return "\n".join(lines) + "\n"
