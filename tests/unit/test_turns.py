"""The check below a *Your turn*: blank stubs, right answers in many forms, what a wrong one is told."""

import nbformat.v4 as v4
import numpy as np
import pytest
import torch
from notebook_tools import execute, save

from helpers import your_turn
from helpers.turns import verdict


def blank_body(x):
    """What to do."""
    ...


def blank_return(x):
    x = x + 1
    return ...


def blank_middle(x):
    z = ...
    return z * 2


class BlankLayer(torch.nn.Module):
    def forward(self, x):
        return x + ...


def double(x):
    return 2 * x


def last_column(x):
    return x[..., -1]


def forgets_return(x):
    2 * x


def writes_into(x):
    x += 1
    return x


@pytest.mark.parametrize("answer", [..., blank_body, blank_return, blank_middle, BlankLayer, BlankLayer()])
def test_a_stub_as_it_was_is_not_answered(answer):
    assert verdict(answer, 1.0, (torch.ones(2),) if callable(answer) else ()) == "not answered yet"


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (14, 14),
        (14.0, 14),
        (torch.tensor(14), 14),
        (np.int64(14), 14),
        ([1, 2], torch.tensor([1.0, 2.0])),
        (torch.tensor([1.0, 2.0], requires_grad=True), [1, 2]),
        ((3, 4), torch.Size([3, 4])),
        (torch.Size([3, 4]), (3, 4)),
        ((torch.ones(2), 1.00001), (torch.ones(2), 1)),
        ("ReLU", "ReLU"),
        (True, True),
        (float("nan"), float("nan")),
        (None, None),
        (torch.tensor([True, False]), torch.tensor([True, False])),
    ],
)
def test_a_right_value_is_right(answer, wanted):
    assert verdict(answer, wanted) == "right"


def test_a_function_is_called():
    x = torch.arange(6.0).reshape(2, 3)
    assert verdict(double, 2 * x, (x,)) == "right"
    assert verdict(last_column, x[:, -1], (x,)) == "right", "an ellipsis that picks axes is no blank"
    assert verdict(lambda: 3, 3) == "right"
    assert verdict(torch.nn.Identity(), x, (x,)) == "right"
    assert verdict(writes_into, x + 1, (x,)) == "right"
    assert x[0, 0] == 0, "the argument was changed"


@pytest.mark.parametrize(
    ("answer", "wanted", "arguments", "words"),
    [
        (30, 32, (), "not yet. expected 32, got 30"),
        (1.001, 1.0, (), "not yet. expected 1, got 1.001"),
        ("tanh", "ReLU", (), "expected 'ReLU', got 'tanh'"),
        (1, True, (), "expected True, got 1"),
        (torch.ones(2), torch.ones(2).bool(), (), "expected truth values, got torch.float32"),
        (True, "yes", (), "expected 'yes', got True"),
        ([1, 2, 3], [1, 2], (), "expected the shape (2,), got (3,)"),
        ([1, 3], [1, 2], (), "expected [1, 2], got [1, 3]"),
        ("two", 2, (), "expected 2, got str 'two'"),
        (5, ["a", "b"], (), "expected 2 values, got a int"),
        (("a",), ("a", "b"), (), "expected 2 values, got 1 of them"),
        (("a", "c"), ("a", "b"), (), "value 1: expected 'b', got 'c'"),
        (double, 5, (2,), "not yet. double(2): expected 5, got 4"),
        ([0.12346, 1.0], torch.tensor([0.1235678, 2.0]), (), "expected [0.1236, 2.0], got [0.12346, 1.0]"),
        (double, [0.0, 1.0], (torch.tensor([0.0, 0.0001]),), "got [0.0, 0.0002]"),
        (forgets_return, 4, (2,), "forgets_return(2): nothing came back: is the word return missing?"),
        (double, 4, (), "TypeError"),
        (
            double,
            torch.zeros(40),
            (torch.arange(40.0),),
            "39 of 40 numbers are off; at (1,) expected 0, got 2",
        ),
        (double, 1, (torch.ones(100),), "double(Tensor of shape (100,)): expected the shape (), got (100,)"),
        (lambda: ..., 4, (), "not answered yet"),
    ],
)
def test_a_wrong_answer_is_told_what_came(answer, wanted, arguments, words):
    said = verdict(answer, wanted, arguments)
    assert words in said
    assert "right" not in said


def test_numbers_may_lie_as_far_apart_as_said():
    assert verdict(1.04, 1.0, tolerance=0.05) == "right"
    assert verdict(1.06, 1.0, tolerance=0.05) != "right"
    assert verdict(104.0, 100.0, tolerance=0.05) == "right"
    assert verdict([0.02, 100.0], [0.0, 100.0]) != "right"
    assert verdict([1e-3, 100.0], [0.0, 100.0]) == "right", "small beside the largest number"
    assert verdict(0.0, 3e-5) != "right", "a small number is not nothing"
    assert verdict([0.0, 5e-5], [0.0, 0.0]) == "right"
    assert verdict([float("inf"), 1.0], [float("inf"), 1.0]) == "right"
    assert verdict([float("inf"), 1.0], [float("-inf"), 1.0]) != "right"


def test_arguments_without_a_function_are_the_authors_mistake():
    with pytest.raises(TypeError, match="arguments for a function"):
        your_turn(3, 4, 5)


def test_it_prints_one_line(capsys):
    your_turn(..., 4)
    your_turn(4, 4)
    your_turn(4.01, 4)
    your_turn(double, 8.1, 4, tolerance=0.02)
    assert capsys.readouterr().out == "not answered yet\nright\nnot yet. expected 4, got 4.01\nright\n"


def test_the_stubs_of_a_notebook(tmp_path):
    """A kernel keeps the text of its cells elsewhere than in files, and that of a class not at all."""
    cells = [
        "import torch\nfrom helpers import your_turn",
        "def side(x):\n    return ...",
        "your_turn(side, 3, 2)",
        "class Scale(torch.nn.Module):\n    def forward(self, x):\n        return ...",
        "your_turn(Scale(), torch.ones(2), torch.ones(2))",
        "class Scale(torch.nn.Module):\n    def forward(self, x):\n        return 1 * x",
        "your_turn(Scale(), torch.ones(2), torch.ones(2))",
    ]
    path = tmp_path / "stubs.ipynb"
    made = [v4.new_code_cell(source, id=f"cell-{i:04d}") for i, source in enumerate(cells)]
    save(v4.new_notebook(cells=made), path)
    said = [cell.outputs[0].text for cell in execute(path).cells if cell.outputs]
    assert said == ["not answered yet\n", "not answered yet\n", "right\n"]
