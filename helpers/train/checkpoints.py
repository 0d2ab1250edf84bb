"""One file that holds all a training run needs to go on: written whole or not at all, read with care."""

import copy
import pickle
from pathlib import Path
from typing import Any

import torch

Parts = dict[str, Any]


def save_checkpoint(path: Path, parts: Parts, order: torch.Generator | None, run: dict[str, Any]) -> None:
    """Write the parts, the run and every generator that torch draws from.

    The file is written beside its place and then renamed: a run that is killed meanwhile leaves the old one
    whole.

    Args:
        path: the checkpoint.
        parts: name → model, optimizer or scheduler: whatever has a ``state_dict``.
        order: the generator that draws the batches, if there is one.
        run: how far the training is; numbers, lists, dicts and tensors only.
    """
    state = {name: part.state_dict() for name, part in parts.items()}
    state |= {"run": run, "order": None if order is None else order.get_state(), "draws": _draws()}
    unfinished = path.with_name(path.name + ".part")
    torch.save(state, unfinished)
    unfinished.replace(path)


def load_checkpoint(path: Path, parts: Parts, order: torch.Generator | None) -> dict[str, Any]:
    """Put parts and generators back as they were, on whatever device they are now; return the run.

    Raises:
        ValueError: the file is damaged, or belongs to another model, optimizer or scheduler. The parts are
            then as they were before.
    """
    advice = f"Delete {path.name} to start from the beginning, or give another name."
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise ValueError(f"the checkpoint {path.name} cannot be read: it is damaged. {advice}") from error
    before = {name: copy.deepcopy(part.state_dict()) for name, part in parts.items()}
    try:
        if set(state) != {*parts, "run", "order", "draws"} or (order is None) != (state["order"] is None):
            raise KeyError(f"it holds {', '.join(sorted(state))}")
        for name, part in parts.items():
            part.load_state_dict(state[name])
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        for name, part in parts.items():
            part.load_state_dict(before[name])
        raise ValueError(
            f"the checkpoint {path.name} belongs to another run: its model, optimizer, scheduler or kind of "
            f"data differ from yours. {advice} ({error})"
        ) from error
    if order is not None:
        order.set_state(state["order"])
    for kind, draws in state["draws"].items():
        if kind in _generators():  # a run that moves to a machine without this device goes on without it
            _generators()[kind].set_rng_state(draws)
    return state["run"]


def _generators() -> dict[str, Any]:
    """The modules that draw random numbers here: the CPU's, and the accelerator's (dropout on a GPU)."""
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return {"cpu": torch} | ({accelerator.type: torch.get_device_module(accelerator)} if accelerator else {})


def _draws() -> dict[str, torch.Tensor]:
    return {kind: module.get_rng_state() for kind, module in _generators().items()}
