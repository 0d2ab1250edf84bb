"""Composed pictures with a class for each pixel, and cut-outs on other backgrounds."""

import numpy as np
import pytest
import torch

from helpers.vision.composed import TEXTURES, composed_pictures, halves_of_textures
from helpers.vision.pasted import pasted, placed


@pytest.fixture(scope="module")
def halves():
    return halves_of_textures()


def digits(count=6):
    ink = torch.zeros(count, 1, 28, 28)
    ink[:, :, 6:22, 12:16] = 1
    return ink


def compose(textures, seed=0, **changes):
    given = {"digits": digits(), "labels": torch.tensor([0, 1, 2, 0, 1, 2]), "textures": textures} | changes
    return composed_pictures(**given, rng=torch.Generator().manual_seed(seed))


def test_the_halves_share_no_pixel_and_are_standardised(halves):
    from skimage import data

    left, right = halves
    assert left.shape == right.shape == (len(TEXTURES), 256, 128)
    for k, name in enumerate(TEXTURES):
        photo = torch.tensor(getattr(data, name)()).float()
        small = photo.view(256, 2, 256, 2).mean(dim=(1, 3))
        for half, columns in ((left[k], small[:, :128]), (right[k], small[:, 128:])):
            torch.testing.assert_close(half, (columns - columns.mean()) / columns.std(), atol=1e-4, rtol=1e-4)


def test_textures_of_different_sizes_or_in_colour_are_refused():
    with pytest.raises(ValueError, match="grey and of one size"):
        halves_of_textures(["brick", "coins"])
    with pytest.raises(ValueError, match="grey and of one size"):
        halves_of_textures(["astronaut"])


def test_shapes_ranges_and_the_same_seed_twice(halves):
    x, y = compose(halves[0])
    assert x.shape == (6, 1, 48, 48) and y.shape == (6, 48, 48) and y.dtype == torch.int64
    assert x.min() >= 0 and x.max() <= 1
    again, other = compose(halves[0]), compose(halves[0], seed=1)
    assert torch.equal(x, again[0]) and torch.equal(y, again[1]) and not torch.equal(y, other[1])


def test_ink_has_the_class_of_its_digit_and_lies_where_the_digit_is(halves):
    x, y = compose(halves[0])
    for k, label in enumerate((0, 1, 2, 0, 1, 2)):
        ink = y[k] >= 3
        assert set(y[k][ink].tolist()) == {3 + label}
        rows, columns = ink.any(1).nonzero(), ink.any(0).nonzero()
        assert 21 <= rows[-1] - rows[0] <= 24 and 4 <= columns[-1] - columns[0] <= 7  # 16 x 4 at 40 / 28
        shade = x[k, 0][ink].median()
        assert shade < 0.17 or shade > 0.83


def test_faint_ink_keeps_the_class_of_the_texture(halves):
    for strength, classes in ((0.4, False), (0.6, True)):
        _, y = compose(halves[0], digits=strength * digits())
        assert bool((y >= 3).any()) == classes


def test_digits_come_to_different_places_and_in_both_inks(halves):
    x, y = compose(halves[0], digits=digits(40), labels=torch.zeros(40, dtype=torch.long))
    tops = {int((mask == 3).any(1).nonzero()[0, 0]) for mask in y}
    shades = torch.stack([picture[0][mask == 3].median() for picture, mask in zip(x, y, strict=True)])
    assert len(tops) >= 5 and (shades < 0.2).any() and (shades > 0.8).any()


