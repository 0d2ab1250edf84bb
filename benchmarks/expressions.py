"""Section ``expressions``: how many faces of a set get the right one of seven expressions.

The scorer of ``projects/expressions.md``: our own entries, or what ``--entry`` names: a program that trains,
or a file of predictions.
"""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks.expression_entries import Faces, Score, load_faces, read_predictions, run, score
from benchmarks.report import provenance, table
from benchmarks.sections import Options
from benchmarks.speedrun import load_entry
from helpers.vision.drawn_faces import EXPRESSIONS
from launcher.errors import CourseError
from launcher.places import ROOT

SEEDS = 3
ENTRIES = ROOT / "projects" / "expressions"
OURS = (ENTRIES / "vit.py", ENTRIES / "cnn.py")
SET_NAMES = {"drawn": "drawn faces", "raf_db": "RAF-DB", "fer2013": "FER2013"}
COLUMNS = ("set", "entry", "seeds", "right", "scatter", "class_mean", "cpu_seconds", "what")


def measure(options: Options) -> str:
    """The section's Markdown; ``--rounds`` is the number of seeds, ``--set`` the pictures."""
    name = options.data or "drawn"
    faces = load_faces(name, options.validate)
    if options.entry and options.entry.suffix == ".csv":
        if options.validate:
            raise CourseError("A file of predictions is scored on the test pictures: leave --validate out.")
        predicted = read_predictions(options.entry, len(faces.asked))
        found = {f"`{options.entry.stem}`: predictions": [score(predicted, faces.answers)]}
    else:
        paths = [options.entry] if options.entry else OURS
        found = {said: scores(path, faces, options) for path in paths for said in [load_entry(path)[0]]}
    parts = [write(found, name, faces, options.validate), provenance(("torch", "torchvision"))]
    if options.entry and not options.validate:
        lines = [leaderboard_line(name, said, runs) for said, runs in found.items()]
        parts.insert(1, "For projects/expressions/leaderboard.csv:\n\n    " + "\n    ".join(lines))
    return "\n\n".join(parts)


def scores(path: Path, faces: Faces, options: Options) -> list[Score]:
    """The entry with each seed."""
    train = load_entry(path)[1]
    return [run(train, faces, seed) for seed in range(options.rounds or SEEDS)]


def write(found: dict[str, list[Score]], name: str, faces: Faces, validate: bool) -> str:
    """What was asked, how many were right, and how many of each expression."""
    what = "training pictures kept apart (choose by these)" if validate else "test pictures"
    intro = (
        f"{SET_NAMES[name]}: {len(faces.images):,} pictures to learn from, {len(faces.asked):,} {what}, each "
        "asked once, as it is. Mean ± standard deviation over the seeds; *mean of classes* counts every "
        "expression alike; seconds are those of the processor, in training."
    )
    head = ("entry", "seeds", "right", "mean of classes", "seconds")
    rows = [
        (
            said,
            len(runs),
            _percent([r.right for r in runs]),
            _percent([r.class_mean for r in runs]),
            _seconds(runs),
        )
        for said, runs in found.items()
    ]
    each = [
        (
            said,
            *(
                f"{100 * statistics.mean(r.each[label] for r in runs):.0f} %"
                for label in range(len(EXPRESSIONS))
            ),
        )
        for said, runs in found.items()
    ]
    return "\n\n".join([intro, table(head, rows), table(("right, of", *EXPRESSIONS), each)])


def leaderboard_line(name: str, said: str, runs: list[Score]) -> str:
    """One line of ``leaderboard.csv``, with the columns ``COLUMNS``."""
    entry, _, what = said.replace("`", "").partition(": ")
    right = [100 * run.right for run in runs]
    scatter = f"{statistics.stdev(right):.2f}" if len(right) > 1 else ""
    means = statistics.mean(100 * run.class_mean for run in runs)
    numbers = (len(runs), f"{statistics.mean(right):.2f}", scatter, f"{means:.2f}", _seconds(runs))
    return ",".join(map(str, (name, entry, *numbers, '"' + what.replace('"', "'") + '"')))


def _percent(shares: list[float]) -> str:
    scatter = f" ± {100 * statistics.stdev(shares):.2f}" if len(shares) > 1 else ""
    return f"{100 * statistics.mean(shares):.2f}{scatter} %"


def _seconds(runs: list[Score]) -> str:
    known = [run.seconds for run in runs if run.seconds is not None]
    return f"{statistics.median(known):.0f}" if known else ""
