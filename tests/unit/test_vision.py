"""The table of a network, the small classics, and photos of digits."""

import math

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from helpers import load_images
from helpers.train.one_cycle import fit_one_cycle
from helpers.vision import (
    Concat,
    layer_table,
    named,
    print_table,
    small_alexnet,
    small_googlenet,
    small_lenet,
    small_vgg,
    stages,
)
from helpers.vision.classics import overlapping_pool, separate_pool
from helpers.vision.photos import centred_digits, ink_of_photos, photographed
from helpers.vision.tables import field_after

SMALL = {
    "lenet": (small_lenet, 61_706),
    "alexnet": (small_alexnet, 72_394),
    "vgg": (small_vgg, 41_346),
    "googlenet": (small_googlenet, 19_514),
}


@pytest.fixture
def network():
    return named(
        C1=nn.Sequential(nn.Conv2d(1, 6, 5), nn.Tanh()),
        S2=nn.MaxPool2d(2),
        C3=nn.Conv2d(6, 16, 5, groups=2, bias=False),
        flat=nn.Sequential(nn.Flatten(), nn.BatchNorm1d(1600), nn.Linear(1600, 10)),
    )


def test_a_row_holds_what_a_person_computes(network):
    rows = {row.name: row for row in layer_table(network, (1, 32, 32))}
    assert list(rows) == ["C1.0", "C1.1", "S2", "C3", "flat.0", "flat.1", "flat.2"]
    assert rows["C1.0"].shape == (6, 28, 28) and rows["C1.0"].parameters == 156
    assert rows["C1.0"].macs == 117_600 and rows["C1.0"].field == (5, 1)
    assert rows["S2"].macs == 0 and rows["S2"].field == (6, 2)
    assert rows["C3"].parameters == 16 * 3 * 25 and rows["C3"].macs == 10 * 10 * 16 * 75
    assert rows["C3"].field == (14, 2)
    assert rows["flat.1"].parameters == 3200 and rows["flat.2"].macs == 16_000
    assert rows["flat.2"].shape == (10,) and rows["flat.2"].field is None


def test_the_model_stays_as_it_was(network):
    network.train()
    network[3][1].eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    modes = [module.training for module in network.modules()]
    layer_table(network, (1, 32, 32))
    assert [module.training for module in network.modules()] == modes
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])
    assert not any(module._forward_hooks for module in network.modules())
    with pytest.raises(RuntimeError):
        layer_table(network, (3, 32, 32))
    assert not any(module._forward_hooks for module in network.modules())
    assert [module.training for module in network.modules()] == modes


def test_it_works_without_memory_and_in_double_precision(network):
    rows = layer_table(network, (1, 32, 32))
    assert layer_table(network.double(), (1, 32, 32)) == rows
    assert layer_table(network.to("meta"), (1, 32, 32)) == rows


@pytest.mark.parametrize("shape", [(32, 32), (1, 1, 32, 32), ()])
def test_the_shape_is_that_of_one_picture(network, shape):
    with pytest.raises(ValueError, match="without the batch axis"):
        layer_table(network, shape)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(1, 2, 3, stride=2),
        nn.Conv2d(1, 2, 3, dilation=2),
        nn.MaxPool2d(3, stride=2),
        nn.AvgPool2d(2),
        nn.PixelUnshuffle(2),
        nn.ReLU(),
    ],
)
def test_the_field_is_what_the_gradient_says(layer):
    layers = nn.Sequential(nn.Conv2d(1, 1, 3), layer)
    r, j = field_after(layer, field_after(layers[0], (1, 1)))
    x = torch.rand(1, 1, 24, 24, generator=torch.Generator().manual_seed(0)).requires_grad_()
    nn.init.ones_(layers[0].weight)
    out = layers[0](x)
    if isinstance(layer, nn.MaxPool2d):
        layer = nn.AvgPool2d(layer.kernel_size, layer.stride)
    out = layer(out)
    seen = []
    for column in (3, 4):
        x.grad = None
        out[:, :, 3, column].sum().backward(retain_graph=True)
        columns = x.grad[0, 0].abs().sum(dim=0).nonzero()
        seen.append((int(columns.min()), int(columns.max() - columns.min() + 1)))
    assert seen[0][1] == seen[1][1] == r
    assert seen[1][0] - seen[0][0] == j


def test_the_wider_path_counts_and_a_hidden_path_is_unknown():
    class Branches(nn.Module):
        def __init__(self, join):
            super().__init__()
            self.narrow, self.wide, self.join = nn.Conv2d(1, 1, 1), nn.Conv2d(1, 1, 5, padding=2), join

        def forward(self, x):
            maps = self.narrow(x), self.wide(x)
            return self.join(*maps) if self.join else self.last(torch.cat(maps, dim=1))

    assert layer_table(Branches(Concat()), (1, 9, 9))[-1].field == (5, 1)
    hidden = Branches(None)
    hidden.last = nn.Conv2d(2, 1, 3)
    assert layer_table(hidden, (1, 9, 9))[-1].field is None