def test_each_pixel_comes_from_the_texture_of_its_class():
    flat = torch.stack([torch.full((64, 64), value) for value in (-2.0, 0.0, 2.0)])
    x, y = compose(flat, digits=torch.zeros(30, 1, 28, 28), labels=torch.zeros(30, dtype=torch.long))
    for k, (low, high) in enumerate(((0.0, 0.34), (0.4, 0.6), (0.66, 1.0))):
        assert (y == k).any() and x[:, 0][y == k].min() >= low - 1e-6 and x[:, 0][y == k].max() <= high + 1e-6
    assert x[:, 0][y == 1].std() > 0.03  # brightness is drawn for each piece


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"digits": torch.zeros(6, 28, 28)}, "28, 28"),
        ({"digits": torch.zeros(0, 1, 28, 28), "labels": torch.zeros(0)}, "at least one digit"),
        ({"labels": torch.tensor([1])}, "needs a label"),
        ({"side": 32}, "at least that"),
        ({"textures": torch.zeros(3, 40, 64)}, "at least 48"),
    ],
)
def test_what_does_not_fit_is_named(halves, changes, message):
    with pytest.raises(ValueError, match=message):
        compose(**({"textures": halves[0]} | changes))


def test_a_large_side_is_filled(halves):
    x, y = compose(halves[0], side=72)
    assert x.shape == (6, 1, 72, 72) and len(y[y < 3].unique()) == 3


def test_alpha_mixes_the_two_pictures():
    white, grey = np.full((2, 3, 3), 255, np.uint8), np.full((2, 3, 3), 55, np.uint8)
    alpha = np.array([[0, 0.5, 1], [0.25, 0.75, 0]])
    assert pasted(grey, white, alpha)[..., 0].tolist() == [[55, 155, 255], [105, 205, 55]]
    assert pasted(grey, white, alpha > 0.6)[..., 2].tolist() == [[55, 55, 255], [55, 255, 55]]
    assert pasted(grey, white, alpha).dtype == np.uint8
    assert (pasted(grey, white, np.full((2, 3), 0.999)) == 255).all()  # 254.8
    with pytest.raises(ValueError, match="one height and width"):
        pasted(grey, white, alpha[:, :2])
    with pytest.raises(ValueError, match="one height and width"):
        pasted(grey[:, :2], white, alpha)


@pytest.mark.parametrize("value", [-0.1, 1.1, 255, float("nan")])
def test_alpha_lies_between_0_and_1(value):
    picture, alpha = np.zeros((2, 3, 3), np.uint8), np.full((2, 3), 0.5)
    alpha[0, 0] = value
    with pytest.raises(ValueError, match=r"lie in \[0, 1\]"):
        pasted(picture, picture, alpha)


@pytest.fixture
def corner():
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:10, :12] = 200
    return picture, picture[..., 0] > 0


def test_nothing_asked_for_changes_nothing(corner):
    picture, mask = placed(*corner)
    assert np.array_equal(picture, corner[0]) and np.array_equal(mask, corner[1])


def test_a_shift_is_in_pixels(corner):
    picture, mask = placed(*corner, right=20, down=7)
    assert mask[7:17, 20:32].all() and mask.sum() == 120 and (picture[mask] == 200).all()
    cut = placed(*corner, right=-4)[1]
    assert cut[:10, :8].all() and cut.sum() == 80


def test_smaller_towards_the_middle_of_the_lower_edge():
    picture, mask = np.full((41, 61, 3), 9, np.uint8), np.ones((41, 61), bool)
    small = placed(picture, mask, scale=0.5)[1]
    assert small[21:, 17:44].all() and not small[:19].any() and not small[:, :14].any()
    assert not small[:, 47:].any()


def test_a_turn_goes_against_the_clock_about_the_middle(corner):
    upside_down = placed(*corner, turn=180)[1]
    assert np.array_equal(upside_down, corner[1][::-1, ::-1])
    square = np.zeros((41, 41), bool)
    square[0:5, 18:23] = True
    turned = placed(np.zeros((41, 41, 3), np.uint8), square, turn=90)[1]
    assert np.array_equal(turned, np.rot90(square))


@pytest.mark.parametrize("scale", [0, -1, float("nan")])
def test_a_scale_is_above_0(corner, scale):
    with pytest.raises(ValueError, match="above 0"):
        placed(*corner, scale=scale)
