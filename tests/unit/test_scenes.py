"""Scenes of digits: what stands in them is what their boxes say."""

import pytest
import torch

import helpers.vision.scenes
from helpers.vision.detection import box_iou
from helpers.vision.scenes import digit_scenes, ground, ink_boxes, not_too_close, warped

BLOCK = torch.zeros(10, 1, 28, 28)
BLOCK[:, :, 4:24, 8:20] = 1.0  # 20 high, 12 wide: what is 20 pixels high in MNIST


def scenes(count: int = 40, seed: int = 0, **options):
    return digit_scenes(BLOCK, torch.arange(10), count, torch.Generator().manual_seed(seed), **options)


def test_the_same_seed_gives_the_same_scenes():
    one, two, other = scenes(), scenes(), scenes(seed=1)
    assert torch.equal(one.images, two.images) and not torch.equal(one.images, other.images)
    assert all(map(torch.equal, one.boxes, two.boxes)) and all(map(torch.equal, one.labels, two.labels))


def test_a_scene_is_a_picture_with_boxes_inside_it():
    made = scenes(most=4, side=48)
    assert made.images.shape == (40, 1, 48, 48) and made.images.dtype == torch.float32
    assert made.images.min() >= 0 and made.images.max() <= 1
    for boxes, labels in zip(made.boxes, made.labels, strict=True):
        assert boxes.shape == (len(labels), 4) and len(labels) <= 4
        assert (boxes[:, 2:] > boxes[:, :2]).all() and boxes.min() >= 0 and boxes.max() <= 48
    assert len(set(torch.cat(made.labels).tolist())) == 10


def test_digits_overlap_by_no_more_than_is_allowed():
    def highest(overlap: float) -> float:
        pairs = [box_iou(boxes, boxes) - torch.eye(len(boxes)) for boxes in scenes(overlap=overlap).boxes]
        return max(pair.max().item() for pair in pairs)

    assert highest(0.0) == 0.0
    assert 0.15 < highest(0.2) < 0.2 + 1e-6 and 0.3 < highest(0.5) < 0.5 + 1e-6


def test_ink_is_lighter_in_a_box_than_beside_all_boxes():
    for image, boxes in zip(scenes(overlap=0.0).images[:, 0], scenes(overlap=0.0).boxes, strict=True):
        beside = torch.ones(64, 64, dtype=torch.bool)
        for x1, y1, x2, y2 in boxes.int().tolist():
            beside[y1:y2, x1:x2] = False
            assert image[y1:y2, x1:x2].mean() > 0.3
        assert image[beside].mean() < 0.3


def test_heights_are_as_asked_for():
    ink = warped(BLOCK.repeat(20, 1, 1, 1), torch.Generator().manual_seed(0), 128, (30.0, 40.0))
    boxes, seen = ink_boxes(ink)
    whole = boxes[(boxes[:, :2].amin(1) > 0) & (boxes[:, 2:].amax(1) < 128) & seen]
    height = whole[:, 3] - whole[:, 1]
    assert len(whole) > 100 and 29 <= height.min() < 34 and 38 < height.max() < 48


def test_a_box_holds_the_ink_and_no_more():
    ink = torch.zeros(2, 32, 32)
    ink[0, 5:20, 7:11], ink[1, 3, 3] = 1.0, 1.0
    boxes, seen = ink_boxes(ink)
    assert boxes[0].tolist() == [7, 5, 11, 20] and seen.tolist() == [True, False]


def test_who_comes_later_gives_way_and_who_is_gone_takes_no_room():
    boxes = torch.tensor([[[0.0, 0, 10, 10], [1, 0, 11, 10], [2, 0, 12, 10]]])
    everyone = torch.tensor([[True, True, True]])
    assert not_too_close(boxes, everyone, 0.5).tolist() == [[True, False, False]]
    assert not_too_close(boxes, torch.tensor([[False, True, True]]), 0.5).tolist() == [[False, True, False]]
    assert not_too_close(boxes, everyone, 0.7).tolist() == [[True, False, True]]


def test_the_ground_is_dark_and_uneven():
    dark = ground(8, 64, torch.Generator().manual_seed(0))
    assert dark.shape == (8, 1, 64, 64) and dark.min() >= 0 and dark.max() <= 0.45
    assert dark.flatten(1).std(dim=1).min() > 0.03


def test_bad_digits_are_told():
    rng = torch.Generator()
    with pytest.raises(ValueError, match=r"\(D, 1, 28, 28\)"):
        digit_scenes(torch.zeros(3, 28, 28), torch.zeros(3), 1, rng)
    with pytest.raises(ValueError, match="9 labels"):
        digit_scenes(BLOCK, torch.zeros(9), 1, rng)
    with pytest.raises(ValueError, match="count=0"):
        digit_scenes(BLOCK, torch.zeros(10), 0, rng)
    for heights in ((20.0, 10.0), (0.0, 10.0)):
        with pytest.raises(ValueError, match=r"got heights=\(.*, 10.0\), side=64"):
            digit_scenes(BLOCK, torch.zeros(10), 1, rng, heights=heights)
    with pytest.raises(ValueError, match="at least 10 pixels"):
        digit_scenes(BLOCK, torch.zeros(10), 1, rng, side=9)


def test_many_digits_are_warped_in_parts_as_they_are_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    digits = torch.rand(7, 1, 28, 28, generator=torch.Generator().manual_seed(0))

    def ink() -> torch.Tensor:
        return warped(digits, torch.Generator().manual_seed(1), 64, (14.0, 28.0))

    whole = ink()
    assert whole.flatten(1).sum(dim=1).min() > 0
    monkeypatch.setattr(helpers.vision.scenes, "CHUNK", 3)
    torch.testing.assert_close(ink(), whole, rtol=0, atol=0)
