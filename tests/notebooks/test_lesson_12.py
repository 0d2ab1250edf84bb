"""Face swap: the lesson's facts, and the function behind its sliders."""

import math

from lesson_cells import logic

from helpers.vision.drawn_faces import ACTION_UNITS
from helpers.vision.face_shapes import Pose
from helpers.vision.swap_data import Moment

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "12_face_swap": {
        "fact:floor",
        "fact:pixel-shuffle",
        "fact:swap",
        "fact:shared-encoder",
        "fact:seam",
        "fact:spectrum",
        "fact:jitter",
        "fact:detector",
    },
}


def test_a_moment_holds_what_the_sliders_say():
    held = logic("12_face_swap")["held"]
    moment = held("happiness", 0.7, 30, ACTION_UNITS, Moment, Pose)
    assert moment.units == dict.fromkeys(ACTION_UNITS["happiness"], 0.7)
    assert math.isclose(math.degrees(moment.pose.yaw), 30, abs_tol=1e-5)
    assert moment.light == (1.0, 0.0, 0.0), "even light"
    assert held("neutral", 1.0, 0, ACTION_UNITS, Moment, Pose).units == {}
