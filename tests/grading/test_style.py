"""How an answer is written: its loops, and what it uses of other libraries."""

from __future__ import annotations

import linecache
import math

import pytest
import torch

from homework import style
from homework.sourcetext import Sources
from homework.style import judging, loops_in, torch_calls, uses
from homework.values import Opaque

SETUP = "import torch\nimport torch.nn.functional as F\nfrom torch import nn"
MODULES = Sources([SETUP]).imported


def in_notebook(cell: str, name: str = "answer"):
    """An answer as the notebook has it: its cell was run there."""
    file = f"<ipython-input-{abs(hash(cell))}>"
    names: dict = {}
    exec(SETUP, names)
    linecache.cache[file] = (len(cell), None, cell.splitlines(keepends=True), file)
    exec(compile(cell, file, "exec"), names)
    return names[name]


def both(cell: str, ask, name: str = "answer"):
    """What is found in the notebook, and by the judge, who has the texts alone; they must agree."""
    seen = ask(in_notebook(cell, name))
    with judging(Sources([cell], MODULES)):
        assert ask(Opaque(name)) == seen
    return seen


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("def answer(x):\n    return x + 1", []),
        ("def answer(x):\n    for i in x:\n        pass", ["answer"]),
        ("def answer(x):\n    while x:\n        x -= 1", ["answer"]),
        ("def answer(x):\n    return [i for i in x]", ["answer"]),
        ("def answer(x):\n    return sum(i for i in x)", ["answer"]),
        ("def answer(x):\n    return list(map(abs, x))", ["answer"]),
        ("def answer(x):\n    return torch.vmap(torch.exp)(x)", ["answer"]),
        ("def answer(x):\n    return x.apply_(abs)", ["answer"]),
        ("def answer(x):\n    exec('for i in x: pass')", ["answer"]),
        ("def answer(x):\n    return x if x < 1 else answer(x - 1)", ["answer"]),
        ("def a(x):\n    return answer(x)\n\ndef answer(x):\n    return a(x)", ["a", "answer"]),
        ("def inner(x):\n    for i in x:\n        pass\n\ndef answer(x):\n    return inner(x)", ["inner"]),
        ("def unused(x):\n    for i in x:\n        pass\n\ndef answer(x):\n    return x", []),
        ("def answer(x):\n    step = lambda y: [i for i in y]\n    return step(x)", ["answer"]),
        ("class Way:\n    def go(self, x):\n        for i in x:\n            pass\n\n"
         "def answer(x):\n    return Way().go(x)", ["Way"]),
        ("class Way:\n    def go(self, x):\n        return self.on(x)\n"
         "    def on(self, x):\n        return self.go(x)\n\n"
         "def answer(x):\n    return Way().go(x)", ["Way"]),
        ("def loss(x):\n    return answer(x)\n\ndef answer(x):\n    loss = x.sum()\n    return loss", []),
        ("def answer(x, map=2):\n    return x * map", []),
        ("def map(x):\n    return x\n\ndef answer(x):\n    return map(x)", []),
        ("def answer(x):\n    'For each row: while in range.'\n    return x.sum(0)  # for all", []),
    ],
)  # fmt: skip
def test_loops_are_found(cell, found):
    seen = both(cell, loops_in)
    assert set(seen) >= set(found)
    assert bool(seen) == bool(found)


def test_the_judge_reads_what_the_running_code_hides():
    cell = "def answer(x):\n    return x\n\nanswer_ = answer\n\ndef answer(x):\n    for i in x:\n        pass"
    with judging(Sources([cell, "answer = answer_"], MODULES)):
        assert loops_in(Opaque("answer")) == ["answer"]


