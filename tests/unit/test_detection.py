"""Boxes, non-maximum suppression, and average precision, against torchvision and against slow definitions."""

import pytest
import torch
import torchvision.ops

from helpers.vision.detection import average_precision, box_iou, match_detections, mean_average_precision, nms


def some_boxes(count: int, seed: int) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    corner = 50 * torch.rand(count, 2, generator=rng)
    return torch.cat([corner, corner + 1 + 30 * torch.rand(count, 2, generator=rng)], dim=1)


def test_the_overlap_is_that_of_torchvision():
    a, b = some_boxes(30, 0), some_boxes(20, 1)
    torch.testing.assert_close(box_iou(a, b), torchvision.ops.box_iou(a, b))
    assert box_iou(a[:0], b).shape == (0, 20)
    assert box_iou(torch.zeros(1, 4), torch.zeros(1, 4)).item() == 0, "two empty boxes do not overlap"


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.9])
def test_suppression_is_that_of_torchvision(threshold: float):
    boxes, scores = some_boxes(80, 2), torch.rand(80, generator=torch.Generator().manual_seed(3))
    assert nms(boxes, scores, threshold).tolist() == torchvision.ops.nms(boxes, scores, threshold).tolist()


def test_nothing_is_suppressed_among_no_boxes():
    assert nms(torch.zeros(0, 4), torch.zeros(0)).shape == (0,)


def test_a_true_box_is_found_once_by_the_best():
    truth = torch.tensor([[0.0, 0, 10, 10], [20, 0, 30, 10]])
    boxes = torch.tensor([[0.0, 0, 10, 11], [0, 0, 10, 10], [20, 0, 30, 16], [20, 0, 30, 30]])
    scores = torch.tensor([0.6, 0.9, 0.8, 0.7])
    assert match_detections(boxes, scores, truth).tolist() == [-1, 0, 1, -1]
    assert match_detections(boxes, scores, truth, 0.7).tolist() == [-1, 0, -1, -1]
    assert match_detections(boxes, scores, truth[:0]).tolist() == [-1] * 4


def test_at_the_threshold_itself_a_detection_is_right():
    boxes, truth = torch.tensor([[0.0, 0, 10, 10]]), torch.tensor([[0.0, 0, 10, 20]])
    assert match_detections(boxes, torch.ones(1), truth, 0.5).tolist() == [0]


def test_average_precision_of_a_case_by_hand():
    # right, wrong, right, wrong of four true boxes: precision 1, 1/2, 2/3, 1/2; (1 + 2/3) / 4
    right, scores = torch.tensor([True, False, True, False]), torch.tensor([0.9, 0.8, 0.7, 0.6])
    assert average_precision(right, scores, 4) == pytest.approx(5 / 12)
    assert average_precision(right.flip(0), scores, 4) == pytest.approx(1 / 4), "1/2 holds for both hits"
    assert average_precision(right[:0], scores[:0], 3) == 0
    assert torch.tensor(average_precision(right & False, scores, 0)).isnan()


def slow_average_precision(right: list[bool], scores: list[float], positives: int) -> float:
    """The best precision at each recall k / positives or above, one threshold after the other."""
    points = []
    for threshold in scores:
        called = [hit for hit, score in zip(right, scores, strict=True) if score >= threshold]
        points.append((sum(called), sum(called) / len(called)))
    best = [max((p for hits, p in points if hits >= k), default=0.0) for k in range(1, positives + 1)]
    return sum(best) / positives


def test_average_precision_is_that_of_a_slow_definition():
    for seed in range(5):
        rng = torch.Generator().manual_seed(seed)
        scores = torch.rand(40, generator=rng)
        right = torch.rand(40, generator=rng) < scores
        fast = average_precision(right, scores, 30)
        assert fast == pytest.approx(slow_average_precision(right.tolist(), scores.tolist(), 30))


def test_each_class_is_measured_by_itself():
    box, far = torch.tensor([[0.0, 0, 10, 10]]), torch.tensor([[50.0, 50, 60, 60]])
    truths = [(torch.cat([box, far]), torch.tensor([0, 1])), (box, torch.tensor([1]))]
    one = (torch.cat([box, far]), torch.tensor([0.9, 0.8]), torch.tensor([0, 0]))
    two = (box, torch.tensor([0.9]), torch.tensor([1]))
    result = mean_average_precision([one, two], truths, 3)
    assert result[:2].tolist() == [1.0, 0.5] and result[2].isnan()
    with pytest.raises(ValueError, match="2 pictures and truths of 1"):
        mean_average_precision([one, two], truths[:1], 3)


def test_a_label_that_is_not_a_class_is_told():
    box, one = torch.tensor([[0.0, 0, 10, 10]]), torch.ones(1)
    with pytest.raises(ValueError, match="0 to 1, got 2 to 2"):
        mean_average_precision([(box, one, 2 * one)], [(box, one)], 2)
    with pytest.raises(ValueError, match="0 to 1, got -1 to -1"):
        mean_average_precision([(box, one, one)], [(box, -one)], 2)


def test_a_picture_without_detections_counts_its_misses():
    box, none = torch.tensor([[0.0, 0, 10, 10]]), torch.zeros(0)
    found = [(box, torch.ones(1), torch.zeros(1)), (none.view(0, 4), none, none)]
    assert mean_average_precision(found, [(box, torch.zeros(1))] * 2, 1).item() == 0.5


def test_bad_boxes_are_told():
    with pytest.raises(ValueError, match="x1, y1, x2, y2"):
        box_iou(torch.zeros(4), torch.zeros(1, 4))
    with pytest.raises(ValueError, match="b must be"):
        box_iou(torch.zeros(1, 4), torch.zeros(1, 5))
    with pytest.raises(ValueError, match="2 boxes and 3 scores"):
        nms(torch.zeros(2, 4), torch.zeros(3))
    with pytest.raises(ValueError, match="boxes must be"):
        nms(torch.zeros(2, 3), torch.zeros(2))
    with pytest.raises(ValueError, match="2 boxes and 1 scores"):
        match_detections(torch.zeros(2, 4), torch.zeros(1), torch.zeros(1, 4))
    with pytest.raises(ValueError, match="3 detections with 2 scores"):
        average_precision(torch.zeros(3), torch.zeros(2), 1)
    with pytest.raises(ValueError, match="2 are right, and there are 1 true boxes"):
        average_precision(torch.ones(2), torch.ones(2), 1)
