#!/usr/bin/env python3
"""Open the course in JupyterLab, test it, and check, hand in and grade homework.

    python3 course.py lab            install what is missing, then open JupyterLab at the first notebook
    python3 course.py lab --check    the same without a browser: prove that it works, then stop
    python3 course.py test           lint, unit tests, browser tests and every notebook
    python3 course.py test ARGS      only pytest, with these arguments
    python3 course.py check hw3      run the tests of a homework on your answers
    python3 course.py submit hw3 --student 20220001      make the file to hand in
    python3 course.py release | grade | mark     for teachers; each tells more with --help
    python3 course.py bench          measure how fast the course is, beside other libraries

On Windows write `py` in place of `python3`. All that this file makes lies beside it: the packages in `.venv`,
JupyterLab's state in `.jupyter`. It needs Python and nothing else, because it is all that a fresh machine
can run; it is written so that an old Python can still read it and say that it is too old.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import csv
import errno
import functools
import hashlib
import importlib.util
import json
import os
import platform
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
MARKER = VENV / "course.json"  # written last: a .venv without it is not whole
LOGS = ROOT / ".venv.logs"
DOWNLOADS = ROOT / ".venv.downloads"
STATE = ROOT / ".jupyter"
NOTEBOOKS = ROOT / "notebooks"
FIRST_NOTEBOOK = NOTEBOOKS / "00_getting_started.ipynb"
LOCKS = {"": "requirements.txt", "test": "requirements-test.txt"}

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 14)  # the lock has packages for these and for none beyond
GOOD_PYTHON = "Python 3.13 (64-bit) from https://www.python.org/downloads/"
# Gigabytes: what pip downloads, and what lies on the disk in the end. On Linux, PyTorch brings CUDA with it.
PACKAGE_SIZES = {"Linux": (3.3, 6.6)}
OTHER_SIZES = (0.6, 2.0)
UPDATE_GB = 1.0  # room for an update of an environment that is already there
GB = 1e9
PYTHON = "py" if os.name == "nt" else "python3"  # how a reader starts Python
HEARTBEAT = 10  # seconds between two signs of life of a long step
START_LIMIT = 180  # seconds: a slow disk and a virus scanner need more than a minute for the first start

# What the notebooks import, and the package that brings it.
COURSE_MODULES = {
    "torch": "torch",
    "torchvision": "torchvision",
    "numpy": "numpy",
    "matplotlib": "matplotlib",
    "jupyterlab": "jupyterlab",
    "ipywidgets": "ipywidgets",
    "nbclient": "nbclient",
    "cv2": "opencv-python",
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "mlxtend": "mlxtend",
    "mnist1d": "mnist1d",
    "filelock": "filelock",
    "tqdm": "tqdm",
    "psutil": "psutil",
    "statsmodels": "statsmodels",
    "nbgrader": "nbgrader",
    "nbformat": "nbformat",
    "IPython": "ipython",
}
TEST_MODULES = {
    "pytest": "pytest",
    "nbval": "nbval",
    "xdist": "pytest-xdist",
    "pytest_timeout": "pytest-timeout",
    "pytest_cov": "pytest-cov",
    "ruff": "ruff",
    "playwright": "playwright",
    "packaging": "packaging",
    "distributed": "distributed",
}

say = functools.partial(print, flush=True)


class CourseError(Exception):
    """Something the reader can mend. The text says what happened, what to do, and that nothing is lost."""


def this_command(arguments: str) -> str:
    """How the reader starts this file again."""
    return f"{PYTHON} course.py {arguments}"


# ---------------------------------------------------------------- checks before anything is installed


def python_problem(version: tuple, is_64_bit: bool, system: str, machine: str) -> str | None:
    """Why the packages cannot be installed for this Python on this machine; None when they can."""
    name = ".".join(str(part) for part in version[:2])
    oldest, newest = (".".join(map(str, bound)) for bound in (OLDEST_PYTHON, NEWEST_PYTHON))
    if version[:2] < OLDEST_PYTHON:
        return f"""This is Python {name}; the course needs {oldest} to {newest}.
Install {GOOD_PYTHON}, then run the same command with it: on Windows
`py -3.13 course.py lab`, elsewhere `python3.13 course.py lab`. Your old Python may stay."""
    if version[:2] > NEWEST_PYTHON:
        return f"""This is Python {name}; PyTorch has no package for it yet.
The course needs Python {oldest} to {newest}.
Install {GOOD_PYTHON}, then run the same command with it: on Windows
`py -3.13 course.py lab`, elsewhere `python3.13 course.py lab`. Your new Python may stay."""
    if not is_64_bit:
        return f"""This is a 32-bit Python; PyTorch exists for 64-bit Python only.
