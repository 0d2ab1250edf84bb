"""Markdown: tables, the line that says where numbers come from, and a report of which parts are replaced."""

from __future__ import annotations

import datetime
import os
import platform
import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from launcher.files import whole_file

HEADER = """# How fast the course is

Made by `python3 course.py bench`; name sections (`course.py bench lenet startup`) to measure only those and
keep the others. What counts are the ratios: both sides of each were measured in the same run. Seconds are
those of the machine that the last line of a section names.
"""


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; the first column is text, the others are aligned to the right."""
    head = list(head)
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def verdict(value: float, target: float, at_least: bool = False) -> str:
    """Whether a value keeps its upper limit, or its lower one, in the same words in every table."""
    return "met" if (value >= target if at_least else value <= target) else "**missed**"


def last_line(text: str) -> str:
    """The last line that says something, short enough for a table."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no message"


def processor() -> str:
    """The processor's name, as its maker gives it where the system tells."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:  # no Linux
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def provenance(packages: Iterable[str] = ("torch",)) -> str:
    """One line: the day, the machine, and the versions of Python and of these packages."""
    import psutil

    from helpers import device_report

    memory = psutil.virtual_memory().total / 1e9
    system = device_report().splitlines()[0].split(maxsplit=1)[1]
    machine = f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {system}"
    versions = [f"Python {platform.python_version()}"]
    for package in packages:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            versions.append(f"without {package}")
    return f"*{datetime.date.today()} · {machine} · {', '.join(versions)}*"


def split(text: str) -> dict[str, str]:
    """The sections of a report by name; a section starts with a line ``## name: title``."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    return {re.match(r"## ([^:\s]+)", part)[1]: part.strip() for part in parts}


def replace_section(text: str, name: str, title: str, body: str, order: Iterable[str]) -> str:
    """The report with one section new, or added; the others are kept as they are.

    Args:
        order: names in the order of the report; sections with another name come last.

    Raises:
        ValueError: the body has a line that would start a section.
    """
    if re.search(r"^## ", body, re.MULTILINE):
        raise ValueError(
            f"the body of {name!r} has a line that starts with '## '; use '### ' inside a section"
        )
    parts = split(text) | {name: f"## {name}: {title}\n\n{body.strip()}"}
    rank = {known: number for number, known in enumerate(order)}
    names = sorted(parts, key=lambda one: rank.get(one, len(rank)))
    return "\n\n".join([HEADER.strip(), *(parts[one] for one in names)]) + "\n"


def write_section(path: Path, name: str, title: str, body: str, order: Iterable[str]) -> None:
    """Replace one section of the report on disk; a reader sees the old report or the new one."""
    text = path.read_text("utf-8") if path.exists() else ""
    with whole_file(path) as unfinished:
        unfinished.write_text(replace_section(text, name, title, body, order), encoding="utf-8", newline="\n")
