"""Object detection: the lesson's facts, and the function behind its sliders."""

import torch
import torchvision.ops
from lesson_cells import logic

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "14a_detection": {
        "fact:iou",
        "fact:small-is-hard",
        "fact:nms",
        "fact:average-precision",
        "fact:ap-slow",
        "fact:focal-equal",
        "fact:giou",
        "fact:detector",
        "fact:focal",
        "fact:precision-at-recall",
        "fact:failures",
        "fact:false-boxes",
        "fact:faces",
        "fact:signs",
        "fact:pairs-of-signs",
    },
}


def test_a_scene_is_counted_right_wrong_and_missed():
    counts = logic("14a_detection", torch=torch)["counts"]
    truth = torch.tensor([[0.0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]]), torch.tensor([3, 8, 8])
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 11], [20, 0, 30, 10], [40, 0, 50, 12]])
    scores, labels = torch.tensor([0.9, 0.8, 0.7, 0.6]), torch.tensor([3, 3, 1, 8])
    iou = torchvision.ops.box_iou
    assert counts(boxes, scores, labels, *truth, iou) == (2, 2, 1), "a double and a wrong class are wrong"
    assert counts(boxes[3:], scores[3:], labels[3:], *truth, iou) == (1, 0, 2)
    assert counts(boxes[:0], scores[:0], labels[:0], *truth, iou) == (0, 0, 3)
    far = boxes + 5
    assert counts(far, scores, labels, *truth, iou)[0] == 0
