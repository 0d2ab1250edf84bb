"""The marked faces, changed, and the pictures of nobody."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.vision.face_pictures import NOBODY, face_pictures, pictures_of_nobody


def test_two_people_come_with_the_packages():
    found = face_pictures()
    assert [(picture.name, picture.change) for picture in found] == [
        ("astronaut", "as it is"),
        ("hopper", "as it is"),
    ]
    for _, _, image, boxes in found:
        assert image.dtype == np.uint8 and image.shape[2] == 3 and max(image.shape[:2]) == 400
        assert boxes.shape == (1, 4) and boxes.dtype == np.float32


def test_a_face_is_of_the_colour_of_skin():
    for _, _, image, boxes in face_pictures():
        x1, y1, x2, y2 = boxes[0].astype(int)
        red, green, blue = image[y1:y2, x1:x2].reshape(-1, 3).mean(axis=0)
        assert red > green > blue and red > 1.2 * blue


def test_each_person_comes_in_each_change():
    found = face_pictures(None, ["dark", "half the size", "as it is"])
    assert [picture.change for picture in found] == ["dark", "half the size", "as it is"] * 2
    dark, half, same = found[:3]
    assert dark.image.mean() < 0.1 * same.image.mean()
    width, old = (picture.boxes[0, 2] - picture.boxes[0, 0] for picture in (half, same))
    assert width == pytest.approx(old / 2, rel=1e-3)


def test_portraits_join_where_their_files_are_marked(tmp_path: Path):
    for name, size in (
        ("obama.jpg", (910, 1137)),
        ("obama_partial_face.jpg", (491, 1137)),
        ("nobody.jpg", (9, 9)),
    ):
        Image.new("RGB", size, (9, 9, 9)).save(tmp_path / name)
    found = face_pictures({path.name: path for path in tmp_path.iterdir()}, ["as it is", "to the left"])
    assert [picture.name for picture in found[4:]] == ["obama"] * 2 + ["obama_partial_face"] * 2
    assert found[4].image.shape == (400, 320, 3)
    np.testing.assert_allclose(found[4].boxes[0], np.array([362, 85, 620, 412]) * 400 / 1137, rtol=1e-3)
    assert found[7].boxes[0, 0] == 0, "a box ends at the rim"


def test_elsewhere_nobody_is_seen():
    found = pictures_of_nobody()
    assert [picture.name for picture in found] == list(NOBODY)
    for _, _, image, boxes in found:
        assert boxes.shape == (0, 4) and image.ndim == 3 and max(image.shape[:2]) <= 400


def test_an_unknown_change_is_told():
    with pytest.raises(ValueError, match="no change 'upside down'; there are: as it is, to the left"):
        face_pictures(None, ["upside down"])
