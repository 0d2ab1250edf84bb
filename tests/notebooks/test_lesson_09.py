"""Style transfer: the lesson's facts, its networks, and the functions behind its sliders."""

import torch
import torch.nn.functional as F
from lesson_cells import logic
from torch import nn
from torch.testing import assert_close
from torchvision.models import vgg

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "09_style_transfer": {
        "fact:gram-forgets-places",
        "fact:content-against-style",
        "fact:layers-not-only-colours",
        "fact:multistyle-equal",
        "fact:numbers-of-a-style",
        "fact:style-is-consistent",
        "fact:instance-norm-contrast",
        "fact:colours-kept",
        "fact:own-style",
        "fact:flicker",
    },
}


def names():
    return logic("09_style_transfer", torch=torch, nn=nn, F=F)


def test_a_mixture_adds_up_to_one_and_names_its_styles():
    mix_of = names()["mix_of"]
    assert mix_of(2, 5, 0.25).shape == (1, 26)
    assert mix_of(2, 5, 0.25)[0, [2, 5]].tolist() == [0.75, 0.25]
    assert mix_of(0, 1, 0.5, styles=2).tolist() == [[0.5, 0.5]]
    assert mix_of(3, 3, 0.4)[0, 3] == 1, "a style mixed with itself is itself"


def test_the_network_keeps_sides_and_has_the_published_size():
    found = names()
    model = found["Stylizer"]()
    assert sum(p.numel() for p in model.parameters()) == 166_104
    x = torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        y = model(x, torch.cat([found["mix_of"](0, 1, 0.5)] * 2))
    assert y.shape == x.shape and y.min() >= 0 and y.max() <= 1


def test_a_style_is_a_row_of_scales_and_shifts():
    norm = names()["ConditionalNorm"](4, 3)
    with torch.no_grad():
        norm.gamma[1], norm.beta[1], norm.beta[2] = 2.0, 5.0, 1.0
        x = torch.randn(1, 4, 6, 6, generator=torch.Generator().manual_seed(0))
        plain = F.instance_norm(x)
        assert_close(norm(x, torch.tensor([[0.0, 1.0, 0.0]])), 2 * plain + 5)
        assert_close(norm(x, torch.tensor([[0.0, 0.5, 0.5]])), 1.5 * plain + 3)
        assert_close(norm(7 * x + 3, torch.tensor([[1.0, 0.0, 0.0]])), plain, atol=1e-4, rtol=1e-4)


def test_the_maps_of_vgg_are_those_of_the_paper():
    torch.manual_seed(0)
    layers = vgg.make_layers(vgg.cfgs["E"])  # random weights, the real architecture
    features = names()["TrainedFeatures"](layers)
    x = torch.rand(1, 3, 32, 32)
    maps = features(x)
    assert [tuple(m.shape[1:]) for m in maps] == [
        (64, 32, 32),
        (128, 16, 16),
        (256, 8, 8),
        (512, 4, 4),
        (512, 2, 2),
    ]
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    first = F.relu(layers[0]((x - mean.view(3, 1, 1)) / std.view(3, 1, 1)))
    assert_close(maps[0], first)
    second = F.relu(layers[5](F.avg_pool2d(F.relu(layers[2](first)), 2)))
    assert_close(maps[1], second)
    assert all(m.min() >= 0 for m in maps) and not any(p.requires_grad for p in features.parameters())
