"""The same epoch in Lightning, fastai, skorch and d2l, each as its own documentation shows it.

Output, checkpoints and validation are off wherever there is a switch for them. Runs in ``.venv-bench``.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from functools import partial
from importlib import import_module

import torch.nn.functional as F
from torch import nn
from torch.optim import SGD
from torch.utils.data import DataLoader
from torchvision import transforms

from benchmarks.lenet_task import BATCH, MOMENTUM, RATE, Contender, Task, sgd


def lightning(model: nn.Module, task: Task) -> Callable[[], object]:
    """A LightningModule, a DataLoader and the Trainer."""
    import lightning as L

    class Classifier(L.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = model

        def training_step(self, batch, number):
            x, y = batch
            return F.cross_entropy(self.net(x), y)

        def configure_optimizers(self):
            return sgd(self.net)

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    off = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
    trainer = L.Trainer(max_epochs=1, accelerator="cpu", **dict.fromkeys(off, False))
    loader = DataLoader(task.dataset, batch_size=BATCH, shuffle=True)
    return lambda: trainer.fit(Classifier(), loader)


def fastai(model: nn.Module, task: Task) -> Callable[[], object]:
    """DataLoaders from the data set, and a Learner."""
    import fastai.callback.progress  # noqa: F401  gives the Learner its bar, and the switch for it
    from fastai.callback.core import Callback, CancelValidException
    from fastai.data.core import DataLoaders
    from fastai.learner import Learner
    from fastai.optimizer import SGD as fastai_sgd

    class NoValidation(Callback):
        def before_validate(self) -> None:
            raise CancelValidException

    # An epoch is all pictures for everyone: by itself fastai drops the last, smaller batch.
    settings = {"bs": BATCH, "num_workers": 0, "drop_last": False, "device": "cpu"}
    loaders = DataLoaders.from_dsets(task.dataset, task.dataset, **settings)
    learner = Learner(
        loaders,
        model,
        F.cross_entropy,
        opt_func=partial(fastai_sgd, mom=MOMENTUM),
        lr=RATE,
        wd=0.0,
        moms=None,
    )

    def run() -> None:
        with learner.no_bar(), learner.no_logging():
            learner.fit(1, cbs=NoValidation())

    return run


def skorch(model: nn.Module, task: Task) -> Callable[[], object]:
    """A NeuralNetClassifier that is given the data set."""
    from skorch import NeuralNetClassifier

    net = NeuralNetClassifier(
        model,
        criterion=nn.CrossEntropyLoss,
        optimizer=SGD,
        optimizer__momentum=MOMENTUM,
        lr=RATE,
        batch_size=BATCH,
        max_epochs=1,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
    )
    return lambda: net.fit(task.dataset, None)


def d2l(model: nn.Module, task: Task) -> Callable[[], object]:
    """The book's Classifier, FashionMNIST and Trainer, with the four workers that it takes by itself."""
    from d2l import torch as book

    class LeNet(book.Classifier):
        def __init__(self) -> None:
            super().__init__()
            self.net, self.board.display = model, False

        def configure_optimizers(self):
            return sgd(self.net)

    class Data(book.FashionMNIST):
        """The book's module, without the download and without validation."""

        def __init__(self) -> None:
            book.DataModule.__init__(self)
            resized = transforms.Compose([transforms.Resize((28, 28)), transforms.ToTensor()])
            self.batch_size, self.train = (
                BATCH,
                type(task.dataset)(task.dataset.data.unsqueeze(1), task.labels),
            )
            self.train.transform = resized

        def val_dataloader(self) -> None:
            return None

    trainer, data = book.Trainer(max_epochs=1), Data()
    return lambda: trainer.fit(LeNet(), data)


# name in the table: (module to import, contender)
PEERS: dict[str, tuple[str, Contender]] = {
    "Lightning Trainer": ("lightning", lightning),
    "fastai Learner": ("fastai.learner", fastai),
    "skorch NeuralNetClassifier": ("skorch", skorch),
    "d2l Trainer, 4 workers": ("d2l.torch", d2l),
}


def importable() -> tuple[dict[str, Contender], dict[str, str]]:
    """The peers that can be imported here, and for the others why not."""
    found, missing = {}, {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs, and not the subject here
        for name, (module, contender) in PEERS.items():
            try:
                import_module(module)
            except Exception as problem:  # an old package can fail in any way with today's NumPy
                missing[name] = f"{type(problem).__name__}: {problem}"
            else:
                found[name] = contender
    return found, missing
