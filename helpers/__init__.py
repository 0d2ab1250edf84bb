"""The small library that the notebooks share: devices, data, pictures, plots and sliders.

Every name below can be imported from ``helpers`` itself. The modules behind them load on first use, so that
``import helpers`` stays quick and needs no network.
"""

from importlib import import_module
from typing import Any

_MODULE_OF = {
    "device_report": "device",
    "pick_device": "device",
    "seed_everything": "device",
    "ImageSet": "data",
    "load_images": "data",
    "is_downloaded": "whole_sets",
    "sample_image": "pictures",
    "write_samples": "pictures",
    "new_figure": "plotting",
    "plot_activations": "plotting",
    "plot_confusion_matrix": "plotting",
    "plot_decision_boundary": "plotting",
    "plot_feature_maps": "plotting",
    "plot_history": "plotting",
    "plot_images": "plotting",
    "plot_kernels": "plotting",
    "show": "plotting",
    "explore": "explorer",
    "random_flip": "augmentation",
    "random_shift": "augmentation",
    "accuracy": "training",
    "batches": "training",
    "evaluate": "training",
    "fit": "training",
    "predict": "training",
}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"helpers has no {name!r}; it offers: {', '.join(__all__)}")
    value = getattr(import_module(f"helpers.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
