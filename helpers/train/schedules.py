"""Learning-rate schedules: those that count steps, and the one that watches the loss."""

from typing import Any

from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, ReduceLROnPlateau


def watches_loss(scheduler: LRScheduler | None) -> bool:
    """Whether it wants the loss, once an epoch, instead of being called after each step."""
    return isinstance(scheduler, ReduceLROnPlateau)


def check_schedule(scheduler: LRScheduler | None, steps: int) -> None:
    """Raise before any work where the schedule would fail in the middle of it.

    Args:
        scheduler: of the run to come.
        steps: that the run will surely make.

    Raises:
        ValueError: a schedule that ends before the run, or one that waits for the loss to grow.
    """
    if scheduler is None:
        return
    name = type(scheduler).__name__
    if watches_loss(scheduler) and scheduler.mode != "min":
        raise ValueError(f'{name} sees a loss, which shall fall: make it with mode="min"')
    short = missing_steps(scheduler, vars(scheduler), steps)
    if short > 0:
        raise ValueError(
            f"the schedule {name} ends {short} steps before the run: make it with "
            f"total_steps={scheduler.total_steps + short}. Nothing was trained"
        )


def missing_steps(scheduler: LRScheduler | None, state: dict[str, Any], steps: int) -> int:
    """How many of so many further steps this schedule lacks in this state; 0 for one without an end."""
    if not isinstance(scheduler, OneCycleLR):
        return 0
    return max(0, state["last_epoch"] + steps - state["total_steps"])
