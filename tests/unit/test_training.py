"""``fit`` is the loop that a lesson writes out by hand, and keeps its promises when something goes wrong."""

import copy
import io
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from notebook_tools import execute
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from helpers import accuracy, batches, evaluate, fit, predict
from helpers.train.checkpoints import load_checkpoint, save_checkpoint

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data():
    """Three hundred points of two classes that a line separates, and a hundred more that were held out."""
    points = torch.randn(400, 5, generator=torch.Generator().manual_seed(3))
    labels = (points.sum(dim=1) > 0).long()
    return (points[:300], labels[:300]), (points[300:], labels[300:])


def network(dropout=0.0, seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(5, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 2)
    )


def same(first, second):
    """Whether two models hold the same numbers, bit for bit, buffers included."""
    one, two = first.state_dict(), second.state_dict()
    return list(one) == list(two) and all(torch.equal(one[name], two[name]) for name in one)


def seeded(seed=7):
    return torch.Generator().manual_seed(seed)


def sgd(model, rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)


# What it is: the loop.


def by_hand(model, train, optimizer, epochs, order, scheduler=None):
    x, y = train
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=order).split(64):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if scheduler:
                scheduler.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses


def test_it_equals_a_loop_written_by_hand_bit_for_bit(data):
    mine, its = network(dropout=0.3), network(dropout=0.3)
    assert same(mine, its)
    schedules = []
    for model in (mine, its):
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        schedules.append((optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=15)))
    torch.manual_seed(1)
    losses = by_hand(mine, data[0], schedules[0][0], 3, seeded(), schedules[0][1])
    torch.manual_seed(1)
    history = fit(
        its, data[0], epochs=3, optimizer=schedules[1][0], scheduler=schedules[1][1], generator=seeded()
    )
    assert same(mine, its)
    assert history["train_loss"] == losses
    assert not same(its, network(dropout=0.3)), "nothing was learned"


def test_it_learns_and_writes_down_how(data):
    model = network()
    history = fit(model, *data, epochs=6, optimizer=sgd(model))
    assert list(history) == ["train_loss", "train_accuracy", "valid_loss", "valid_accuracy"]
    assert [len(values) for values in history.values()] == [6] * 4
    assert history["train_loss"][-1] < history["train_loss"][0] / 2
    assert evaluate(model, data[1])["accuracy"] > 0.9


def test_a_loader_and_tensors_train_alike(data):
    x, y = data[0]
    models = [network(), network()]
    fit(models[0], (x, y), data[1], epochs=2, optimizer=sgd(models[0]), generator=seeded())
    order = seeded()
    chosen = [
        [(x[rows], y[rows]) for rows in torch.randperm(300, generator=order).split(64)] for _ in range(2)
    ]

    class Epochs:
        """Gives the batches of the first epoch, then of the second: an iterable without a length."""

        def __iter__(self):
            return iter(chosen.pop(0))

    valid = DataLoader(TensorDataset(*data[1]), batch_size=30)
    fit(models[1], Epochs(), valid, epochs=2, optimizer=sgd(models[1]))
    assert same(*models)
    assert evaluate(models[0], valid)["loss"] == pytest.approx(evaluate(models[0], data[1])["loss"], rel=1e-6)


