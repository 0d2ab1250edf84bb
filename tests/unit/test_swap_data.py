"""Pictures to learn a face swap from: the same moment of two people, and one photograph as many."""

import numpy as np
import pytest
import torch

from helpers.vision.face_traits import Identity
from helpers.vision.swap_data import draw_moment, faces_in, inner, random_moments, seen_anew

ANNA, BERT = (Identity.random(np.random.default_rng(seed)) for seed in (11, 34))


def test_moments_are_those_of_their_seed():
    first, again, other = random_moments(9, 1), random_moments(9, 1), random_moments(9, 2)
    assert first == again and first != other
    assert first[0].units.keys() == first[7].units.keys() != first[1].units.keys()
    assert first[6].units == {}  # neutral
    assert all(0.4 <= strength <= 1 for moment in first for strength in moment.units.values())
    with pytest.raises(ValueError, match="count=0"):
        random_moments(0, 1)


def test_a_person_looks_the_same_in_the_same_moment_only():
    moment, later = random_moments(2, 3)
    picture = draw_moment(ANNA, moment)
    assert picture.shape == (54, 54, 3) and picture.dtype == np.uint8
    np.testing.assert_array_equal(picture, draw_moment(ANNA, moment))
    assert np.abs(picture.astype(int) - draw_moment(ANNA, later)).mean() > 5
    assert np.abs(picture.astype(int) - draw_moment(BERT, moment)).mean() > 5


def test_two_people_in_one_moment_have_the_same_light_and_background():
    moment = random_moments(1, 4)[0]
    anna, bert = (draw_moment(who, moment)[-8:, :6].astype(int) for who in (ANNA, BERT))
    assert np.abs(anna - bert).mean() < 1


def test_noise_light_and_background_are_those_of_the_moment():
    moment = random_moments(1, 6)[0]._replace(light=(1.0, 0.3, 0.0), noise=1)
    first = draw_moment(ANNA, moment).astype(int)
    noise = first - draw_moment(ANNA, moment._replace(noise=2))
    assert 2 < noise.std() < 6, "two noises of a standard deviation of 3"
    left, right = first[:8, :6].mean(axis=(0, 1)), first[:8, -6:].mean(axis=(0, 1))
    assert (right - left > 40).all(), "at angle 0 the light comes from the right"
    even = draw_moment(ANNA, moment._replace(light=(1.0, 0.0, 0.0)))[:8, :6].mean(axis=(0, 1))
    np.testing.assert_allclose(even, (120, 130, 140), atol=2)


def test_the_inner_face_lies_a_little_low():
    rows, columns = inner(108)
    assert rows.start - columns.start == 2


@pytest.mark.parametrize(("size", "side"), [(54, 32), (108, 64), (80, 48)])
def test_the_inner_face_has_a_side_that_can_be_halved_three_times(size, side):
    rows, columns = inner(size)
    assert rows.stop - rows.start == columns.stop - columns.start == side
    assert rows.stop <= size and columns.start + columns.stop == size


def test_faces_come_as_a_batch():
    faces = faces_in(ANNA, random_moments(3, 5))
    assert faces.shape == (3, 3, 32, 32) and faces.dtype == torch.float32
    assert 0 <= faces.min() < 0.3 and 0.8 < faces.max() <= 1
    rows, columns = inner(54)
    first = draw_moment(ANNA, random_moments(3, 5)[0])[rows, columns]
    np.testing.assert_array_equal((255 * faces[0]).round().byte().permute(1, 2, 0).numpy(), first)


def test_a_photograph_is_seen_anew():
    rows = torch.linspace(0, 1, 80)
    photo = torch.stack([rows[:, None].expand(80, 80), rows.expand(80, 80), torch.full((80, 80), 0.5)])
    seen = seen_anew(photo, 60, 32, torch.Generator().manual_seed(0))
    again = seen_anew(photo, 60, 32, torch.Generator().manual_seed(0))
    assert seen.shape == (60, 3, 32, 32) and seen.min() >= 0 and seen.max() <= 1
    torch.testing.assert_close(seen, again)
    falls = seen[:, 0, 31].mean(dim=1) - seen[:, 0, 0].mean(dim=1)
    assert (falls > 0.3).all(), "never upside down"
    assert (falls < 0.75).all(), "and no more than the middle of it"
    across = seen[:, 1, :, 31].mean(dim=1) - seen[:, 1, :, 0].mean(dim=1)
    assert (across > 0.2).any() and (across < -0.2).any(), "some are mirrored"
    blue = seen[:, 2].mean(dim=(1, 2))
    assert 0.42 < blue.min() < 0.46 and 0.52 < blue.max() < 0.56, "the light changes"
    slopes = seen[:, 2, :, 31].mean(dim=1) - seen[:, 2, :, 0].mean(dim=1)
    assert slopes.min() < -0.05 and slopes.max() > 0.05, "and falls from one side or the other"
