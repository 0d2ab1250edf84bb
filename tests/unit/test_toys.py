"""Made-up data."""

import pytest
import torch

from helpers import two_moons


def test_moons_lie_on_two_half_circles():
    points, classes = two_moons(200, 0.0, torch.Generator().manual_seed(0))
    assert points.shape == (400, 2) and points.dtype == torch.float64
    assert classes.tolist() == [0] * 200 + [1] * 200
    upper, lower = points[:200], points[200:]
    torch.testing.assert_close(upper.norm(dim=1), torch.ones(200, dtype=torch.float64))
    centre = torch.tensor([1.0, 0.5], dtype=torch.float64)
    torch.testing.assert_close((lower - centre).norm(dim=1), torch.ones(200, dtype=torch.float64))
    assert (upper[:, 1] >= 0).all() and (lower[:, 1] <= 0.5).all()
    assert upper[:, 0].min() < -0.9 and lower[:, 0].max() > 1.9


def test_noise_is_as_large_as_asked_and_draws_are_repeatable():
    still, _ = two_moons(5000, 0.0, torch.Generator().manual_seed(3))
    noisy, _ = two_moons(5000, 0.2, torch.Generator().manual_seed(3))
    assert abs((noisy - still).std().item() - 0.2) < 0.01
    torch.testing.assert_close(noisy, two_moons(5000, 0.2, torch.Generator().manual_seed(3))[0])


@pytest.mark.parametrize(("count", "noise"), [(0, 0.1), (5, -0.1)])
def test_impossible_moons_are_refused(count, noise):
    with pytest.raises(ValueError, match="count ≥ 1 and noise ≥ 0"):
        two_moons(count, noise, torch.Generator())