def test_a_loader_that_shuffles_draws_what_a_loop_by_hand_draws(data):
    models = [network(dropout=0.3), network(dropout=0.3)]
    loader = DataLoader(TensorDataset(*data[0]), batch_size=50, shuffle=True)
    torch.manual_seed(2)
    optimizer = sgd(models[0])
    for _ in range(2):
        for x, y in loader:
            loss = F.cross_entropy(models[0](x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    torch.manual_seed(2)
    fit(models[1], loader, epochs=2, optimizer=sgd(models[1]))
    assert same(*models)


def test_without_a_generator_the_global_seed_decides_the_order(data):
    results = []
    for seed in (1, 1, 2):
        model = network()
        torch.manual_seed(seed)
        fit(model, data[0], epochs=1, optimizer=sgd(model))
        results.append(model)
    assert same(results[0], results[1]) and not same(results[0], results[2])


def test_only_training_batches_are_augmented(data):
    seen = []
    model = network()
    fit(model, *data, epochs=1, optimizer=sgd(model), augment=lambda x: seen.append(len(x)) or 0 * x)
    assert seen == [64, 64, 64, 64, 44]
    assert torch.equal(model[0].weight, network()[0].weight), (
        "inputs of zero move no weight of the first layer"
    )


def test_regression_has_no_accuracy(data):
    (x, _), _ = data
    y = x @ torch.tensor([[1.0], [2.0], [0.0], [-1.0], [0.5]])
    torch.manual_seed(0)
    model = nn.Linear(5, 1)
    history = fit(model, (x, y), (x, y), epochs=30, optimizer=sgd(model, 0.02), loss=F.mse_loss)
    assert list(history) == ["train_loss", "valid_loss"]
    assert history["valid_loss"][-1] < 1e-3
    assert evaluate(model, (x, y), F.mse_loss) == {"loss": pytest.approx(history["valid_loss"][-1])}


def test_a_model_may_give_more_than_scores(data):
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = network()

        def forward(self, x):
            return self.inner(x), x.mean()

    model = Two()
    history = fit(
        model,
        data[0],
        epochs=1,
        optimizer=sgd(model),
        loss=lambda out, y: F.cross_entropy(out[0], y) + out[1] ** 2,
    )
    assert list(history) == ["train_loss"]


def test_bfloat16_only_where_asked(data):
    for asked in (False, True):
        seen = set()

        def loss(scores, y, seen=seen):
            seen.add((scores.dtype, torch.is_grad_enabled()))
            return F.cross_entropy(scores, y)

        model = network()
        history = fit(model, *data, epochs=3, optimizer=sgd(model), loss=loss, mixed_precision=asked)
        training = torch.bfloat16 if asked else torch.float32
        assert seen == {(training, True), (torch.float32, False)}, "held-out data are measured in float32"
        assert history["valid_accuracy"][-1] > 0.8
        assert {weight.dtype for weight in model.parameters()} == {torch.float32}


# The best weights, and early stopping.


def spoiled_after(model, good):
    """A loss on held-out data that grows after ``good`` epochs, and keeps the weights it saw."""
    seen = []

    def loss(scores, y):
        if torch.is_grad_enabled():
            return F.cross_entropy(scores, y)
        seen.append(copy.deepcopy(model))
        return torch.tensor(float(abs(len(seen) - good)))

    return loss, seen


def test_the_weights_of_the_best_epoch_are_put_back(data):
    model = network()
    loss, seen = spoiled_after(model, 3)
    history = fit(model, *data, epochs=6, optimizer=sgd(model), loss=loss)
    assert history["valid_loss"] == [2, 1, 0, 1, 2, 3]
    assert same(model, seen[2]) and not same(model, seen[5])


def test_without_held_out_data_the_last_weights_stay(data):
    model, other = network(), network()
    fit(model, data[0], epochs=3, optimizer=sgd(model, 0.001), generator=seeded())
    by_hand(other, data[0], sgd(other, 0.001), 3, seeded())
    assert same(model, other)


def test_patience_counts_epochs_without_a_lower_loss(data):
    model = network()
    loss, seen = spoiled_after(model, 3)
    history = fit(model, *data, epochs=50, optimizer=sgd(model), loss=loss, patience=4)
    assert len(history["valid_loss"]) == 7
    assert same(model, seen[2])


def test_a_run_that_stopped_early_does_not_go_on_when_resumed(data, tmp_path):
    model = network()
    loss, seen = spoiled_after(model, 1)
    arguments = {"epochs": 50, "loss": loss, "patience": 2, "checkpoint": tmp_path / "run.pt"}
    first = fit(model, *data, optimizer=sgd(model), **arguments)
    again = fit(model, *data, optimizer=sgd(model), **arguments)
    assert again == first and len(seen) == 3
    assert same(model, seen[0])


# Loss that is not a number.


def test_a_rate_far_too_large_stops_with_advice_and_the_best_weights(data):
    (x, _), _ = data
    y = x.sum(dim=1, keepdim=True)
    torch.manual_seed(0)
    model = nn.Linear(5, 1)
    before = copy.deepcopy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=1000.0)
    with pytest.raises(FloatingPointError) as caught:
        fit(model, (x, y), (x, y), epochs=50, optimizer=optimizer, loss=F.mse_loss)
    for words in ("learning rate", "1000", "try 100", "new optimizer", "torch.isfinite"):
        assert words in str(caught.value)
    assert all(weight.isfinite().all() for weight in model.parameters())
    first_loss = evaluate(before, (x, y), F.mse_loss)["loss"]
    assert evaluate(model, (x, y), F.mse_loss)["loss"] <= first_loss or "started with" not in str(
        caught.value
    )


@pytest.mark.parametrize("where", ["train", "valid"])
def test_it_stops_in_the_epoch_where_it_happens(data, where):
    model = network()
    calls, kept = [0, 0], []

    def loss(scores, y):
        training = torch.is_grad_enabled()
        calls[training] += 1
        bad = calls == [2, 13] if where == "train" else calls == [3, 15] and not training
        if not training and not bad:
            kept.append(copy.deepcopy(model))
        value = F.cross_entropy(scores, y)
        return value * float("nan") if bad else value * (1 if training else 1 / calls[0])

    with pytest.raises(FloatingPointError, match=r"in epoch 3\b.*its best weights, those of epoch 2"):
        fit(model, *data, epochs=9, optimizer=sgd(model), loss=loss)
    assert calls == ([2, 13] if where == "train" else [3, 15]), "it stops at once"
    assert same(model, kept[1])


def test_weights_that_the_last_step_spoiled_are_found(data):
    model = network()
    optimizer = sgd(model)

    def ruin(*_):
        with torch.no_grad():
            model[4].bias[0] = float("inf")

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: ruin() or 1.0 if step == 5 else 1.0)
    with pytest.raises(FloatingPointError, match=r"in epoch 1\b.*those it started with"):
        fit(model, data[0], epochs=1, optimizer=optimizer, scheduler=schedule)
    assert same(model, network())


