"""Reads weights that TensorFlow.js wrote, so that a network of PyTorch can take them.

The format is two files. The manifest is JSON: a list of groups, each with ``paths`` (the flat files that
hold its numbers) and ``weights`` (in the order in which they lie there: ``name``, ``shape``, ``dtype``). A
weight with ``quantization`` lies there as bytes, and its value is ``byte * scale + min``; any other as
little-endian float32.
"""

import json
from collections.abc import Iterator
from math import prod
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.vision.weights import model_files

__all__ = ["load_named", "pad_same", "read_manifest", "read_weights"]


def read_manifest(manifest: str | Path, folder: str | Path | None = None) -> dict[str, Tensor]:
    """All weights of one network, by the manifest's names, in the order of PyTorch.

    Filters ``(H, W, in, out)`` become ``(out, in, H, W)``, depth-wise ones ``(H, W, in, 1)`` become
    ``(in, 1, H, W)``, matrices ``(in, out)`` become ``(out, in)``; what has one axis stays as it is.

    Args:
        manifest: the file ``*-weights_manifest.json``.
        folder: where the flat files lie; beside the manifest if None.

    Raises:
        FileNotFoundError: one of the files is missing.
        ValueError: a file is damaged, cut short, or too long for its manifest; the message names it.
    """
    manifest = Path(manifest)
    folder = manifest.parent if folder is None else Path(folder)
    weights = {}
    for paths, entries in _groups(manifest):
        flat = b"".join((folder / path).read_bytes() for path in paths)
        start = 0
        for name, shape, kind, scale, least in entries:
            stop = start + prod(shape) * kind.itemsize
            if stop > len(flat):
                raise ValueError(
                    f"{', '.join(paths)} is cut short: {len(flat):,} bytes, but {name!r} ends at {stop:,}. "
                    "Delete it and fetch it again."
                )
            values = np.frombuffer(flat[start:stop], kind).astype(np.float64) * scale + least
            weights[name] = _as_torch(name, torch.from_numpy(values.astype(np.float32)).reshape(shape))
            start = stop
        if start != len(flat):
            raise ValueError(
                f"{', '.join(paths)} has {len(flat):,} bytes, but {manifest.name} speaks of {start:,}: "
                "they do not belong together. Fetch both again."
            )
    return weights


def _groups(manifest: Path) -> Iterator[tuple[list[str], list[tuple]]]:
    """Of each group the names of its files, and of each weight: name, shape, kind of number, scale, min."""
    try:
        for group in json.loads(manifest.read_text(encoding="utf-8")):
            entries = []
            for weight in group["weights"]:
                coded = weight.get("quantization")
                if weight["dtype"] != "float32" or (coded and coded["dtype"] != "uint8"):
                    raise ValueError(f"only float32 and bytes for it can be read, not {weight}")
                kind = np.dtype(np.uint8 if coded else "<f4")
                scale, least = (float(coded["scale"]), float(coded["min"])) if coded else (1.0, 0.0)
                shape = tuple(weight["shape"])
                if not all(type(length) is int and length > 0 for length in shape):
                    raise ValueError(f"a shape is made of whole numbers above 0, not {weight['shape']}")
                entries.append((str(weight["name"]), shape, kind, scale, least))
            paths = group["paths"]
            if any(Path(path).name != path for path in paths):
                raise ValueError(f"its files must lie in one folder, not at {paths}")
            yield paths, entries
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # UnicodeError and JSONDecodeError too
        what = f"no {error}" if isinstance(error, KeyError) else error
        raise ValueError(
            f"{manifest.name} is not a whole manifest of weights ({what}). Delete it and fetch it again."
        ) from error


def _as_torch(name: str, values: Tensor) -> Tensor:
    """From TensorFlow's order of axes to PyTorch's."""
    if values.ndim == 4:
        axes = (2, 3, 0, 1) if name.endswith("depthwise_filter") else (3, 2, 0, 1)
        return values.permute(axes).contiguous()
    return values.T.contiguous() if values.ndim == 2 else values


def read_weights(name: str, folder: str | Path | None = None) -> dict[str, Tensor]:
    """``read_manifest`` for a network of face-api, by its name in ``helpers.vision.model_list``.

    Args:
        name: ``"tiny_face_detector"``, for one.
        folder: where its two files lie; they are looked for, or fetched, if None.

    Raises:
        FileNotFoundError: the weights are not here and cannot be fetched.
        ValueError: a file is damaged.
    """
    manifest = f"{name}_model-weights_manifest.json"
    return read_manifest(model_files(name)[manifest] if folder is None else Path(folder, manifest))


def load_named(network: nn.Module, weights: dict[str, Tensor]) -> None:
    """Copy weights into a network whose layers have the manifest's names: ``conv0/bias`` is ``conv0.bias``.

    Raises:
        ValueError: a weight is missing, left over, or of another shape; the message lists them.
    """
    try:
        network.load_state_dict({name.replace("/", "."): values for name, values in weights.items()})
    except RuntimeError as error:
        raise ValueError(
            f"these weights are of another network than {type(network).__name__}: {error}"
        ) from error


def pad_same(x: Tensor, kernel: int, stride: int = 1, value: float = 0.0) -> Tensor:
    """Pad as TensorFlow's *same* does, so that the next layer gives ``ceil(length / stride)`` positions.

    What is missing is shared by both sides; an odd pixel goes **right and below**. PyTorch's ``padding=1`` at
    stride 2 puts it left and above instead, and each filter then looks one pixel beside where it was trained.

    Args:
        x: ``(N, C, H, W)``.
        kernel: side of the square window in pixels.
        stride: step of the window.
        value: what is put there; ``-inf`` before a maximum.
    """
    margins = []
    for length in (x.shape[-1], x.shape[-2]):  # F.pad starts from the last axis
        missing = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        margins += [missing // 2, missing - missing // 2]
    return F.pad(x, margins, value=value)
