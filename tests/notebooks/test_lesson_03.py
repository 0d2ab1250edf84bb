"""Back-propagation, and training that works: the lessons' facts, and the functions behind their sliders."""

import pytest
import torch
import torch.nn.functional as F
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
    },
    "03b_training": {
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
}


@pytest.mark.parametrize(("inputs", "units", "classes"), [(2, 1, 2), (2, 8, 2), (5, 3, 4)])
def test_the_two_layers_have_the_gradients_of_autograd(inputs, units, classes):
    functions = logic("03a_backpropagation", torch=torch)
    draw = torch.Generator().manual_seed(0)
    weights = functions["initial_weights"](inputs, units, classes, draw)
    x = torch.randn(7, inputs, generator=draw, dtype=torch.float64)
    y = torch.randint(classes, (7,), generator=draw)
    leaves = [weight.clone().requires_grad_() for weight in weights]
    F.cross_entropy(functions["forward"](leaves, x)[1], y).backward()
    gradients = functions["backward"](weights, x, y)
    for gradient, leaf in zip(gradients, leaves, strict=True):
        torch.testing.assert_close(gradient, leaf.grad)

    def loss_of(weights):
        return F.cross_entropy(functions["forward"](weights, x)[1], y)

    trained = functions["train_by_hand"](weights, x, y, 0.1, 50)
    more = functions["train_by_hand"](trained, x, y, 0.1, 1)
    assert loss_of(more) < loss_of(trained) < loss_of(weights)
    one = functions["train_by_hand"](weights, x, y, 0.3, 1)
    for before, gradient, after in zip(weights, gradients, one, strict=True):
        torch.testing.assert_close(after, before - 0.3 * gradient)
    assert functions["train_by_hand"](weights, x, y, 0.1, 0) == weights


def test_the_first_weights_have_the_variance_that_their_text_says():
    initial_weights = logic("03a_backpropagation", torch=torch)["initial_weights"]
    W1, b1, W2, b2 = initial_weights(400, 300, 200, torch.Generator().manual_seed(0))
    assert W1.var().item() == pytest.approx(1 / 400, rel=0.03)
    assert W2.var().item() == pytest.approx(1 / 300, rel=0.03)
    assert not b1.any() and not b2.any()


def test_the_optimisers_walk_as_those_of_torch_and_stop_outside():
    functions = logic("03b_training", torch=torch)
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
