"""The recipe of notebooks 05a and 05b: Adam under a one-cycle learning rate."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from helpers.train.loop import fit

__all__ = ["fit_one_cycle"]


def fit_one_cycle(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epochs: int,
    lr: float = 2e-3,
    batch_size: int = 50,
    **options: Any,
) -> dict[str, list[float]]:
    """Train with Adam and a learning rate that climbs for 30 % of the steps, then falls to zero.

    Written out in notebook 05a, section 1.4. Only weights that ask for a gradient are moved.

    Args:
        model: any module, on the device where it is to be trained.
        x, y: (N, …) pictures and their targets.
        epochs: passes over the data.
        lr: the highest learning rate (Smith and Topin, 2019).
        batch_size: rows in a batch.
        options: passed on to ``fit``, such as ``augment`` or ``loss``.

    Returns:
        The history of ``fit``.
    """
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.Adam(weights, lr)
    steps = epochs * math.ceil(len(x) / batch_size)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps)
    return fit(
        model, (x, y), epochs=epochs, optimizer=optimizer, scheduler=cycle, batch_size=batch_size, **options
    )
