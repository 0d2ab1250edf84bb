"""The plugin beside nbval: pictures of another machine pass, pictures that change from run to run do not."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import nbformat.v4 as v4
from notebook_tools import ROOT, execute, save

IMPORT = "%matplotlib inline\nimport random\nimport matplotlib.pyplot as plt"
STEADY, RANDOM = "line = plt.plot([1, 2])", "line = plt.plot([random.random(), random.random()])"
PHOTOGRAPH = """from helpers import new_figure
fig, ax = new_figure(photographs=True, alt="kept as JPEG")
ax.plot([random.random(), random.random()])
fig"""
OTHER = "iVBORw0KGgo="  # what another machine may have drawn


def lesson(path: Path, **cells: str) -> Path:
    """A notebook with a cell of each name and source, executed; the cell ``tagged`` may change."""
    tags = {"tagged": ["nbval-ignore-output"]}
    made = [
        v4.new_code_cell(source, id=name, metadata={"tags": tags.get(name, [])})
        for name, source in {"imports": IMPORT, **cells}.items()
    ]
    save(v4.new_notebook(cells=made), path)
    save(execute(path), path)
    return path


def test_only_a_picture_that_changes_is_reported(tmp_path: Path) -> None:
    good = lesson(tmp_path / "good.ipynb", same=STEADY, other_machine=STEADY, tagged=RANDOM)
    notebook = nbformat.read(good, as_version=4)
    notebook.cells[2].outputs[0].data["image/png"] = OTHER
    save(notebook, good)
    bad = lesson(tmp_path / "bad.ipynb", same=STEADY, changes=RANDOM, photo=PHOTOGRAPH)
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
    command += ["-p", "tests.notebook_pictures", "--rootdir", str(tmp_path), "-rE", str(bad), str(good)]
    env = dict(os.environ, PYTHONPATH=str(ROOT))
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.findall(r"^ERROR .*?(\w+)\.ipynb::", done.stdout, re.MULTILINE) == ["bad"]
    assert "bad.ipynb draws something else each time in the cells changes, photo" in done.stdout
    assert "8 passed, 1 error" in done.stdout  # the texts are as committed
