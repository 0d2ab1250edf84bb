"""Data that do not suit are told with their cure before any work is done; honest data go through."""

import copy
import functools
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from training_examples import network, same, seeded, sgd, two_classes

from helpers import accuracy, batches, evaluate, fit, predict
from helpers.train.batching import count_batches


@pytest.fixture
def data():
    return two_classes()


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
        (lambda x, y: (x, y.numpy()), "ndarray"),
        (lambda x, y: TensorDataset(x, y), "tuple"),
        (lambda x, y: [x, y], "Tensor"),
        (lambda x, y: [(x, y, y)], "tuple"),
    ],
    ids=["arrays", "one array", "a data set", "a list of two tensors", "three tensors"],
)
def test_other_data_are_told_what_to_do(data, bad, came):
    model = network()
    with pytest.raises(TypeError, match=f"expected .*got a {came} as a batch.*DataLoader"):
        fit(model, bad(*data[0]), epochs=1, optimizer=sgd(model))


def test_a_generator_that_ran_dry_is_named(data):
    model = network()
    with pytest.raises(ValueError, match=r"no batch.*read only once"):
        fit(model, iter([data[0]]), epochs=2, optimizer=sgd(model))


def untouched(model, *arguments, **options):
    """Whether ``fit`` refuses in its first step, with the model as it was: the error."""
    before = {name: value.clone() for name, value in model.state_dict().items() if "running" not in name}
    with pytest.raises((TypeError, ValueError)) as caught:
        fit(model, *arguments, epochs=1, optimizer=sgd(model), **options)
    after = model.state_dict()
    assert all(torch.equal(after[name], old) for name, old in before.items() if "num_batches" not in name)
    return f"{caught.type.__name__}: {caught.value}"


LABELS = {
    "int32": (
        lambda y: y.int(),
        r"TypeError: class labels are int64, yours are int32 \(N,\): use y.long\(\)",
    ),
    "float": (
        lambda y: y.float(),
        r"TypeError: class labels are int64, yours are float32 \(N,\): use y.long",
    ),
    "bool": (lambda y: y.bool(), r"TypeError: .* yours are bool"),
    "from one": (lambda y: y + 1, r"numbered from 0: .* 0 to 1, .* reach from 1 to 2. Subtract 1: y - 1"),
    "from one, too many": (lambda y: 4 * y + 1, r"from 1 to 5. Give the model 6 outputs"),
    "too many": (
        lambda y: 4 * y,
        r"the model gives 2 scores, .* reach from 0 to 4. Give the model 5 outputs",
    ),
    "negative": (
        lambda y: 2 * y - 1,
        r"numbered from 0: .* from -1 to 1. Number the classes anew.*ignore_index",
    ),
    "a column": (lambda y: y[:, None], r"the labels must be \(N,\); yours are \(N, 1\). .*y.squeeze\(1\)"),
    "one-hot": (lambda y: F.one_hot(y), r"must be \(N,\); yours are \(N, 2\). .*y.argmax\(dim=1\)"),
    "volumes": (lambda y: y.view(-1, 1, 1), r"yours are \(N, 1, 1\). Give one label for each row"),
}


@pytest.mark.parametrize("loss", [F.cross_entropy, nn.CrossEntropyLoss(label_smoothing=0.1)])
@pytest.mark.parametrize("bad", LABELS)
def test_bad_labels_are_told_with_their_cure(data, bad, loss):
    (x, y), valid = data
    change, message = LABELS[bad]
    wrong = (x, change(y))
    assert re.search(message, untouched(network(), wrong, loss=loss))
    assert re.search(message, untouched(network(), DataLoader(TensorDataset(*wrong), 64), loss=loss))
    assert re.search(message, untouched(network(), (x, y), (valid[0], change(valid[1])), loss=loss))
    with pytest.raises((TypeError, ValueError), match=message.removeprefix("TypeError: ")):
        evaluate(network(), wrong, loss)


def test_a_single_bad_label_is_found_wherever_it_stands(data):
    (x, y), _ = data
    y = y.clone()
    y[299] = 2
    assert "reach from 0 to 2. Give the model 3 outputs" in untouched(network(), (x, y), generator=seeded())


@pytest.mark.parametrize(
    ("change", "cure"),
    [
        (torch.Tensor.double, r"inputs are float64, and this model takes float32: use x.float\(\)"),
        (lambda x: (255 * x).to(torch.uint8), r"inputs are uint8, .* use x.float\(\)"),
        (torch.Tensor.bfloat16, r"inputs are bfloat16, .* use x.float\(\)"),
    ],
)
def test_inputs_of_another_type_are_told_with_their_cure(data, change, cure):
    (x, y), _ = data
    assert re.search(f"TypeError: the {cure}", untouched(network(), (change(x), y)))
    for call in (lambda: predict(network(), change(x)), lambda: evaluate(network(), (change(x), y))):
        with pytest.raises(TypeError, match=cure):
            call()
    model = network().double()
    assert "use x.to(torch.float64)" in untouched(model, (x, y))
    words = nn.Sequential(nn.Embedding(2, 4), nn.Flatten(), nn.Linear(20, 2))
    assert "float32, and this model takes int64: use x.long()" in untouched(words, ((x > 0).float(), y))
    assert fit(model, (x.double(), y), epochs=1, optimizer=sgd(model))["train_loss"]


