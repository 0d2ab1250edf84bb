"""Classic CNNs, and deep networks at work: the lessons' facts, and the functions behind their sliders."""

import itertools

import torch
from lesson_cells import logic
from torch.utils.flop_counter import FlopCounterMode

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "05a_classic_cnns": {
        "fact:lenet",
        "fact:alexnet",
        "fact:tricks",
        "fact:vgg",
        "fact:googlenet",
        "fact:degradation",
        "fact:resnet",
        "fact:five",
        "fact:fashion-93",
    },
    "05b_deep_networks": {},
}


def test_a_stack_of_convolutions_costs_what_torch_counts():
    stack_cost = logic("05a_classic_cnns")["stack_cost"]
    assert stack_cost(7, 1, 64, 56)[0] == stack_cost(3, 3, 64, 56)[0] == 7
    for kernel, layers, channels, side in itertools.product((1, 3, 5), (1, 2, 3), (2, 5), (7, 12)):
        convolutions = [
            torch.nn.Conv2d(channels, channels, kernel, padding=kernel // 2, bias=False)
            for _ in range(layers)
        ]
        stack = torch.nn.Sequential(*convolutions).to("meta")
        with FlopCounterMode(display=False) as counter:
            stack(torch.empty(1, channels, side, side, device="meta"))
        field, weights, macs = stack_cost(kernel, layers, channels, side)
        assert field == 1 + sum(conv.kernel_size[0] - 1 for conv in stack)
        assert weights == sum(conv.weight.numel() for conv in stack)
        assert 2 * macs == counter.get_total_flops()
