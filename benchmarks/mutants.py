"""What the tests notice: small changes to the code, and the share of them that makes a test fail.

    python -m benchmarks.mutants helpers/data --count 60 --seed 1

An author's tool, not part of CI: it needs cosmic-ray (``pip install cosmic-ray``), which finds the places and
makes the changes. A sample is drawn over places, so that a line with many operators counts once. Each mutant
is a fork of a process that has imported torch already, on a copy of the project: the checkout stays as it is.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import dataclasses
import difflib
import functools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRELOADED = ["torch", "torch._dynamo", "torchvision", "matplotlib.pyplot", "nbclient", "sklearn", "pytest"]

# Two need a configuration of their own, one fails on dotted names such as `except psutil.Error`.
LEFT_OUT = re.compile("Variable|ExceptionReplacer")

# What is mutated: the tests that should notice, quick ones first.
TESTS = {
    "helpers/data": ["data", "whole_sets", "decoded", "download", "pictures"],
    "helpers/device.py": ["device"],
    "helpers/train": ["augmentation", "training", "training_data", "checkpoints"],
    "helpers/plots": ["plotting", "explorer"],
    "launcher": ["failures", "machine", "cli", "builds", "install", "lab"],
}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change: where, by which operator of cosmic-ray, and the text of the changed file."""

    path: Path
    line: int
    operator: str
    text: str

    def difference(self) -> str:
        """The changed lines, old and new."""
        old = (ROOT / self.path).read_text("utf-8").splitlines()
        lines = difflib.unified_diff(old, self.text.splitlines(), lineterm="", n=0)
        return "\n".join(line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where types are written: with postponed evaluation a change there changes nothing."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if part is not None:
                found.append(((part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)))
    return found


@functools.cache
def places(path: Path) -> dict[tuple[int, int], list]:
    """{(line, column): the changes that cosmic-ray can make there}, types left out."""
    from cosmic_ray.commands.init import _all_work_items

    typed, found = annotations((ROOT / path).read_text("utf-8")), {}
    for item in _all_work_items([str(ROOT / path)], {}):
        (spec,) = item.mutations
        if LEFT_OUT.search(spec.operator_name) or any(a <= spec.start_pos < b for a, b in typed):
            continue
        found.setdefault(tuple(spec.start_pos), []).append(spec)
    return found


def sample(folder: str, count: int, seed: int) -> Iterator[Mutant]:
    """A mutant at each of ``count`` places, drawn from all files below a folder."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    start, draw = ROOT / folder, random.Random(seed)
    files = [start] if start.is_file() else sorted(start.rglob("*.py"))
    spots = [
        (file.relative_to(ROOT), where) for file in files for where in sorted(places(file.relative_to(ROOT)))
    ]
    for path, where in draw.sample(spots, min(count, len(spots))):
        spec = draw.choice(places(path)[where])
        operator = get_operator(spec.operator_name)(**dict(spec.operator_args or {}))
        text = mutate_code((ROOT / path).read_text("utf-8"), operator, spec.occurrence)
        if text is not None:
            yield Mutant(path, where[0], spec.operator_name.removeprefix("core/"), text)


def copy_project(folder: Path) -> None:
    """The files that git knows, and those that it would add."""
    command = ["git", "ls-files", "-c", "-o", "--exclude-standard"]
    for name in subprocess.check_output(command, cwd=ROOT, text=True).splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def run_tests(folder: Path, tests: list[str], seconds: float) -> str:
    """Run pytest in a fork of this process: "passed", "failed" or "timeout"; what it said is in a log."""
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            os.chdir(folder)
            log = os.open(folder.parent / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            sys.path.insert(0, str(folder))
            os.environ.update(
                PYTHONPATH=str(folder), OMP_NUM_THREADS="1", TQDM_DISABLE="1", PYTHONDONTWRITEBYTECODE="1"
            )
            sys.dont_write_bytecode = True
            import pytest

            code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:cov", "--no-header", *tests])
            sys.stdout.flush()
            os._exit(int(code))
        except BaseException:
            traceback.print_exc()
            os._exit(99)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            end_group(child)
            return "passed" if os.waitstatus_to_exitcode(status) == 0 else "failed"
        time.sleep(0.05)
    end_group(child)
    os.waitpid(child, 0)
    return "timeout"


def end_group(leader: int) -> None:
    """End a fork and whatever it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", help="a folder or file to change, such as helpers/data")
    parser.add_argument("--count", type=int, default=60, help="mutants to try (default: 60)")
    parser.add_argument("--seed", type=int, default=1, help="draws the sample (default: 1)")
    parser.add_argument("--tests", nargs="+", default=None, help="test files and options of pytest")
    asked = parser.parse_args(arguments)
    tests = asked.tests or [f"tests/unit/test_{name}.py" for name in TESTS[asked.folder]]
    for name in PRELOADED:
        __import__(name)
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        folder = Path(scratch, "course")
        copy_project(folder)
        started = time.monotonic()
        if run_tests(folder, tests, 1800) != "passed":
            print(Path(scratch, "log.txt").read_text("utf-8")[-3000:])
            print("The tests do not pass on the code as it is.", file=sys.stderr)
            return 1
        limit = 60 + 3 * (time.monotonic() - started)
        print(f"unchanged: passed in {time.monotonic() - started:.0f} s", flush=True)
        lived = 0
        for number, mutant in enumerate(sample(asked.folder, asked.count, asked.seed), 1):
            (folder / mutant.path).write_text(mutant.text, encoding="utf-8")
            verdict = run_tests(folder, tests, limit)
            shutil.copy2(ROOT / mutant.path, folder / mutant.path)
            lived += verdict == "passed"
            if verdict == "passed":
                print(
                    f"{number:4} LIVES {mutant.path}:{mutant.line} {mutant.operator}\n{mutant.difference()}",
                    flush=True,
                )
        print(
            f"{asked.folder}: {number - lived} of {number} died ({1 - lived / number:.0%}), seed {asked.seed}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
