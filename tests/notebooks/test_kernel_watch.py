"""The plugin beside nbval: a kernel that dies is told at once, and the next notebook is tested."""

import os
import subprocess
import sys
from pathlib import Path

from course_project import ROOT, posix, write_notebook

KILL = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


def run_nbval(*notebooks: Path) -> subprocess.CompletedProcess:
    """nbval with the course's plugins, and a limit on cells that nobody would wait for."""
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-rs"]
    command += ["--nbval-cell-timeout=1000", "-p", "no:cacheprovider", "--rootdir", str(notebooks[0].parent)]
    command += ["-p", "tests.notebook_pictures", "-p", "tests.kernel_watch", *map(str, notebooks)]
    env = dict(os.environ, PYTHONPATH=str(ROOT))
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)


@posix
def test_a_killed_kernel_is_named_and_the_next_notebook_runs(tmp_path):
    dies, lives = tmp_path / "dies.ipynb", tmp_path / "lives.ipynb"
    write_notebook(dies, "x = 1", KILL, "y = 1", "z = 1")
    write_notebook(lives, "x = 1")
    done = run_nbval(dies, lives)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The kernel died in this cell (exit code -9" in done.stdout
    assert "[2] " in done.stdout and "the kernel died in an earlier cell" in done.stdout
    assert "1 failed, 2 passed, 2 skipped" in done.stdout and "error" not in done.stdout


def test_a_slow_cell_is_waited_for(tmp_path):
    slow = tmp_path / "slow.ipynb"
    write_notebook(slow, "import time; time.sleep(2.5)", "print('done')")  # longer than the plugin's patience
    done = run_nbval(slow)
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr
