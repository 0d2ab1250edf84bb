"""The task of the LeNet section: network, data, and the contenders that need nothing beyond the course.

A contender is a function ``(model, task) -> run``. The model comes with the same weights for everyone;
``run()`` trains it for one epoch and is what the clock sees. Decoding the files is nobody's time.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision import datasets
from torchvision.transforms import ToTensor

from helpers import batches, fit, load_images

BATCH, RATE, MOMENTUM, SEED = 256, 0.1, 0.9, 0


def lenet() -> nn.Sequential:
    """LeNet-5 (LeCun et al., 1998) for 28 x 28 as notebook 05a writes it: (N, 1, 28, 28) -> (N, 10)."""
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    )


class TorchvisionSet(datasets.FashionMNIST):
    """torchvision's own data set, its ``__getitem__`` included, over pictures that are decoded already.

    torchvision too decodes the files once and holds them as uint8; only the samples need no file at all.
    """

    def __init__(self, pixels: Tensor, labels: Tensor) -> None:
        self.root, self.train = "", True
        self.data, self.targets = pixels.squeeze(1), labels
        self.transform, self.target_transform = ToTensor(), None

    def __repr__(self) -> str:
        return f"TorchvisionSet of {len(self)}"


@dataclasses.dataclass
class Task:
    """What every contender gets.

    Attributes:
        images, labels: (N, 1, 28, 28) float32 in [0, 1] and (N,) int64, as ``load_images`` gives them.
        dataset: the same as a data set of torchvision.
        test: held-out images and labels.
        weights: the state that every network starts with.
        source: which pictures these are, for the table.
    """

    images: Tensor
    labels: Tensor
    dataset: TorchvisionSet
    test: tuple[Tensor, Tensor]
    weights: dict[str, Tensor]
    source: str

    @property
    def steps(self) -> int:
        return -(-len(self.images) // BATCH)


def make_task(name: str = "fashion_mnist", full: bool = True) -> Task:
    """The whole of Fashion-MNIST; 4,000 digits, which are installed, where it can not be had."""
    try:
        train = load_images(name, full=full)
    except FileNotFoundError:
        return make_task("mnist", full=False)
    test = load_images(name, "test", full=full)
    pixels = load_images(name, full=full, dtype=torch.uint8).images
    torch.manual_seed(SEED)
    weights = lenet().state_dict()
    source = f"{len(train.images):,} images of {name}" + (
        "" if full else ", because Fashion-MNIST is not here"
    )
    dataset = TorchvisionSet(pixels, train.labels)
    return Task(train.images, train.labels, dataset, (test.images, test.labels), weights, source)


def make_model(task: Task) -> nn.Sequential:
    """A network with the weights that every contender starts with."""
    model = lenet()
    model.load_state_dict(task.weights)
    return model


def sgd(model: nn.Module) -> torch.optim.SGD:
    return torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)


def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
    """Forward, backward, step: what the floor consists of."""
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


Contender = Callable[[nn.Module, Task], Callable[[], object]]


def course(model: nn.Module, task: Task) -> Callable[[], object]:
    """The course's own way: images as tensors in memory, a network in channels last, ``helpers.fit``.

    Of a single channel, pictures lie in memory as channels last already: they need no conversion.
    """

    def run() -> object:
        model.to(memory_format=torch.channels_last)
        data, order = (task.images, task.labels), torch.Generator().manual_seed(SEED)
        return fit(model, data, epochs=1, optimizer=sgd(model), batch_size=BATCH, generator=order)

    return run


def bare_loop(model: nn.Module, task: Task) -> Callable[[], object]:
    """The loop of ``helpers.fit`` written by hand, over the same batches in the same layout."""

    def run() -> None:
        model.to(memory_format=torch.channels_last)
        optimizer, order = sgd(model), torch.Generator().manual_seed(SEED)
        model.train()
        for x, y in batches((task.images, task.labels), BATCH, order):
            step(model, optimizer, x, y)

    return run


def floor(layout: torch.memory_format) -> Contender:
    """Computation only: as many steps as an epoch has, on one batch that lies in memory."""

    def contender(model: nn.Module, task: Task) -> Callable[[], object]:
        model.to(memory_format=layout)
        x, y = task.images[:BATCH].contiguous(memory_format=layout), task.labels[:BATCH]
        last = len(task.images) % BATCH or BATCH  # an epoch's last batch is smaller
        optimizer = sgd(model)

        def run() -> None:
            model.train()
            for number in range(task.steps):
                rows = last if number == task.steps - 1 else BATCH
                step(model, optimizer, x[:rows], y[:rows])

        return run

    return contender


def plain_loader(workers: int) -> Contender:
    """PyTorch's own tutorial: a loop over a DataLoader over torchvision's data set."""

    def contender(model: nn.Module, task: Task) -> Callable[[], object]:
        loader = DataLoader(task.dataset, batch_size=BATCH, shuffle=True, num_workers=workers)
        optimizer = sgd(model)

        def run() -> None:
            model.train()
            for x, y in loader:
                step(model, optimizer, x, y)

        return run

    return contender


COURSE = "the course: `helpers.fit`"
BARE = "the same loop by hand"
FLOOR = "computation only, channels last"
FLOOR_DEFAULT = "computation only, default layout"
OWN = {
    COURSE: course,
    "PyTorch, DataLoader": plain_loader(0),
    "PyTorch, DataLoader, 2 workers": plain_loader(2),
    FLOOR: floor(torch.channels_last),
    FLOOR_DEFAULT: floor(torch.contiguous_format),
}
SMALL = {COURSE: course, BARE: bare_loop, FLOOR: floor(torch.channels_last)}


def use_all_cores() -> None:
    torch.set_num_threads(os.cpu_count() or 1)
