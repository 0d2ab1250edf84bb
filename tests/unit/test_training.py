"""``fit`` is the loop that a lesson writes out by hand, and keeps its promises when something goes wrong."""

import copy
import os
import platform
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import torch
import torch.nn.functional as F
from notebook_tools import execute
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from training_examples import network, same, seeded, sgd, two_classes

from helpers import accuracy, batches, evaluate, fit, predict

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data():
    return two_classes()


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


# Schedules.


def test_a_schedule_that_watches_the_loss_sees_it_once_an_epoch(data, tmp_path):
    def run(epochs, **options):
        model = network()
        optimizer = sgd(model)
        watching = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
        loss, _ = spoiled_after(model, 1)  # 0 after the first epoch, then larger and larger
        history = fit(
            model, *data, epochs=epochs, optimizer=optimizer, scheduler=watching, loss=loss, **options
        )
        return history, optimizer.param_groups[0]["lr"], watching

    assert [run(epochs)[1] for epochs in (1, 2, 3, 4, 5)] == [0.1, 0.1, 0.05, 0.05, 0.025]
    _, _, watching = run(3)
    assert watching.best == 0 and watching.last_epoch == 3
    run(2, checkpoint=tmp_path / "run.pt")
    model = network()
    optimizer = sgd(model)
    watching = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    worse = {"loss": lambda scores, y: F.cross_entropy(scores, y) + 9, "checkpoint": tmp_path / "run.pt"}
    fit(model, *data, epochs=3, optimizer=optimizer, scheduler=watching, **worse)
    assert optimizer.param_groups[0]["lr"] == 0.05, "what it saw is remembered"


def test_without_held_out_data_the_training_loss_is_watched(data):
    model = network()
    optimizer = sgd(model)
    watching = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    history = fit(model, data[0], epochs=2, optimizer=optimizer, scheduler=watching)
    assert watching.best == min(history["train_loss"])


def test_a_schedule_that_waits_for_the_loss_to_grow_is_refused(data):
    model = network()
    optimizer = sgd(model)
    watching = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="max")
    with pytest.raises(ValueError, match=r'ReduceLROnPlateau sees a loss, which shall fall: .* mode="min"'):
        fit(model, data[0], epochs=1, optimizer=optimizer, scheduler=watching)


def one_cycle(model, steps):
    optimizer = sgd(model, 0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=steps)
    return {"optimizer": optimizer, "scheduler": schedule}


def test_a_schedule_that_ends_too_early_is_told_before_training(data):
    model = network()
    arguments = one_cycle(model, 14)  # 3 epochs of 5 batches are 15 steps
    with pytest.raises(
        ValueError, match="OneCycleLR ends 1 steps before the run: make it with total_steps=15"
    ):
        fit(model, data[0], epochs=3, **arguments)
    assert same(model, network())
    fit(model, data[0], epochs=3, **one_cycle(model, 15))
    arguments = one_cycle(model, 10)
    fit(model, data[0], epochs=1, **arguments)
    with pytest.raises(ValueError, match=r"ends 5 steps before .* total_steps=15"):
        fit(model, data[0], epochs=2, **arguments)  # the first five are used up
    halving = torch.optim.lr_scheduler.LambdaLR(optimizer := sgd(model), lambda step: 0.5**step)
    halving.total_steps = 3  # of another schedule, whatever it means: only a cycle has an end
    fit(model, data[0], epochs=1, optimizer=optimizer, scheduler=halving)
    # One that early stopping is to end may be short: how many epochs there will be is not known.
    loss, _ = spoiled_after(model, 1)
    history = fit(model, *data, epochs=99, patience=1, loss=loss, **one_cycle(model, 15))
    assert history["valid_loss"] == [0, 1]


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


# Arguments that do not go together.


def test_patience_needs_held_out_data(data):
    model = network()
    with pytest.raises(ValueError, match="patience needs held-out data"):
        fit(model, data[0], epochs=1, optimizer=sgd(model), patience=3)
    with pytest.raises(ValueError, match="patience counts epochs: at least 1, got 0"):
        fit(model, *data, epochs=1, optimizer=sgd(model), patience=0)


def test_an_optimizer_of_another_model_is_refused(data):
    model = network()
    with pytest.raises(ValueError, match="optimizer moves none of this model's weights"):
        fit(model, data[0], epochs=1, optimizer=sgd(network()))
    last = torch.optim.SGD(model[4].parameters(), lr=0.1)  # only the last layer is trained: that is meant
    fit(model, data[0], epochs=1, optimizer=last)
    assert torch.equal(model[0].weight, network()[0].weight)
    assert not torch.equal(model[4].weight, network()[4].weight)


# Memory.

BLOCKS = """
import ctypes, sys, torch
from helpers.train.memory import keep_freed_memory
NAMES = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in NAMES]
libc = ctypes.CDLL(None)
if not hasattr(libc, "mallinfo2"):
    sys.exit("no mallinfo2")
libc.mallinfo2.restype = Info
keep_freed_memory()
before = libc.mallinfo2().hblks
block = torch.empty(20_000_000, dtype=torch.uint8)
print(libc.mallinfo2().hblks - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep memory as they like")
def test_a_steps_large_blocks_come_from_memory_that_stays():
    """glibc maps large blocks one by one, and gives each back when it is freed; after this it need not."""
    done = subprocess.run(
        [sys.executable, "-c", BLOCKS],
        env={**os.environ, "PYTHONPATH": str(ROOT), "MALLOC_TRIM_THRESHOLD_": "131072"},
        capture_output=True,
        text=True,
    )
    if "no mallinfo2" in done.stderr:
        pytest.skip("a glibc before 2.33 does not tell")
    assert done.stdout.strip() == "0", done.stderr


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
