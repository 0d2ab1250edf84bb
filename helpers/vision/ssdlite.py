"""torchvision's SSDLite for the 80 kinds of things of COCO, where its weights are there or may be fetched."""

import pickle
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torchvision.models.detection import (
    SSDLite320_MobileNet_V3_Large_Weights,
    ssdlite320_mobilenet_v3_large,
)

__all__ = ["load_ssdlite", "named_boxes"]

WEIGHTS = SSDLite320_MobileNet_V3_Large_Weights.COCO_V1


def cached_weights() -> Path:
    """Where torch keeps the file of the weights, whether it is there or not."""
    return Path(torch.hub.get_dir()) / "checkpoints" / Path(WEIGHTS.url).name


def load_ssdlite(download: bool = False) -> nn.Module | None:
    """The detector, ready to use; None, and a line that says so, where its weights are not there.

    Args:
        download: fetch the file (13 MB, from download.pytorch.org) when torch has not kept it.

    Raises:
        OSError: the download fails.
        RuntimeError: the file that torch keeps is damaged, or of another network.
    """
    file = cached_weights()
    if not file.exists() and not download:
        print(f"SSDLite: {file.name} is not in torch's cache, and downloads are off. Skipped.")
        return None
    if file.exists():
        model = ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=91)
        try:
            model.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
        except (RuntimeError, EOFError, TypeError, pickle.UnpicklingError) as error:
            raise RuntimeError(
                f"{file} is damaged, or holds the weights of another network; delete it, and fetch it again"
            ) from error
    else:
        model = ssdlite320_mobilenet_v3_large(weights=WEIGHTS)
    return model.eval()


@torch.no_grad()
def named_boxes(
    model: nn.Module, picture: np.ndarray, least: float = 0.5
) -> list[tuple[str, float, list[float]]]:
    """What the detector sees on a picture (H, W, 3) uint8: name, score, box in corners; the surest first."""
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise ValueError(f"a picture is (H, W, 3) uint8, got {picture.shape} {picture.dtype}")
    (result,) = model([torch.from_numpy(picture.copy()).permute(2, 0, 1).float() / 255])
    names = WEIGHTS.meta["categories"]
    rows = zip(result["labels"].tolist(), result["scores"].tolist(), result["boxes"].tolist(), strict=True)
    return [(names[label], score, box) for label, score, box in rows if score >= least]
