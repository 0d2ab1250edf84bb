"""One face cut out in many ways."""

import numpy as np
import pytest

from helpers.vision.face_crops import coarse, crop_square, random_crops

PICTURE = np.zeros((100, 120, 3), np.uint8)
PICTURE[40:60, 50:70] = (200, 100, 50)  # a mark in the middle of the square below
PICTURE[20:40, 50:70] = (0, 255, 0)  # and another one above it
SQUARE = np.float32([30, 20, 90, 80])


def middle_of(crop, colour):
    rows, columns = np.nonzero(np.abs(crop.astype(int) - colour).max(axis=2) < 40)
    return columns.mean() / crop.shape[1], rows.mean() / crop.shape[0]


def test_the_square_is_what_is_seen():
    crop = crop_square(PICTURE, SQUARE, 60)
    assert crop.shape == (60, 60, 3) and crop.dtype == np.uint8
    assert np.abs(crop.astype(int) - PICTURE[20:80, 30:90]).mean() < 2
    assert crop_square(PICTURE, SQUARE).shape == (112, 112, 3)


def test_of_an_oblong_the_longer_side_counts():
    oblong = crop_square(PICTURE, np.float32([30, 40, 90, 60]), 60)
    assert np.array_equal(oblong, crop_square(PICTURE, SQUARE, 60))


def test_shift_scale_and_angle():
    x, y = middle_of(crop_square(PICTURE, SQUARE, 60, shift=(0.1, -0.2)), (200, 100, 50))
    assert x == pytest.approx(0.4, abs=0.02) and y == pytest.approx(0.7, abs=0.02)
    _, far = middle_of(crop_square(PICTURE, SQUARE, 60, scale=2), (0, 255, 0))
    assert far == pytest.approx(0.5 - 20 / 120, abs=0.03)
    x, y = middle_of(crop_square(PICTURE, SQUARE, 60, angle=90), (0, 255, 0))
    assert x == pytest.approx(0.5 - 20 / 60, abs=0.03) and y == pytest.approx(0.5, abs=0.03)


def test_outside_is_black_and_what_shrinks_is_smoothed():
    assert crop_square(PICTURE, SQUARE, 60, shift=(5, 5)).max() == 0
    fine = np.indices((100, 120)).sum(axis=0)[..., None].repeat(3, 2) % 2 * np.uint8(255)
    assert crop_square(fine.astype(np.uint8), np.float32([10, 10, 90, 90]), 16)[2:-2, 2:-2].std() < 30


@pytest.mark.parametrize(("square", "scale"), [((5, 5, 5, 5), 1), (SQUARE, 0)])
def test_nothing_to_cut(square, scale):
    with pytest.raises(ValueError, match="above 0"):
        crop_square(PICTURE, square, scale=scale)


def test_random_crops_are_near_and_differ():
    crops = random_crops(PICTURE, SQUARE, 40, np.random.default_rng(0))
    places = np.array([middle_of(crop, (200, 100, 50)) for crop in crops])
    assert len(crops) == 40 and np.abs(places.mean(axis=0) - 0.5).max() < 0.03
    assert np.all((places.std(axis=0) > 0.015) & (places.std(axis=0) < 0.05))
    apart = places - [middle_of(crop, (0, 255, 0)) for crop in crops]  # from one mark to the other
    length, turn = np.hypot(*apart.T), np.degrees(np.arctan2(*apart.T))
    assert 0.03 < length.std() / length.mean() < 0.1 and 1.8 < turn.std() < 4.5
    same = random_crops(PICTURE, SQUARE, 2, np.random.default_rng(0))
    assert np.array_equal(crops[1], same[1])


def test_coarse_keeps_the_size_and_loses_detail():
    crop = crop_square(PICTURE, SQUARE, 64)
    assert coarse(crop, 8).shape == crop.shape
    assert np.array_equal(coarse(crop, 64), crop)
    stripes = (np.arange(64) % 2 * 255).astype(np.uint8)[None, :, None].repeat(64, 0).repeat(3, 2)
    assert coarse(stripes, 8).std() < 1