# Checkpoints.


def long_run(data, epochs, checkpoint=None, **changes):
    """A run with all that must be remembered: Adam, a schedule, dropout, batch norm, an augmentation."""
    model = network(dropout=0.4)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    arguments = {
        "optimizer": optimizer,
        "scheduler": torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=30),
        "augment": lambda x: x + 0.1 * torch.randn_like(x),
        "checkpoint": checkpoint,
    }
    train, valid = changes.pop("given", data)
    torch.manual_seed(5)
    return model, fit(model, train, valid, epochs=epochs, **(arguments | changes))


class KilledError(Exception):
    """Stands for the power cut."""


@pytest.mark.parametrize("form", ["tensors", "own generator", "loader", "loader with generator"])
def test_a_resumed_run_equals_one_that_was_never_interrupted(data, tmp_path, form):
    def given():
        loader = {"dataset": TensorDataset(*data[0]), "batch_size": 64, "shuffle": True}
        return {
            "tensors": {},
            "own generator": {"generator": seeded()},
            "loader": {"given": (DataLoader(**loader), data[1])},
            "loader with generator": {"given": (DataLoader(**loader, generator=seeded()), data[1])},
        }[form]

    whole, whole_history = long_run(data, 6, **given())
    _, first_history = long_run(data, 4, tmp_path / "run.pt", **given())
    torch.manual_seed(99)  # another process has another past
    resumed, history = long_run(data, 6, tmp_path / "run.pt", **given())
    assert first_history == {name: values[:4] for name, values in whole_history.items()}
    assert history == whole_history
    assert same(resumed, whole)


def test_an_interrupted_epoch_is_made_again(data, tmp_path):
    whole, whole_history = long_run(data, 6)

    def interrupt(x):
        if torch.is_grad_enabled() and (calls := calls_made.append(1) or len(calls_made)) == 18:
            raise KilledError(calls)
        return x + 0.1 * torch.randn_like(x)

    calls_made = []
    with pytest.raises(KilledError):
        long_run(data, 6, tmp_path / "run.pt", augment=interrupt)
    resumed, history = long_run(data, 6, tmp_path / "run.pt")
    assert history == whole_history and same(resumed, whole)