Install {GOOD_PYTHON} and run the same command with it.
If the computer itself is 32-bit, the course cannot run on it: use another one."""
    if system == "Darwin" and machine == "x86_64":
        return f"""This is a Python for Intel Macs; PyTorch has had no package for them since version 2.3.
If your Mac has an Apple chip (Apple menu > About This Mac), install {GOOD_PYTHON}
and run the same command with it. If it has an Intel chip, use another computer."""
    if system == "Windows" and machine.upper() == "ARM64":
        return """This is a Python for Windows on ARM; PyTorch has no package for it.
Install the "Windows installer (64-bit)" of Python 3.13 from https://www.python.org/downloads/windows/
(not the ARM64 one; Windows runs it all the same) and run the same command with it."""
    return None


def check_python() -> None:
    """Refuse a Python that the packages do not exist for, before anything is downloaded."""
    is_64_bit = sys.maxsize > 2**32
    problem = python_problem(tuple(sys.version_info), is_64_bit, platform.system(), platform.machine())
    if problem:
        raise CourseError(problem + "\nNothing has been changed.")
    for module in ("venv", "ensurepip"):  # Debian and Ubuntu ship Python without them
        if importlib.util.find_spec(module) is None:
            raise CourseError(VENV_MISSING)


VENV_MISSING = f"""This Python comes without its `venv` module, which makes the course's environment.
On Debian and Ubuntu run
    sudo apt install python3-venv
and then `{this_command("lab")}` again. Nothing is lost."""


def folder_size(folder: Path) -> int:
    """Bytes in all files below `folder`; 0 when there is none."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(where) / name).lstat().st_size
    return total


def disk_needed(system: str, installed_bytes: int) -> float:
    """Bytes the installation takes while it runs, on the disk of `.venv`: the downloads and the packages."""
    download, on_disk = PACKAGE_SIZES.get(system, OTHER_SIZES)
    return max((download + on_disk) * GB - installed_bytes, UPDATE_GB * GB)


def check_disk(folder: Path, needed: float) -> float:
    """Refuse to start an installation that would fill the disk; returns the bytes that stay free."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CourseError(f"""There is too little room on the disk that holds
    {folder}