def test_other_errors_of_a_model_are_its_own(data):
    (x, y), _ = data
    model = network()
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        fit(model, (x[:, :4], y), epochs=1, optimizer=sgd(model))
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        predict(model, x[:, :4])


def test_arrays_are_no_tensors(data):
    (x, y), _ = data
    with pytest.raises(TypeError, match=r"expected a tensor, got a ndarray: torch.as_tensor\(x\).float\(\)"):
        predict(network(), x.numpy())
    with pytest.raises(TypeError, match="targets must be a tensor, got a ndarray"):
        accuracy(x, y.numpy())
    with pytest.raises(TypeError, match="scores must be a tensor, got a list"):
        accuracy(x.tolist(), y)


@pytest.mark.parametrize(
    ("scores", "targets", "message"),
    [
        ((4, 3), (4, 1), r"got \(4, 3\) and \(4, 1\). Drop the second axis: y.squeeze\(1\)"),
        ((4, 3), (4, 3), r"got \(4, 3\) and \(4, 3\). .*y.argmax\(dim=1\)"),
        ((4, 3), (3,), r"got \(4, 3\) and \(3,\). Give one label for each row"),
        ((4,), (4,), r"one for each of K classes.*got \(4,\) and \(4,\).*scores > 0"),
        ((4, 1), (4,), r"got \(4, 1\) and \(4,\).*scores > 0"),
        ((4, 3, 2), (4, 2), r"got \(4, 3, 2\)"),
    ],
)
def test_accuracy_broadcasts_nothing(scores, targets, message):
    with pytest.raises(ValueError, match=message):
        accuracy(torch.zeros(scores), torch.zeros(targets, dtype=torch.int64))


def test_a_model_that_gives_other_rows_or_no_class_scores_is_told(data):
    (x, y), _ = data
    mixed = nn.Sequential(nn.Linear(5, 4), nn.Flatten(0), nn.Unflatten(0, (-1, 2)))  # 64 rows become 128
    assert re.search(r"gives \(128, 2\) for 64 rows: .*view, reshape or flatten", untouched(mixed, (x, y)))
    flat = nn.Sequential(nn.Linear(5, 1), nn.Flatten(0))
    assert re.search(r"gives \(N,\), .*a score for each class, \(N, K\)", untouched(flat, (x, y)))


NUMBERS = {
    "a row beside a column": (
        F.mse_loss,
        lambda y: y.float(),
        r"gives \(N, 1\) .* \(N,\): .*y.view\(-1, 1\)",
    ),
    "an object": (nn.L1Loss(), lambda y: y.float(), r"every row would be compared with every other"),
    "whole numbers": (
        F.binary_cross_entropy_with_logits,
        lambda y: y[:, None],
        r"are int64: use y.float\(\)",
    ),
    "double": (nn.HuberLoss(), lambda y: y[:, None].double(), r"TypeError: .*float32; yours are float64"),
}


@pytest.mark.parametrize("bad", NUMBERS)
def test_bad_numbers_are_told_with_their_cure(data, bad):
    (x, y), _ = data
    loss, change, message = NUMBERS[bad]
    assert re.search(message, untouched(nn.Linear(5, 1), (x, change(y)), loss=loss))


