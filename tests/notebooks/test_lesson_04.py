"""Convolution, its kinds, and a look inside: the lessons' facts, and the functions behind their sliders."""

import itertools

import pytest
import torch
from lesson_cells import logic

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "04a_convolution": {
        "fact:stretch-3072",
        "fact:conv-28",
        "fact:six-filters",
        "fact:conv-equal",
        "fact:stride-5-3-233",
        "fact:padding-7",
        "fact:quiz-32-32-10",
        "fact:quiz-760",
        "fact:receptive-3-5",
        "fact:max-pool",
        "fact:average-pool",
        "fact:conv-1d",
        "fact:conv-3d",
        "fact:batch-norm",
        "fact:sequence",
        "fact:outputs",
        "fact:low-to-high",
        "fact:equivariance",
    },
    "04b_kinds_of_convolution": {},
}


def test_output_size_is_that_of_torch():
    output_size = logic("04a_convolution")["output_size"]
    settings = itertools.product(range(1, 12), (1, 2, 3, 5), (1, 2, 3), (0, 1, 2), (1, 2, 3))
    fitted = refused = 0
    for size, kernel, stride, padding, dilation in settings:
        if size + 2 * padding < dilation * (kernel - 1) + 1:
            with pytest.raises(ValueError, match="does not fit"):
                output_size(size, kernel, stride, padding, dilation)
            refused += 1
            continue
        layer = torch.nn.Conv1d(1, 1, kernel, stride, padding, dilation, device="meta")
        shape = layer(torch.empty(1, 1, size, device="meta")).shape
        assert output_size(size, kernel, stride, padding, dilation) == shape[-1]
        fitted += 1
    assert min(fitted, refused) > 100


def test_receptive_field_is_what_the_gradient_reaches():
    receptive_field = logic("04a_convolution")["receptive_field"]
    assert receptive_field([]) == (1, 1)
    assert receptive_field([(3, 1, 1)]) == (3, 1)
    assert receptive_field([(3, 1, 1)] * 2) == (5, 1)
    kinds = list(itertools.product((1, 3, 5), (1, 2), (1, 2)))
    for layers in itertools.product(kinds, repeat=2):
        x = torch.ones(1, 1, 61, requires_grad=True)
        out = x
        for kernel, stride, dilation in layers:
            out = torch.nn.functional.conv1d(out, torch.ones(1, 1, kernel), stride=stride, dilation=dilation)
        middle = out.shape[-1] // 2
        out[0, 0, middle].backward(retain_graph=True)
        reached = x.grad[0, 0].nonzero().flatten()
        x.grad = None
        out[0, 0, middle + 1].backward()
        field, jump = receptive_field(layers)
        assert reached.max() - reached.min() + 1 == field, layers
        assert x.grad[0, 0].nonzero().min() - reached.min() == jump, layers
