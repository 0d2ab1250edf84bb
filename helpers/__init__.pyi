"""Which module brings which name: read by ``__init__.py`` when it runs, and by editors and type checkers."""

from .data.image_sets import ImageSet, load_images
from .data.pictures import sample_image, write_samples
from .data.toys import two_moons
from .data.whole_sets import is_downloaded
from .device import device_report, pick_device, seed_everything
from .plots.classes import plot_confusion_matrix, plot_decision_boundary
from .plots.curves import plot_activations, plot_history
from .plots.explorer import explore
from .plots.figures import new_figure, show
from .plots.images import plot_images
from .plots.maps import plot_feature_maps, plot_kernels
from .train.augmentation import random_flip, random_shift
from .train.batching import batches
from .train.diagnose import LayerState, layer_states, overfit_one_batch, update_sizes
from .train.loop import fit
from .train.measuring import accuracy, evaluate, predict
from .turns import your_turn

__all__ = [
    "ImageSet",
    "LayerState",
    "accuracy",
    "batches",
    "device_report",
    "evaluate",
    "explore",
    "fit",
    "is_downloaded",
    "layer_states",
    "load_images",
    "new_figure",
    "overfit_one_batch",
    "pick_device",
    "plot_activations",
    "plot_confusion_matrix",
    "plot_decision_boundary",
    "plot_feature_maps",
    "plot_history",
    "plot_images",
    "plot_kernels",
    "predict",
    "random_flip",
    "random_shift",
    "sample_image",
    "seed_everything",
    "show",
    "two_moons",
    "update_sizes",
    "write_samples",
    "your_turn",
]