Needed: {needed / GB:.1f} GB (most of it PyTorch). Free: {free / GB:.1f} GB.
Free {(needed - free) / GB:.1f} GB more (empty the bin, delete old downloads; `{PYTHON} -m pip cache purge`
empties pip's store), or move the course's folder to a larger disk. Then run the same command again.
Nothing has been changed.""")
    return free - needed


def check_writable(folder: Path) -> None:
    """Refuse a folder where nothing can be written, with its name."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        raise CourseError(f"""Nothing can be written in the course's folder
    {folder}
Move or clone the course to a folder of your own (your home folder, Documents), and run the command there.
Nothing has been changed.""") from None


# ---------------------------------------------------------------- the environment


def venv_python(folder: Path | None = None) -> Path:
    """The Python inside an environment, by default `.venv`."""
    return (folder or VENV) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


PROBE = """
import importlib.util, json, sys, sysconfig
print(json.dumps({"python": "%d.%d" % sys.version_info[:2], "packages": sysconfig.get_path("purelib"),
                  "pip": importlib.util.find_spec("pip") is not None}))
"""


def inspect_venv() -> dict | None:
    """What the Python of `.venv` says of itself: version, packages, pip. None when it does not run."""
    try:
        answer = subprocess.run(
            [str(venv_python()), "-I", "-c", PROBE], capture_output=True, timeout=120, check=True
        )
        return json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def read_marker() -> dict:
    """What the last finished installation wrote; empty when there was none."""
    try:
        marker = json.loads(MARKER.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return marker if isinstance(marker, dict) else {}


def write_marker(found: dict, extras: str) -> None:
    """Say that `.venv` is whole."""
    text = json.dumps({"lock": lock_hash(extras), "extras": extras, "python": found["python"]}, indent=2)
    replace_file(MARKER, text + "\n")


def replace_file(path: Path, text: str) -> None:
    """Write a file in one step: a reader sees the old text or the new one, never half of it."""
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def lock_hash(extras: str) -> str:
    """SHA-256 over the lock files that these extras install from."""
    digest = hashlib.sha256()
    for name in sorted({LOCKS[""], LOCKS[extras]}):
        try:
            digest.update((ROOT / name).read_bytes())
        except FileNotFoundError:
            raise CourseError(f"""{name} is missing from the course's folder
    {ROOT}
Download the course again, or get the file back with `git checkout {name}`.
Nothing has been changed.""") from None
    return digest.hexdigest()


Plan = collections.namedtuple("Plan", "reason remake")


def plan_installation(exists: bool, found: dict | None, marker: dict, wanted: dict, running: str) -> Plan:
    """Why packages must be installed (None: they need not) and whether `.venv` must be made anew.

    `found` is what the venv's Python says, `marker` what the last whole installation wrote, `wanted` the lock
    and extras asked for, `running` the Python that would make a new venv.
    """
    if not exists:
        return Plan("This is the first start: the course's packages are installed into .venv.", True)
    if found is None or not found["pip"]:
        return Plan("The environment in .venv does not run any more. It is made anew.", True)
    if found["python"] != marker.get("python", running):
        return Plan("The Python that .venv was made with is gone. The environment is made anew.", True)
    if not marker:
        return Plan("The last installation did not finish. It is repaired: what is whole is kept.", False)
    if wanted["extras"] != marker.get("extras"):
        return Plan("The tests need a few packages more.", False)
    if wanted["lock"] != marker.get("lock"):
        return Plan(
            "The course's list of packages has changed. The environment is brought up to date.", False
        )
    return Plan(None, False)


def prepare_environment(extras: str) -> Path:
    """The Python of a whole `.venv`; installs only what is missing. What the tests once added is kept."""
    marker = read_marker()
    extras = extras or marker.get("extras", "")
    wanted = {"lock": lock_hash(extras), "extras": extras}
    found = inspect_venv() if VENV.exists() else None
    running = "{}.{}".format(*sys.version_info)
    plan = plan_installation(VENV.exists(), found, marker, wanted, running)
    if plan.reason is None:
        say(f"The packages are installed (Python {found['python']} in .venv).")
        return venv_python()
    say(plan.reason)
    try:
        install(plan, found, extras)
    except CourseError as problem:
        # Nothing of the old environment was touched: a student without a network can still work.
        if extras != marker.get("extras") or read_marker() != marker:
            raise
        say(f"\n{problem}\nUntil then the course starts with the packages that it had before.\n")
    return venv_python()


def install(plan: Plan, found: dict | None, extras: str) -> None:
    """Make `.venv` hold exactly the lock; the marker goes first and comes back last."""
    check_python()
    spare = check_disk(ROOT, disk_needed(platform.system(), folder_size(VENV)))
    with one_installation_at_a_time() as lock_file:
        old_marker = "" if plan.remake else read_text(MARKER)
        MARKER.unlink(missing_ok=True)
        if plan.remake:
            say("Step 1 of 2: an empty environment in .venv (10 to 30 seconds).")
            found = make_venv()
        else:
            say("Step 1 of 2: looking through what is already installed (a few seconds).")
            remove_half_installed(Path(found["packages"]))
        download, on_disk = PACKAGE_SIZES.get(platform.system(), OTHER_SIZES)
        keep_downloads = spare > download * GB  # pip's store holds every download a second time
        if plan.remake:
            say(f"Step 2 of 2: the packages: {download:.1f} GB to fetch, {on_disk:.1f} GB on disk.")
            say("        2 minutes on a fast line, half an hour on a slow one. Ctrl-C stops;")
            say("        a new start goes on from there.")
        else:
            say("Step 2 of 2: fetching and installing what is missing (Ctrl-C stops; a new start goes on).")
        started = time.monotonic()
        try:
            run_pip(LOCKS[extras], lock_file, keep_downloads)
        except CourseError:
            if old_marker and not started_to_change(read_text(LOGS / "pip.log")):
                replace_file(MARKER, old_marker)
            raise
        link_helpers(Path(found["packages"]))
        write_marker(found, extras)
    say(f"Installed in {time.monotonic() - started:.0f} s.")


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


def run_pip(lock_name: str, lock_file, keep_downloads: bool) -> None:
    """Install the lock with pip: its own bars on a terminal, a line every few seconds elsewhere."""
    log, errors = LOGS / "pip.log", LOGS / "pip-errors.log"
    log.unlink(missing_ok=True)
    command = [
        str(venv_python()),
        "-I",
        "-X",
        "utf8",
        "-m",
        "pip",
        "install",
        "--no-input",
        "--no-warn-script-location",
    ]
    command += ["--disable-pip-version-check", "--log", str(log), "-r", str(ROOT / lock_name)]
    command += [] if keep_downloads else ["--no-cache-dir"]
    # The system's own temporary folder is often a small part of the memory: torch does not fit.
    shutil.rmtree(DOWNLOADS, ignore_errors=True)
    DOWNLOADS.mkdir()
    env = dict(os.environ, TMPDIR=str(DOWNLOADS), TEMP=str(DOWNLOADS), TMP=str(DOWNLOADS))
    # Where a pip outlives this process, the lock stays held as long as that pip lives.
    inherited = {} if os.name == "nt" else {"pass_fds": [lock_file.fileno()]}
    on_terminal = sys.stdout.isatty()
    try:
        with errors.open("w", encoding="utf-8") as error_file:
            if on_terminal:
                code = wait_for(subprocess.Popen(command, cwd=ROOT, env=env, **inherited), None)
            else:
                quiet = {"stdout": subprocess.DEVNULL, "stderr": error_file}
                code = wait_for(
                    subprocess.Popen([*command, "-qq"], cwd=ROOT, env=env, **quiet, **inherited), log
                )
    finally:
        shutil.rmtree(DOWNLOADS, ignore_errors=True)
    if code:
        raise CourseError(explain_failure(read_text(errors) + important_lines(read_text(log)), log))


def wait_for(process: subprocess.Popen, log: Path | None) -> int:
    """Wait for pip's end; with a log, say every few seconds what it is doing."""
    started = time.monotonic()
    try:
        while True:
            try:
                return process.wait(timeout=HEARTBEAT)
            except subprocess.TimeoutExpired:
                if log:
                    say(f"        {time.monotonic() - started:4.0f} s  {last_step(read_text(log))}")
    except BaseException:
        process.terminate()
        process.wait()
        raise


def read_text(path: Path) -> str:
    """The text of a log; empty when there is none yet."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def last_step(log: str) -> str:
    """What pip is doing, in plain words, read from the end of its log."""
    steps = re.findall(
        r"(Collecting|Downloading|Using cached|Installing collected packages)[: ]+([\w.\-]*)", log
    )
    if not steps:
        return "asking the package index"
    step, name = steps[-1]
    if step.startswith("Installing"):
        return "everything is here; unpacking and installing"
    return "fetching " + re.sub(r"-\d.*", "", name)


def started_to_change(log: str) -> bool:
    """Whether pip got as far as writing into the environment: it fetches everything first."""
    return "Installing collected packages" in log


def important_lines(log: str) -> str:
    """pip's warnings and errors, and the end of its log, where a crash of pip stands."""
    lines = log.splitlines()
    marks = ("WARNING:", "ERROR:", "Could not fetch URL")
    return "\n".join([line for line in lines if any(mark in line for mark in marks)] + lines[-40:])


# What pip or the system say (any of these words), and what it means. The first that fits counts: a full disk
# shows as a broken download as well, and a broken download as a network that fails.
FAILURES = [
    (
        r"No space left on device|Errno 28\b|WinError 112|not enough space|Disk quota exceeded|Errno 122",
        """The disk is full, or your quota on it is used up.
Free some room (the packages take {size:.1f} GB; `{python} -m pip cache purge` empties pip's store).""",
    ),
    (
        r"Long Path support",
        """A file name became too long for Windows.
Move the course's folder nearer to the top of the disk (for example C:\\course), or switch long paths on:
https://docs.python.org/3/using/windows.html#removing-the-max-path-limitation""",
    ),
    (
        r"Permission denied|Errno 13\b|WinError 5\b|WinError 32\b|Access is denied|used by another process",
        """A file could not be written: it belongs to someone else, or another program uses it.
Close JupyterLab and every other window that uses this course. If you ever ran it with `sudo`, delete the
folder .venv first. On Windows a virus scanner or OneDrive can hold files: move the course out of it.""",
    ),
    (
        r"DO NOT MATCH THE HASHES|Hash ?Mismatch|BadZipFile|not a zip file|is invalid|IncompleteRead",
        """A download arrived damaged and was thrown away.
If it happens twice, empty pip's store with `{python} -m pip cache purge` and try another network.""",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        """The package index could not prove who it is (certificate error).
Often the network (a school's, a company's, a hotel's login page) sits in between: open a web page in your
browser and log in, or use another network. Check that the computer's date is right.""",
    ),
    (
        r"NewConnectionError|ConnectTimeout|ReadTimeout|Read timed out|ProxyError|Max retries exceeded|"
        r"getaddrinfo|Name or service not known|name resolution|Connection (refused|reset|aborted)|"
        r"RemoteDisconnected|Connection to \S+ timed out|Network is unreachable|HTTP error 5\d\d",
        """The package index does not answer: there is no network, or something blocks it.
Check that a web page opens in your browser. Behind a proxy, set HTTPS_PROXY.
A mirror may be faster:
    {python} -m pip config set global.index-url ADDRESS-OF-THE-MIRROR""",
    ),
    (
        r"No matching distribution found|Could not find a version|is not a supported wheel",
        """The package index answers, but has no package for this computer and this Python.
The line below names it. If you use a mirror, it may be behind: `{python} -m pip config list` shows it.
On an old system (a Linux from before 2019, macOS before 14, Windows before 10) use a newer one.""",
    ),
]


def explain_failure(text: str, log: Path) -> str:
    """Turn pip's words into what happened, what to do, and what is kept."""
    size = PACKAGE_SIZES.get(platform.system(), OTHER_SIZES)[1]
    for pattern, advice in FAILURES:
        hit = re.search(pattern, text, re.IGNORECASE)
        if hit:
            line = text[text.rfind("\n", 0, hit.start()) + 1 :].split("\n", 1)[0].strip()
            advice = advice.format(size=size, python=PYTHON)
            break
    else:
        line = next((one.strip() for one in reversed(text.splitlines()) if one.strip()), "no message")
        advice = "The installation failed in a way that this program does not know."
    return f"""{advice}
Then run `{this_command("lab")}` again: it goes on where this run stopped; what was downloaded whole is kept.
    pip said: {line[:300]}
    its whole log: {log}"""


def link_helpers(packages: Path) -> None:
    """Make `import helpers` work everywhere in the environment.

    A .pth file with a relative path: plain ASCII whatever the folder is called, and it survives a move.
    """
    (packages / "course.pth").write_text(os.path.relpath(ROOT, packages) + "\n", encoding="ascii")


def missing_packages(extras: str) -> list:
    """The packages that the running Python cannot find."""
    wanted = dict(COURSE_MODULES, **(TEST_MODULES if extras == "test" else {}))
    return [package for module, package in wanted.items() if importlib.util.find_spec(module) is None]


def check_current_environment(extras: str) -> Path:
    """The running Python, when everything the course needs can be imported from it."""
    missing = missing_packages(extras)
    if missing:
        raise CourseError(f"""The running Python lacks packages that the course needs: {", ".join(missing)}.
It is {sys.executable}
With conda:  conda env create -f environment.yml, conda activate deep-learning-course, then the same command.
Elsewhere:   {Path(sys.executable).name} -m pip install -r {LOCKS[extras]}
Or leave --current-env away: the course then makes an environment of its own. Nothing has been changed.""")
    return Path(sys.executable)


def choose_environment(use_current: bool, extras: str) -> tuple:
    """The Python to run the course with, and the variables it runs under."""
    check_writable(ROOT)
    python = check_current_environment(extras) if use_current else prepare_environment(extras)
    return python, jupyter_variables(use_current)


def jupyter_variables(use_current: bool) -> dict:
    """The variables that keep Jupyter's state inside the course, and the home folder's settings out."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON")) and name not in ("PYTHONHOME", "PYTHONPATH")
    }
    if use_current:
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        env["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return dict(
        env,
        PYTHONUTF8="1",
        JUPYTER_CONFIG_PATH=str(ROOT / "etc" / "jupyter"),
        JUPYTER_CONFIG_DIR=str(STATE / "config"),
        JUPYTER_DATA_DIR=str(STATE / "data"),
        JUPYTER_RUNTIME_DIR=str(STATE / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(STATE / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(STATE / "workspaces"),
        IPYTHONDIR=str(STATE / "ipython"),
    )


# ---------------------------------------------------------------- JupyterLab


def can_listen(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address (0: on any)."""
    with socket.socket() as probe:
        if os.name != "nt":  # as the server does: a port just left is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def choose_port(asked: int | None) -> int:
    """The port that was asked for, or 8888, or any that is free."""
    if asked is None:
        if can_listen(8888):
            return 8888
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]
    if not can_listen(asked):
        raise CourseError(f"""Port {asked} cannot be used: a program has it, perhaps an older JupyterLab.
Close that program, or choose another port with `--port`, for example `{this_command("lab --port 8899")}`,
or leave `--port` away: the course then finds a free one. Nothing is lost.""")
    return asked


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Report a redirection instead of following it."""

    def redirect_request(self, *args):
        return None


class Server:
    """A running JupyterLab: its process, address and token."""

    def __init__(self, process: subprocess.Popen, port: int, token: str, log: Path):
        self.process, self.port, self.token, self.log = process, port, token, log

    def address(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, token: bool = True) -> tuple:
        """(status, body) of a request to the server; OSError when nothing answers. Never through a proxy."""
        headers = {"Authorization": f"token {self.token}"} if token else {}
        request = urllib.request.Request(self.address(path), data=body, headers=headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def wait_until_ready(self) -> None:
        """Return once the server answers; CourseError with the end of its log when it does not."""
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise CourseError(self.failure("JupyterLab ended while it was starting."))
            with contextlib.suppress(OSError):
                if self.ask("/api/status")[0] == 200:
                    return
            time.sleep(0.2)
        raise CourseError(self.failure(f"JupyterLab did not answer within {START_LIMIT} seconds."))

    def failure(self, what: str) -> str:
        lines = read_text(self.log).splitlines()[-15:] or ["(it wrote nothing)"]
        tail = "\n".join("    " + line[:200] for line in lines)
        return f"""{what} The end of its log ({self.log}):
{tail}
Run the command again. If it fails again, delete the folder .jupyter (settings only, never notebooks), then
the folder .venv, and run `{this_command("lab")}` once more. Your notebooks are untouched."""

    def stop(self) -> None:
        """End the server and its kernels, first by asking."""
        for name in (
            "SIGINT",
            "SIGTERM",
            "SIGHUP",
        ):  # an impatient second Ctrl-C must not leave kernels behind
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)
        if self.process.poll() is None:
            with contextlib.suppress(OSError):
                self.ask("/api/shutdown", method="POST", body=b"")
        for end in (lambda: None, self.process.terminate, self.process.kill):
            end()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=15)
                return


@contextlib.contextmanager
def running_server(python: Path, env: dict, port: int):
    """A JupyterLab that answers; it ends with the block."""
    STATE.mkdir(exist_ok=True)
    log = STATE / "server.log"
    token = secrets.token_hex(24)
    command = [
        str(python),
        "-m",
        "jupyterlab",
        "--no-browser",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
    ]
    # A group of its own: Ctrl-C reaches this program alone, which then ends the server in good order.
    if os.name == "nt":
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    else:
        group = {"start_new_session": True}
    with log.open("w", encoding="utf-8") as log_file:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(env, JUPYTER_TOKEN=token),  # not on the command line, where other users could read it
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            **group,
        )
    server = Server(process, port, token, log)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


def open_table_of_contents(server: Server) -> None:
    """On the first start, lay JupyterLab out as the course wants it; later the student's layout counts."""
    _, saved = server.ask("/lab/api/workspaces/default")
    if not json.loads(saved)["data"]:
        layout = (ROOT / "etc" / "jupyter" / "workspace.json").read_bytes()
        status, answer = server.ask("/lab/api/workspaces/default", method="PUT", body=layout)
        if status >= 300:
            say(f"JupyterLab's layout could not be set ({status}): {answer.decode(errors='replace')[:200]}")


