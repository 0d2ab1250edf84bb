"""Makes `.venv` hold what the lock says, and repairs one that is not whole."""

import contextlib
import csv
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

from launcher import builds
from launcher.builds import Build
from launcher.environment import (
    LOCKS,
    MARKER,
    Plan,
    inspect_venv,
    lock_hash,
    plan_installation,
    read_marker,
    venv_python,
    write_marker,
)
from launcher.errors import CourseError
from launcher.failures import explain_failure
from launcher.files import write_whole
from launcher.machine import (
    GB,
    VENV_MISSING,
    check_disk,
    check_python,
    disk_needed,
    folder_size,
)
from launcher.pip import run_pip, started_to_change
from launcher.places import LOGS, ROOT, VENV, read_text, say, this_command


def prepare_environment(extras: str, asked: Build | None = None) -> Path:
    """The Python of a whole `.venv`; installs only what is missing. What the tests once added is kept."""
    marker = read_marker()
    extras = extras or marker.get("extras", "")
    wanted = {"lock": lock_hash(extras), "extras": extras}
    wanted["build"] = build = builds.choose(asked, LOCKS[extras])
    found = inspect_venv() if VENV.exists() else None
    running = "{}.{}".format(*sys.version_info)
    plan = plan_installation(VENV.exists(), found, marker, wanted, running)
    if plan.reason is None:
        say(f"The packages are installed (Python {found['python']} in .venv).")
        return venv_python()
    say(plan.reason)
    try:
        install(plan, found, extras, build, asked)
    except CourseError as problem:
        # Nothing of the old environment was touched: a student without a network can still work.
        if extras != marker.get("extras") or read_marker() != marker:
            raise
        say(f"\n{problem}\nUntil then the course starts with the packages that it had before.\n")
    return venv_python()


def install(plan: Plan, found: dict | None, extras: str, build: Build, asked: Build | None) -> None:
    """Make `.venv` hold exactly the lock; the marker goes first and comes back last."""
    check_python()
    build = builds.available(build, asked)
    if told := builds.describe(build, asked):
        say(told)
    sizes = download, on_disk = builds.package_sizes(platform.system(), build)
    spare = check_disk(ROOT, disk_needed(sizes, folder_size(VENV)))
    with one_installation_at_a_time() as lock_file:
        old_marker = "" if plan.remake else read_text(MARKER)
        MARKER.unlink(missing_ok=True)
        if plan.remake:
            say("Step 1 of 2: an empty environment in .venv (10 to 30 seconds).")
            found = make_venv()
        else:
            say("Step 1 of 2: looking through what is already installed (a few seconds).")
            remove_half_installed(Path(found["packages"]))
        builds.remember(build)
        keep_downloads = spare > download * GB  # pip's store holds every download a second time
        if plan.remake:
            say(f"Step 2 of 2: the packages: {download:.1f} GB to fetch, {on_disk:.1f} GB on disk.")
            say("        2 minutes on a fast line, half an hour on a slow one. Ctrl-C stops;")
            say("        a new start goes on from there.")
        else:
            say("Step 2 of 2: fetching and installing what is missing (Ctrl-C stops; a new start goes on).")
        started = time.monotonic()
        (LOGS / "pip.log").unlink(missing_ok=True)
        try:
            for packages in steps(LOCKS[extras], build):
                run_pip(packages, lock_file, keep_downloads)
        except CourseError:
            if old_marker and not started_to_change(read_text(LOGS / "pip.log")):
                write_whole(MARKER, old_marker)
            raise
        link_helpers(Path(found["packages"]))
        write_marker(found, extras, build)
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def steps(lock: str, build: Build) -> list[list[str]]:
    """What pip is asked for, one call after the other: PyTorch's own build first, then the whole list."""
    whole = ["-r", str(builds.lock_file(lock, build))]
    if build is Build.FULL:
        return [whole]
    return [["--no-deps", *builds.index_options(), *builds.pins(lock)], whole]


@contextlib.contextmanager
def one_installation_at_a_time():
    """Hold a lock that the system frees when the last process using it ends, however it ends."""
    LOGS.mkdir(exist_ok=True)
    with (LOGS / "install.lock").open("w", encoding="utf-8") as lock_file:
        try:
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(lock_file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CourseError(f"""An installation of this course is still running, perhaps in another window.
Wait until it is done, then run `{this_command("lab")}` again. Nothing is lost.""") from None
        yield lock_file


def make_venv() -> dict:
    """Replace `.venv` by an empty one that has pip; returns what its Python says of itself."""
    if VENV.exists():
        shutil.rmtree(VENV)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, encoding="utf-8", errors="replace"
    )
    found = inspect_venv()
    if made.returncode or found is None or not found["pip"]:
        text = made.stdout + made.stderr
        raise CourseError(VENV_MISSING if "ensurepip" in text else explain_failure(text, LOGS))
    return found


def remove_half_installed(packages: Path) -> None:
    """Take away what a killed pip left, so that the next pip installs it instead of believing it is there.

    A package counts as whole when every file of its RECORD is there with the size that stands in it.
    """
    for leftover in packages.glob("~*"):  # pip's own name for what it was about to replace
        shutil.rmtree(leftover, ignore_errors=True)
    for info in packages.glob("*.dist-info"):
        if not is_whole(info):
            say(f"        {info.name[: -len('.dist-info')]} was half installed; it is installed again.")
            shutil.rmtree(info)


def is_whole(info: Path) -> bool:
    """Whether the package that this .dist-info folder describes has all its files."""
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as record:
            return all(
                name.endswith(".pyc") or (info.parent / name).stat().st_size == int(size or -1)
                for name, _, size in csv.reader(record)
                if name != f"{info.name}/RECORD"
            )
    except (OSError, ValueError):
        return False


def link_helpers(packages: Path) -> None:
    """Make `import helpers` work everywhere in the environment.

    A .pth file with a relative path: plain ASCII whatever the folder is called, and it survives a move.
    """
    (packages / "course.pth").write_text(os.path.relpath(ROOT, packages) + "\n", encoding="ascii")
