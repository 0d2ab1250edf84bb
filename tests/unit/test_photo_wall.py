"""A camera along a wall with photographs: boxes lie on the faces, the same arguments give one clip."""

import numpy as np
import pytest

from helpers.vision.photo_wall import MARGIN, Photo, marked_photos, pass_along, photo_wall


def dot(colour, at=(60, 40)):
    """A picture with a coloured 'face' of 40 × 50 pixels in it."""
    picture = np.full((200, 160, 3), 128, np.uint8)
    x, y = at
    picture[y : y + 50, x : x + 40] = colour
    return Photo(f"face {colour[0]}", picture, np.float32([x, y, x + 40, y + 50]))


def test_faces_are_equally_high_and_keep_their_order():
    wall = photo_wall([dot((250, 0, 0)), dot((0, 0, 250), at=(0, 0))])
    assert wall.names == ("face 250", "face 0")
    np.testing.assert_allclose(wall.boxes[:, 3] - wall.boxes[:, 1], 110, atol=1)
    assert wall.boxes[0, 0] > MARGIN and wall.boxes[1, 0] > wall.boxes[0, 2]
    for box, colour in zip(wall.boxes.round().astype(int), ((250, 0, 0), (0, 0, 250)), strict=True):
        inner = wall.picture[box[1] + 4 : box[3] - 4, box[0] + 4 : box[2] - 4]
        assert np.abs(inner.mean(axis=(0, 1)) - colour).max() < 8


def test_the_boxes_follow_the_camera():
    wall = photo_wall([dot((250, 0, 0)), dot((250, 0, 0))])
    seen = 0
    for frame in pass_along(wall, frames=12, noise=0, darkest=1, blur=0):
        for left, top, right, bottom in frame.boxes:
            middle = frame.picture[int((top + bottom) / 2), int((left + right) / 2)].astype(int)
            assert middle[0] > 200 > 60 > middle[1]
            seen += 1
        assert len(frame.names) == len(frame.boxes)
        assert (frame.boxes >= 0).all() and (frame.boxes[:, [0, 2]] <= 480).all()
    assert seen > 6


def test_a_clip_is_repeatable_and_a_seed_changes_it():
    wall = photo_wall([dot((250, 0, 0))])
    first, again, other = (
        np.stack([f.picture for f in pass_along(wall, seed=s, frames=3)]) for s in (1, 1, 2)
    )
    assert first.shape == (3, 360, 480, 3) and first.dtype == np.uint8
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_dark_and_blurred_frames_come_and_go():
    wall = photo_wall([dot((250, 250, 250))] * 3)
    light = [frame.picture.mean() for frame in pass_along(wall, frames=25, noise=0, darkest=0.2)]
    assert min(light) < 0.5 * max(light)


def test_half_a_face_counts_and_less_is_told_apart():
    wall = photo_wall([dot((250, 0, 0))] * 4)
    partly = 0
    for frame in pass_along(wall, frames=30):
        for box in frame.partly:
            partly += 1
            assert (box[2] - box[0]) * (box[3] - box[1]) < 110 * 88 * 1.6
    assert partly > 0


def test_the_people_of_the_packages_are_there_without_any_file():
    photos = marked_photos(None)
    assert [photo.name for photo in photos.values()] == ["Collins", "Hopper"]
    with pytest.raises(ValueError, match="at least one photograph"):
        photo_wall([])
    with pytest.raises(ValueError, match="at least one frame, got 0"):
        next(pass_along(photo_wall(list(photos.values())), frames=0))