def open_browser(address: str) -> None:
    """Open the address in the reader's browser where there is one with a window."""
    has_window = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if not (has_window and webbrowser.open(address)):
        say("No browser could be opened from here. Copy the address into one.")


def notebook_path(notebook: Path) -> str:
    """A notebook's path as it stands in the server's addresses."""
    return urllib.request.pathname2url(notebook.relative_to(ROOT).as_posix())


def lab(options: argparse.Namespace, rest: list) -> int:
    """Open the course in JupyterLab."""
    if not FIRST_NOTEBOOK.exists():
        raise CourseError(f"""The first notebook is missing:
    {FIRST_NOTEBOOK}
Download the course again, or get the file back with `git checkout notebooks`. Nothing has been changed.""")
    if options.port is not None:
        choose_port(options.port)  # before minutes of installing
    python, env = choose_environment(options.current_env, "")
    if options.check:
        return check_course(python, env, options.port)
    say("Starting JupyterLab (5 to 30 seconds; the first start is the slowest).")
    with running_server(python, env, choose_port(options.port)) as server:
        open_table_of_contents(server)
        address = server.address(f"/lab/tree/{notebook_path(FIRST_NOTEBOOK)}?token={server.token}")
        say(f"\nThe course is open at\n    {address}\n\nKeep this window open. Ctrl-C in it ends JupyterLab.")
        if not options.no_browser:
            open_browser(address)
        return stay_until_stopped(server)


