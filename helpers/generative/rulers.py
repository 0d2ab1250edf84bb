"""How far two heaps of features are apart."""

import torch
from torch import Tensor

__all__ = ["frechet"]


def frechet(a: Tensor, b: Tensor) -> float:
    """Squared Fréchet distance of two heaps of features, in squared feature units.

    ``|mean_a - mean_b|² + tr(C_a + C_b - 2 (C_a C_b)^½)`` of the means and covariances (Heusel and others,
    2017). Built in notebook 07a, section "A ruler before the race".

    Args:
        a, b: (n, d) and (m, d), one row a sample; n and m at least 2.

    Raises:
        ValueError: another shape.
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise ValueError(
            f"expected features (n, d), (m, d), two rows or more, got {tuple(a.shape)} and {tuple(b.shape)}"
        )
    a, b = a.double(), b.double()
    cov_a, cov_b = torch.atleast_2d(torch.cov(a.T)), torch.atleast_2d(torch.cov(b.T))
    roots = torch.linalg.eigvals(cov_a @ cov_b).real.clamp(min=0).sqrt()
    means = (a.mean(dim=0) - b.mean(dim=0)).square().sum()
    return (means + cov_a.trace() + cov_b.trace() - 2 * roots.sum()).item()
