"""Section ``startup``: what `import helpers` costs, and how long `course.py lab` takes to show its page."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.report import provenance, table, verdict
from benchmarks.sections import Options
from launcher.errors import CourseError
from launcher.jupyter import choose_port
from launcher.places import ROOT, VENV

LAB_TARGET = 6.0  # seconds to a served page
LAB_LIMIT = 180  # seconds: it does not start at all
# In one interpreter: what importing helpers costs once torch is there, then every name that it offers.
IMPORTS = """
import json, time
marks = [time.perf_counter()]
import torch; marks.append(time.perf_counter())
import helpers; marks.append(time.perf_counter())
for name in helpers.__all__: getattr(helpers, name)
marks.append(time.perf_counter())
print(json.dumps([late - early for early, late in zip(marks, marks[1:])]))
"""


def import_seconds(rounds: int) -> list[float]:
    """Medians over fresh interpreters: ``import torch``, then ``import helpers``, then all its names."""
    from tqdm import trange

    found = []
    for number in trange(rounds + 1, desc="imports", unit="interpreter"):
        said = subprocess.check_output([sys.executable, "-c", IMPORTS], cwd=ROOT, encoding="utf-8")
        if number:  # the first one reads the files into the system's cache
            found.append(json.loads(said))
    return [statistics.median(column) for column in zip(*found, strict=True)]


def lab_command(port: int) -> list[str]:
    """The student's command, with the environment that runs now."""
    in_venv = Path(sys.prefix).resolve() == VENV.resolve()
    current = [] if in_venv else ["--current-env"]
    return [
        sys.executable,
        str(ROOT / "course.py"),
        "lab",
        "--no-browser",
        *current,
        "--port",
        str(port),
    ]


def lab_seconds() -> float:
    """Seconds from the command to the first page that is served to its address and token."""
    started = time.perf_counter()
    process = subprocess.Popen(
        lab_command(choose_port(None)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    address = None
    try:
        address = printed_address(process)
        with direct(address) as page:
            page.read()
            return time.perf_counter() - started
    finally:
        stop(process, address)


def printed_address(process: subprocess.Popen) -> str:
    """The address with the token, as soon as the command has printed it."""
    said = []
    for line in process.stdout:
        said.append(line)
        found = re.search(r"http://127\.0\.0\.1:\d+/lab\S*token=\w+", line)
        if found:
            return found[0]
    raise CourseError("`course.py lab` ended without an address. It said:\n" + "".join(said[-15:]))


def direct(address: str, data: bytes | None = None):
    """An answer from this machine, never through a proxy; an error status raises."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return opener.open(urllib.request.Request(address, data=data), timeout=LAB_LIMIT)


def stop(process: subprocess.Popen, address: str | None) -> None:
    """End JupyterLab as its menu does, which works on every system; without an address, its process."""
    if process.poll() is None and address:
        base, token = re.match(r"(http://[^/]+)/.*(token=\w+)", address).groups()
        direct(f"{base}/api/shutdown?{token}", data=b"").close()
    elif process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.terminate()  # course.py then ends its server
        process.wait(timeout=60)
    process.stdout.close()


def measure(options: Options) -> str:
    """The section's Markdown."""
    from tqdm import trange

    torch_seconds, helpers_seconds, names_seconds = import_seconds(options.rounds or 7)
    rounds = options.rounds or 3
    lab = [lab_seconds() for _ in trange(rounds + 1, desc="course.py lab", unit="start")][1:]
    tables = write(torch_seconds, helpers_seconds, names_seconds, lab)
    return f"{tables}\n\n{provenance(('torch', 'jupyterlab'))}"


def write(torch_seconds: float, helpers_seconds: float, names_seconds: float, lab: list[float]) -> str:
    """The section's two tables from seconds."""
    imports = [
        ("`import torch`", torch_seconds),
        ("then `import helpers`", helpers_seconds),
        ("then every name that `helpers` offers", names_seconds),
    ]
    rows = [(name, f"{1000 * value:.1f}", f"{value / torch_seconds:.4f}") for name, value in imports]
    middle = statistics.median(lab)
    line = ("`course.py lab`, installed, to a served page", f"{middle:.1f}", f"≤ {LAB_TARGET:.0f}")
    return "\n\n".join(
        [
            table(("import, in fresh interpreters", "ms", "ratio to `import torch`"), rows),
            table(("start", "seconds", "target", ""), [(*line, verdict(middle, LAB_TARGET))]),
        ]
    )