def stay_until_stopped(server: Server) -> int:
    """Wait for Ctrl-C, or for JupyterLab's own end."""
    try:
        while server.process.poll() is None:
            time.sleep(0.3)  # on Windows a plain wait() would not see Ctrl-C
    except KeyboardInterrupt:
        say("\nEnding JupyterLab and its kernels. Saved notebooks are kept.")
        return 0
    if server.process.returncode:
        raise CourseError(server.failure("JupyterLab ended unexpectedly."))
    say("JupyterLab was shut down from its menu.")
    return 0


def check_course(python: Path, env: dict, port: int | None) -> int:
    """Prove that the course runs here: what holds is printed, the first thing that does not ends it."""
    name = FIRST_NOTEBOOK.relative_to(ROOT).as_posix()
    execute_notebook(python, env, FIRST_NOTEBOOK)
    with running_server(python, env, choose_port(port)) as server:
        verify(True, f"JupyterLab answers at {server.address('/')} with the token")
        path = notebook_path(FIRST_NOTEBOOK)
        status, body = server.ask(f"/api/contents/{path}?content=0")
        served = status == 200 and json.loads(body)["type"] == "notebook"
        verify(served, f"it serves {name} from this folder", status)
        status, body = server.ask(f"/lab/tree/{path}")
        verify(
            status == 200 and b"jupyter-config-data" in body,
            "the page that opens the notebook is there",
            status,
        )
        status, _ = server.ask("/api/contents", token=False)
        verify(status == 403, "without the token it gives no file away", status)
        status, _ = server.ask(f"/lab/tree/{path}", token=False)
        verify(status in (302, 403), "without the token it opens no page", status)
        status, body = server.ask("/api/kernelspecs")
        kernels = json.loads(body)["kernelspecs"] if status == 200 else {}
        verify(
            "python3" in kernels, "the kernel `python3`, which every notebook uses, is there", sorted(kernels)
        )
    say("All of it works.")
    return 0


