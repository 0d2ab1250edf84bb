"""The perceptron: the lessons' facts, and the functions behind their sliders."""

import torch
from lesson_cells import logic

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "02_perceptron": {
        "fact:converges",
        "fact:xor-never",
        "fact:xor-proof",
        "fact:xor-two-layers",
        "fact:layer-shape",
        "fact:gradient",
        "fact:softmax",
        "fact:cross-entropy",
        "fact:digits-85",
    },
}


def test_the_errors_of_a_line_are_counted():
    count_errors = logic("02_perceptron")["count_errors"]
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    logical_and, exclusive_or = torch.tensor([0.0, 0.0, 0.0, 1.0]), torch.tensor([0.0, 1.0, 1.0, 0.0])
    assert count_errors(torch.tensor([1.0, 1.0, -1.5]), corners, logical_and) == 0
    assert count_errors(torch.tensor([1.0, 1.0, -0.5]), corners, exclusive_or) == 1
    assert count_errors(torch.tensor([-1.0, -1.0, 1.5]), corners, logical_and) == 4
    # On the line itself the neuron is silent.
    assert count_errors(torch.tensor([1.0, 0.0, -1.0]), corners, logical_and) == 1
