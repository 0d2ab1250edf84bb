"""Makes `.venv` hold what the lock says, and repairs one that is not whole."""

import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

from launcher import builds, pip, uv
from launcher.alone import one_installation_at_a_time
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
from launcher.pip import run_pip
from launcher.places import LOGS, ROOT, VENV, read_text, say
from launcher.whole import check_place, remove_half_installed


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
    sizes = builds.package_sizes(platform.system(), build)
    spare = check_disk(ROOT, disk_needed(sizes, folder_size(VENV)))
    with one_installation_at_a_time() as lock_file:
        old_marker = "" if plan.remake else read_text(MARKER)
        MARKER.unlink(missing_ok=True)
        found = make_ready(plan, found, sizes)
        builds.remember(build)
        started = time.monotonic()
        for log in (pip.LOG, uv.LOG):
            log.unlink(missing_ok=True)
        try:
            fetch_and_install(LOCKS[extras], build, lock_file, spare)
        except CourseError:
            if old_marker and not started_to_change(read_text(pip.LOG), read_text(uv.LOG)):
                write_whole(MARKER, old_marker)
            raise
        check_place(Path(found["packages"]), LOCKS[extras])
        link_helpers(Path(found["packages"]))
        write_marker(found, extras, build)
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def fetch_and_install(lock: str, build: Build, lock_file: TextIO, spare: float) -> None:
    """Have a lock's packages in `.venv`: by uv where it can be had and knows pip's settings, else by pip."""
    download, on_disk = builds.package_sizes(platform.system(), build)
    settings = uv.settings(uv.listed()) if uv.pin(lock) else None
    has_uv = settings is not None and uv.bring(lock, lock_file)
    for packages in steps(lock, build):
        if has_uv:
            uv.run_uv(packages, lock_file, settings, on_disk)
        else:  # pip's store holds every download a second time
            run_pip(packages, lock_file, keep_downloads=spare > download * GB)


def started_to_change(pip_log: str, uv_log: str) -> bool:
    """Whether an installation that failed got as far as writing into the environment."""
    return pip.started_to_change(pip_log) or uv.started_to_change(uv_log)


def steps(lock: str, build: Build) -> list[list[str]]:
    """What pip is asked for, one call after the other: PyTorch's own build first, then the whole list."""
    whole = ["-r", str(builds.lock_file(lock, build))]
    if build is Build.FULL:
        return [whole]
    return [["--no-deps", *builds.index_options(), *builds.pins(lock)], whole]


def make_ready(plan: Plan, found: dict | None, sizes: tuple[float, float]) -> dict:
    """An environment for pip to work in, and words for what comes; returns what its Python says of itself."""
    if not plan.remake:
        say("Step 1 of 2: looking through what is already installed (a few seconds).")
        remove_half_installed(Path(found["packages"]))
        say("Step 2 of 2: fetching and installing what is missing (Ctrl-C stops; a new start goes on).")
        return found
    say("Step 1 of 2: an empty environment in .venv (10 to 30 seconds).")
    found = make_venv()
    download, on_disk = sizes
    say(f"Step 2 of 2: the packages: {download:.1f} GB to fetch, {on_disk:.1f} GB on disk.")
    say("        2 minutes on a fast line, half an hour on a slow one. Ctrl-C stops;")
    say("        a new start goes on from there.")
    return found


def make_venv() -> dict:
    """Replace `.venv` by an empty one that has pip; returns what its Python says of itself."""
    if VENV.exists():
        shutil.rmtree(VENV)
    made = subprocess.run(
        [sys.executable, "-I", "-m", "venv", str(VENV)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    found = inspect_venv()
    if made.returncode or found is None or not found["pip"]:
        text = made.stdout + made.stderr
        raise CourseError(VENV_MISSING if "ensurepip" in text else explain_failure(text, LOGS))
    return found


def link_helpers(packages: Path) -> None:
    """Make `import helpers` work everywhere in the environment.

    A .pth file with a relative path: plain ASCII whatever the folder is called, and it survives a move.
    """
    (packages / "course.pth").write_text(os.path.relpath(ROOT, packages) + "\n", encoding="ascii")