def test_stages_add_up_and_are_printed(network, capsys):
    rows = stages(network, (1, 32, 32))
    assert [row.name for row in rows] == ["C1", "S2", "C3", "flat"]
    single = layer_table(network, (1, 32, 32))
    assert rows[-1].parameters == sum(row.parameters for row in single[-3:])
    assert rows[0].field == (5, 1) and rows[-1].shape == (10,)
    print_table(rows)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["C1", "6", "×", "28", "×", "28", "156", "117,600", "5"]
    assert lines[4].split()[-1] == "all"
    assert lines[-1].split() == [
        "sum",
        f"{sum(r.parameters for r in rows):,}",
        f"{sum(r.macs for r in rows):,}",
    ]


@pytest.mark.parametrize("name", SMALL)
def test_a_small_classic_has_its_size_and_its_table_counts_what_torch_counts(name):
    build, size = SMALL[name]
    torch.manual_seed(0)
    model = build().eval()
    assert sum(p.numel() for p in model.parameters()) == size
    with FlopCounterMode(display=False) as counter:
        assert model(torch.zeros(2, 1, 28, 28)).shape == (2, 10)
    assert counter.get_total_flops() == 2 * 2 * sum(row.macs for row in layer_table(model, (1, 28, 28)))
    assert model is not build()


def test_the_tricks_of_the_small_alexnet_change_one_thing_only():
    def names(**options):
        return [type(layer).__name__ for layer in small_alexnet(**options).modules()]

    plain = names()
    assert names(activation=nn.Tanh) == ["Tanh" if name == "ReLU" else name for name in plain]
    assert [a for a, b in zip(plain, names(norm=nn.Sigmoid), strict=True) if a != b] == ["Identity"] * 2
    dropout = [layer.p for layer in small_alexnet(dropout=0.5).modules() if isinstance(layer, nn.Dropout)]
    assert dropout == [0.5, 0.5]
    x = torch.arange(196.0).view(1, 1, 14, 14)
    for side in (7, 4, 2):
        assert separate_pool()(x).shape == (1, 1, side, side)
        x = overlapping_pool()(x)
        assert x.shape == (1, 1, side, side)


@pytest.mark.parametrize("build", [small_alexnet, small_vgg])
def test_weights_are_drawn_with_variance_two_over_inputs(build):
    torch.manual_seed(0)
    for parameter in build().parameters():
        if parameter.ndim == 1:
            assert not parameter.any()
        elif parameter.numel() > 5000:
            assert parameter.std().item() == pytest.approx(math.sqrt(2 / parameter[0].numel()), rel=0.05)


def test_one_cycle_moves_what_asks_for_a_gradient_and_ends_at_a_small_rate():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    model[0].requires_grad_(False)
    frozen, moved = model[0].weight.clone(), model[2].weight.clone()
    x = torch.randn(60, 4)
    y, rates = (x[:, 0] > 0).long(), []

    def watch(batch):
        rates.append(batch)
        return batch

    history = fit_one_cycle(model, x, y, epochs=8, lr=0.05, batch_size=25, augment=watch)
    assert len(history["train_loss"]) == 8 and history["train_loss"][-1] < history["train_loss"][0]
    assert torch.equal(model[0].weight, frozen) and not torch.equal(model[2].weight, moved)
    assert len(rates) == 8 * math.ceil(60 / 25)


@pytest.fixture(scope="module")
def digits():
    return load_images("mnist", "test").images[:40]


def test_a_photo_is_dark_ink_on_light_paper_and_a_seed_gives_it_again(digits):
    photos = photographed(digits, torch.Generator().manual_seed(0))
    assert photos.shape == (40, 1, 64, 64) and photos.min() >= 0 and photos.max() <= 1
    assert photos.median() > 0.5 and photos.flatten(1).amin(dim=1).max() < 0.4
    assert torch.equal(photos, photographed(digits, torch.Generator().manual_seed(0)))
    assert not torch.equal(photos, photographed(digits, torch.Generator().manual_seed(1)))


def test_the_ink_is_found_whatever_the_light_does(digits):
    photos = photographed(digits, torch.Generator().manual_seed(0))
    ink = ink_of_photos(photos)
    assert ink.shape == photos.shape and ink.min() >= 0 and ink.max() <= 1
    share = (ink > 0.5).flatten(1).float().mean(dim=1)
    assert share.min() > 0.01 and share.max() < 0.2  # a digit, and not the shadow
    assert (ink_of_photos(0.6 * photos) - ink).abs().mean() < 0.01
    blank = ink_of_photos(torch.full((1, 1, 64, 64), 0.7))
    assert blank.max() < 0.01


def test_a_digit_is_cut_out_scaled_and_centred():
    ink = torch.zeros(2, 1, 64, 64)
    ink[0, 0, 5:45, 40:50] = 1.0  # 40 high, 10 wide, off the middle
    (first, empty) = centred_digits(ink)
    assert first.shape == (1, 28, 28) and not empty.any()
    rows, columns = (first[0] > 0.5).any(dim=1).nonzero()[:, 0], (first[0] > 0.5).any(dim=0).nonzero()[:, 0]
    assert (len(rows), len(columns)) == (20, 5)
    assert abs(rows.float().mean() - 14) <= 0.5 and abs(columns.float().mean() - 14) <= 0.5


def test_centring_leaves_the_digits_of_mnist_nearly_where_they_are(digits):
    assert (centred_digits(digits) - digits).abs().mean() < 0.01
