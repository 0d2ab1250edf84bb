"""Emotion detection: the lesson's facts, and the function behind its slider."""

import torch
from lesson_cells import logic

from helpers.vision.mtcnn import pyramid_scales
from helpers.vision.mtcnn_networks import PNet

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "10_emotion": {
        "fact:mtcnn-stages",
        "fact:centerface",
        "fact:what-each-misses",
        "fact:classifier",
        "fact:same-padding",
        "fact:padding-cost",
        "fact:painting-out",
        "fact:flicker",
        "fact:smoothing",
        "fact:frames-per-second",
        "fact:fails",
        "fact:box-moved",
        "fact:lfw",
    },
}


def test_windows_of_the_pyramid_are_those_of_the_network():
    windows = logic("10_emotion")["windows"]
    network = PNet().eval()
    for height, width, smallest in ((100, 81, 20), (320, 640, 20), (57, 33, 12), (12, 40, 12)):
        levels = windows(height, width, smallest)
        assert [scale for scale, _ in levels] == pyramid_scales(height, width, smallest)
        for scale, count in levels:
            sides = max(12, round(height * scale)), max(12, round(width * scale))
            with torch.no_grad():
                assert network(torch.zeros(1, 3, *sides))[0].numel() == count
    assert windows(15, 200, 20) == []