def test_a_finished_run_is_not_repeated(data, tmp_path):
    model, history = long_run(data, 2, tmp_path / "run.pt")
    again, same_history = long_run(data, 2, tmp_path / "run.pt", loss=None)
    assert same_history == history and same(again, model)


def test_a_write_that_is_killed_leaves_the_old_checkpoint(data, tmp_path, monkeypatch):
    path = tmp_path / "run.pt"
    long_run(data, 2, path)
    old, save = path.read_bytes(), torch.save

    def killed_half_way(state, file):
        whole = io.BytesIO()
        save(state, whole)
        file.write(whole.getvalue()[: whole.tell() // 2])
        raise KilledError

    monkeypatch.setattr(torch, "save", killed_half_way)
    with pytest.raises(KilledError):
        long_run(data, 6, path)
    monkeypatch.undo()
    assert path.read_bytes() == old
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"], "no half-written file is left beside it"
    whole, whole_history = long_run(data, 6)
    resumed, history = long_run(data, 6, path)
    assert history == whole_history and same(resumed, whole)


def test_the_folder_of_a_checkpoint_is_made(data, tmp_path):
    long_run(data, 1, str(tmp_path / "runs" / "first" / "run.pt"))
    assert [path.name for path in (tmp_path / "runs" / "first").iterdir()] == ["run.pt"]


def damaged(path, how):
    whole = path.read_bytes()
    place = whole.index(torch.load(path)["model"]["0.weight"].numpy().tobytes())
    return {
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "a byte of a tensor": whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :],
        "no directory": whole[:-30],
    }[how]


@pytest.mark.parametrize("how", ["empty", "half", "a byte of a tensor", "no directory"])
def test_a_damaged_checkpoint_is_refused_and_kept(data, tmp_path, how):
    path = tmp_path / "run.pt"
    long_run(data, 1, path)
    path.write_bytes(damaged(path, how))
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"run\.pt is damaged.*delete run\.pt to start from the beginning"):
        long_run(data, 2, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "write",
    [
        lambda path: torch.save(network(), path),
        lambda path: torch.save({"model": network().state_dict(), "best": np.float64(0.9)}, path),
        lambda path: torch.save(network().state_dict(), path),
        lambda path: torch.save(torch.zeros(3), path),
        lambda path: torch.save(torch.zeros(3), path, _use_new_zipfile_serialization=False),
        lambda path: path.write_text("my notes"),
        lambda path: path.write_bytes(archive()),
    ],
    ids=["a model", "a number of NumPy", "weights", "a tensor", "an old file of torch", "text", "arrays"],
)
def test_another_file_is_no_checkpoint_and_never_to_be_deleted(data, tmp_path, write):
    path = tmp_path / "run.pt"
    write(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"run\.pt is a sound file, but no checkpoint of fit") as caught:
        long_run(data, 2, path)
    assert "elete" not in str(caught.value) and "damaged" not in str(caught.value)
    assert path.read_bytes() == before


def archive():
    """A ZIP archive that NumPy made."""
    file = io.BytesIO()
    np.savez(file, a=np.zeros(3))
    return file.getvalue()


def test_a_checkpoint_of_another_run_changes_nothing(data, tmp_path):
    path = tmp_path / "run.pt"
    long_run(data, 1, path)
    before = path.read_bytes()
    # The first layers fit, the last one does not: torch copies what fits before it complains.
    other = nn.Sequential(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 3))
    untouched = copy.deepcopy(other)
    optimizer = torch.optim.Adam(other.parameters())
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 10)
    changed = "belongs to another run.*the scheduler OneCycleLR, yours has the scheduler StepLR"
    with pytest.raises(ValueError, match=changed):
        fit(other, *data, epochs=2, optimizer=optimizer, scheduler=schedule, checkpoint=path)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=30)
    changed = "belongs to another run.*built in another way.*(?s:.*)size mismatch"
    with pytest.raises(ValueError, match=changed) as caught:
        fit(other, *data, epochs=2, optimizer=optimizer, scheduler=schedule, checkpoint=path)
    assert "elete" not in str(caught.value)
    assert same(other, untouched) and optimizer.state == {}
    with pytest.raises(ValueError, match="the scheduler OneCycleLR, yours has no scheduler"):
        long_run(data, 2, path, scheduler=None)
    with pytest.raises(ValueError, match="kind of data"):
        long_run(data, 2, path, given=(DataLoader(TensorDataset(*data[0]), 64), data[1]))
    assert path.read_bytes() == before


