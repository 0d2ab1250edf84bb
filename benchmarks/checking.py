"""Section ``checking``: what a student waits for `check`, against torch's import and the tests alone."""

from __future__ import annotations

import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.grading import STUDENT_EDITION, is_teachers
from benchmarks.report import provenance, table, verdict
from benchmarks.sections import Options
from launcher.errors import CourseError
from launcher.places import ROOT

HOMEWORK = ("hw1", "hw3")  # one whose tests take seconds, one whose tests take almost nothing
TARGET = 1.3
CHECK = "import sys; from benchmarks.checking import check; check(*sys.argv[1:])"


def check(name: str, copies: str) -> None:
    """What `course.py check` does, on the notebook in another folder; the process ends with its code."""
    from homework.__main__ import main
    from homework.folders import Folders

    sys.exit(main(["check", name], Folders(ROOT / "homework", Path(copies), Path(copies) / "handins")))


def answered(name: str, copies: Path) -> str:
    """Release a homework into a folder, with the solutions in the copy.

    Returns:
        The cells of the copy as one program: given ones, answers and tests.
    """
    import nbformat

    from homework.cells import ANSWER, SOLUTION, kind_of
    from homework.folders import Folders, copy_name, read_source
    from homework.release import release, to_text

    release([name], Folders(ROOT / "homework", copies, copies / "handins"))
    source, _ = read_source(name)
    path = copies / copy_name(source)
    notebook = nbformat.read(path, as_version=4)
    for cell, ours in zip(notebook.cells, source.cells, strict=True):
        if kind_of(cell.metadata) == ANSWER:
            cell.source = "\n".join(line for line in ours.source.splitlines() if line.strip() not in SOLUTION)
    path.write_text(to_text(notebook), encoding="utf-8")
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def seconds_of(*arguments: str) -> float:
    """Seconds of a Python process.

    Raises:
        CourseError: it failed.
    """
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise CourseError(f"What is measured failed; it said: {(done.stdout + done.stderr)[-800:]}")
    return time.perf_counter() - started


def measure(options: Options) -> str:
    """The section's Markdown."""
    if not is_teachers():
        return STUDENT_EDITION
    rounds, found = options.rounds or 5, {}
    for name in HOMEWORK:
        with tempfile.TemporaryDirectory() as folder:
            with contextlib.redirect_stdout(io.StringIO()):
                program = answered(name, Path(folder))
            Path(folder, "program.py").write_text("import torch\n" + program, encoding="utf-8")
            pairs = []
            for number in range(rounds + 1):
                print(f"{name}: round {number} of {rounds}", flush=True)
                alone = seconds_of(str(Path(folder, "program.py")))
                pairs.append((seconds_of("-c", CHECK, name, folder), alone))
            found[name] = pairs[1:]
    return f"{write(found)}\n\n{provenance()}"


def write(found: dict[str, list[tuple[float, float]]]) -> str:
    """The section's table from {homework: [(seconds of check, of torch and the tests), …]}, by rounds."""
    rows = []
    for name, pairs in found.items():
        whole, alone = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in pairs)
        rows.append((name, f"{whole:.1f}", f"{alone:.1f}", f"{ratio:.2f}", verdict(ratio, TARGET)))
    head = ("all tasks answered", "`check`, seconds", "torch and the tests alone", "ratio", f"≤ {TARGET}")
    return table(head, rows)