def verify(is_true: bool, claim: str, found: object = "") -> None:
    """Print a claim that holds; raise for one that does not."""
    if not is_true:
        raise CourseError(f"""This does not hold: {claim}. Found: {found}
The log of the server is {STATE / "server.log"}.
Delete the folders .venv and .jupyter (never your notebooks) and run
`{this_command("lab --check")}` again; if it still fails, report it with this text.""")
    say(f"ok      {claim}")


def execute_notebook(python: Path, env: dict, notebook: Path) -> None:
    """Run every cell of the notebook in its own folder, saving nothing."""
    name = notebook.relative_to(ROOT).as_posix()
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    count = sum(cell["cell_type"] == "code" for cell in cells)
    say(f"Running {name} ({count} code cells; up to a minute).")
    command = [str(python), "-c", "from nbclient.cli import main; main()"]
    command += ["--timeout=600", "--kernel_name=python3", notebook.name]
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=notebook.parent, env=env, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        tail = "\n".join("    " + line for line in done.stderr.splitlines()[-25:])
        raise CourseError(f"""{name} does not run here. The end of what it said:
{tail}
If a file of the course was changed, get it back with `git checkout {name}`. If a package cannot be loaded,
delete the folder .venv and run `{this_command("lab --check")}` again. Your notebooks are untouched.""")
    verify(
        True, f"all {count} code cells of {name} ran without an error ({time.monotonic() - started:.0f} s)"
    )


