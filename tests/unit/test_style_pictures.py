"""The pictures of style transfer, and photos as cameras and programs leave them."""

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.vision.style_pictures import read_photo, style_picture


@pytest.mark.parametrize("name", ["strokes", "mosaic", "cat", "brick"])
def test_a_style_is_a_square_in_colour_and_the_same_each_time(name):
    first, again = style_picture(name, 48), style_picture(name, 48)
    assert first.shape == (1, 3, 48, 48) and first.dtype == torch.float32 and first.is_contiguous()
    assert first.min() >= 0 and first.max() <= 1 and first.std() > 0.05
    assert torch.equal(first, again)


def test_the_drawn_styles_have_their_colours():
    strokes, mosaic = style_picture("strokes", 64), style_picture("mosaic", 64)
    assert strokes[0, 2].mean() > strokes[0, 0].mean() + 0.05, "the strokes are more blue than red"
    assert mosaic[0, 0].mean() > mosaic[0, 2].mean() + 0.05, "the mosaic is more red than blue"
    assert (mosaic.amax(dim=1) < 0.3).float().mean() > 0.02, "joints are dark"


def test_the_middle_of_a_wide_photograph_is_taken():
    from helpers import sample_image

    middle = sample_image("cat")[:, 75:375].mean(axis=(0, 1)) / 255
    np.testing.assert_allclose(style_picture("cat", 100).mean(dim=(0, 2, 3)), middle, atol=0.01)


def test_unknown_names_and_small_sides_are_answered():
    with pytest.raises(ValueError, match=r"strokes or mosaic.*no sample picture 'starry'"):
        style_picture("starry")
    with pytest.raises(ValueError, match="at least 32, got 16"):
        style_picture("cat", 16)


def saved(folder, array, name="photo.png", mode=None, **options):
    path = folder / name
    picture = Image.fromarray(np.asarray(array))
    (picture.convert(mode) if mode else picture).save(path, **options)
    return path


def gradient(height, width):
    rows, columns = np.mgrid[:height, :width]
    return np.stack([255 * rows / height, 255 * columns / width, 0 * rows], axis=-1).astype(np.uint8)


def test_a_photo_keeps_its_shape_and_gets_sides_of_multiples_of_four(tmp_path):
    photo = read_photo(saved(tmp_path, gradient(303, 602)), longest=200)
    assert photo.shape == (1, 3, 100, 200)
    assert photo[0, 0, -1].mean() > 0.95 > 0.05 > photo[0, 0, 0].mean(), "red grows downwards"


def test_a_small_photo_is_not_enlarged(tmp_path):
    assert read_photo(saved(tmp_path, gradient(41, 50)), longest=200).shape == (1, 3, 40, 48)


def test_a_photo_is_turned_as_the_camera_was_held(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: turn by 90 degrees clockwise to look at it
    path = saved(tmp_path, gradient(80, 120), "photo.jpg", exif=exif, quality=95)
    photo = read_photo(path)
    assert photo.shape == (1, 3, 120, 80)
    assert photo[0, 0, :, 0].mean() > photo[0, 0, :, -1].mean() + 0.8, "what was below is left now"


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "LA"])
def test_other_kinds_of_pictures_come_as_colour(tmp_path, mode):
    name = "photo.tif" if mode == "CMYK" else "photo.png"
    photo = read_photo(saved(tmp_path, gradient(64, 64), name, mode))
    assert photo.shape == (1, 3, 64, 64)
    if mode in ("L", "LA"):
        assert torch.equal(photo[0, 0], photo[0, 1])


def test_sixteen_bits_keep_their_brightness(tmp_path):
    photo = read_photo(saved(tmp_path, np.full((40, 40), 128 << 8, np.uint16)))
    assert (photo - 128 / 255).abs().max() < 1e-6


def test_what_is_transparent_becomes_white(tmp_path):
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[:, 20:] = (255, 0, 0, 255)
    photo = read_photo(saved(tmp_path, rgba))
    assert photo[0, :, :, :16].min() > 0.95
    assert photo[0, 0, :, 24:].min() > 0.95 and photo[0, 1:, :, 24:].max() < 0.05


def test_bad_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file me\.jpg"):
        read_photo(tmp_path / "me.jpg")
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    with pytest.raises(ValueError, match=r"text\.jpg cannot be read as a picture"):
        read_photo(text)
    whole = saved(tmp_path, np.random.default_rng(0).integers(0, 255, (90, 90, 3), dtype=np.uint8), "cut.jpg")
    whole.write_bytes(whole.read_bytes()[:3000])
    with pytest.raises(ValueError, match=r"cut\.jpg cannot be read"):
        read_photo(whole)
    with pytest.raises(ValueError, match="20 × 400 pixels and would be 16 × 320"):
        read_photo(saved(tmp_path, gradient(400, 20)))
