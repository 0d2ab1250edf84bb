"""Section ``notebooks``: every notebook from top to bottom in a fresh kernel, as a student runs it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.report import last_line, provenance, table, verdict
from benchmarks.sections import Options
from launcher.errors import CourseError

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
PART_ONE = [f"{number:02}" for number in range(8)]
PART_ONE_SECONDS, LESSON_SECONDS, CELL_SECONDS, KERNEL_MB = 600, 90, 60, 2000
POLL_SECONDS = 0.1
CELL_LIMIT = 600  # seconds: a cell that takes longer hangs


@dataclasses.dataclass
class Run:
    """What one notebook took.

    Attributes:
        seconds: wall time, the start of the kernel included.
        cells: number of cells.
        slowest: seconds of the slowest cell; cell: which one it is, counted from 1 over all cells.
        kernel_mb: largest memory of the kernel, in 10**6 bytes.
        family_mb: the same of the kernel and the processes that it started together.
    """

    seconds: float
    cells: int
    slowest: float
    cell: int
    kernel_mb: float
    family_mb: float


def memory_of(process: psutil.Process) -> int:
    """Bytes of a process in memory. Where the system tells, a page that several share is counted once in all:
    torch alone is hundreds of megabytes that all its processes share.
    """
    return process.memory_full_info().pss if sys.platform == "linux" else process.memory_info().rss


class MemoryWatch:
    """Looks every 0.1 s at the memory of a process and of all its children.

    Attributes:
        alone, together: the largest readings, in bytes: of the process, and with its children.
    """

    def __init__(self) -> None:
        self.alone, self.together, self.done = 0, 0, threading.Event()

    def look(self, process: int) -> None:
        """Take one reading; a process that has just ended counts nothing."""
        with contextlib.suppress(psutil.NoSuchProcess):
            family = [psutil.Process(process)]
            family += family[0].children(recursive=True)
            held = {}
            for member in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    held[member.pid] = memory_of(member)
            self.alone = max(self.alone, held.get(process, 0))
            self.together = max(self.together, sum(held.values()))

    @contextlib.contextmanager
    def over(self, process: int) -> Iterator[None]:
        """Watch while the block runs."""

        def watch() -> None:
            while not self.done.wait(POLL_SECONDS):
                self.look(process)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            self.look(process)
            self.done.set()
            thread.join()


def execute(path: Path) -> Run:
    """Run a notebook in its own folder, on all cores; the file is not written.

    Raises:
        CourseError: a cell raised an error, or took longer than its limit.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    from benchmarks.this_python import ThisPython

    notebook = nbformat.read(path, as_version=4)
    seconds = []
    client = NotebookClient(
        notebook,
        timeout=CELL_LIMIT,
        kernel_name="python3",
        kernel_manager_class=ThisPython,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],
    )
    env = {
        name: value for name, value in os.environ.items() if name not in ("OMP_NUM_THREADS", "TQDM_DISABLE")
    }
    watch, started = MemoryWatch(), time.perf_counter()
    try:
        with client.setup_kernel(env=env), watch.over(client.km.provisioner.pid):
            for index, cell in enumerate(notebook.cells):
                before = time.perf_counter()
                client.execute_cell(cell, index)
                seconds.append(time.perf_counter() - before)
    except (CellExecutionError, CellTimeoutError) as problem:
        raise CourseError(f"{path.name} does not run to its end: {last_line(str(problem))}") from problem
    total = time.perf_counter() - started
    slowest = max(seconds)
    return Run(
        seconds=total,
        cells=len(seconds),
        slowest=slowest,
        cell=seconds.index(slowest) + 1,
        kernel_mb=watch.alone / 1e6,
        family_mb=watch.together / 1e6,
    )


def measure(options: Options) -> str:
    """The section's Markdown. Every notebook runs once: they are the long part of a bench."""
    from tqdm import tqdm

    runs = {}
    with tqdm(sorted(FOLDER.glob("[0-9][0-9]*.ipynb")), unit="notebook") as bar:
        for path in bar:
            bar.set_description(path.stem)
            runs[path.stem] = execute(path)
    return f"{write(runs)}\n\n{provenance(('torch', 'nbclient', 'ipykernel'))}"


def write(runs: dict[str, Run]) -> str:
    """Two tables: what each notebook took, with its largest memory, and the targets."""
    rows = [
        (
            name,
            f"{run.seconds:.0f}",
            f"{run.slowest:.1f}",
            f"{run.cell} of {run.cells}",
            f"{run.kernel_mb:.0f}",
            f"{run.family_mb:.0f}",
        )
        for name, run in runs.items()
    ]
    part_one = sum(run.seconds for name, run in runs.items() if name[:2] in PART_ONE)
    targets = [
        ("Part I (00 to 07), seconds in all", part_one, PART_ONE_SECONDS),
        ("slowest notebook, seconds", max(run.seconds for run in runs.values()), LESSON_SECONDS),
        ("slowest cell, seconds", max(run.slowest for run in runs.values()), CELL_SECONDS),
        ("largest kernel, MB", max(run.kernel_mb for run in runs.values()), KERNEL_MB),
        ("… and the processes that it started, MB", max(run.family_mb for run in runs.values()), KERNEL_MB),
    ]
    lines = [(name, f"{value:.0f}", f"≤ {limit}", verdict(value, limit)) for name, value, limit in targets]
    head = (
        "notebook",
        "seconds",
        "slowest cell, seconds",
        "which cell",
        "kernel, MB",
        "with its processes, MB",
    )
    return f"{table(head, rows)}\n\n{table(('all of them', 'measured', 'target', ''), lines)}"
