"""Several pictures of each drawn person: alike within a person, standardised, and always the same."""

import pytest
import torch

from helpers.vision.drawn_people import drawn_people


def test_pictures_lie_person_by_person_and_are_standardised():
    x, y = drawn_people(3, 4, seed=0, size=24)
    assert x.shape == (12, 1, 24, 24) and x.dtype == torch.float32
    assert y.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    torch.testing.assert_close(x.mean(dim=(1, 2, 3)), torch.zeros(12), atol=1e-4, rtol=0)
    torch.testing.assert_close(x.std(dim=(1, 2, 3)), torch.ones(12), atol=1e-4, rtol=0)
    again, _ = drawn_people(3, 4, seed=0, size=24)
    assert torch.equal(x, again)
    other, _ = drawn_people(3, 4, seed=1, size=24)
    assert not torch.equal(x, other)


def test_two_pictures_of_a_person_differ_less_than_those_of_two_people():
    x, y = drawn_people(12, 6, seed=3)
    distance = torch.cdist(x.flatten(1), x.flatten(1))
    same = (y[:, None] == y) & ~torch.eye(len(y), dtype=torch.bool)
    assert 0 < distance[same].mean() < 0.9 * distance[y[:, None] != y].mean()


@pytest.mark.parametrize(("people", "each"), [(0, 3), (3, 0)])
def test_nobody_is_refused(people, each):
    with pytest.raises(ValueError, match="at least one person and one picture"):
        drawn_people(people, each, seed=0)
