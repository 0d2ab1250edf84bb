"""The functions behind the sliders, and the facts that each lesson must compute and assert."""

import itertools
from itertools import zip_longest
from pathlib import Path

import nbformat
import pytest
import torch

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

# Notebook → tag of the cell that computes and asserts a fact of the syllabus → what its code must mention.
FACTS = {
    "00_getting_started": {
        "fact:rule": ["age=50", "weight=70", "fat=40", "40.0, 80.0, 40.0"],
        "fact:timeline": [
            "15.3",
            "26.1",
            "11.7",
            "6.6",
            "3.57",
            "5.1",
            "110e6",
            "330e6",
            "1.5e9",
            "11e9",
            "175e9",
        ],
    },
    "01_tensors": {"fact:a-times-b": ["randn(3, 4", "randn(4, 3", "broadcast_shape"]},
    "02_perceptron": {
        "fact:converges": ["AND", "OR", "mistakes[-1] == 0"],
        "fact:xor-never": ["XOR", "min(mistakes) > 0"],
        "fact:xor-proof": ["XOR", "torch.equal"],
        "fact:xor-two-layers": ["two_layers(corners)", 'gates["XOR"]'],
        "fact:layer-shape": ["256", "2570"],
        "fact:gradient": ["worst < 1e-8", "eps"],
        "fact:softmax": ["torch.softmax"],
        "fact:cross-entropy": ["F.cross_entropy", "log"],
        "fact:digits-85": ["held_out >= 0.85"],
    },
    "04_cnn_layers": {
        "fact:stretch-3072": ["32 * 32 * 3 == 3072"],
        "fact:conv-28": ["slide(small", "feature_map.shape == (28, 28)"],
        "fact:six-filters": ["stack.shape == (6, 28, 28)", "F.relu"],
        "fact:conv-equal": ["slide(cat", "conv_unfold(cat", "nn.Conv2d", "assert_close"],
        "fact:stride-5-3-233": ["[5, 3, 2.33]", "nn.Conv2d(1, 1, 3, stride=stride)"],
        "fact:padding-7": ["kernel_size=3, padding=1", "kept.shape[-1] == 7"],
        "fact:quiz-32-32-10": ["stride=1, padding=2", "(1, 10, 32, 32)"],
        "fact:quiz-760": ["5 * 5 * 3 + 1", "760"],
        "fact:receptive-3-5": ["measured_field(stack) == field", "[0] == 3", "* 2)[0] == 5"],
        "fact:max-pool": ["[5, 6, 7, 8]", "[[6, 8], [3, 4]]", "nn.MaxPool2d(2)"],
        "fact:average-pool": ["[0, 6, 7, 3]", "[[2, 4], [2, 2]]", "nn.AvgPool2d(2)"],
        "fact:conv-1d": ["F.conv1d", "assert_close"],
        "fact:conv-3d": ["F.conv3d", "assert_close"],
        "fact:batch-norm": ["nn.BatchNorm2d", "running_var", ".grad", ".eval()"],
        "fact:sequence": ['["conv", "ReLU"] * N + ["pool"]', '["fc", "ReLU"] * K', "softmax"],
        "fact:outputs": ["(5, 10), (5, 4), (5, 11, 28, 28)"],
        "fact:low-to-high": ["guessable(layers)", "shares.diff()"],
        "fact:equivariance": ["True, True, False, True, False, False, False, True"],
    },
}


def cells_tagged(notebook: str, tag: str) -> list[str]:
    cells = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells
    return [cell.source for cell in cells if tag in cell.metadata.get("tags", [])]


def logic(notebook: str, **names) -> dict:
    """Run the cells behind the sliders, and nothing else of the notebook; return what they define."""
    sources = cells_tagged(notebook, "explorer-logic")
    assert sources, f"{notebook} has no cell tagged explorer-logic"
    for source in sources:
        exec(compile(source, notebook, "exec"), names)
    return names


@pytest.mark.parametrize(("notebook", "tag"), [(n, t) for n, facts in FACTS.items() for t in facts])
def test_a_fact_is_computed_and_asserted_in_one_cell(notebook, tag):
    (source,) = cells_tagged(notebook, tag)
    assert "assert" in source, f"{tag} asserts nothing"
    assert [text for text in FACTS[notebook][tag] if text not in source] == []


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")), ids=lambda path: path.stem)
def test_every_marked_fact_is_on_the_list(path):
    cells = nbformat.read(path, as_version=4).cells
    marked = {tag for cell in cells for tag in cell.metadata.get("tags", []) if tag.startswith("fact:")}
    assert marked == set(FACTS.get(path.stem, {}))


def test_the_rule_wants_all_three_conditions():
    functions = logic("00_getting_started")
    people = torch.tensor([[51.0, 71.0, 41.0], [50.0, 71.0, 41.0], [51.0, 70.0, 41.0], [51.0, 71.0, 40.0]])
    answers = functions["rule"](people, 50, 70, 40)
    assert answers.tolist() == [True, False, False, False]
    assert functions["agreement"](answers, torch.tensor([True, True, False, False])) == 0.75


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


def test_the_errors_of_a_line_are_counted():
    count_errors = logic("02_perceptron")["count_errors"]
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    logical_and, exclusive_or = torch.tensor([0.0, 0.0, 0.0, 1.0]), torch.tensor([0.0, 1.0, 1.0, 0.0])
    assert count_errors(torch.tensor([1.0, 1.0, -1.5]), corners, logical_and) == 0
    assert count_errors(torch.tensor([1.0, 1.0, -0.5]), corners, exclusive_or) == 1
    assert count_errors(torch.tensor([-1.0, -1.0, 1.5]), corners, logical_and) == 4
    # On the line itself the neuron is silent.
    assert count_errors(torch.tensor([1.0, 0.0, -1.0]), corners, logical_and) == 1


def test_output_size_is_that_of_torch():
    output_size = logic("04_cnn_layers")["output_size"]
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
    receptive_field = logic("04_cnn_layers")["receptive_field"]
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
