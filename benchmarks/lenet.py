"""Section ``lenet``: one epoch of LeNet-5 in the course, in other libraries, and as computation alone."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.lenet_task import BARE, BATCH, COURSE, FLOOR
from benchmarks.peers_env import ROOT, prepare
from benchmarks.report import table, verdict
from benchmarks.rounds import medians, ratios
from benchmarks.sections import Options
from launcher.errors import CourseError

PEER_PACKAGES = ("torch", "torchvision", "lightning", "fastai", "skorch", "d2l")
FLOOR_TARGET, FIT_TARGET, PEERS_TARGET = 1.05, 1.03, 2.0


def measure(options: Options) -> str:
    """The section's Markdown. The contenders run in one process, in the environment of the peers."""
    python, problem = prepare()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "found.json")
        command = [str(python), "-m", "benchmarks.lenet_race", str(file), str(options.rounds or 0)]
        env = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
        done = subprocess.run(
            command, env=dict(env, PYTHONPATH=str(ROOT), TQDM_DISABLE="1"), cwd=folder, check=False
        )
        if done.returncode:
            raise CourseError(f"The race ended with code {done.returncode}; what it said stands above.")
        found = json.loads(file.read_text("utf-8"))
    if problem:
        found["missing"] = {"the peers": problem}
    return write(found, provenance_of(python))


def provenance_of(python: Path) -> str:
    """The line with the versions, as the Python that ran the race sees them."""
    ask = f"from benchmarks.report import provenance; print(provenance({PEER_PACKAGES!r}))"
    env = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONIOENCODING="utf-8")
    return subprocess.check_output([str(python), "-c", ask], env=env, encoding="utf-8").strip()


def write(found: dict[str, Any], origin: str) -> str:
    """The section's Markdown from what the race found."""
    epoch = {name: one["seconds"] for name, one in found["epoch"].items()}
    small = {name: one["seconds"] for name, one in found["small"].items()}
    steps = found["epoch"][COURSE]["steps"]
    intro = (
        f"{found['source']}, batch {BATCH}, {steps} steps, SGD with momentum, the same first "
        f"weights for all. Median of {len(epoch[COURSE])} interleaved rounds after a warm-up. Files are "
        "decoded beforehand for all. All run in one process, so what `fit` asks of the C library (to keep "
        "the memory that a step frees) serves them all."
    )
    left_out = [f"Left out: {name} ({why})." for name, why in found["missing"].items()]
    parts = [
        intro,
        epoch_table(found["epoch"], epoch),
        *left_out,
        peers_line(epoch, found["processor"]),
        small_table(small),
        origin,
    ]
    return "\n\n".join(part for part in parts if part)


def epoch_table(results: dict[str, dict], seconds: dict[str, list[float]]) -> str:
    """Seconds, ratio to the course and test accuracy of each contender, the fastest first."""
    middle, ratio = medians(seconds), ratios(seconds, COURSE)
    rows = [
        (
            name,
            f"{middle[name]:.2f}",
            f"{ratio[name]:.2f}",
            "one batch only"
            if name.startswith("computation")
            else f"{100 * results[name]['accuracy']:.1f} %",
        )
        for name in sorted(middle, key=middle.get)
    ]
    return table(("one epoch", "seconds", "ratio to the course", "test accuracy"), rows)


def peers_line(seconds: dict[str, list[float]], where: str) -> str:
    """The median of all that load through a data set, as a multiple of the course, on which processor."""
    ratio = ratios(seconds, COURSE)
    others = [value for name, value in ratio.items() if name != COURSE and not name.startswith("computation")]
    middle = statistics.median(others)
    state = verdict(middle, PEERS_TARGET, at_least=True)
    return (
        f"On this processor, {where}, the median of the other {len(others)} takes {middle:.2f} times as long "
        f"(target ≥ 2: {state}). The faster a processor computes, the more of an epoch is loading."
    )


def small_table(seconds: dict[str, list[float]]) -> str:
    """What the course's batches and its ``fit`` cost beyond the computation."""
    floor, by_hand = ratios(seconds, FLOOR), ratios(seconds, BARE)
    rows = [
        ("`helpers.fit` / computation only", floor[COURSE], FLOOR_TARGET),
        ("loop by hand over `helpers.batches` / computation only", floor[BARE], FLOOR_TARGET),
        ("`helpers.fit` / the same loop by hand", by_hand[COURSE], FIT_TARGET),
    ]
    lines = [(name, f"{value:.3f}", f"≤ {target}", verdict(value, target)) for name, value, target in rows]
    return table((f"median of {len(seconds[COURSE])} rounds", "ratio", "target", ""), lines)
