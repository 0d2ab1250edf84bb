"""Installs with uv, in half of pip's time. pip brings it, and serves where uv cannot take its settings over.

uv keeps what it fetched in `.venv.cache` and links it into `.venv`: the same room on the disk, once. So an
installation that was stopped goes on, and one that is made anew fetches no package again.
"""

import ast
import re
import shutil
import subprocess
import sys
import time
from typing import TextIO

from launcher.environment import venv_python
from launcher.errors import CourseError
from launcher.failures import explain_failure
from launcher.pip import HEARTBEAT, holding, room_for_downloads, run_pip
from launcher.pip import LOG as PIP_LOG
from launcher.places import CACHE, LOGS, ROOT, read_text, say, told
from launcher.speaking import columns
from launcher.variables import pip_variables

LOG = LOGS / "uv.log"
WIDTH = 78  # of the line that grows
PIN = re.compile(r"^uv==\S+", re.MULTILINE)
# pip's settings that say where packages come from, and uv's words for them.
OPTIONS = {
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "trusted-host": "--allow-insecure-host",
    "constraint": "--constraints",
}
# Those that change nothing of what is installed, and nothing of where it comes from.
NO_MATTER = (
    *("break-system-packages", "cache-dir", "config-file", "disable-pip-version-check", "no-cache-dir"),
    *("no-color", "no-input", "no-warn-script-location", "progress-bar", "quiet", "require-virtualenv"),
    *("retries", "root-user-action", "user", "verbose"),
)
Settings = tuple[list[str], dict[str, str]]  # options for uv, and variables
FETCHING = re.compile(r"Failed to (fetch|download|extract)|Request failed|No solution found")


def settings(listing: str) -> Settings | None:
    """pip's settings as options and variables for uv; None where one of them has no counterpart.

    Args:
        listing: what `pip config list` prints, a line `global.index-url='https://…'` for each.
    """
    options, variables = [], {}
    for section, name, text in re.findall(r"^(:env:|[\w-]+)\.([\w-]+)=(.*)$", listing, re.MULTILINE):
        value = str(ast.literal_eval(text))
        if section not in (":env:", "global", "install") or name in NO_MATTER:
            continue
        if name in OPTIONS:
            options += [part for one in value.split() for part in (OPTIONS[name], one)]
        elif name == "no-index":
            options += ["--no-index"] if value.lower() in ("1", "true", "yes", "on") else []
        elif name == "cert":
            variables["SSL_CERT_FILE"] = value
        elif name in ("timeout", "default-timeout"):
            variables["UV_HTTP_TIMEOUT"] = value
        else:
            return None
    return options, variables


def pin(lock: str) -> str:
    """The line of a lock that pins uv; empty when there is none."""
    found = PIN.search((ROOT / lock).read_text(encoding="utf-8"))
    return found[0] if found else ""


def bring(lock: str, lock_file: TextIO) -> bool:
    """Have uv in `.venv`, in the version of the lock; False where the index has none for this machine.

    Raises:
        CourseError: pip could not ask the index, as it could not for all the rest.
    """
    if not can_link():
        return False
    try:
        run_pip([pin(lock)], lock_file, keep_downloads=False)
    except CourseError:
        if "No matching distribution" not in read_text(PIP_LOG):
            raise
        return False
    return True


def can_link() -> bool:
    """Whether this disk knows hard links: without them uv would keep everything twice."""
    one, other = LOGS / "link.tmp", LOGS / "link2.tmp"
    try:
        one.touch()
        other.hardlink_to(one)
    except (OSError, NotImplementedError):
        return False
    finally:
        one.unlink(missing_ok=True)
        other.unlink(missing_ok=True)
    return True


def listed() -> str:
    """pip's own settings, from its files and variables."""
    command = [str(venv_python()), "-I", "-m", "pip", "config", "list"]
    return subprocess.run(
        command, capture_output=True, env=pip_variables(), encoding="utf-8", errors="replace"
    ).stdout


def run_uv(packages: list[str], lock_file: TextIO, taken_over: Settings, on_disk: float) -> None:
    """Install packages into `.venv`, and say how far it is.

    Args:
        packages: requirements and options, as pip takes them.
        lock_file: the installation's lock.
        taken_over: pip's settings, from `settings`.
        on_disk: gigabytes that will lie on the disk in the end.

    Raises:
        CourseError: uv failed; the message says why, what to do, and where its log is.
    """
    options, variables = taken_over
    if "--index-url" in packages and "--default-index" in options:  # one index alone was asked for
        at = options.index("--default-index")
        options = options[:at] + options[at + 2 :]
    python = str(venv_python())
    command = [python, "-I", "-m", "uv", "pip", "install", "--no-config", "--python", python]
    command += ["--compile-bytecode", "--index-strategy", "unsafe-best-match", *options, *packages]
    env = {**pip_variables(), "UV_CACHE_DIR": str(CACHE), "NO_COLOR": "1", **variables}
    env.setdefault("UV_HTTP_TIMEOUT", "60")
    with room_for_downloads(), LOG.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, **holding(lock_file))
        code = follow(process, on_disk)
    if code:
        raise CourseError(explain_failure(read_text(LOG), LOG, "uv"))


def follow(process: subprocess.Popen, on_disk: float) -> int:
    """Wait for uv's end, with a line that grows on a terminal, and one every few seconds elsewhere."""
    started, free = time.monotonic(), shutil.disk_usage(ROOT).free
    terminal = sys.stdout.isatty()
    try:
        while True:
            try:
                code = process.wait(timeout=1 if terminal else HEARTBEAT)
                say("") if terminal else None
                return code
            except subprocess.TimeoutExpired:
                written = (free - shutil.disk_usage(ROOT).free) / 1e9
                text = f"        {time.monotonic() - started:4.0f} s  {progress(written, on_disk)}"
                say("\r" + text + " " * (WIDTH - columns(text)), end="") if terminal else say(text)
    except BaseException:
        process.terminate()
        process.wait()
        raise


def progress(written: float, on_disk: float) -> str:
    """How far uv is: what its log says last, and how much lies on the disk, about."""
    step = last_step(read_text(LOG))
    share = min(max(written / on_disk, 0.0), 1.0)
    bar = f"[{'#' * round(20 * share):<20}]"
    amount = told(f"{max(written, 0):.1f} of about {on_disk:.1f} GB")
    return f"{bar} {amount}  {told(step)}"


def last_step(log: str) -> str:
    """What uv is doing, in plain words, read from its log."""
    if re.search(r"^(Prepared|Installed|Uninstalled) ", log, re.MULTILINE):
        return "everything is here; installing"
    steps = re.findall(r"^ *Downloading (\S+)", log, re.MULTILINE)
    done = set(re.findall(r"^ *Downloaded (\S+)", log, re.MULTILINE))
    left = [name for name in steps if name not in done]
    if left:
        return f"fetching {left[0]}"
    return "fetching and unpacking" if "Resolved" in log else "asking the package index"


def started_to_change(log: str) -> bool:
    """Whether uv may have got as far as writing into `.venv`: it fetches everything first."""
    has_written = re.search(r"^(Installed|Uninstalled) ", log, re.MULTILINE)  # an earlier call of this run
    return bool(log) and (bool(has_written) or not FETCHING.search(log))
