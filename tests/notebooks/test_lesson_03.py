"""Back-propagation, and training that works: the lessons' facts, and the functions behind their sliders."""

import math

import pytest
import torch
from lesson_cells import logic

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "03a_backpropagation": {
        "fact:activations",
        "fact:by-hand",
        "fact:numerical-gradient",
        "fact:autograd-1e-6",
        "fact:moons",
        "fact:digits-by-hand",
        "fact:autodiff-under-100-lines",
        "fact:autodiff-trains",
        "fact:module-equals-by-hand",
        "fact:fit-is-the-loop",
        "fact:nan-stops",
        "fact:resume",
        "fact:vanishing",
        "fact:deep-sigmoid-fails",
        "fact:optimisers",
        "fact:learning-rates",
        "fact:input-scale",
        "fact:under-and-over-fitting",
        "fact:decay-and-dropout",
        "fact:remedies",
        "fact:recipe",
    },
    "03b_training": {},
}


def test_the_tiny_network_has_the_gradients_of_autograd():
    functions = logic("03a_backpropagation", math=math, torch=torch)
    draw = torch.Generator().manual_seed(1)
    for _ in range(20):
        weights = {name: torch.randn((), generator=draw).double() for name in functions["weights"]}
        x1, x2, target = torch.randn(3, generator=draw).double().tolist()
        plain = {name: weight.item() for name, weight in weights.items()}
        values = functions["forward_by_hand"](plain, x1, x2, target)
        gradients = functions["backward_by_hand"](values)

        leaves = {
            name: w.requires_grad_() for name, w in (weights | {"x1": _leaf(x1), "x2": _leaf(x2)}).items()
        }
        W = torch.stack([leaves[name] for name in ("w11", "w12", "w21", "w22")]).view(2, 2)
        z = W @ torch.stack([leaves["x1"], leaves["x2"]]) + torch.stack([leaves["b1"], leaves["b2"]])
        s = torch.stack([leaves["v1"], leaves["v2"]]) @ z.tanh() + leaves["c"]
        loss = (s - target).square() / 2
        loss.backward()
        assert values["loss"] == pytest.approx(loss.item())
        assert {name: gradients[name] for name in leaves} == pytest.approx(
            {n: w.grad.item() for n, w in leaves.items()}
        )


def _leaf(number):
    return torch.tensor(number, dtype=torch.float64)


@pytest.mark.parametrize(("inputs", "hidden", "classes"), [(2, 1, 2), (2, 8, 2), (5, 3, 4)])
def test_the_two_layers_have_the_gradients_of_autograd(inputs, hidden, classes):
    functions = logic("03a_backpropagation", math=math, torch=torch)
    draw = torch.Generator().manual_seed(0)
    p = functions["start"](inputs, hidden, classes, draw)
    x = torch.randn(7, inputs, generator=draw, dtype=torch.float64)
    targets = torch.randint(classes, (7,), generator=draw)
    gradients = functions["backward"](p, x, targets)
    leaves = {name: weight.clone().requires_grad_() for name, weight in p.items()}
    torch.nn.functional.cross_entropy(functions["forward"](leaves, x)[1], targets).backward()
    for name, leaf in leaves.items():
        torch.testing.assert_close(gradients[name], leaf.grad)

    trained, losses = functions["train_by_hand"](p, x, targets, 0.1, 50)
    assert len(losses) == 50 and losses[-1] < losses[0]
    _, more = functions["train_by_hand"](trained, x, targets, 0.1, 1)
    assert more[0] < losses[-1], "training goes on from the weights that it returned"
    assert functions["train_by_hand"](p, x, targets, 0.1, 0) == (p, [])


def test_the_optimisers_walk_as_those_of_torch_and_stop_outside():
    functions = logic("03a_backpropagation", math=math, torch=torch)
    theirs = {
        "sgd": lambda w: torch.optim.SGD([w], lr=0.3),
        "momentum": lambda w: torch.optim.SGD([w], lr=0.3, momentum=0.9),
        "adam": lambda w: torch.optim.Adam([w], lr=0.3),
    }
    for name, make in theirs.items():
        path = functions["descend"](functions[name], 0.3, 40, (-4.0, 1.5))
        w = torch.tensor([-4.0, 1.5], dtype=torch.float64, requires_grad=True)
        optimizer = make(w)
        for point in path:
            torch.testing.assert_close(point, w.detach())
            optimizer.zero_grad()
            functions["height"](w).backward()
            optimizer.step()
        assert path.shape == (41, 2)
    far = functions["descend"](functions["sgd"], 1.4, 200)
    assert 2 < len(far) < 40 and far[-1].abs().max() >= 1e3 and far.isfinite().all()
