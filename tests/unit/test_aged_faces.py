"""Drawn faces with an age and a family."""

import numpy as np
import pytest
import torch

from helpers.vision.aged_faces import OLDEST, YOUNGEST, draw_aged, draw_aged_faces, scatter_of

FACES = draw_aged_faces(300, 0, size=24)


def test_shapes_and_ranges():
    assert FACES.images.shape == (300, 3, 24, 24) and FACES.images.dtype == torch.float32
    assert 0 <= FACES.images.min() < 0.2 and 0.8 < FACES.images.max() <= 1
    assert FACES.ages.dtype == FACES.looks.dtype == torch.float32 and FACES.families.dtype == torch.int64
    assert YOUNGEST <= FACES.ages.min() < 12 and 78 < FACES.ages.max() <= OLDEST


def test_the_same_arguments_draw_the_same_people():
    one, same, other = (draw_aged_faces(5, seed, size=24) for seed in (3, 3, 4))
    assert torch.equal(one.images, same.images) and torch.equal(one.looks, same.looks)
    assert not torch.equal(one.images, other.images)


def test_looks_scatter_more_with_the_years():
    assert scatter_of(20.0) == 3 and scatter_of(70.0) == 8
    measured = (FACES.looks - FACES.ages) / scatter_of(FACES.ages)
    assert abs(measured.mean()) < 0.2 and 0.85 < measured.std() < 1.15


def test_the_old_are_grey_and_lined():
    def at(looks):
        pictures = [draw_aged(looks, 0, np.random.default_rng(seed), 40) for seed in range(20)]
        return np.stack(pictures).astype(float)

    young, old = at(20), at(75)
    assert (old - young)[:, 2:8, 14:26].mean() > 40, "hair"
    assert (old - young)[:, 27:35, 10:30].mean() < 0, "lines beside the mouth"


def test_families_differ_and_age_alone_tells_nothing_of_them():
    balanced = FACES.families.float()
    old = FACES.ages > 45
    assert abs(balanced[old].mean() - balanced[~old].mean()) < 0.15
    ash, birch = (
        np.mean([draw_aged(30, family, np.random.default_rng(seed), 40) for seed in range(20)], axis=0)
        for family in (0, 1)
    )
    assert np.abs(ash - birch).max() > 8


def test_old_ash_ties_age_to_family():
    tied = draw_aged_faces(400, 1, size=16, old_ash=0.95)
    old = tied.ages > 45
    assert (tied.families[old] == 0).float().mean() > 0.9
    assert (tied.families[~old] == 0).float().mean() < 0.1


@pytest.mark.parametrize("wrong", [{"count": 0}, {"size": 15}, {"old_ash": 1.1}, {"old_ash": -0.1}])
def test_wrong_arguments(wrong):
    with pytest.raises(ValueError, match="draw_aged_faces wants"):
        draw_aged_faces(**({"count": 3, "seed": 0} | wrong))
