"""What plots are given, tensors, arrays or lists, as NumPy arrays of what can be drawn."""

from typing import Any

import numpy as np
import torch


def as_array(values: Any) -> np.ndarray:
    """The values on the CPU. Short floats, bfloat16 among them, which NumPy does not know, become float32.

    Raises:
        ValueError: complex numbers.
    """
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        short = values.is_floating_point() and values.element_size() < 4
        values = (values.float() if short else values).numpy()
    array = np.asarray(values)
    if np.iscomplexobj(array):
        raise ValueError("complex numbers cannot be drawn: take their .abs(), .real or .imag")
    return array


def as_classes(values: Any, name: str, count: int) -> np.ndarray:
    """Class numbers ``(count,)`` as int64.

    Raises:
        ValueError: another shape, or values that are no whole numbers.
    """
    array = as_array(values)
    if array.shape != (count,):
        raise ValueError(f"{name} must have shape ({count},), one for each image or point, got {array.shape}")
    return whole_numbers(array, name)


def whole_numbers(array: np.ndarray, name: str) -> np.ndarray:
    """The same as int64, if nothing is lost."""
    if array.dtype.kind not in "biuf" or np.mod(array, 1).any():
        raise ValueError(
            f"{name} must be class numbers, 0, 1, …, got {array.ravel()[:3].tolist()}: names go into "
            "classes, and of scores take the argmax"
        )
    return array.astype(int)
