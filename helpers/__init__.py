"""The small library that the notebooks share: devices, data, pictures, plots, sliders and training.

Every name in ``__init__.pyi`` can be imported from ``helpers`` itself. The modules behind them load on first
use, so that ``import helpers`` stays quick and needs no network.
"""

from typing import Any

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"helpers has no {name!r}; it offers: {', '.join(sorted(__all__))}")
    return _load(name)
