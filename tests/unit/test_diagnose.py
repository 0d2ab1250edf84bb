"""Looking into a network that does not learn."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers import layer_states, overfit_one_batch, update_sizes


@pytest.fixture
def batch():
    draw = torch.Generator().manual_seed(0)
    return torch.randn(32, 6, generator=draw), torch.randint(3, (32,), generator=draw)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 20), nn.ReLU(), nn.Linear(20, 3))


def test_a_state_is_that_of_the_layer_s_own_output_and_gradient(model, batch):
    x, y = batch
    first, bent, last = layer_states(model, x, y)
    assert all(weight.grad is None for weight in model.parameters())
    hidden = model[0](x)
    active = hidden.relu().detach().requires_grad_()
    scores = model[2](active)
    scores.retain_grad()
    F.cross_entropy(scores, y).backward()
    assert [state.name for state in (first, bent, last)] == ["0 Linear", "1 ReLU", "2 Linear"]
    assert first.output_std == pytest.approx(hidden.std().item())
    assert bent.zeros == pytest.approx((hidden <= 0).float().mean().item())
    assert (bent.units, last.units, first.dead) == (20, 3, 0)
    assert bent.gradient_std == pytest.approx(active.grad.std().item())
    assert last.gradient_std == pytest.approx(scores.grad.std().item())


def test_dead_units_are_counted_also_in_place_and_in_pictures(model, batch):
    x, y = batch
    with torch.no_grad():
        model[0].bias[:7] = -1000.0
    assert layer_states(model, x, y)[1].dead == 7
    model[1] = nn.ReLU(inplace=True)
    before, after = layer_states(model, x, y)[:2]
    assert (before.dead, after.dead) == (0, 7)

    pictures = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4, 2))
    with torch.no_grad():
        pictures[0].bias[1] = -1000.0
    state = layer_states(pictures, torch.randn(5, 1, 3, 3), torch.zeros(5, dtype=torch.int64))[1]
    assert (state.units, state.dead >= 1) == (4, True)


def test_looking_changes_nothing_not_even_running_statistics(batch):
    x, y = batch
    model = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    overfit_one_batch(model, x, y, optimizer, steps=2)
    kept, memory = copy.deepcopy(model.state_dict()), copy.deepcopy(optimizer.state_dict())
    layer_states(model, x, y)
    update_sizes(model, optimizer, x, y)
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, kept[name], rtol=0, atol=0)
    for number, state in optimizer.state_dict()["state"].items():
        for name, value in state.items():
            torch.testing.assert_close(value, memory["state"][number][name], rtol=0, atol=0)


def test_a_model_without_gradients_is_told(batch):
    with pytest.raises(ValueError, match="no layer of the model"):
        layer_states(nn.Identity(), batch[0].requires_grad_(False), batch[1], lambda s, y: _leaf_loss())


def _leaf_loss():
    return torch.tensor(1.0, requires_grad=True) * 1


def test_a_sound_network_learns_one_batch_by_heart(model, batch):
    x, y = batch
    losses = overfit_one_batch(model, x, y, torch.optim.Adam(model.parameters(), lr=0.05), steps=200)
    assert len(losses) == 200 and abs(losses[0] - math.log(3)) < 0.3 and losses[-1] < 0.05
    with pytest.raises(ValueError, match="at least 1"):
        overfit_one_batch(model, x, y, torch.optim.Adam(model.parameters()), steps=0)


def test_the_size_of_an_update_is_that_of_the_step(model, batch):
    x, y = batch
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    overfit_one_batch(model, x, y, optimizer, steps=3)  # so that there is momentum to copy
    sizes = update_sizes(model, optimizer, x, y)
    before = [weight.detach().clone() for weight in model.parameters()]
    overfit_one_batch(model, x, y, optimizer, steps=1)
    for old, (name, weight) in zip(before, model.named_parameters(), strict=True):
        assert sizes[name] == pytest.approx(((weight - old).norm() / old.norm()).item(), rel=1e-4)


def test_an_optimizer_of_another_model_moves_nothing_and_zeros_give_infinity(model, batch):
    x, y = batch
    other = torch.optim.SGD(copy.deepcopy(model).parameters(), lr=0.1)
    assert set(update_sizes(model, other, x, y).values()) == {0.0}
    nn.init.zeros_(model[2].bias)
    sizes = update_sizes(model, torch.optim.SGD(model.parameters(), lr=0.1), x, y)
    assert sizes["2.bias"] == math.inf and 0 < sizes["0.weight"] < 1
