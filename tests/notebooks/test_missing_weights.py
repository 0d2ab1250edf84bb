"""The plugin beside nbval: cells of pre-trained networks are compared where the files are on the machine."""

import os
import subprocess
import sys

import nbformat
import pytest
from course_project import ROOT, write_notebook

RUN = """
import sys, pytest
from tests import missing_weights
missing_weights.all_here = lambda: {here}
plugins = ["-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
sys.exit(pytest.main([*plugins, "--rootdir", sys.argv[2], sys.argv[1]], plugins=[missing_weights]))
"""


def outcome(path, here):
    command = [sys.executable, "-c", RUN.format(here=here), str(path), str(path.parent)]
    env = dict(os.environ, PYTHONPATH=str(ROOT))
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)


def notebook(path, source, *tags):
    """One cell, whose committed output is ``committed``."""
    write_notebook(path, source)
    made = nbformat.read(path, as_version=4)
    made.cells[0].metadata["tags"] = list(tags)
    made.cells[0].outputs = [nbformat.v4.new_output("stream", name="stdout", text="committed\n")]
    made.cells[0].execution_count = 1
    nbformat.write(made, path)
    return path


@pytest.mark.parametrize(
    ("source", "tags", "here", "passes"),
    [
        ("print('another')", ["weights"], False, True),
        ("print('another')", ["weights"], True, False),
        ("print('committed')", ["weights"], True, True),
        ("print('another')", [], False, False),
        ("raise OSError('no file')", ["weights"], False, False),
    ],
)
def test_outputs_are_compared_where_the_files_are(tmp_path, source, tags, here, passes):
    done = outcome(notebook(tmp_path / "lesson.ipynb", source, *tags), here)
    assert done.returncode == int(not passes), done.stdout + done.stderr
    assert ("1 passed" if passes else "1 failed") in done.stdout
