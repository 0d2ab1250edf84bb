"""Recipes of whole trainings: each setting does what it says; the time to a target is counted honestly."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers import seed_everything
from helpers.train.muon import Muon, orthogonal
from helpers.train.recipes import (
    Recipe,
    Trained,
    one_cycle,
    pick,
    rungs,
    steps_of,
    time_to_target,
    train_recipe,
)


def network():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))


@pytest.fixture
def data():
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(96) % 3
    return torch.randn(96, 1, 8, 8, generator=generator) + y.view(-1, 1, 1, 1), y


BASE = Recipe(network, batch=16, lr=0.05)


def test_it_is_the_plain_loop(data):
    x, y = data
    generator, model = seed_everything(3), network()
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    schedule = one_cycle(0.05, optimizer, 12)
    for _ in range(2):
        for part in torch.randperm(96, generator=generator).split(16):
            optimizer.zero_grad()
            F.cross_entropy(model(x[part]), y[part]).backward()
            optimizer.step()
            schedule.step()
    recipe = replace(BASE, one_cycle=True, momentum=0.9)
    trained = train_recipe(recipe, data, epochs=2, seed=3)
    torch.testing.assert_close(trained.model.state_dict(), model.state_dict(), atol=1e-5, rtol=1e-4)
    assert trained.seconds > 0


def test_the_same_seed_gives_the_same_weights_and_another_one_others(data):
    first, again, other = (train_recipe(BASE, data, 1, seed).model.state_dict() for seed in (0, 0, 1))
    torch.testing.assert_close(first, again)
    assert not torch.equal(first["3.weight"], other["3.weight"])


@pytest.mark.parametrize(
    "change",
    [
        {"smoothing": 0.2},
        {"average": True},
        {"shift": 2},
        {"optimizer": Muon},
        {"optimizer": torch.optim.AdamW},
        {"channels_last": True, "batch": 8},
        {"one_cycle": True},
        {"further": 0.5},
        {"first": 0.5},
    ],
    ids=lambda change: "-".join(change),
)
def test_each_setting_changes_what_is_learnt(change, data):
    plain, changed = (train_recipe(recipe, data, 2).model for recipe in (BASE, replace(BASE, **change)))
    x = data[0]
    assert not torch.allclose(plain(x), changed(x), atol=1e-5)


def test_a_loader_gives_its_own_batches(data):
    x, y = data
    recipe = replace(BASE, loader=[(x[:5], y[:5]), (x[5:9], y[5:9])])
    seen = []

    class Watched(nn.Linear):
        def forward(self, x):
            seen.append(len(x))
            return super().forward(x.flatten(1))

    train_recipe(replace(recipe, network=lambda: Watched(64, 3)), data, epochs=2)
    assert seen == [5, 4, 5, 4]


def test_steps_are_counted_without_a_last_short_batch():
    recipe = replace(BASE, first=0.5, further=0.1)
    assert steps_of(recipe, 3, 1000) == [31, 6, 6]
    assert steps_of(recipe, 2, 20) == [1, 1]


def test_a_further_epoch_takes_the_pictures_of_largest_loss():
    losses = torch.arange(100.0)
    losses[7] = torch.inf  # never seen
    recipe = replace(BASE, batch=5, further=0.1)
    order = pick(recipe, 2, losses, torch.Generator().manual_seed(0))
    assert order.shape == (2, 5)
    assert sorted(order.flatten().tolist()) == [7, *range(91, 100)]
    assert order.flatten().tolist() != sorted(order.flatten().tolist())
    anyhow = pick(replace(recipe, hardest=False), 2, losses, torch.Generator().manual_seed(0))
    assert len(set(anyhow.flatten().tolist())) == 10 and min(anyhow.flatten().tolist()) < 90


def test_a_ladder_keeps_what_the_rungs_below_changed():
    climbed = dict(rungs(BASE, {"a": {"batch": 8}, "b": {"lr": 0.5}, "c": {"batch": 4}}))
    assert [(one.batch, one.lr) for one in climbed.values()] == [(8, 0.05), (8, 0.5), (4, 0.5)]


def answers(shares, monkeypatch):
    """Lets trainings end at once; the k-th look at a model finds the k-th share."""
    looks, asked = iter(shares), []

    def train(recipe, data, epochs, seed, stop=None):
        asked.append((epochs, seed))
        for _ in range(epochs):
            if stop and stop(None):
                break
        return Trained(None, float(epochs))

    monkeypatch.setattr("helpers.train.recipes.train_recipe", train)
    return (lambda model: next(looks)), asked


def test_a_one_cycle_training_starts_anew_for_each_length(monkeypatch, data):
    right_of, asked = answers([0.5, 0.6, 0.95, 0.8, 0.92], monkeypatch)
    found = time_to_target(replace(BASE, one_cycle=True), data, right_of, 0.9, range(3), budgets=(1, 4))
    assert asked == [(1, 0), (1, 1), (4, 0), (4, 1), (4, 2)]  # two of three had missed: no third
    assert found == (4, 4.0, (4.0, 4.0, 4.0))


def test_two_seeds_have_the_mean_of_both_as_their_median(monkeypatch, data):
    right_of, _ = answers([0.95, 0.80, 0.95, 0.86], monkeypatch)
    found = time_to_target(replace(BASE, one_cycle=True), data, right_of, 0.9, range(2), budgets=(1, 2))
    assert found.epochs == 2


def test_a_constant_rate_is_watched(monkeypatch, data):
    right_of, asked = answers([0.5, 0.95, 0.95, 0.5, 0.5, 0.95], monkeypatch)
    found = time_to_target(BASE, data, right_of, 0.9, range(3), budgets=(1, 8))
    assert asked == [(8, 0), (8, 1), (8, 2)]
    assert found.epochs == 2 and found.passes == 2.0


def test_a_target_that_is_not_reached_is_none(monkeypatch, data):
    for recipe in (BASE, replace(BASE, one_cycle=True)):
        right_of, _ = answers([0.1] * 60, monkeypatch)
        assert time_to_target(recipe, data, right_of, 0.9, range(3), budgets=(1, 2)) is None


def test_muon_walks_along_the_orthogonal_part():
    generator = torch.Generator().manual_seed(0)
    gradient = torch.randn(4, 18, generator=generator)
    u, _, v = torch.linalg.svd(gradient, full_matrices=False)
    found = orthogonal(gradient, rounds=9)
    assert torch.linalg.svdvals(found).sub(0.95).abs().max() < 0.3
    assert F.cosine_similarity(found.flatten(), (u @ v).flatten(), dim=0) > 0.97
    torch.testing.assert_close(orthogonal(100 * gradient), orthogonal(gradient))


def test_muon_leaves_other_weights_to_sgd():
    x, y = torch.randn(6, 1, 8, 8, generator=torch.Generator().manual_seed(0)), torch.arange(6) % 3
    moved = []
    for make in (
        lambda model: Muon(model.parameters(), 0.1),
        lambda model: torch.optim.SGD(
            model.parameters(), 0.1, momentum=0.85, nesterov=True, weight_decay=5e-4
        ),
    ):
        torch.manual_seed(0)
        model = network()
        before = {name: weight.clone() for name, weight in model.state_dict().items()}
        optimizer = make(model)
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        moved.append({name: weight - before[name] for name, weight in model.state_dict().items()})
    ours, sgd = moved
    torch.testing.assert_close(ours["3.weight"], sgd["3.weight"])
    step = torch.linalg.svdvals(ours["0.weight"].flatten(1))
    assert step.max() < 0.24 * 1.3 and step.min() > 0.24 * 0.05
    assert not torch.allclose(ours["0.weight"], sgd["0.weight"])


def test_muons_rate_follows_the_schedule():
    model = network()
    optimizer = Muon(model.parameters(), 0.1)
    optimizer.param_groups[0]["lr"] = 0.0
    before = [weight.clone() for weight in model.parameters()]
    F.cross_entropy(model(torch.randn(4, 1, 8, 8)), torch.arange(4) % 3).backward()
    optimizer.step()
    assert all(torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))
