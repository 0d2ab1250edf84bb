"""A face back into its picture: place, mask, colours, and the three ways to paste."""

import cv2
import numpy as np
import pytest

from helpers.vision.alignment import align_face
from helpers.vision.face_swap import colour_matched, face_mask, paste_face, placed

POINTS = np.float32([[60, 62], [88, 58], [76, 78], [64, 94], [90, 90]])


def smooth(seed: int, height: int = 120, width: int = 150) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 190, (6, 7, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def oval(height: int = 120, width: int = 150) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (75, 70), (25, 33), 8, 0, 360, 255, thickness=-1)
    return mask


@pytest.mark.parametrize("zoom", [0.8, 1.1])
def test_placing_undoes_the_alignment(zoom):
    picture, inside = smooth(0), oval() > 0
    back = placed(align_face(picture, POINTS, 96, zoom), POINTS, picture.shape[:2], zoom)
    assert back.shape == picture.shape
    assert np.abs(back.astype(int) - picture)[inside].mean() < 3
    elsewhere = placed(align_face(picture, POINTS, 96, zoom), POINTS + 12, picture.shape[:2], zoom)
    assert np.abs(elsewhere.astype(int) - picture)[inside].mean() > 6


def test_round_the_face_its_edge_is_repeated():
    face = np.full((96, 96, 3), 180, np.uint8)
    assert (placed(face, POINTS, (120, 150), 1.1) == 180).all()


def test_a_mask_is_the_hull_a_little_smaller():
    landmarks = np.float32([[20, 20], [80, 20], [80, 90], [20, 90], [50, 50]])
    assert face_mask(landmarks, (120, 150), 0).sum() // 255 == 61 * 71
    smaller = face_mask(landmarks, (120, 150), 0.1)  # 6 of 60 pixels at each edge
    assert smaller.sum() // 255 == 49 * 59
    assert smaller[55, 50] == 255 and smaller[22, 50] == 0


def test_a_face_outside_of_the_picture_is_an_error():
    with pytest.raises(ValueError, match="150 × 120"):
        face_mask(np.float32([[200, 20], [240, 20], [220, 60]]), (120, 150))


def test_colours_are_those_of_the_picture():
    face, picture, mask = smooth(1), (smooth(2) * 0.6 + 20).astype(np.uint8), oval()
    matched = colour_matched(face, picture, mask)[mask > 0].astype(float)
    wanted = picture[mask > 0].astype(float)
    np.testing.assert_allclose(matched.mean(axis=0), wanted.mean(axis=0), atol=1)
    np.testing.assert_allclose(matched.std(axis=0), wanted.std(axis=0), atol=1)


def test_a_pale_face_keeps_its_contrast():
    pale, picture, mask = (smooth(1) * 0.2 + 90).astype(np.uint8), smooth(2), oval()
    inside = mask > 0
    grown = colour_matched(pale, picture, mask)[inside].std(axis=0) / pale[inside].std(axis=0)
    np.testing.assert_allclose(grown, 1.1, atol=0.05)


@pytest.mark.parametrize("how", ["hard", "soft", "clone"])
def test_a_picture_pasted_into_itself_stays(how):
    picture = smooth(3)
    assert np.abs(paste_face(picture, picture, oval(), how).astype(int) - picture).max() <= 2


@pytest.mark.parametrize("how", ["hard", "soft", "clone"])
def test_outside_of_the_mask_nothing_changes(how):
    picture, mask = smooth(3), oval()
    pasted = paste_face(picture, smooth(4), mask, how)
    outside = cv2.dilate(mask, np.ones((11, 11), np.uint8)) == 0  # fading touches a rim
    if how == "clone":  # solved in the rectangle round the mask
        left, top, width, height = cv2.boundingRect(mask)
        outside[top - 2 : top + height + 2, left - 2 : left + width + 2] = False
    assert np.abs(pasted.astype(int) - picture)[outside].max() <= (6 if how == "soft" else 1)
    assert np.abs(pasted.astype(int) - picture)[mask > 0].mean() > 3


def test_the_clone_takes_the_level_at_the_edge_from_the_picture():
    """An even patch has no differences: what is cloned of it into an even picture is that picture."""
    picture, patch = np.full((120, 150, 3), 90, np.uint8), np.full((120, 150, 3), 200, np.uint8)
    assert np.abs(paste_face(picture, patch, oval()).astype(int) - 90).max() <= 2
    assert paste_face(picture, patch, oval(), "hard")[70, 75].tolist() == [200] * 3
    soft = paste_face(picture, patch, oval(), "soft")[70]
    assert soft[75].tolist() == [200] * 3 and ((soft > 95) & (soft < 195)).any()


def test_fading_begins_inside_of_the_mask():
    """At the mask's edge hardly anything of the face is left, in its middle nothing of the picture."""
    picture, patch, mask = np.full((120, 150, 3), 90, np.uint8), np.full((120, 150, 3), 200, np.uint8), oval()
    soft = paste_face(picture, patch, mask, "soft")[..., 0]
    edge = (mask > 0) & (cv2.erode(mask, np.ones((3, 3), np.uint8)) == 0)
    assert soft[edge].mean() < 125 and soft[70, 75] == 200


def test_nothing_of_the_old_face_stays_under_the_mask():
    old, patch = np.full((120, 150, 3), 90, np.uint8), np.full((120, 150, 3), 90, np.uint8)
    old[62:78, 68:82] = 200  # in the middle of the oval
    assert np.abs(paste_face(old, patch, oval()).astype(int) - 90).max() <= 3


def test_a_mask_at_the_rim_is_no_trouble():
    picture, mask = smooth(5), np.zeros((120, 150), np.uint8)
    mask[80:, 110:] = 255
    pasted = paste_face(picture, picture, mask)
    assert pasted.shape == picture.shape and np.abs(pasted.astype(int) - picture).max() <= 2


def test_what_does_not_fit_is_named():
    picture = smooth(0)
    with pytest.raises(ValueError, match="'blend'"):
        paste_face(picture, picture, oval(), "blend")
    with pytest.raises(ValueError, match=r"\(120, 150, 3\)"):
        paste_face(picture, picture[:-1], oval())