@pytest.mark.parametrize(
    ("cell", "names", "only", "found"),
    [
        ("def answer(x):\n    return F.linear(x, x)", ["torch.nn"], (), ["torch.nn.functional.linear"]),
        ("def answer(x):\n    return nn.Linear(1, 1)(x)", ["torch.nn"], (), ["torch.nn.Linear"]),
        ("def answer(x):\n    return x @ x.T", ["torch.nn", "softmax"], (), []),
        ("def answer(x):\n    return x.softmax(1)", ["softmax"], (), [".softmax"]),
        ("def answer(x):\n    return torch.softmax(x, 1)", ["softmax"], (), ["torch.softmax"]),
        ("def softmax(x):\n    return x\n\ndef answer(x):\n    return softmax(x)", ["softmax"], (), []),
        ("def answer(x):\n    x.sum().backward()", ["backward"], (), [".backward"]),
        ("def answer(x):\n    backward = 3\n    return backward", ["backward"], (), []),
        ("from torch.nn.functional import linear as mine\n\ndef answer(x):\n    return mine(x, x)",
         ["torch.nn"], (), ["torch.nn.functional.linear"]),
        ("def answer(x):\n    import numpy as np\n    return np.abs(x)",
         ["numpy"], (), ["numpy", "numpy.abs"]),
        ("import numpy as np\n\ndef answer(x):\n    return np.abs(x)", [], ("torch",), ["numpy.abs"]),
        ("import math\n\ndef answer(x):\n    return math.pi * x", [], ("torch", "math"), []),
        ("def answer(x):\n    return F.pad(x, (1, 1))", [], ("torch",), []),
        ("def answer(x):\n    return __import__('numpy').abs(x)", [], ("torch",), ["__import__"]),
        ("def answer(x):\n    return abs(max(x, 2)) + len(x)", [], ("torch",), []),
        ("T = torch.nn\n\ndef answer(x):\n    return T.Linear(1, 1)(x)",
         ["torch.nn"], (), ["torch.nn.Linear"]),
        ("class Net(nn.Module):\n    def forward(self, x):\n        return F.relu(x)\n\n"
         "def answer(x):\n    return Net()(x)", ["torch.nn.functional"], (), ["torch.nn.functional.relu"]),
        ("def answer(x):\n    return x.to('cpu').detach().numpy()", ["numpy"], (), [".numpy"]),
        ("def answer(x):\n    return torch.nnx(x)", ["torch.nn"], (), []),
    ],
)  # fmt: skip
def test_what_an_answer_uses_is_found(cell, names, only, found):
    assert both(cell, lambda answer: uses(answer, *names, only=only)) == found


def test_an_answer_that_is_a_class():
    cell = "class Net(nn.Module):\n    def forward(self, x):\n        return [F.relu(i) for i in x]"
    assert both(cell, lambda net: uses(net, "torch.nn.functional"), "Net") == ["torch.nn.functional.relu"]
    assert both(cell, loops_in, "Net") == ["Net"]


def test_methods_of_other_classes_and_functions_of_the_same_name_are_not_meant():
    other = "class Other(nn.Module):\n    def forward(self, x):\n        return [F.relu(i) for i in x]\n\n"
    mine = "class Net(nn.Module):\n    def forward(self, x):\n        return x.mean(0)\n\n"
    cell = other + mine + "def mean(x):\n    return [i for i in x]"
    assert both(cell, lambda net: uses(net, "torch.nn.functional"), "Net") == []
    assert both(cell, loops_in, "Net") == []


def test_no_text_and_no_python_are_no_finding():
    assert uses(math.sqrt, "torch") == loops_in(math.sqrt) == []
    with judging(Sources(["def answer(:", "%magic\n!command"], MODULES)):
        assert uses(Opaque("answer"), "torch") == []
    assert style.JUDGED == []


def test_what_runs_is_seen():
    x = torch.ones(2, 2)
    assert {"add", "linear"} <= set(torch_calls(lambda x, y: torch.nn.Linear(2, 2)(x) + y, x, y=x))
    assert "linear" not in torch_calls(lambda x: x @ x, x)
    assert "softmax" in torch_calls(lambda x: getattr(x, "soft" + "max")(1), x)
