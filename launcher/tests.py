"""`course.py test`: lint, unit tests, browser tests and every notebook."""

import argparse
import functools
import subprocess
import time

from launcher.children import choose_environment
from launcher.places import ROOT, say

# A slow machine gets its time; a cell that hangs is named before pytest ends the whole test, at 900 s.
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=840"]
NBVAL += ["-p", "tests.notebook_pictures", "-p", "tests.kernel_watch", "-p", "tests.missing_weights"]


def side_by_side(workers: int) -> list:
    """pytest's options for several workers; the tests of a file stay together."""
    return ["-n", str(workers), "--dist", "loadfile"]


def test(options: argparse.Namespace, arguments: list[str]) -> int:
    """Lint, unit tests, browser tests and every notebook; with arguments, pytest alone."""
    python, env = choose_environment(options, "test")
    # One thread for each worker; and a progress bar says something else in every run.
    env = dict(env, OMP_NUM_THREADS="1", TQDM_DISABLE="1")
    run = functools.partial(subprocess.call, cwd=ROOT, env=env)
    pytest = [str(python), "-P", "-m", "pytest"]
    if arguments:
        names_notebook = any(".ipynb" in argument for argument in arguments)
        return run(pytest + (NBVAL if names_notebook else []) + arguments)
    results = []
    for name, command in test_stages(str(python), pytest, options.thorough):
        say(f"\n=== {name}")
        started = time.monotonic()
        results.append((name, run(command), time.monotonic() - started))
    say("\n=== Summary")
    for name, code, seconds in results:
        say(f"{'passed' if code == 0 else 'FAILED'}  {seconds:6.0f} s  {name}")
    return int(any(code for _, code, _ in results))


def test_stages(python: str, pytest: list, is_thorough: bool) -> list:
    """(name, command) of every stage of a full test, for two cores; browser tests run one at a time."""
    which = "not browser" if is_thorough else "not browser and not thorough"
    # Counting lines makes the tests of grading take twice the time.
    coverage = ["--cov", "--cov-report=term-missing", "--cov-fail-under=95"] if is_thorough else []
    # A third of the unit tests' time is waiting for time limits and servers; notebooks compute all the time.
    ruff = [python, "-P", "-m", "ruff"]
    # Of the homework the sources run: they hold the solutions.
    patterns = ("notebooks/*.ipynb", "notebooks/answers/*.ipynb", "homework/hw*/source.ipynb")
    # Late lessons take longest: they go first, so that neither worker is left alone with one in the end.
    files = [path for pattern in patterns for path in sorted(ROOT.glob(pattern), reverse=True)]
    notebooks = [str(path.relative_to(ROOT)) for path in files]
    return [
        ("lint: ruff check", [*ruff, "check", "."]),
        ("format: ruff format --check", [*ruff, "format", "--check", "."]),
        ("unit tests", [*pytest, "tests", "-m", which, *side_by_side(3), *coverage]),
        ("browser tests", [*pytest, "tests/browser", "-m", "browser", "-rs"]),
        (
            f"{len(notebooks)} notebooks, re-executed and compared",
            [*pytest, *NBVAL, *side_by_side(2), "--no-loadscope-reorder", *notebooks],
        ),
    ]
