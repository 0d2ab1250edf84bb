"""Semantic segmentation: the lesson's facts, the function behind its sliders, and the larger network."""

from pathlib import Path

import numpy as np
import pytest
import torch
from lesson_cells import cells_tagged, logic
from torchvision.models.segmentation import LRASPP_MobileNet_V3_Large_Weights, lraspp_mobilenet_v3_large

from helpers import sample_image

LESSON = "14b_segmentation"

# Lesson → the tags of the cells that compute and assert a fact.
FACTS = {
    LESSON: {
        "fact:miou",
        "fact:accuracy-misleads",
        "fact:pixel-loss",
        "fact:unet",
        "fact:leakage",
        "fact:skips",
        "fact:checkerboard",
        "fact:receptive-field",
        "fact:context",
        "fact:person",
        "fact:soft",
        "fact:clip",
    },
}


def test_the_overlap_of_two_masks():
    overlap = logic(LESSON)["overlap"]
    one, other = np.zeros((4, 5), bool), np.zeros((4, 5), bool)
    assert overlap(one, other) == 1.0
    one[:2] = True
    assert overlap(one, other) == 0.0 and overlap(one, one) == 1.0
    other[1:3] = True
    assert overlap(one, other) == pytest.approx(1 / 3) == overlap(other, one)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A cache of torch's hub of our own."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    return tmp_path / "checkpoints"


def run_larger(capsys):
    (source,) = cells_tagged(LESSON, "lraspp")
    exec(source, {"torch": torch, "Path": Path, "sample_image": sample_image, "WITH_DOWNLOADS": False})
    return capsys.readouterr().out


def test_the_larger_network_is_left_alone_where_its_weights_are_not_here(hub, monkeypatch, capsys):
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", lambda *_, **__: pytest.fail("a download"))
    assert "WITH_DOWNLOADS = True" in run_larger(capsys)


def test_the_larger_network_is_read_from_the_cache_and_run(hub, capsys):
    torch.manual_seed(0)
    random = lraspp_mobilenet_v3_large(weights=None, weights_backbone=None)
    torch.save(random.state_dict(), hub / Path(LRASPP_MobileNet_V3_Large_Weights.DEFAULT.url).name)
    assert "of the picture person" in run_larger(capsys)