# ---------------------------------------------------------------- tests

NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300", "-p", "tests.notebook_pictures"]


def side_by_side(workers: int) -> list:
    """pytest's options for several workers; the tests of a file stay together."""
    return ["-n", str(workers), "--dist", "loadfile"]


def test(options: argparse.Namespace, rest: list) -> int:
    """Lint, unit tests, browser tests and every notebook; with arguments, pytest alone."""
    python, env = choose_environment(options.current_env, "test")
    # One thread for each worker; and a progress bar says something else in every run.
    env = dict(env, OMP_NUM_THREADS="1", TQDM_DISABLE="1")
    run = functools.partial(subprocess.call, cwd=ROOT, env=env)
    pytest = [str(python), "-m", "pytest"]
    if rest:
        names_notebook = any(".ipynb" in argument for argument in rest)
        return run(pytest + (NBVAL if names_notebook else []) + rest)
    results = []
    for name, command in test_stages(str(python), pytest):
        say(f"\n=== {name}")
        started = time.monotonic()
        results.append((name, run(command), time.monotonic() - started))
    say("\n=== Summary")
    for name, code, seconds in results:
        say(f"{'passed' if code == 0 else 'FAILED'}  {seconds:6.0f} s  {name}")
    return int(any(code for _, code, _ in results))


def homework(options: argparse.Namespace, rest: list) -> int:
    """Homework: check and submit for students; release, grade and mark for teachers."""
    if {"-h", "--help"} & set(rest):  # needs nothing installed
        return subprocess.call([sys.executable, "-m", "homework", options.command, "--help"], cwd=ROOT)
    python, env = choose_environment(options.current_env, "")
    # A file of the student's where the command is typed, such as random.py, is not taken for a module.
    env = dict(env, PYTHONSAFEPATH="1")
    return subprocess.call([str(python), "-m", "homework", options.command, *rest], env=env)


