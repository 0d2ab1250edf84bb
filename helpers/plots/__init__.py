"""Every plot that the lessons share, under one name.

Each function returns the figure; give it ``alt``, a sentence that says what the figure shows. Arrays may be
torch tensors (on any device), NumPy arrays or nested lists.
"""

from helpers.plots.classes import plot_confusion_matrix, plot_decision_boundary
from helpers.plots.curves import plot_activations, plot_history
from helpers.plots.figures import new_figure, show
from helpers.plots.images import plot_images
from helpers.plots.maps import plot_feature_maps, plot_kernels

__all__ = [
    "new_figure",
    "plot_activations",
    "plot_confusion_matrix",
    "plot_decision_boundary",
    "plot_feature_maps",
    "plot_history",
    "plot_images",
    "plot_kernels",
    "show",
]
