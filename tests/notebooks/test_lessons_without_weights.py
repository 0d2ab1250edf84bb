"""Lessons that open pre-trained networks, on a machine that has none and cannot get any."""

from pathlib import Path

import nbformat
import pytest
from lesson_cells import LESSONS
from lesson_turns import run_needed, with_answers
from notebook_checks import tags
from series import series

from helpers.data import whole_sets
from helpers.data.download import DownloadError
from helpers.vision import weights

TAG = "weights"


def tagged(path: Path) -> list[int]:
    """The cells that need files of pre-trained networks."""
    cells = nbformat.read(path, as_version=4).cells
    return [i for i, cell in enumerate(cells) if TAG in tags(cell)]


def no_network(*_):
    raise DownloadError("no network")


@pytest.mark.parametrize(
    "path", series((path for path in LESSONS if tagged(path)), 3), ids=lambda path: path.stem
)
def test_each_says_what_is_missing_and_goes_on(path, monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(weights, "_known", {})
    monkeypatch.setattr(weights, "bring", no_network)
    for module in (whole_sets, weights):
        monkeypatch.setattr(module, "data_folder", lambda: tmp_path)
    sources = with_answers(nbformat.read(path, as_version=4))
    said = run_needed(sources, tagged(path), path)
    printed = "\n".join(line for lines in said.values() for line in lines)
    assert "are neither on this machine nor to be fetched now" in printed
    assert "put it, as it is, into" in printed