class Casts(nn.Module):
    """Takes bytes, as pictures come, and makes numbers of them itself."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 2)

    def forward(self, x):
        return self.layer(x.float() / 255)


def as_bytes(x):
    return (255 * x).to(torch.uint8)


def as_map(x):
    return x[:, None, None, :].repeat(1, 1, 2, 1)


HONEST = {
    "probabilities": (None, lambda x, y: (x, F.one_hot(y).float()), F.cross_entropy),
    "smoothed": (None, lambda x, y: (x, y), functools.partial(F.cross_entropy, label_smoothing=0.1)),
    "torch's ignored label": (None, lambda x, y: (x, torch.where(x[:, 0] > 0, y, -100)), F.cross_entropy),
    "its own ignored label": (
        None,
        lambda x, y: (x, torch.where(x[:, 0] > 0, y, 9)),
        functools.partial(F.cross_entropy, ignore_index=9),
    ),
    "its object's ignored label": (
        None,
        lambda x, y: (x, torch.where(x[:, 0] > 0, y, -1)),
        nn.CrossEntropyLoss(ignore_index=-1),
    ),
    "bytes as labels": (None, lambda x, y: (x, y.to(torch.uint8)), F.cross_entropy),
    "a label for each pixel": (
        nn.Conv2d(1, 2, 1),
        lambda x, y: (as_map(x), y[:, None, None].repeat(1, 2, 5)),
        F.cross_entropy,
    ),
    "log-probabilities": (nn.Sequential(nn.Linear(5, 2), nn.LogSoftmax(1)), lambda x, y: (x, y), F.nll_loss),
    "several labels a row": (
        None,
        lambda x, y: (x, F.one_hot(y).float()),
        F.binary_cross_entropy_with_logits,
    ),
    "doubles for logits": (
        None,
        lambda x, y: (x, F.one_hot(y).double()),
        F.binary_cross_entropy_with_logits,
    ),
    "whole numbers": (nn.Linear(5, 1), lambda x, y: (x, y[:, None]), F.mse_loss),
    "a loss of its own": (nn.Linear(5, 1), lambda x, y: (x, y), lambda s, y: ((s[:, 0] - y) ** 2).mean()),
    "numbers of words": (
        nn.Sequential(nn.Embedding(2, 4), nn.Flatten(), nn.Linear(20, 2)),
        lambda x, y: ((x > 0).long(), y),
        F.cross_entropy,
    ),
    "a model that casts": (Casts(), lambda x, y: (as_bytes(x), y), F.cross_entropy),
}


@pytest.mark.parametrize("use", HONEST)
def test_honest_uses_go_on(data, use):
    model, change, loss = HONEST[use]
    model = copy.deepcopy(model) or network()
    train, valid = (change(*pair) for pair in data)
    history = fit(model, train, valid, epochs=3, optimizer=sgd(model, 0.01), loss=loss)
    assert history["train_loss"][-1] < history["train_loss"][0]
    assert evaluate(model, valid, loss)["loss"] == pytest.approx(min(history["valid_loss"]))


def test_one_score_a_row_has_no_accuracy(data):
    (x, y), _ = data
    model = nn.Linear(5, 1)
    history = fit(
        model, (x, y), epochs=1, optimizer=sgd(model), loss=lambda scores, y: (scores[:, 0] - y).abs().mean()
    )
    assert list(history) == ["train_loss"], "of one score the highest is always the first"


# A last batch of one row.


@pytest.mark.parametrize(
    ("rows", "size", "expected"),
    [
        (65, 64, [65]),
        (64, 64, [64]),
        (66, 64, [64, 2]),
        (129, 64, [64, 65]),
        (1, 64, [1]),
        (3, 1, [1, 1, 1]),
        (3, 2, [3]),
        (2, 3, [2]),
    ],
)
def test_a_last_row_alone_joins_the_batch_before(rows, size, expected):
    x = torch.arange(rows)
    drawn = [part for part, _ in batches((x, x), size, seeded())]
    assert [len(part) for part in drawn] == expected
    assert torch.cat(drawn).tolist() == torch.randperm(rows, generator=seeded()).tolist()
    assert count_batches((x, x), size) == len(expected)
    in_order = [part for part, _ in batches((x, x), size)]
    assert [len(part) for part in in_order] == [len(part) for part in x.split(size)], "held-out data stay"


def test_batch_normalisation_learns_from_65_rows(data):
    (x, y), _ = data
    model = network()
    history = fit(model, (x[:65], y[:65]), (x[:65], y[:65]), epochs=4, optimizer=sgd(model))
    assert history["valid_loss"][-1] < history["valid_loss"][0]


def test_a_batch_of_one_is_told_by_name(data):
    (x, y), _ = data
    message = (
        "batch normalisation cannot train on a batch of one row. Take another batch_size, or drop_last=True"
    )
    assert message in untouched(network(), (x[:1], y[:1]))
    loader = DataLoader(TensorDataset(x[:65], y[:65]), batch_size=64)
    model = network()
    with pytest.raises(ValueError, match="batch of one row"):
        fit(model, loader, epochs=1, optimizer=sgd(model))


# The layout of what is drawn.


def test_drawn_pictures_keep_their_layout():
    x = torch.rand(10, 3, 4, 5)
    for layout in (torch.contiguous_format, torch.channels_last):
        pictures = x.to(memory_format=layout)
        (part, _), *_ = batches((pictures, x), 4, seeded())
        assert part.is_contiguous(memory_format=layout)
        assert torch.equal(part, x[torch.randperm(10, generator=seeded())[:4]])


def test_accuracy_of_labels_that_start_at_one_is_told() -> None:
    with pytest.raises(ValueError, match=r"numbered from 0.*Subtract 1"):
        accuracy(torch.eye(3), torch.tensor([1, 2, 3]))
    assert accuracy(torch.eye(3), torch.tensor([0, 1, -100])) == pytest.approx(2 / 3)
