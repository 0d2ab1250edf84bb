"""Drawn faces with an age and a family."""

import numpy as np
import pytest
import torch

from helpers.vision import aged_faces
from helpers.vision.aged_faces import (
    GREY,
    OLDEST,
    YOUNGEST,
    _person,
    draw_aged,
    draw_aged_faces,
    scatter_of,
)

FACES = draw_aged_faces(300, 0, size=24)


def test_shapes_and_ranges():
    assert FACES.images.shape == (300, 3, 24, 24) and FACES.images.dtype == torch.float32
    assert 0 <= FACES.images.min() < 0.2 and 0.8 < FACES.images.max() <= 1
    assert torch.allclose(255 * FACES.images, (255 * FACES.images).round(), atol=1e-3), "not bytes over 255"
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


def drawn_at(looks):
    """Twenty people (20, 40, 40, 3), who look that old."""
    pictures = [draw_aged(looks, 0, np.random.default_rng(seed), 40) for seed in range(20)]
    return np.stack(pictures).astype(float)


def test_the_old_are_grey():
    assert (drawn_at(75) - drawn_at(20))[:, 2:8, 14:26].mean() > 40


def test_lines_come_with_the_years(monkeypatch):
    lined = {looks: drawn_at(looks) for looks in (15, 45, 75)}
    monkeypatch.setattr(aged_faces, "_lines", lambda *_: None)
    darker = {looks: (drawn_at(looks) - lined[looks]).mean() for looks in lined}
    assert darker[15] == 0
    assert 0.1 < darker[45] < 0.6 * darker[75]


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


def test_a_person_has_the_traits_of_age_and_family_and_no_others():
    def people(looks, family):
        return [_person(looks, family, np.random.default_rng(seed)) for seed in range(60)]

    young, old, birch = people(10, 0), people(80, 0), people(10, 1)
    for name, less, more in (
        ("brow_thickness", birch, young),
        ("nose_width", birch, young),
        ("mouth_width", young, birch),
    ):
        difference = np.mean([getattr(who, name) for who in more]) - np.mean(
            [getattr(who, name) for who in less]
        )
        assert 0.02 < difference < 0.05, name
        assert [getattr(who, name) for who in young] == [getattr(who, name) for who in old], name
    assert {who.eye_size for who in young + birch} == {1.25} and {who.jaw for who in young} == {0.9}
    assert {round(who.eye_size, 6) for who in old} == {0.85} and {round(who.jaw, 6) for who in old} == {0.7}
    assert not any(who.glasses or who.beard for who in young + old + birch)
    assert len({who.hair for who in young}) > 20
    assert np.abs(np.array([who.hair for who in old]) - GREY).max() < 6


def test_what_is_drawn_is_the_looks_and_not_the_age():
    faces, rng = draw_aged_faces(1, 7, size=24), np.random.default_rng(7)
    rng.uniform(YOUNGEST, OLDEST, 1), rng.random(1), rng.standard_normal(1)
    picture = draw_aged(float(faces.looks[0]), int(faces.families[0]), rng, 24)
    assert np.abs(255 * faces.images[0].permute(1, 2, 0).numpy() - picture).max() < 2


def test_the_light_leaves_most_of_the_picture_unclipped():
    assert (FACES.images > 0.999).float().mean() < 0.05 and 0.2 < FACES.images.mean() < 0.6


@pytest.mark.parametrize("wrong", [{"count": 0}, {"size": 15}, {"old_ash": 1.1}, {"old_ash": -0.1}])
def test_wrong_arguments(wrong):
    with pytest.raises(ValueError, match="draw_aged_faces wants"):
        draw_aged_faces(**({"count": 3, "seed": 0} | wrong))
