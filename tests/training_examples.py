"""What the tests of training share: points of two classes, a small network, and how to compare two."""

import torch
from torch import nn


def two_classes():
    """Three hundred points of two classes that a line separates, and a hundred more that were held out."""
    points = torch.randn(400, 5, generator=torch.Generator().manual_seed(3))
    labels = (points.sum(dim=1) > 0).long()
    return (points[:300], labels[:300]), (points[300:], labels[300:])


def network(dropout=0.0, seed=0):
    """5 inputs, 2 scores; with batch normalisation and, if asked for, dropout."""
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
