"""Tensors: the lessons' facts, and the functions behind their sliders."""

import itertools
from itertools import zip_longest

import torch
from lesson_cells import logic

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "01_tensors": {
        "fact:a-times-b",
    },
}


def test_broadcasting_follows_torch():
    broadcast_shape = logic("01_tensors", zip_longest=zip_longest)["broadcast_shape"]
    lengths = [(), *itertools.chain(*(itertools.product([0, 1, 2, 3], repeat=n) for n in (1, 2, 3)))]
    compared = {True: 0, False: 0}
    for first, second in itertools.product(lengths, repeat=2):
        try:
            expected = tuple(torch.broadcast_shapes(first, second))
        except RuntimeError:
            expected = None
        assert broadcast_shape(first, second) == expected, f"{first} + {second}"
        compared[expected is None] += 1
    assert min(compared.values()) > 1000
