"""Faces marked by hand, and what becomes of their boxes when a picture is changed."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.vision.face_pictures import CHANGES, FacePicture, changed, face_pictures, pictures_without_faces


@pytest.fixture(scope="module")
def pictures() -> list[FacePicture]:
    return face_pictures()


def marked(width: int = 120, height: int = 80) -> FacePicture:
    """A white ellipse on black, and the box around it."""
    rows, columns = np.mgrid[:height, :width] + 0.5
    white = ((columns - 40) / 10) ** 2 + ((rows - 30) / 20) ** 2 <= 1
    image = np.repeat((255 * white).astype(np.uint8)[..., None], 3, axis=2)
    return FacePicture("ellipse", image, np.array([[30, 10, 50, 50]], np.float32))


def around_white(image: np.ndarray) -> list[int]:
    rows, columns = np.nonzero(image[..., 0] > 150)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_two_people_come_with_the_packages(pictures: list[FacePicture]):
    assert [picture.name for picture in pictures] == ["astronaut", "hopper"]
    for _, image, boxes in pictures:
        assert image.dtype == np.uint8 and image.shape[2] == 3 and max(image.shape[:2]) <= 512
        assert boxes.shape == (1, 4) and boxes.dtype == np.float32


def test_a_face_is_of_the_colour_of_skin(pictures: list[FacePicture]):
    for _, image, boxes in pictures:
        x1, y1, x2, y2 = boxes[0].astype(int)
        red, green, blue = image[y1:y2, x1:x2].reshape(-1, 3).mean(axis=0)
        assert red > green > blue and red > 1.2 * blue


def test_portraits_are_read_where_they_are_and_marked(tmp_path: Path):
    Image.new("RGB", (910, 1137), (9, 9, 9)).save(tmp_path / "obama.jpg")
    Image.new("RGB", (10, 10)).save(tmp_path / "nobody.jpg")
    found = face_pictures({name: tmp_path / name for name in ("obama.jpg", "nobody.jpg")})
    assert [picture.name for picture in found] == ["astronaut", "hopper", "obama"]
    assert found[2].image.shape == (512, 410, 3)
    np.testing.assert_allclose(found[2].boxes[0], np.array([362, 85, 620, 412]) * 512 / 1137, rtol=1e-5)


def test_elsewhere_nobody_is_seen():
    for _, image, boxes in pictures_without_faces():
        assert boxes.shape == (0, 4) and image.ndim == 3 and max(image.shape[:2]) <= 512


@pytest.mark.parametrize("how", ["as it is", "mirrored", "turned", "small"])
def test_a_box_moves_with_what_it_holds(how: str):
    result = changed(marked(), how)
    assert np.abs(result.boxes[0] - around_white(result.image)).max() <= 1.5
    assert how == "as it is" or np.abs(result.boxes - marked().boxes).max() > 2


@pytest.mark.parametrize("how", ["dark", "noisy", "blurred"])
def test_light_noise_and_blur_leave_the_box(how: str):
    result = changed(marked(), how)
    assert np.array_equal(result.boxes, marked().boxes) and result.image.dtype == np.uint8
    assert np.abs(result.image.astype(float) - marked().image).mean() > 3
    assert np.array_equal(result.image, changed(marked(), how).image)


def test_every_change_works_where_nobody_is_seen(pictures: list[FacePicture]):
    empty = FacePicture("empty", pictures[0].image, np.zeros((0, 4), np.float32))
    assert all(changed(empty, how).boxes.shape == (0, 4) for how in CHANGES)


def test_a_turned_face_is_cut_at_the_rim():
    edge = marked()._replace(boxes=np.array([[0, 10, 20, 60]], np.float32))
    assert changed(edge, "turned").boxes[0, 0] == 0


def test_an_unknown_change_is_told():
    with pytest.raises(ValueError, match="no change 'upside down'; there are: as it is, mirrored"):
        changed(marked(), "upside down")
