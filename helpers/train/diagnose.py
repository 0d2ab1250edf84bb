"""What to look at when a network does not learn: one batch, the inside of each layer, the size of a step.

Notebook 03b, section 7, shows how each of these measurements is made. All of them leave the model and the
optimizer that they are given as they were, except ``overfit_one_batch``, which trains.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["LayerState", "layer_states", "overfit_one_batch", "update_sizes"]

Loss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class LayerState:
    """What one layer gives, and what comes back to it, for one batch.

    Attributes:
        name: the layer's place and type, such as ``"1 ReLU"``.
        output_std: standard deviation of all its outputs.
        zeros: the share of its outputs that are exactly 0, from 0 to 1.
        dead: how many of its units are 0 for every row of the batch.
        units: how many units it has: the length of axis 1 of its output.
        gradient_std: standard deviation of the gradient of the loss with respect to its outputs.
    """

    name: str
    output_std: float
    zeros: float
    dead: int
    units: int
    gradient_std: float


def layer_states(model: nn.Module, x: Tensor, y: Tensor, loss: Loss = F.cross_entropy) -> list[LayerState]:
    """One forward and one backward pass, and the state of every layer that holds no other layer.

    Args:
        model: any module; it is copied, and runs in the mode in which it is.
        x, y: one batch, (N, …) and what ``loss`` takes, on the model's device.
        loss: takes ``(model(x), y)``, returns a scalar.

    Returns:
        a ``LayerState`` for each layer, in the order in which they ran.

    Raises:
        ValueError: no layer gave a tensor through which a gradient can pass.
    """
    model = copy.deepcopy(model)
    seen: list[tuple[str, Tensor]] = []

    def note(layer: nn.Module, name: str, output: object) -> object:
        if not (isinstance(output, Tensor) and output.requires_grad):
            return output
        output.retain_grad()
        seen.append((f"{name} {type(layer).__name__}", output))
        # A layer that works in place (nn.ReLU(inplace=True)) overwrites this clone, not what was noted.
        return output.clone()

    for name, layer in model.named_modules():
        if not list(layer.children()):
            layer.register_forward_hook(lambda layer, _, output, name=name: note(layer, name, output))
    with torch.enable_grad():
        loss(model(x), y).backward()
    if not seen:
        raise ValueError("no layer of the model gave a tensor that gradients can pass through")
    return [_state(name, output) for name, output in seen]


def _state(name: str, output: Tensor) -> LayerState:
    values = output.detach()
    by_unit = values.movedim(1, 0).flatten(start_dim=1) if values.ndim > 1 else values[None]
    silent = by_unit == 0
    gradient = torch.zeros_like(values) if output.grad is None else output.grad
    return LayerState(
        name=name,
        output_std=values.std().item(),
        zeros=silent.float().mean().item(),
        dead=int(silent.all(dim=1).sum()),
        units=len(by_unit),
        gradient_std=gradient.std().item(),
    )


def overfit_one_batch(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    optimizer: torch.optim.Optimizer,
    steps: int = 100,
    loss: Loss = F.cross_entropy,
) -> list[float]:
    """Train on one batch only, and return the loss before each step: a sound network learns it by heart.

    The model changes, so hand over a copy or a new one. It runs in the mode in which it is.

    Args:
        model: any module.
        x, y: the batch, (N, …) and what ``loss`` takes, on the model's device.
        optimizer: made from ``model.parameters()``.
        steps: how many steps, at least 1.
        loss: takes ``(model(x), y)``, returns a scalar.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    losses = []
    for _ in range(steps):
        value = loss(model(x), y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


def update_sizes(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    x: Tensor,
    y: Tensor,
    loss: Loss = F.cross_entropy,
) -> dict[str, float]:
    """How far one step would move each parameter, as a part of its length: ‖Δw‖ / ‖w‖.

    The step is made with copies of model and optimizer, its memory included. 0 means that the optimizer does
    not move the parameter. For a parameter whose numbers are all 0 the ratio is infinite.

    Args:
        model, optimizer: as in the training loop.
        x, y: one batch, (N, …) and what ``loss`` takes, on the model's device.
        loss: takes ``(model(x), y)``, returns a scalar.
    """
    model, optimizer = copy.deepcopy((model, optimizer))  # together, so that they still share the weights
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    optimizer.zero_grad()
    loss(model(x), y).backward()
    optimizer.step()
    sizes = {}
    for name, weight in model.named_parameters():
        moved, length = (weight.detach() - before[name]).norm().item(), before[name].norm().item()
        sizes[name] = 0.0 if moved == 0 else moved / length if length else float("inf")
    return sizes
