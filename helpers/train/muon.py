"""Muon: steps of the same length in every direction; notebook 15, section 5 and exercise 7."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

# The polynomial of K. Jordan and others, kellerjordan.github.io/posts/muon, 2024.
LINEAR, CUBIC, QUINTIC = 3.4445, -4.7750, 2.0315


def orthogonal(matrix: Tensor, rounds: int = 3) -> Tensor:
    """About U V^T of a matrix (rows, columns) whose singular value decomposition is U S V^T.

    Args:
        rounds: how often the polynomial is used; after five all singular values lie between 0.6 and 1.3,
            unless they were smaller than a thousandth of the norm.
    """
    x = matrix / matrix.norm()
    for _ in range(rounds):
        square = x @ x.T
        x = LINEAR * x + (QUINTIC * square @ square + CUBIC * square) @ x
    return x


class Muon(torch.optim.SGD):
    """Muon for the kernels (C_out, C_in, F, F) of convolutions; SGD with Nesterov momentum for other weights.

    Args:
        weights: the parameters of a model.
        lr: learning rate of the other weights; what a scheduler changes.
        kernel_lr: learning rate of the kernels while ``lr`` is as given here; it follows the schedule.
        momentum: of the kernels.
    """

    def __init__(
        self, weights: Iterable[Tensor], lr: float, kernel_lr: float = 0.24, momentum: float = 0.6
    ) -> None:
        super().__init__(weights, lr, momentum=0.85, nesterov=True, weight_decay=5e-4, fused=True)
        kernels = [weight for weight in self.param_groups[0]["params"] if weight.ndim == 4]
        self.memory = {weight: torch.zeros_like(weight) for weight in kernels}
        self.kernel_momentum, self.share = momentum, kernel_lr / lr

    @torch.no_grad()
    def step(self) -> None:
        """One step of every weight that has a gradient."""
        lr = self.share * self.param_groups[0]["lr"]
        for weight, memory in self.memory.items():
            memory.mul_(self.kernel_momentum).add_(weight.grad)
            ahead = weight.grad + self.kernel_momentum * memory
            weight -= lr * orthogonal(ahead.flatten(1)).view_as(weight)
            weight.grad = None  # this one has walked: SGD passes over it
        super().step()