def bench(options: argparse.Namespace, rest: list) -> int:
    """Measure how fast the course is, and write benchmarks/RESULTS.md."""
    command = [sys.executable, "-m", "benchmarks", *rest]  # needs nothing installed until it measures
    if {"-h", "--help", "--list"} & set(rest):
        return subprocess.call(command, cwd=ROOT)
    # Bad arguments are told now, and not after minutes of installing.
    wrong = subprocess.call([*command, "--list"], cwd=ROOT, stdout=subprocess.DEVNULL)
    if wrong:
        return wrong
    python, env = choose_environment(options.current_env, "")
    return subprocess.call([str(python), "-m", "benchmarks", *rest], env=env)


def test_stages(python: str, pytest: list) -> list:
    """(name, command) of every stage of a full test, for two cores; browser tests run one at a time."""
    # A third of the unit tests' time is waiting for time limits and servers; notebooks compute all the time.
    ruff = [python, "-m", "ruff"]
    coverage = ["--cov=helpers", "--cov-report=term-missing", "--cov-fail-under=95"]
    # Of the homework the sources run: they hold the solutions.
    patterns = ("notebooks/*.ipynb", "homework/hw*/source.ipynb")
    # Late lessons take longest: they go first, so that neither worker is left alone with one in the end.
    files = [path for pattern in patterns for path in sorted(ROOT.glob(pattern), reverse=True)]
    notebooks = [str(path.relative_to(ROOT)) for path in files]
    return [
        ("lint: ruff check", [*ruff, "check", "."]),
        ("format: ruff format --check", [*ruff, "format", "--check", "."]),
        ("unit tests", [*pytest, "tests", "-m", "not browser", *side_by_side(3), *coverage]),
        ("browser tests", [*pytest, "tests", "-m", "browser", "-rs"]),
        (
            f"{len(notebooks)} notebooks, re-executed and compared",
            [*pytest, *NBVAL, *side_by_side(2), "--no-loadscope-reorder", *notebooks],
        ),
    ]


# ---------------------------------------------------------------- the command line


def port_number(text: str) -> int:
    """A TCP port from the command line."""
    if not (text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1024 to 65535")
    return int(text)


def lab_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="prove that the course runs here, print what was proved, stop"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    parser.add_argument(
        "--port", type=port_number, help="the port to use (default: 8888, or any that is free)"
    )


def test_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Every other argument is handed to pytest, for example: tests/unit/test_device.py -k cuda"


# name: (what runs it, what adds its options)
COMMANDS = {
    "lab": (lab, lab_options),
    "test": (test, test_options),
    **dict.fromkeys(("check", "submit", "release", "grade", "mark"), (homework, None)),
    "bench": (bench, None),
}


def make_parser() -> argparse.ArgumentParser:
    """The command line: one subcommand for each entry of COMMANDS."""
    parser = argparse.ArgumentParser(
        prog="course.py", description="Open the course in JupyterLab, test it, do and grade homework."
    )
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, (run, add_options) in COMMANDS.items():
        texts = {"help": run.__doc__, "description": run.__doc__}
        subparser = subparsers.add_parser(name, **texts, allow_abbrev=False, add_help=add_options is not None)
        subparser.add_argument(
            "--current-env", action="store_true", help="use the running Python (conda, JupyterHub), not .venv"
        )
        if add_options:
            add_options(subparser)
    return parser


def explain_system_error(error: OSError) -> CourseError | None:
    """The message for a full disk, a refused or a missing file; None for what is not known."""
    if error.errno == errno.ENOENT and str(error.filename).startswith(str(ROOT)):
        return CourseError(f"""A file of the course is missing: {error.filename}
Download the course again, or get the file back with `git checkout`. Your notebooks are untouched.""")
    known = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)
    if error.errno in known or getattr(error, "winerror", None) in (5, 32, 112):
        return CourseError(
            explain_failure(f"{error} {'Permission denied' * (error.errno == errno.EROFS)}", LOGS)
        )
    return None


def stop_on_signal(number: int, frame: object) -> None:
    """A closed window ends the course as Ctrl-C does."""
    raise KeyboardInterrupt


def run_command(arguments: list) -> int:
    """Run one subcommand; returns its exit code."""
    parser = make_parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command == "lab":
        parser.error("unknown: " + " ".join(rest))
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop_on_signal)
    return COMMANDS[options.command][0](options, rest)


def main(arguments: list) -> int:
    """Run the command line and turn what can go wrong into words."""
    for stream in (sys.stdout, sys.stderr):  # a console that knows no Chinese still gets its message
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        if sys.version_info < OLDEST_PYTHON:
            check_python()
        return run_command(arguments)
    except CourseError as error:
        problem = error
    except KeyboardInterrupt:
        say("\nStopped. Nothing is lost: the same command goes on from here.")
        return 130
    except OSError as error:
        problem = explain_system_error(error)
        if problem is None:
            raise
    sys.stdout.flush()
    print(f"\n{problem}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
