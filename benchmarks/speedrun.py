"""Entries of the project ``projects/mnist_speedrun.md``: loading one, and one honest run of it."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from helpers import accuracy, load_images
from launcher.errors import CourseError

VALIDATION = 10_000  # training digits that --validate keeps apart
SPLIT_SEED = 12_345  # the same digits for everybody
ANSWERING = 500  # digits in one call of a trained model

Model = Callable[[Tensor], Tensor]  # pixels uint8 (N, 1, 28, 28) -> scores (N, 10)
Train = Callable[[Tensor, Tensor, int], Model]  # images uint8 (N, 1, 28, 28), labels (N,), seed -> model


class Digits(NamedTuple):
    """What is trained on, and what is asked: pixels uint8 (N, 1, 28, 28) and labels int64 (N,) of both."""

    images: Tensor
    labels: Tensor
    asked: Tensor
    answers: Tensor


class Run(NamedTuple):
    """Seconds of training, seconds of answering, and the share of the digits that are right."""

    seconds: float
    answering: float
    right: float


def load_digits(validate: bool = False) -> Digits:
    """The whole of MNIST; ``validate``: 50,000 of the training digits, and the other 10,000 to be asked."""
    train = load_images("mnist", "train", full=True, dtype=torch.uint8)
    if validate:
        order = torch.randperm(len(train.images), generator=torch.Generator().manual_seed(SPLIT_SEED))
        apart, rest = order[:VALIDATION], order[VALIDATION:]
        return Digits(*(part[rows] for rows in (rest, apart) for part in (train.images, train.labels)))
    test = load_images("mnist", "test", full=True, dtype=torch.uint8)
    return Digits(train.images, train.labels, test.images, test.labels)


def load_entry(path: Path) -> tuple[str, Train]:
    """The first line of an entry's docstring, and its function ``train``.

    Raises:
        CourseError: there is no such file, or it defines no ``train``.
    """
    return load_function(path, "train", "images, labels, seed")


def load_function(path: Path, name: str, arguments: str) -> tuple[str, Callable]:
    """What an entry says of itself in its docstring's first line, and its function of this name.

    Args:
        path: the entry's file.
        name, arguments: of the function, as they are told to who wrote none.

    Raises:
        CourseError: there is no such file, or it defines no such function.
    """
    if not path.is_file() or path.suffix != ".py":
        raise CourseError(f"There is no file {path}. An entry is a Python file with a function `{name}`.")
    spec = importlib.util.spec_from_file_location(f"entry_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name, None)
    if not callable(function):
        raise CourseError(f"{path} defines no function {name}({arguments}).")
    said = (module.__doc__ or path.stem).strip().splitlines()[0].rstrip(".")
    return f"`{path.stem}`: {said}", function


def timed(train: Train, digits: Digits, seed: int) -> Run:
    """One training with its clock, and its answers; each digit is asked once, as it is.

    Raises:
        CourseError: the model does not answer with scores (N, 10).
    """
    images, labels = digits.images.clone(), digits.labels.clone()  # an entry may change what it is given
    started = time.perf_counter()
    model = train(images, labels, seed)
    trained = time.perf_counter()
    if isinstance(model, torch.nn.Module):
        model.eval()
    with torch.no_grad():
        scores = torch.cat([model(part) for part in digits.asked.split(ANSWERING)])
    answered = time.perf_counter()
    if scores.shape != (len(digits.asked), 10):
        raise CourseError(f"A model answers with scores (N, 10); these are {tuple(scores.shape)}.")
    return Run(trained - started, answered - trained, accuracy(scores, digits.answers))
