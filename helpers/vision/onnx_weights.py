"""The weights in an ONNX file, by name, without the package ``onnx``.

An ONNX file is one message of Google's Protocol Buffers: fields one after the other, each with a number and a
type. For names and numbers of the weights four fields are enough, which these few lines read; the package
would be 17 MB with two dependencies, and all that it adds is of use to those who write such files.

Sources: https://protobuf.dev/programming-guides/encoding/ and ``onnx.proto`` (ModelProto.graph = 7,
GraphProto.initializer = 5, TensorProto.dims = 1, data_type = 2, name = 8, raw_data = 9).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

__all__ = ["onnx_weights"]

GRAPH, INITIALISER = 7, 5
DIMS, KIND, NAME, RAW = 1, 2, 8, 9
FLOAT32 = 1


def onnx_weights(path: str | Path) -> dict[str, Tensor]:
    """Name → tensor of each float32 initialiser of an ONNX file, in the order of the file.

    Initialisers of other kinds (shapes and axes, as integers) are left out.

    Raises:
        ValueError: the file is no ONNX file, is cut short, or keeps a weight outside ``raw_data``.
    """
    try:
        graph = next(
            value for number, value in _fields(memoryview(Path(path).read_bytes())) if number == GRAPH
        )
        tensors = [_grouped(value) for number, value in _fields(graph) if number == INITIALISER]
        return {bytes(t[NAME][0]).decode(): _tensor(t) for t in tensors if t[KIND] == [FLOAT32]}
    except (StopIteration, IndexError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{Path(path).name} is not an ONNX file that can be read here: it is cut short, or something "
            "else. Delete it and get it again"
        ) from error


def _tensor(parts: dict[int, list]) -> Tensor:
    name, dims = bytes(parts[NAME][0]).decode(), parts.get(DIMS, [])
    raw = bytes(parts.get(RAW, [b""])[0])
    if len(raw) != 4 * int(np.prod(dims)):
        raise ValueError(
            f"{name} of shape {tuple(dims)} needs {4 * int(np.prod(dims))} bytes of raw_data, the file has "
            f"{len(raw)}: its weights lie elsewhere, which needs the package onnx"
        )
    return torch.from_numpy(np.frombuffer(raw, "<f4").astype(np.float32).reshape(dims))


def _grouped(message: memoryview) -> dict[int, list]:
    """Field number → its values, in order. ``dims`` may come packed: several numbers in one field."""
    groups: dict[int, list] = {}
    for number, value in _fields(message):
        packed = number == DIMS and not isinstance(value, int)
        groups.setdefault(number, []).extend(_packed(value) if packed else [value])
    return groups


def _packed(data: memoryview) -> Iterator[int]:
    place = 0
    while place < len(data):
        value, place = _varint(data, place)
        yield value


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """(field number, value): whole numbers as int, everything else as its bytes."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, place = _varint(message, place)
        elif kind in (1, 2, 5):
            length, place = _varint(message, place) if kind == 2 else ({1: 8, 5: 4}[kind], place)
            value, place = message[place : place + length], place + length
            if place > len(message):
                raise IndexError("a field ends after the message")
        else:
            raise KeyError(kind)
        yield number, value


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    """A whole number in groups of seven bits, the lowest first; a set top bit says that more follow."""
    value = shift = 0
    while True:
        byte = data[place]
        value, shift, place = value | (byte & 127) << shift, shift + 7, place + 1
        if byte < 128:
            return value, place
