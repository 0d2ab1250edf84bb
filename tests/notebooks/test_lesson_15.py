"""Training fast: the lessons' facts, and the functions behind their sliders."""

import itertools

import pytest
import torch
from lesson_cells import logic
from torch.utils.flop_counter import FlopCounterMode

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "15_training_fast": {
        "fact:same-batches",
        "fact:channels-last",
        "fact:schedule",
        "fact:multiplications",
        "fact:fewer-products",
        "fact:fast-network",
        "fact:tricks",
        "fact:nine-times",
        "fact:bfloat16",
        "fact:ladder",
        "fact:halves",
        "fact:two-processes",
        "fact:linear-scaling",
    },
}


def test_a_faster_part_gains_what_amdahl_says():
    amdahl = logic("15_training_fast", torch=torch)["amdahl"]
    for share, factor in itertools.product((0.0, 0.25, 0.9, 1.0), (1, 2, 20)):
        before = 60.0
        after = before * (1 - share) + before * share / factor
        assert amdahl(share, factor) == pytest.approx(before / after)


def test_the_multiplications_of_a_convolution_are_those_that_torch_counts():
    conv_products = logic("15_training_fast", torch=torch)["conv_products"]
    for size, kernel, stride, channels_in, channels_out in (
        (28, 5, 1, 1, 32),
        (24, 6, 3, 1, 16),
        (7, 3, 2, 8, 4),
    ):
        conv = torch.nn.Conv2d(channels_in, channels_out, kernel, stride)
        with FlopCounterMode(display=False) as counter:
            out = conv(torch.zeros(1, channels_in, size, size))
        found = conv_products(size, kernel, stride, channels_in, channels_out)
        assert found == (counter.get_total_flops() // 2, out.shape[-1])
