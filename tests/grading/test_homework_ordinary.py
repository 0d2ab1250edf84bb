"""An ordinary user has the same walls: where root runs the tests, those of the walls run again as one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from homework import sandbox, walls
from homework.folders import ROOT

pytestmark = [
    pytest.mark.skipif(
        os.name == "nt" or os.geteuid() != 0, reason="the tests run as an ordinary user already"
    ),
    pytest.mark.skipif(sandbox.problem() is not None, reason="no sandbox on this machine"),
]
USER = "62999"  # of no job that root runs
FILES = [
    ROOT / "tests" / "grading" / f"test_homework_{name}.py"
    for name in ("sandbox", "seccomp", "memory", "probe")
]
# Root's home is closed to others, and Python may lie in it: what is needed is shown in an empty one, to this
# command alone.
START = """
set -e
home=$1 user=$2 hold=$3
shift 3
while [ "$1" != -- ]; do
    mkdir -p "$hold$1" && mount --bind "$1" "$hold$1"
    kept="$kept $1"
    shift
done
shift
if [ -n "$kept" ]; then
    mount -t tmpfs -o mode=755 tmpfs "$home"
    for place in $kept; do mkdir -p "$place" && mount --bind "$hold$place" "$place"; done
fi
exec setpriv --reuid "$user" --regid "$user" --clear-groups --inh-caps=-all "$@"
"""


def as_ordinary_user(folder: Path, *command: str) -> list[str]:
    """This command as another user, to whom root's home is open as far as Python and the course lie there."""
    home = Path.home().resolve()
    needed = [path for path in (*walls.python_folders(), ROOT) if path.is_relative_to(home)]
    apart = ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", START, "sh"]
    return [*apart, str(home), USER, str(folder), *map(str, needed), "--", *command]


@pytest.fixture
def own():
    """A folder of the ordinary user's; pytest's own are closed to all but root."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.chown(folder, int(USER), int(USER))
        yield Path(folder)


def test_the_walls_hold_for_an_ordinary_user(tmp_path, own):
    environment = {**os.environ, "HOME": str(own), "PYTHONPATH": str(ROOT)}
    python = [sys.executable, "-B", "-m"]
    trial = [sys.executable, "-B", "-c", "from homework import sandbox; print(sandbox.problem() or 'fine')"]

    def run(command: list[str]) -> subprocess.CompletedProcess:
        argv = as_ordinary_user(tmp_path / "hold", *command)
        return subprocess.run(argv, env=environment, cwd=ROOT, capture_output=True, text=True)

    found = run(trial)
    if found.stdout != "fine\n":
        pytest.skip(f"an ordinary user can have no sandbox here: {found.stdout}{found.stderr}")
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={own / 'tests'}"]
    done = run([*python, "pytest", *options, *map(str, FILES)])
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
