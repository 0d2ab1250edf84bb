"""One file that holds all a training run needs to go on: written whole or not at all, read with care."""

import copy
import zipfile
from pathlib import Path
from typing import Any

import torch

from helpers.train.schedules import missing_steps
from launcher.files import whole_file

Parts = dict[str, Any]
MARKS = {"model", "optimizer", "run", "order", "draws"}  # what every checkpoint of ``fit`` holds
SOUND = "The file is sound and was left as it is; give another name to begin a new run."


def save_checkpoint(path: Path, parts: Parts, order: torch.Generator | None, run: dict[str, Any]) -> None:
    """Write the parts, the names of their classes, the run, and every generator that torch draws from.

    A run that is killed meanwhile leaves the old file whole.

    Args:
        path: the checkpoint.
        parts: name → model, optimizer or scheduler: whatever has a ``state_dict``.
        order: the generator that draws the batches, if there is one.
        run: how far the training is; numbers, lists, dicts and tensors only.
    """
    state = {name: part.state_dict() for name, part in parts.items()}
    state |= {"run": run, "order": None if order is None else order.get_state(), "draws": _draws()}
    state["classes"] = _classes(parts)
    # Torch writes the name of a file into it, so it is given an open one: equal runs, equal bytes.
    with whole_file(path) as unfinished, unfinished.open("wb") as file:
        torch.save(state, file)


def load_checkpoint(
    path: Path, parts: Parts, order: torch.Generator | None, epochs: int, steps: int | None = None
) -> dict[str, Any]:
    """Put parts and generators back as they were, on whatever device they are now; return the run.

    Args:
        path, parts, order: as ``save_checkpoint`` has them.
        epochs: that are asked for, counted from the very start.
        steps: in an epoch, if that is known.

    Raises:
        ValueError: the file is damaged, is no checkpoint of ``fit``, belongs to another model, optimizer,
            scheduler or kind of data, or to a run of another length. Everything is as it was before then.
    """
    state = _read(path)
    _check_kinds(path, state, parts, order)
    _check_length(path, state, parts.get("scheduler"), epochs, steps)
    before = {name: copy.deepcopy(part.state_dict()) for name, part in parts.items()}
    draws = None if order is None else order.get_state()
    try:
        _put_back(state, parts, order)
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        _put_back(before | {"order": draws, "draws": {}}, parts, order)
        raise ValueError(
            f"{_other(path)} its model or its optimizer is built in another way. {SOUND} ({error})"
        ) from error
    return state["run"]


def _read(path: Path) -> Parts:
    foreign = ValueError(
        f"{path.name} is no checkpoint of fit: something else was saved under this name. "
        "It was left as it is; give fit another name. (To read what torch.save wrote, use torch.load.)"
    )
    _check_whole(path, foreign)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # objects that torch.load makes only if trusted, or an archive of another kind
        raise foreign from error
    if not (isinstance(state, dict) and set(state) >= MARKS):
        raise foreign
    return state


def _check_whole(path: Path, foreign: ValueError) -> None:
    """Torch writes ZIP archives: whole if their directory and their checksums are there."""
    with path.open("rb") as file:
        start = file.read(4)
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
    except Exception as error:  # a directory with a wrong bit in it fails in any way
        if not b"PK\x03\x04".startswith(start):
            raise foreign from error
        broken = str(error)
    if broken is not None:
        raise ValueError(
            f"the checkpoint {path.name} is damaged, most likely cut short while it was copied ({broken}). "
            f"Take another copy of it, or delete {path.name} to start from the beginning."
        )


def _check_kinds(path: Path, state: Parts, parts: Parts, order: torch.Generator | None) -> None:
    """Raise where optimizer, scheduler or kind of data are others; a renamed model may still fit."""
    was, now = state.get("classes") or _guessed_classes(state, parts), _classes(parts)
    for name in ("optimizer", "scheduler"):
        if was.get(name) != now.get(name):
            raise ValueError(
                f"{_other(path)} it was made with {_told(was, name)}, yours has {_told(now, name)}. Go on "
                f"with the same. {SOUND}"
            )
    if (order is None) != (state["order"] is None):
        raise ValueError(
            f"{_other(path)} it was made with another kind of data: two tensors and a DataLoader draw their "
            f"order in different ways. {SOUND}"
        )


def _check_length(path: Path, state: Parts, scheduler: Any, epochs: int, steps: int | None) -> None:
    done = state["run"]["epoch"]
    if epochs < done:
        raise ValueError(
            f"the checkpoint {path.name} holds {done} epochs, and you ask for {epochs}: ask for {done} or "
            f"more. {SOUND}"
        )
    short = missing_steps(scheduler, state.get("scheduler", {}), (epochs - done) * (steps or 0))
    if short > 0:
        raise ValueError(
            f"the checkpoint {path.name} cannot go on to {epochs} epochs: its schedule ends {short} steps "
            f"before. Ask for fewer epochs. {SOUND}"
        )


def _classes(parts: Parts) -> dict[str, str]:
    return {name: type(part).__name__ for name, part in parts.items()}


def _guessed_classes(state: Parts, parts: Parts) -> dict[str, str]:
    """For a file of the first edition, which names none: yours, where the settings have the same names."""
    was = {name: kind for name, kind in _classes(parts).items() if name in state}
    if "scheduler" in state and "scheduler" not in parts:
        was["scheduler"] = "a scheduler"
    if set(state["optimizer"]["param_groups"][0]) != set(parts["optimizer"].state_dict()["param_groups"][0]):
        was["optimizer"] = "another one"
    return was


def _other(path: Path) -> str:
    return f"the checkpoint {path.name} belongs to another run:"


def _told(classes: dict[str, str], name: str) -> str:
    return f"the {name} {classes[name]}" if name in classes else f"no {name}"


def _put_back(state: Parts, parts: Parts, order: torch.Generator | None) -> None:
    for name, part in parts.items():
        part.load_state_dict(state[name])
    if order is not None:
        order.set_state(state["order"])
    for kind, draws in state["draws"].items():
        if kind in _generators():  # a run that moves to a machine without this device goes on without it
            _generators()[kind].set_rng_state(draws)


def _generators() -> dict[str, Any]:
    """The modules that draw random numbers here: the CPU's, and the accelerator's (dropout on a GPU)."""
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return {"cpu": torch} | ({accelerator.type: torch.get_device_module(accelerator)} if accelerator else {})


def _draws() -> dict[str, torch.Tensor]:
    return {kind: module.get_rng_state() for kind, module in _generators().items()}
