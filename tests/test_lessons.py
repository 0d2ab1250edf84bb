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