def first_edition(path):
    """Takes from a checkpoint what the first edition did not write."""
    state = torch.load(path)
    del state["classes"]
    torch.save(state, path)


@pytest.mark.parametrize("edition", [1, 2])
def test_another_optimizer_is_told_and_nothing_is_loaded(data, tmp_path, edition):
    path, model = tmp_path / "run.pt", network()
    fit(model, *data, epochs=1, optimizer=sgd(model), checkpoint=path)
    if edition == 1:
        first_edition(path)
    before, model = path.read_bytes(), network(seed=1)
    order, adam = seeded(), torch.optim.Adam(model.parameters())
    was = "SGD" if edition == 2 else "another one"
    with pytest.raises(ValueError, match=f"the optimizer {was}, yours has the optimizer Adam") as caught:
        fit(model, *data, epochs=2, optimizer=adam, checkpoint=path, generator=order)
    assert "elete" not in str(caught.value) and "give another name" in str(caught.value)
    assert same(model, network(seed=1)) and adam.state == {}
    assert torch.equal(order.get_state(), seeded().get_state()) and path.read_bytes() == before


def test_whatever_fails_in_loading_puts_all_back(data, tmp_path):
    path, model = tmp_path / "run.pt", network()
    fit(model, *data, epochs=1, optimizer=sgd(model), checkpoint=path)
    state = torch.load(path)
    state["draws"]["cpu"] = torch.zeros(3, dtype=torch.uint8)  # what is put back last
    torch.save(state, path)
    other, order = network(seed=1), seeded()
    optimizer, draws = sgd(other, 0.3), torch.get_rng_state()
    with pytest.raises(ValueError, match="belongs to another run"):
        fit(other, *data, epochs=2, optimizer=optimizer, checkpoint=path, generator=order)
    assert same(other, network(seed=1)) and optimizer.state == {} and optimizer.param_groups[0]["lr"] == 0.3
    assert torch.equal(order.get_state(), seeded().get_state())
    assert torch.equal(torch.get_rng_state(), draws)


def test_a_checkpoint_of_the_first_edition_goes_on(data, tmp_path):
    whole, whole_history = long_run(data, 6)
    long_run(data, 4, tmp_path / "run.pt")
    first_edition(tmp_path / "run.pt")
    with pytest.raises(ValueError, match="a scheduler, yours has no scheduler"):
        long_run(data, 6, tmp_path / "run.pt", scheduler=None)
    resumed, history = long_run(data, 6, tmp_path / "run.pt")
    assert history == whole_history and same(resumed, whole)


def test_a_model_whose_class_was_renamed_goes_on(data, tmp_path):
    class Renamed(nn.Sequential):
        pass

    path, model = tmp_path / "run.pt", network()
    fit(model, *data, epochs=1, optimizer=sgd(model), checkpoint=path)
    model = Renamed(*network())
    assert len(fit(model, *data, epochs=2, optimizer=sgd(model), checkpoint=path)["train_loss"]) == 2


def test_more_epochs_go_on_and_fewer_are_told(data, tmp_path):
    path = tmp_path / "run.pt"
    long_run(data, 3, path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"holds 3 epochs, and you ask for 2: ask for 3 or more") as caught:
        long_run(data, 2, path)
    assert "elete" not in str(caught.value) and path.read_bytes() == before
    # Five batches an epoch, and a schedule of 30 steps, which the file remembers: a longer one is of no use.
    model = network(dropout=0.4)
    optimizer = torch.optim.Adam(model.parameters())
    longer = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=35)
    arguments = {"optimizer": optimizer, "scheduler": longer, "checkpoint": path}
    with pytest.raises(ValueError, match="cannot go on to 7 epochs: its schedule ends 5 steps before"):
        fit(model, *data, epochs=7, **arguments)
    assert len(long_run(data, 6, path)[1]["train_loss"]) == 6


