"""Two notebooks of the Chinese edition, re-executed: their code and outputs are those of the English ones."""

import os
import subprocess
import sys

import pytest
from course_project import ROOT

from launcher.tests import NBVAL
from translations import editions
from translations.building import chinese_notebook, fill_data


@pytest.mark.parametrize("name", ["01_tensors.ipynb", "answers/01_answers.ipynb"])
def test_a_chinese_notebook_prints_what_the_english_one_prints(tmp_path, name):
    path = editions.NOTEBOOKS / name
    place = tmp_path / "notebooks" / editions.place_of(path).relative_to(editions.NOTEBOOKS)
    place.parent.mkdir(parents=True)
    fill_data(tmp_path / "notebooks" / "data")
    place.write_text(chinese_notebook(path, editions.place_of(path)), encoding="utf-8", newline="\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *NBVAL, str(place)]
    env = os.environ | {"TQDM_DISABLE": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
