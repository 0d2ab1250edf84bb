"""Whole-batch augmentation: each picture its own draw, nothing else changed."""

import pytest
import torch

from helpers import random_flip, random_shift
from helpers.train import batching


@pytest.fixture
def images():
    torch.manual_seed(0)
    return torch.rand(200, 2, 9, 7)


def shifted(image, down, right):
    """One picture, moved with a loop over its pixels, as the docstring says it."""
    _, height, width = image.shape
    rows = (torch.arange(height) - down).clamp(0, height - 1)
    columns = (torch.arange(width) - right).clamp(0, width - 1)
    return image[:, rows][:, :, columns]


@pytest.mark.parametrize("dtype", [torch.float32, torch.uint8, torch.bfloat16])
def test_each_picture_moves_by_a_draw_of_its_own(images, dtype):
    images = (images * 255).to(dtype)
    moved = random_shift(images, 1)
    assert moved.shape == images.shape and moved.dtype == dtype
    moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    found = [
        next(m for m in moves if torch.equal(shifted(image, *m), new))
        for image, new in zip(images, moved, strict=True)
    ]
    assert set(found) == set(moves)


def test_a_seed_gives_the_same_batch_again(images):
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        results.append((random_shift(images, 2), random_flip(images)))
    assert torch.equal(results[0][0], results[1][0]) and torch.equal(results[0][1], results[1][1])


def test_no_shift_changes_nothing_and_the_batch_itself_is_never_changed(images):
    before = images.clone()
    assert torch.equal(random_shift(images, 0), before)
    random_shift(images, 2).zero_()
    random_flip(images).zero_()
    assert torch.equal(images, before)


def test_a_single_picture_is_a_batch_too(images):
    assert random_shift(images[:1]).shape == random_flip(images[:1]).shape == (1, 2, 9, 7)


def test_about_half_the_pictures_are_mirrored(images):
    mirrored = random_flip(images)
    turned = [torch.equal(new, old.flip(2)) for old, new in zip(images, mirrored, strict=True)]
    same = [torch.equal(new, old) for old, new in zip(images, mirrored, strict=True)]
    assert all(a != b for a, b in zip(turned, same, strict=True))
    assert 70 <= sum(turned) <= 130  # 200 fair coins leave this range once in 50,000 seeds; the seed is fixed


@pytest.mark.parametrize("pixels", [-1, 7, 8])
def test_a_shift_beyond_the_picture_is_refused(images, pixels):
    with pytest.raises(ValueError, match="pixels must be from 0 to 6"):
        random_shift(images, pixels)


@pytest.mark.parametrize("change", [random_shift, random_flip])
def test_other_shapes_are_refused(change):
    with pytest.raises(ValueError, match=r"expected pictures \(N, C, H, W\)"):
        change(torch.zeros(3, 28, 28))


def test_free_memory_is_asked_of_each_kind_of_accelerator(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (700, 1000))
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 1000)
    monkeypatch.setattr(torch.mps, "driver_allocated_memory", lambda: 400)
    free = {kind: batching._free_memory(torch.device(kind)) for kind in ("cuda", "mps", "xpu")}
    assert free == {"cuda": 700, "mps": 600, "xpu": 0}


def test_tensors_are_uploaded_once_where_they_fit(monkeypatch):
    pair = (torch.zeros(10, 4), torch.zeros(10, dtype=torch.int64))  # 240 bytes
    accelerator = torch.device("meta")  # the one other device that every machine has
    monkeypatch.setattr(batching, "_free_memory", lambda device: 480)
    assert {part.device for part in batching.upload_once(pair, accelerator)} == {accelerator}
    monkeypatch.setattr(batching, "_free_memory", lambda device: 479)
    assert batching.upload_once(pair, accelerator) is pair
    assert batching.upload_once(pair, torch.device("cpu")) is pair
    loader = [pair]
    assert batching.upload_once(loader, accelerator) is loader
