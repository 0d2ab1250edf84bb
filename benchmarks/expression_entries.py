"""Entries of the project ``projects/expressions.md``: one run of a program, or a file of predictions."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from helpers.data.expressions import load_expressions
from helpers.vision.drawn_faces import EXPRESSIONS
from launcher.errors import CourseError

SPLIT_SEED = 12_345  # the same pictures are kept apart for everybody
KEPT_APART = 5  # one of so many training pictures, with --validate
ANSWERING = 500  # pictures in one call of a trained model
HEADER = ["row", "expression"]

Model = Callable[[Tensor], Tensor]  # pixels uint8 (N, 1, 48, 48) -> scores (N, 7)
Train = Callable[[Tensor, Tensor, int], Model]  # images uint8 (N, 1, 48, 48), labels (N,), seed -> model


class Faces(NamedTuple):
    """What is trained on, and what is asked: pixels uint8 (N, 1, 48, 48) and labels int64 (N,) of both."""

    images: Tensor
    labels: Tensor
    asked: Tensor
    answers: Tensor


class Score(NamedTuple):
    """Share of the pictures that are right, of each expression's, and processor seconds of training.

    ``seconds`` is None for predictions that were made elsewhere.
    """

    right: float
    each: tuple[float, ...]
    seconds: float | None = None

    @property
    def class_mean(self) -> float:
        """The mean over the expressions: rare ones count as much as frequent ones."""
        return sum(self.each) / len(self.each)


def load_faces(name: str, validate: bool = False) -> Faces:
    """Training and test pictures of a set; ``validate``: a fifth of the training pictures to be asked.

    Raises:
        CourseError: the set is not here, or damaged; it says what belongs where.
    """
    try:
        train = load_expressions(name, "train", dtype=torch.uint8)
        if validate:
            order = torch.randperm(len(train.images), generator=torch.Generator().manual_seed(SPLIT_SEED))
            apart, rest = order[: len(order) // KEPT_APART], order[len(order) // KEPT_APART :]
            return Faces(*(part[rows] for rows in (rest, apart) for part in (train.images, train.labels)))
        test = load_expressions(name, "test", dtype=torch.uint8)
    except (OSError, ValueError) as error:
        raise CourseError(str(error)) from error
    return Faces(train.images, train.labels, test.images, test.labels)


def run(train: Train, faces: Faces, seed: int) -> Score:
    """One training with its clock, and its answers; each picture is asked once, as it is.

    Raises:
        CourseError: the model does not answer with finite scores (N, 7).
    """
    images, labels = faces.images.clone(), faces.labels.clone()  # an entry may change what it is given
    started = time.process_time()
    model = train(images, labels, seed)
    seconds = time.process_time() - started
    if isinstance(model, torch.nn.Module):
        model.eval()
    with torch.no_grad():
        scores = torch.cat([model(part) for part in faces.asked.split(ANSWERING)])
    wanted = (len(faces.asked), len(EXPRESSIONS))
    if scores.shape != wanted:
        raise CourseError(f"A model answers with scores {wanted}; these are {tuple(scores.shape)}.")
    if not scores.isfinite().all():
        bad = int((~scores.isfinite()).any(dim=1).sum())
        raise CourseError(f"The scores of {bad} of {len(scores)} pictures are not finite (NaN or infinity).")
    return score(scores.argmax(dim=1), faces.answers)._replace(seconds=seconds)


def score(predicted: Tensor, answers: Tensor) -> Score:
    """How many are right, of labels (N,) against labels (N,); an expression nobody shows counts as 1."""
    hits = (predicted == answers).float()
    each = [hits[answers == label] for label in range(len(EXPRESSIONS))]
    return Score(hits.mean().item(), tuple(part.mean().item() if len(part) else 1.0 for part in each))


def read_predictions(path: Path, count: int) -> Tensor:
    """Labels (count,) out of a file with the columns row and expression, one line a test picture, in order.

    Raises:
        CourseError: no such file, another header, a wrong number of lines, a row out of order, no
            expression, or one that there is not; it names the line.
    """
    if not path.is_file():
        raise CourseError(f"There is no file {path}.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [[cell.strip() for cell in line] for line in csv.reader(file) if any(line)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path} is no CSV file in UTF-8: {error}.") from error
    if not lines or lines[0] != HEADER:
        found = ",".join(lines[0]) if lines else "nothing"
        raise CourseError(f"The first line of {path} must be {','.join(HEADER)!r}; it is {found!r}.")
    if len(lines) - 1 != count:
        raise CourseError(
            f"{path} has {len(lines) - 1:,} predictions; the test set has {count:,} pictures. "
            "Write one line for each, in the order of load_expressions(…, 'test')."
        )
    return torch.tensor([_label(path, row, cells) for row, cells in enumerate(lines[1:])])


def _label(path: Path, row: int, cells: list[str]) -> int:
    where = f"{path}, the line of row {row}"
    if len(cells) != 2 or cells[0] != str(row):
        raise CourseError(f"{where}: expected '{row},' and an expression, got {','.join(cells)!r}.")
    name = cells[1]
    if name in EXPRESSIONS:
        return EXPRESSIONS.index(name)
    known = f"The expressions are {', '.join(EXPRESSIONS)}."
    if name.lower() in ("", "nan", "none", "null"):
        raise CourseError(f"{where}: there is no prediction ({name or 'empty'}). {known}")
    if name.lstrip("-").replace(".", "", 1).isdecimal():
        raise CourseError(
            f"{where}: {name} is a number. Labels count from 0 here, from 1 in RAF-DB, otherwise in "
            f"FER2013, so names are wanted: EXPRESSIONS[label], or write_predictions. {known}"
        )
    raise CourseError(f"{where}: there is no expression {name!r}. {known}")
