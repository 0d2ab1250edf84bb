"""The game of generator and discriminator, as notebook 07a builds it."""

import copy
from collections.abc import Callable, Collection, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["follow", "loss_of_d", "loss_of_g", "optimizers", "play", "play_round"]


def loss_of_d(real: Tensor, fake: Tensor) -> Tensor:
    """Scores of real and of forged samples, any shape → the discriminator's loss, a scalar in nats."""
    return -F.logsigmoid(real).mean() - F.logsigmoid(-fake).mean()


def loss_of_g(fake: Tensor) -> Tensor:
    """Scores of forged samples → the generator's (non-saturating) loss, a scalar in nats."""
    return -F.logsigmoid(fake).mean()


def optimizers(
    G: nn.Module, D: nn.Module, lr_g: float, lr_d: float, betas: tuple[float, float] = (0.0, 0.9)
) -> list[torch.optim.Adam]:
    """Adam for each player, by default without momentum: the opponent moves, so old directions mislead."""
    players = [(G, lr_g), (D, lr_d)]
    return [torch.optim.Adam(net.parameters(), lr, betas, fused=True) for net, lr in players]


def play_round(
    G: nn.Module,
    D: nn.Module,
    opt_g: torch.optim.Optimizer,
    opt_d: torch.optim.Optimizer,
    z: Tensor,
    x: Tensor,
    *labels: Tensor,
) -> None:
    """One round on a batch of noise z and of real data x; labels go to both players, if there are any."""
    fake = G(z, *labels)

    opt_d.zero_grad()
    loss_of_d(D(x, *labels), D(fake.detach(), *labels)).backward()
    opt_d.step()

    opt_g.zero_grad()
    loss_of_g(D(fake, *labels)).backward()
    opt_g.step()


@torch.no_grad()
def follow(slow: nn.Module, model: nn.Module, number: int, keep: float = 0.98) -> None:
    """Move the weights of the slow copy towards those of the model in round ``number``, 1 being the first.

    Each weight keeps the share ``keep`` of its old value, less in the first rounds. What is no weight, such
    as a running mean, is copied.
    """
    keep = min(keep, number / (number + 9))
    for old, new in zip(slow.parameters(), model.parameters(), strict=True):
        old.lerp_(new, 1 - keep)
    for old, new in zip(slow.buffers(), model.buffers(), strict=True):
        old.copy_(new)


def play(
    G: nn.Module,
    D: nn.Module,
    draw_real: Callable[[int], tuple[Tensor, ...]],
    rounds: int,
    rng: torch.Generator,
    lr: float = 3e-3,
    watch: Collection[int] = (),
    fixed: Sequence[Tensor] = (),
) -> tuple[nn.Module, dict[int, Tensor]]:
    """Train both players on batches of 64, with 32 numbers of noise.

    Args:
        G, D: the players; both are changed.
        draw_real: n → a tuple of n real samples, and their labels if there are any.
        rounds: how many rounds are played.
        rng: draws the noise.
        lr: the learning rate of both.
        watch: after these rounds the slow copy makes pictures of ``fixed``, the arguments of G.

    Returns:
        The slow copy of G, in eval mode; round → its pictures.
    """
    slow, seen = copy.deepcopy(G).eval(), {}
    opt_g, opt_d = optimizers(G, D, lr, lr)
    for number in range(1, rounds + 1):
        real = draw_real(64)
        play_round(G, D, opt_g, opt_d, torch.randn(64, 32, generator=rng).to(real[0].device), *real)
        follow(slow, G, number)
        if number in watch:
            with torch.no_grad():
                seen[number] = slow(*fixed)
    return slow, seen