def test_equal_runs_write_equal_files(data, tmp_path):
    for name in ("one.pt", "another name.pt"):
        long_run(data, 2, tmp_path / name)
    first, second = (path.read_bytes() for path in tmp_path.iterdir())
    assert first == second


def test_the_draws_of_an_accelerator_are_remembered(tmp_path, monkeypatch):
    class Accelerator:
        state = torch.full((8,), 7, dtype=torch.uint8)

        def get_rng_state(self):
            return self.state

        def set_rng_state(self, state):
            self.state = state

    model = network()
    here, parts, run = Accelerator(), {"model": model, "optimizer": sgd(model)}, {"epoch": 1}
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("cuda"))
    monkeypatch.setattr(torch, "get_device_module", lambda device: here)
    save_checkpoint(tmp_path / "run.pt", parts, None, run)
    here.state = torch.zeros(8, dtype=torch.uint8)
    assert load_checkpoint(tmp_path / "run.pt", parts, None, epochs=1) == run
    assert here.state.tolist() == [7] * 8
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    assert load_checkpoint(tmp_path / "run.pt", parts, None, epochs=1) == run, "it goes on without"


# Modes.


def test_modes_are_put_back_module_by_module(data):
    model = network()
    model[1].eval()  # a frozen batch normalisation in a model that trains
    during = []
    model.register_forward_hook(lambda *_: during.append([module.training for module in model.modules()]))
    predict(model, data[1][0])
    evaluate(model, data[1])
    assert len(during) == 2 and not any(map(any, during))
    assert [module.training for module in model] == [True, False, True, True, True]
    model.eval()
    evaluate(model, data[1])
    assert not model.training


def test_modes_are_put_back_after_an_error(data):
    model = network()
    with pytest.raises(RuntimeError):
        predict(model, torch.zeros(3, 7))
    with pytest.raises(RuntimeError):
        evaluate(model, (torch.zeros(3, 7), torch.zeros(3).long()))
    assert model.training


def test_each_epoch_trains_in_training_mode(data):
    model = network()
    modes = []
    model.register_forward_hook(lambda *_: modes.append((torch.is_grad_enabled(), model.training)))
    fit(model.eval(), *data, epochs=2, optimizer=sgd(model))
    assert modes == 2 * (5 * [(True, True)] + [(False, False)])


# The small functions.


def test_predict_works_in_batches_without_gradients(data):
    model = network().eval()
    x = data[0][0]
    scores = predict(model, x, batch_size=7)
    assert scores.shape == (300, 2) and not scores.requires_grad
    torch.testing.assert_close(scores, model(x).detach())


def test_evaluate_weighs_rows_not_batches():
    scores = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 0.0]])
    targets = torch.tensor([0, 0, 1])
    result = evaluate(nn.Identity(), (scores, targets), batch_size=2)
    assert result["loss"] == pytest.approx(F.cross_entropy(scores, targets).item())
    assert result["accuracy"] == pytest.approx(1 / 3) == accuracy(scores, targets)


def test_batches_give_every_row_once(data):
    x = torch.arange(10)
    kept = [part.tolist() for part, _ in batches((x, x), 4)]
    assert kept == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    drawn = [(a.tolist(), b.tolist()) for a, b in batches((x, -x), 4, seeded())]
    assert [row for part, _ in drawn for row in part] == torch.randperm(10, generator=seeded()).tolist()
    assert all(b == [-row for row in a] for a, b in drawn)


# Bad input, told before any work is done.


