"""What each layer of a network gives and costs: shape, parameters, multiply-accumulates, receptive field.

Notebook 05a computes one such row by hand, in section 1, and explains there how a hook fills the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["LayerRow", "field_after", "layer_table", "print_table", "stages"]

Field = tuple[int, int] | None  # (r, j): pixels that an output sees, pixels between two neighbouring outputs


@dataclass(frozen=True)
class LayerRow:
    """One row of the table of a network.

    Attributes:
        name: of the layer inside its network, such as ``C1.0``, or of a whole stage.
        shape: of the output for one picture, without the batch axis: ``(C, H, W)`` or ``(D,)``.
        parameters: how many numbers the layer learns.
        macs: multiply-accumulates for one picture, of convolutions and fully connected layers.
        field: ``(r, j)``, the receptive field and the jump, both in input pixels; None where an output sees
            the whole picture, or where the network hides its path (a ``torch.cat`` in ``forward``).
    """

    name: str
    shape: tuple[int, ...]
    parameters: int
    macs: int
    field: Field


def field_after(layer: nn.Module, field: Field) -> Field:
    """Receptive field and jump after ``layer``: r + (K − 1)·j, j·S (Dumoulin and Visin, 2016).

    Args:
        layer: a layer without layers inside.
        field: ``(r, j)`` of its input, in input pixels; None when each number sees the whole picture.
    """
    if field is None or isinstance(layer, (nn.Linear, nn.AdaptiveAvgPool2d)):
        return None
    size, jump = field
    if isinstance(layer, nn.PixelUnshuffle):
        return size + (layer.downscale_factor - 1) * jump, jump * layer.downscale_factor
    if isinstance(layer, (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)):
        kernel, stride = _first(layer.kernel_size), _first(layer.stride)
        dilation = _first(getattr(layer, "dilation", 1))
        return size + dilation * (kernel - 1) * jump, jump * stride
    return field  # activations, normalisation and the like look at one place only


def _first(value: int | tuple[int, ...]) -> int:
    return value[0] if isinstance(value, tuple) else value


def _macs(layer: nn.Module, out: Tensor) -> int:
    if isinstance(layer, nn.Conv2d):
        return out.numel() * layer.weight[0].numel()
    return layer.weight.numel() if isinstance(layer, nn.Linear) else 0


def layer_table(model: nn.Module, shape: Iterable[int]) -> list[LayerRow]:
    """One row for each layer that has no layers inside, in the order in which they compute.

    One empty picture goes through the model, in evaluation mode, and a hook on each layer writes down what
    passes by. A model on the device ``meta`` has shapes and no numbers: the largest network costs nothing.

    Args:
        model: any network; it keeps its mode, and no hook stays on it.
        shape: (C, H, W) of the input picture.

    Raises:
        ValueError: the shape does not have three axes.
    """
    shape = tuple(shape)
    if len(shape) != 3:
        raise ValueError(f"shape is (C, H, W) of one picture, without the batch axis; got {shape}")
    rows: list[LayerRow] = []

    def hook_for(name: str) -> Any:
        def note(layer: nn.Module, inputs: tuple[Tensor, ...], out: Tensor) -> None:
            fields = [getattr(x, "field", None) for x in inputs]
            out.field = field_after(layer, None if None in fields else max(fields))
            parameters = sum(p.numel() for p in layer.parameters())
            rows.append(LayerRow(name, tuple(out.shape[1:]), parameters, _macs(layer, out), out.field))

        return note

    layers = [(name, layer) for name, layer in model.named_modules() if not list(layer.children())]
    hooks = [layer.register_forward_hook(hook_for(name)) for name, layer in layers]
    parameter = next(model.parameters(), torch.empty(0))
    x = torch.zeros(1, *shape, device=parameter.device, dtype=parameter.dtype)
    x.field = (1, 1)
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            model.eval()(x)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


def stages(model: nn.Module, shape: Iterable[int]) -> list[LayerRow]:
    """``layer_table`` with one row for each part of the network: last shape and field, summed costs.

    A part is a direct child of the model, as ``named`` makes them: the name before the first dot.
    """
    groups: dict[str, list[LayerRow]] = {}
    for row in layer_table(model, shape):
        groups.setdefault(row.name.split(".")[0], []).append(row)
    return [
        LayerRow(
            name, rows[-1].shape, sum(r.parameters for r in rows), sum(r.macs for r in rows), rows[-1].field
        )
        for name, rows in groups.items()
    ]


def print_table(rows: Iterable[LayerRow]) -> None:
    """Print the rows and their sum; ``sees`` is the side of the receptive field in pixels."""
    rows = list(rows)
    width = max([8, *(len(row.name) for row in rows)])
    print(f"{'':<{width}} {'output':>15} {'parameters':>12} {'MACs':>15} {'sees':>6}")
    for row in rows:
        shape, sees = " × ".join(map(str, row.shape)), row.field[0] if row.field else "all"
        print(f"{row.name:<{width}} {shape:>15} {row.parameters:>12,} {row.macs:>15,} {sees:>6}")
    total, work = sum(r.parameters for r in rows), sum(r.macs for r in rows)
    print(f"{'sum':<{width}} {'':>15} {total:>12,} {work:>15,}")
