"""A checkpoint goes on as if nothing had happened, and says what is wrong when it cannot."""

import copy
import io

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from training_examples import network, same, seeded, sgd, two_classes

from helpers import fit
from helpers.train.checkpoints import load_checkpoint, save_checkpoint


@pytest.fixture
def data():
    return two_classes()


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
    names = whole.rindex(b"archive/data.pkl")
    place = whole.index(torch.load(path)["model"]["0.weight"].numpy().tobytes())
    return {
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "a byte of a tensor": whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :],
        "no directory": whole[:-30],
        "a name in the directory": whole[:names] + b"\xff" + whole[names + 1 :],
    }[how]


@pytest.mark.parametrize(
    "how", ["empty", "half", "a byte of a tensor", "no directory", "a name in the directory"]
)
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
    with pytest.raises(ValueError, match=r"run\.pt is no checkpoint of fit") as caught:
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
