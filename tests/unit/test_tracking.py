"""Tracks of made boxes: they begin, are matched, wait, end; and values that settle."""

import numpy as np
import pytest

from helpers.vision.tracking import Smoothed, Tracker


def box(x, y=0, side=20):
    return (x, y, x + side, y + side)


NONE = np.zeros((0, 4))


def test_two_that_move_keep_their_numbers_in_whatever_order_they_come():
    tracker, rng = Tracker(), np.random.default_rng(0)
    first, second = tracker([box(0), box(100)])
    assert first != second and tracker.born == [first, second]
    for step in range(1, 40):
        order = rng.permutation(2)
        numbers = tracker(np.array([box(3 * step), box(100 - step, 40)])[order] if step > 1 else NONE)
        if step == 2:  # the second has jumped to another row: a new track
            second = tracker.born[0]
        if step > 1:
            assert numbers.tolist() == np.array([first, second])[order].tolist()
    assert tracker.tracks[first].seen == 39 and tracker.tracks[first].missed == 0
    assert tracker.tracks[first].box.tolist() == list(box(3 * 39))


def test_the_larger_overlap_is_matched_first():
    tracker = Tracker(overlap=0.1)
    a, b = tracker([box(0), box(12)])
    assert tracker([box(10), box(4)]).tolist() == [b, a], "10 overlaps both, and 12 more"
    assert tracker([box(9)]).tolist() == [b], "one box for one track only"
    assert tracker.tracks[a].missed == 1 and tracker.tracks[a].box.tolist() == list(box(4))


def test_one_track_takes_one_of_two_boxes_and_the_other_is_new():
    tracker = Tracker()
    (first,) = tracker([box(0)])
    new, same = tracker([box(4), box(2)])
    assert same == first and tracker.born == [new] and tracker.tracks[first].seen == 2


def test_a_box_that_overlaps_too_little_is_new():
    for overlap, same in ((0.3, True), (0.35, False)):
        tracker = Tracker(overlap)
        first = tracker([box(0)])[0]
        assert bool(tracker([box(10)])[0] == first) is same, "their IoU is a third"


def test_a_track_waits_and_then_ends_and_its_number_is_never_given_again():
    tracker = Tracker(patience=2)
    (first,) = tracker([box(0)])
    for missed in (1, 2):
        assert tracker(NONE).shape == (0,)
        assert tracker.tracks[first].missed == missed and tracker.ended == []
    assert tracker([box(2)]).tolist() == [first] and tracker.born == [] and tracker.tracks[first].missed == 0
    ends = []
    for _ in range(4):
        tracker(NONE)
        ends.append(tracker.ended)
    assert ends == [[], [], [first], []] and tracker.tracks == {}
    (again,) = tracker([box(2)])
    assert again > first and tracker.born == [again]


def test_without_patience_a_single_gap_ends_a_track():
    tracker = Tracker(patience=0)
    (first,) = tracker([box(0)])
    tracker(NONE)
    assert tracker.ended == [first]


def test_a_tracker_that_saw_nothing_gives_nothing():
    tracker = Tracker()
    numbers = tracker(NONE)
    assert numbers.shape == (0,) and numbers.dtype == np.int64 and tracker.born == tracker.ended == []


def test_flickering_values_settle_each_track_by_itself():
    rng, smoothed = np.random.default_rng(0), Smoothed(0.2)
    scores = {3: np.float32([0.7, 0.3]), 8: np.float32([0.4, 0.6])}
    raw, settled = [], []
    for _ in range(300):
        noisy = np.stack([scores[3], scores[8]]) + rng.normal(0, 0.3, (2, 2))
        raw.append(noisy.argmax(axis=1))
        settled.append(smoothed([3, 8], noisy).argmax(axis=1))
    flicker = [np.abs(np.diff(labels[20:], axis=0)).mean(axis=0) for labels in (raw, settled)]
    assert (flicker[1] < 0.5 * flicker[0]).all()
    assert np.mean(settled[20:], axis=0) - [0, 1] == pytest.approx([0, 0], abs=0.1)


def test_smoothing_by_hand():
    smoothed = Smoothed(0.25)
    assert smoothed([5], [[0, 8]]).tolist() == [[0, 8]], "the first as it is"
    assert smoothed([5], [[4, 8]]).tolist() == [[1, 8]]
    assert smoothed([9, 5], [[7, 7], [1, 0]]).tolist() == [[7, 7], [1, 6]]
    smoothed.forget([5, 77])
    assert smoothed([5, 9], [[2, 2], [7, 3]]).tolist() == [[2, 2], [7, 6]]
    assert smoothed([], np.zeros((0, 2))).shape == (0, 2)
    assert Smoothed(1)([1], [[3]]).tolist() == [[3]]


def test_what_cannot_be_is_named():
    for wrong in ({"overlap": 0}, {"overlap": 1.1}, {"patience": -1}):
        with pytest.raises(ValueError, match="overlap is above 0"):
            Tracker(**wrong)
    for share in (0, 1.5, float("nan")):
        with pytest.raises(ValueError, match="share is above 0"):
            Smoothed(share)
    smoothed = Smoothed()
    with pytest.raises(ValueError, match="2 tracks and 1"):
        smoothed([1, 2], [[0]])
    smoothed([1], [[0]])
    with pytest.raises(ValueError, match=r"track 1 had values of \(1,\), now of \(2,\)"):
        smoothed([1], [[0, 1]])
