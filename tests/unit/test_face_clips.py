"""Made clips: who is where, is true; the same each time; and nothing is kept in memory."""

from itertools import islice

import cv2
import numpy as np
import pytest

from helpers.vision.face_clips import AWAY, EVENTS, NOISE, Cutout, cut_head, drawn_head, face_clip
from helpers.vision.faces import overlaps
from helpers.vision.transformed_faces import BOXES, portrait
from helpers.vision.weights import has_model


def flag(colour, box=(10, 10, 50, 60)):
    """A head that is one colour, to be found again: an ellipse that fills its box."""
    alpha = np.zeros((70, 60), np.float32)
    middle, half = (
        ((box[0] + box[2]) // 2, (box[1] + box[3]) // 2),
        ((box[2] - box[0]) // 2, (box[3] - box[1]) // 2),
    )
    cv2.ellipse(alpha, middle, half, 0, 0, 360, 1.0, thickness=-1)
    return Cutout(np.full((70, 60, 3), colour, np.uint8), alpha, np.float32(box))


FLAGS = {"red": flag((255, 0, 0)), "blue": flag((0, 0, 255))}


def seen(picture, colour):
    """The box of the pixels in which one channel stands far above the others."""
    channel = {"red": 0, "blue": 2}[colour]
    rest = np.delete(picture, channel, axis=2).max(axis=2)
    rows, columns = np.nonzero(picture[..., channel].astype(int) - rest > 0.4 * max(80, int(picture.max())))
    return np.float32([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])


@pytest.mark.parametrize("events", [(), ("move",), ("turn",), ("move", "turn", "leave")])
def test_the_boxes_and_the_names_are_true(events):
    clip = list(face_clip(FLAGS, events=events, frames=25, background="brick"))
    assert len(clip) == 25
    for frame in clip:
        assert frame.picture.shape == (360, 480, 3) and frame.picture.dtype == np.uint8
        assert frame.boxes.shape == (len(frame.names), 4) and frame.boxes.dtype == np.float32
        for name, box in zip(frame.names, frame.boxes, strict=True):
            assert overlaps(box[None], seen(frame.picture, name)[None]).item() > 0.88
        assert overlaps(frame.boxes, frame.boxes).sum() == pytest.approx(len(frame.names)), (
            "nobody hides another"
        )


def test_the_first_leaves_and_comes_back_and_is_partly_seen_meanwhile():
    clip = list(face_clip(FLAGS, frames=101))
    there = np.array(["red" in frame.names for frame in clip])
    assert all("blue" in frame.names for frame in clip)
    gone = np.flatnonzero(~there) / 100
    assert there[0] and there[-1] and (np.diff(there.astype(int)) != 0).sum() == 2
    assert AWAY[0] - 0.1 < gone.min() < AWAY[0] and AWAY[1] < gone.max() < AWAY[1] + 0.1
    partly = [frame for frame in clip if len(frame.partly)]
    assert 2 <= len(partly) < 20 and all("red" not in frame.names for frame in partly)
    for frame in partly:
        assert frame.partly.shape == (1, 4) and frame.partly[0, 3] == 360
    half = clip[50]
    assert half.boxes.shape == (1, 4) and half.partly.shape == (0, 4)
    assert all("red" in frame.names for frame in face_clip(FLAGS, frames=21, events=("move", "turn", "dark")))


def test_each_event_does_what_it_says():
    def clip(*events):
        return list(face_clip(FLAGS, frames=21, events=events))

    still, dark, moves, turns = clip(), clip("dark"), clip("move"), clip("turn")
    assert np.ptp([frame.boxes for frame in still], axis=0).max() == 0
    light = [frame.picture.mean() for frame in dark]
    assert light[10] == pytest.approx(0.3 * light[0], rel=0.05) and light[20] == pytest.approx(
        light[0], rel=0.02
    )
    assert np.ptp([frame.picture.mean() for frame in still]) < 1
    middles = np.array([frame.boxes[0].reshape(2, 2).mean(axis=0) for frame in moves])
    assert (np.ptp(middles, axis=0) > 15).all()
    sides = np.array([frame.boxes[0, 2:] - frame.boxes[0, :2] for frame in turns])
    assert np.ptp(sides[:, 0]) > 10, "a turned head is narrower"
    heights = np.array([frame.boxes[0, 3] - frame.boxes[0, 1] for frame in moves])
    assert 1.3 < heights.max() / heights.min() < 1.6, "nearer and farther"


def test_the_same_arguments_give_the_same_clip_and_another_seed_another():
    def clip(seed):
        return list(islice(face_clip(strangers=1, seed=seed, frames=40), 0, 40, 13))

    for first, again, other in zip(clip(0), clip(0), clip(1), strict=True):
        np.testing.assert_array_equal(first.picture, again.picture)
        np.testing.assert_array_equal(first.boxes, again.boxes)
        assert first.names == again.names and first.seconds == other.seconds
        assert np.abs(first.picture.astype(int) - other.picture).mean() > 3


def test_another_seed_brings_other_strangers():
    def first(seed):
        clip = face_clip((), 2, seed=seed, frames=1, events=())
        return next(clip).picture.astype(int)

    noise = np.abs(np.random.default_rng(0).normal(0, NOISE * 2**0.5, 99_999)).mean()
    assert np.abs(first(0) - first(1)).mean() > 1.5 * noise, "not the same people under other noise"


def test_the_side_that_comes_nearer_looks_wider():
    head = flag((255, 0, 0))
    head.picture[:, 30:] = (0, 0, 255)  # the right half of the face
    larger = []
    for frame in face_clip({"both": head}, frames=41, events=("turn",), background="brick"):
        red, _, blue = frame.picture.astype(int).transpose(2, 0, 1)
        larger.append((red - blue > 120).sum() / (blue - red > 120).sum())
    assert min(larger) < 0.92 and max(larger) > 1.08, "a card seen from far away keeps its halves alike"


def test_times_sizes_and_how_many():
    frames = list(face_clip(("hopper",), 2, frames=6, fps=10, size=(321, 201), events=("move",)))
    assert [frame.seconds for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert frames[0].picture.shape == (201, 321, 3)
    assert frames[0].names == ("hopper", "stranger 1", "stranger 2")
    assert len(list(face_clip(frames=1))) == 1


def test_it_is_made_frame_by_frame():
    endless = face_clip(frames=10**7)
    assert next(endless).seconds == 0 and next(endless).seconds == 0.04


def test_a_head_is_cut_out_round_its_face():
    for name, box in BOXES.items():
        head = cut_head(portrait(name), np.float32(box))
        height, width = head.alpha.shape
        left, top, right, bottom = head.box.round().astype(int)
        np.testing.assert_array_equal(
            head.picture[top:bottom, left:right], portrait(name)[box[1] : box[3], box[0] : box[2]]
        )
        assert (
            head.alpha[(top + bottom) // 2, left:right].min() == 1 == head.alpha[top:bottom, width // 2].min()
        )
        assert head.alpha[0, 0] == head.alpha[-1, -1] == 0
        assert 1.3 < height / (bottom - top) < 1.7 and 1.2 < width / (right - left) < 1.5


def test_a_drawn_head_is_the_same_for_its_seed_and_transparent_outside():
    head, again, other = drawn_head(3), drawn_head(3), drawn_head(4)
    np.testing.assert_array_equal(head.picture, again.picture)
    assert np.abs(head.picture.astype(int) - other.picture).mean() > 3
    left, top, right, bottom = head.box.round().astype(int)
    assert head.alpha[0].max() < 0.02 and head.alpha[(top + bottom) // 2, left + 9 : right - 9].min() > 0.98
    assert set(np.unique((head.alpha > 0.5).astype(int))) == {0, 1}


def test_what_cannot_be_is_named():
    cases = [
        ({"events": ("jump",)}, "move, turn, dark, leave, not jump"),
        ({"people": ("somebody",)}, "not 'somebody'"),
        ({"people": ()}, "somebody and at least one frame, got 0 and 75"),
        ({"frames": 0}, "got 2 and 0"),
        ({"background": "beach"}, "no sample picture 'beach'"),
    ]
    for arguments, words in cases:
        with pytest.raises(ValueError, match=words):
            face_clip(**arguments)
    assert set(EVENTS) == {"move", "turn", "dark", "leave"}


def test_a_detector_finds_the_people_where_they_are_said_to_be():
    from helpers.vision.tiny_face_detector import TinyFaceDetector

    if not has_model("tiny_face_detector"):
        pytest.skip("the weights of tiny_face_detector are neither in data/ nor in COURSE_DATA")
    detect, hits = TinyFaceDetector.load(), []
    for seed in range(2):
        for frame in islice(face_clip(seed=seed, frames=40), 0, None, 8):
            hits += (overlaps(frame.boxes, detect(frame.picture).boxes) > 0.3).any(axis=1).tolist()
    assert len(hits) == 16 and sum(hits) >= 14
