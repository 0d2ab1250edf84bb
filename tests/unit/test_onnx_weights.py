"""Reading weights out of an ONNX file: against files that are written here, byte by byte."""

import re
import struct

import pytest
import torch
from torch.testing import assert_close

from helpers.vision.onnx_weights import onnx_weights


def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def tensor(name, dims, numbers, kind=1, packed=False):
    shape = field(1, b"".join(map(varint, dims))) if packed else b"".join(field(1, d) for d in dims)
    code = "f" if kind == 1 else "q"
    raw = struct.pack(f"<{len(numbers)}{code}", *numbers)
    return field(5, shape + field(2, kind) + field(8, name.encode()) + field(9, raw))


def written(folder, *parts, before=b""):
    path = folder / "net.onnx"
    path.write_bytes(field(1, 8) + before + field(2, b"maker") + field(7, b"".join(parts)))
    return path


def test_names_shapes_numbers_and_order_are_those_of_the_file(tmp_path):
    numbers = [0.5 * n - 40 for n in range(200)]
    path = written(
        tmp_path, tensor("b.w", [2, 100], numbers), tensor("a", [3], [1.0, 2.0, 3.0]), field(11, b"in")
    )
    weights = onnx_weights(path)
    assert list(weights) == ["b.w", "a"]
    assert weights["b.w"].shape == (2, 100) and weights["b.w"].dtype == torch.float32
    assert_close(weights["b.w"], torch.tensor(numbers).view(2, 100))
    weights["a"] += 1  # not a view of the file: it may be written to
    assert weights["a"].tolist() == [2, 3, 4]


def test_packed_shapes_and_single_numbers_are_read(tmp_path):
    path = written(tmp_path, tensor("m", [2, 2], [1.0, 2.0, 3.0, 4.0], packed=True), tensor("one", [], [7.0]))
    weights = onnx_weights(str(path))
    assert weights["m"].tolist() == [[1, 2], [3, 4]]
    assert weights["one"].shape == () and weights["one"] == 7


def test_whole_numbers_are_left_out_and_fields_of_fixed_size_skipped(tmp_path):
    fixed = varint(3 << 3 | 5) + b"1234" + varint(4 << 3 | 1) + b"12345678"
    path = written(tmp_path, tensor("axes", [1], [2], kind=7), tensor("w", [1], [1.5]), before=fixed)
    assert list(onnx_weights(path)) == ["w"]


@pytest.mark.parametrize("content", [b"", b"\x08\x08", b"hello, this is text", bytes(range(128, 256))])
def test_a_file_that_is_something_else_is_named(tmp_path, content):
    path = tmp_path / "cat.jpg"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"cat\.jpg is not an ONNX file.* get it again"):
        onnx_weights(path)


def test_a_file_that_is_cut_short_is_named(tmp_path):
    path = written(tmp_path, tensor("w", [100], 100 * [1.5]))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match="cut short"):
        onnx_weights(path)


def test_weights_that_lie_elsewhere_are_named(tmp_path):
    said = re.escape("big of shape (2, 3) needs 24 bytes of raw_data, the file has 4")
    with pytest.raises(ValueError, match=said):
        onnx_weights(written(tmp_path, tensor("big", [2, 3], [1.0])))