def test_unequal_lengths_are_refused_before_training(data):
    (x, y), valid = data
    model = network()
    for train, held_out in [
        ((x, y[:-1]), valid),
        ((x, y), (x, y[:-1])),
        ((x[:0], y[:0]), valid),
        ((x, y[0]), valid),
    ]:
        with pytest.raises(ValueError, match=r"as many targets as inputs.*got shapes \("):
            fit(model, train, held_out, epochs=1, optimizer=sgd(model))
    with pytest.raises(ValueError, match="batch_size=0"):
        fit(model, (x, y), epochs=1, optimizer=sgd(model), batch_size=0)
    with pytest.raises(ValueError, match=r"got shapes \(300, 5\) and \(299,\)"):
        next(batches((x, y[:-1]), 10))
    assert same(model, network())


@pytest.mark.parametrize(
    ("bad", "came"),
    [
        (lambda x, y: (x.numpy(), y.numpy()), "ndarray"),
        (lambda x, y: TensorDataset(x, y), "tuple"),
        (lambda x, y: [x, y], "Tensor"),
        (lambda x, y: [(x, y, y)], "tuple"),
    ],
    ids=["arrays", "a data set", "a list of two tensors", "three tensors"],
)
def test_other_data_are_told_what_to_do(data, bad, came):
    model = network()
    with pytest.raises(TypeError, match=f"expected .*got a {came} as a batch.*DataLoader"):
        fit(model, bad(*data[0]), epochs=1, optimizer=sgd(model))


def test_a_generator_that_ran_dry_is_named(data):
    model = network()
    with pytest.raises(ValueError, match=r"no batch.*read only once"):
        fit(model, iter([data[0]]), epochs=2, optimizer=sgd(model))


def test_patience_needs_held_out_data(data):
    model = network()
    with pytest.raises(ValueError, match="patience needs held-out data"):
        fit(model, data[0], epochs=1, optimizer=sgd(model), patience=3)


def test_an_optimizer_of_another_model_is_refused(data):
    model = network()
    with pytest.raises(ValueError, match="optimizer moves none of this model's weights"):
        fit(model, data[0], epochs=1, optimizer=sgd(network()))
    last = torch.optim.SGD(model[4].parameters(), lr=0.1)  # only the last layer is trained: that is meant
    fit(model, data[0], epochs=1, optimizer=last)
    assert torch.equal(model[0].weight, network()[0].weight)
    assert not torch.equal(model[4].weight, network()[4].weight)


# The progress bar.

SCRIPT = """
import torch
from helpers import fit
model = torch.nn.Linear(3, 2)
data = torch.zeros(90, 3), torch.zeros(90, dtype=torch.int64)
flat = lambda scores, y: torch.nn.functional.cross_entropy(scores, y) * 0 + 1
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
history = fit(model, data, data, epochs=5, optimizer=optimizer, batch_size=30, loss=flat, patience=2)
"""


def in_a_terminal(**variables):
    """What the script shows to a person in front of a terminal."""
    pty = pytest.importorskip("pty", reason="there are pseudo-terminals on Linux and macOS only")
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 150))
    environment = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    environment |= {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | variables
    run = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SCRIPT], env=environment, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # Linux says so when the other end has closed; macOS gives nothing
            part = b""
        if not part:
            break
        shown += part
    os.close(ours)
    assert run.wait() == 0, shown.decode()
    return shown.decode()


def test_a_bar_shows_batches_epochs_and_results():
    shown = in_a_terminal()
    last = shown.strip().split("\r")[-1]
    for words in ("epoch 3 of 5", "100%", "9/9", "valid_loss=1.000", "train_accuracy="):
        assert words in last, shown


def test_the_bar_can_be_turned_off():
    assert in_a_terminal(TQDM_DISABLE="1") == ""
    assert "9/9" in in_a_terminal(TQDM_DISABLE="0")


def test_a_notebook_is_saved_without_bars(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SCRIPT)])
    nbformat.write(notebook, tmp_path / "training.ipynb")
    (cell,) = execute(tmp_path / "training.ipynb").cells
    assert cell.outputs == []


def test_a_notebook_shows_the_bar_to_a_student(tmp_path):
    cells = [
        nbformat.v4.new_code_cell("import os; del os.environ['TQDM_DISABLE']"),
        nbformat.v4.new_code_cell(SCRIPT),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "training.ipynb")
    (output,) = execute(tmp_path / "training.ipynb").cells[1].outputs
    assert "batch" in output.data["text/plain"]
