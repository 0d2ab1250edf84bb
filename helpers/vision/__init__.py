"""Networks that look at pictures: what a layer of them costs, and the small classics of notebook 05a."""

from helpers.vision.classics import (
    Concat,
    named,
    small_alexnet,
    small_googlenet,
    small_lenet,
    small_vgg,
)
from helpers.vision.tables import LayerRow, layer_table, print_table, stages

__all__ = [
    "Concat",
    "LayerRow",
    "layer_table",
    "named",
    "print_table",
    "small_alexnet",
    "small_googlenet",
    "small_lenet",
    "small_vgg",
    "stages",
]
