"""Photos as cameras and programs leave them: of every kind, damaged, huge, and with any name."""

import io
import struct
import time

import cv2
import numpy as np
import pytest
from PIL import Image

from helpers.vision import photo_files
from helpers.vision.photo_files import decode_photo, read_photo

COLOURS = np.uint8([[(250, 10, 10), (10, 240, 10)], [(10, 10, 230), (200, 200, 20)]])  # four quarters


def quarters(height=60, width=80):
    """Red and green above, blue and yellow below."""
    rows, columns = np.mgrid[:height, :width]
    return COLOURS[2 * rows // height, 2 * columns // width]


def corners(picture):
    """The colours in the middles of the four quarters, (2, 2, 3)."""
    height, width, _ = picture.shape
    return picture[height // 4 :: height // 2][:2, width // 4 :: width // 2][:, :2].astype(int)


def near(picture, colours=COLOURS, by=12):
    return picture.dtype == np.uint8 and np.abs(corners(picture) - colours).max() <= by


def saved(folder, picture, name="photo.png", mode=None, **options):
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(np.asarray(picture))
    (picture.convert(mode) if mode else picture).save(folder / name, **options)
    return folder / name


@pytest.mark.parametrize(
    "name", ["a.png", "a.jpg", "a.bmp", "a.gif", "a.tif", "a.webp", "a.ppm", "我的 照片.png", "我的照片.jpg"]
)
def test_each_format_and_each_name_gives_the_same_picture(tmp_path, name):
    options = {"quality": 95} if name.endswith(("jpg", "webp")) else {}
    picture = read_photo(saved(tmp_path, quarters(), name, **options))
    assert picture.shape == (60, 80, 3) and near(picture)
    assert picture.flags["C_CONTIGUOUS"] and picture.flags["WRITEABLE"], "yours to draw on"
    if name.endswith(("png", "bmp", "tif", "ppm")):
        np.testing.assert_array_equal(picture, quarters())


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("P", "a.png"),
        ("P", "a.gif"),
        ("CMYK", "a.tif"),
        ("CMYK", "a.jpg"),
        ("RGBA", "a.png"),
        ("YCbCr", "a.jpg"),
    ],
)
def test_other_ways_to_keep_colours_come_as_rgb(tmp_path, mode, name):
    assert near(read_photo(saved(tmp_path, quarters(), name, mode)), by=55)  # the palette is mixed in dots


@pytest.mark.parametrize(("mode", "name"), [("L", "a.png"), ("L", "a.jpg"), ("LA", "a.png"), ("1", "a.png")])
def test_grey_pictures_get_three_equal_channels(tmp_path, mode, name):
    grey = np.full((60, 80, 3), 40, np.uint8)
    grey[:, 40:] = 255
    picture = read_photo(saved(tmp_path, grey, name, mode))
    assert picture.shape == (60, 80, 3)
    assert (picture == picture[..., :1]).all()
    assert picture[:, 60:].min() > 250 and picture[:, :20].mean() == pytest.approx(40, abs=15)


def test_what_is_transparent_becomes_white_and_half_of_it_half_white(tmp_path):
    rgba = np.zeros((40, 60, 4), np.uint8)
    rgba[:, 20:] = (255, 0, 0, 255)
    rgba[:, 40:, 3] = 128
    picture = read_photo(saved(tmp_path, rgba))
    assert (picture[:, :20] == 255).all() and (picture[:, 20:40] == [255, 0, 0]).all()
    assert np.abs(picture[:, 40:].astype(int) - [255, 127, 127]).max() <= 1


def test_a_palette_with_a_transparent_colour(tmp_path):
    flat = Image.fromarray(np.repeat(np.uint8([[0, 1]]), 20, axis=0).repeat(20, axis=1), mode=None).convert(
        "P"
    )
    flat.putpalette([0, 0, 200, 9, 9, 9])
    picture = read_photo(saved(tmp_path, flat, transparency=1))
    assert (picture[:, :20] == [0, 0, 200]).all() and (picture[:, 20:] == 255).all()


def test_sixteen_bits_keep_their_brightness(tmp_path):
    steps = np.repeat(np.uint16([[0, 257, 128 << 8, 65535]]), 8, axis=0).repeat(8, axis=1)
    for name in ("a.png", "a.tif"):
        picture = read_photo(saved(tmp_path, steps, name))
        assert picture[4, 4::8, 0].tolist() == [0, 1, 128, 255]
    colour = np.dstack([steps, steps // 2, 0 * steps])
    (tmp_path / "b.png").write_bytes(cv2.imencode(".png", colour)[1].tobytes())  # OpenCV's order: blue first
    picture = read_photo(tmp_path / "b.png").astype(int)
    np.testing.assert_allclose(picture[4, 4::8], [[0, 0, 0], [0, 0, 1], [0, 64, 128], [0, 127, 255]], atol=1)


def test_numbers_without_a_known_white_are_refused(tmp_path):
    for values, words in ((np.float32([[0, 1]]), "floating"), (np.int32([[0, 70000]]), "32 bits")):
        with pytest.raises(ValueError, match=words):
            read_photo(saved(tmp_path, values, "a.tif"))
    sixteen = np.int32([[0, 65535]])
    assert read_photo(saved(tmp_path, sixteen, "a.tif"))[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize("held", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
def test_a_photo_is_turned_as_the_camera_was_held(tmp_path, held, name):
    exif = Image.Exif()
    exif[0x0112] = held
    seen = quarters()
    stored = {
        1: seen,
        2: seen[:, ::-1],
        3: seen[::-1, ::-1],
        4: seen[::-1],
        5: seen.transpose(1, 0, 2),
        6: np.rot90(seen, 1),
        7: seen[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(seen, -1),
    }[held]
    path = saved(tmp_path, np.ascontiguousarray(stored), name, exif=exif)
    picture = read_photo(path)
    assert picture.shape == (60, 80, 3) and near(picture)
    assert decode_photo(path)[1] == (80, 60), "the size is that of the upright picture"
    assert read_photo(path, longest=40).shape == (30, 40, 3)


def test_a_damaged_note_of_the_camera_leaves_the_picture_as_it_is(tmp_path):
    for note in (b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0nothing", b"Exif\0\0"):
        assert near(read_photo(saved(tmp_path, quarters(), "a.jpg", exif=note, quality=95)))


@pytest.mark.parametrize("raised", [struct.error, IndexError, KeyError, RuntimeError, MemoryError, EOFError])
def test_whatever_a_decoder_raises_the_file_is_named(tmp_path, monkeypatch, raised):
    def decoder(file):
        raise raised("byte 7")

    path = saved(tmp_path, quarters(), "a.png")
    monkeypatch.setattr(Image, "open", decoder)
    with pytest.raises(ValueError, match=r"a\.png cannot be read as a picture .*try a JPEG or PNG"):
        read_photo(path)


def test_one_pixel_is_a_picture(tmp_path):
    for name in ("a.png", "a.jpg"):
        assert read_photo(saved(tmp_path, np.full((1, 1, 3), 77, np.uint8), name)).tolist() == [[[77] * 3]]


def test_the_longer_side_is_shrunk_and_nothing_enlarged(tmp_path):
    path = saved(tmp_path, quarters(300, 400))
    assert read_photo(path, longest=200).shape == (150, 200, 3) and near(read_photo(path, longest=200))
    assert read_photo(path, longest=4000).shape == read_photo(path, longest=None).shape == (300, 400, 3)
    assert read_photo(saved(tmp_path, quarters(4, 900)), longest=90).shape == (1, 90, 3), "never no pixel"
    with pytest.raises(ValueError, match="at least 1, got 0"):
        read_photo(path, longest=0)


def test_averaging_and_not_picking_makes_a_picture_smaller(tmp_path):
    stripes = np.zeros((800, 800, 3), np.uint8)
    stripes[:, ::2] = 200
    for name in ("a.png", "a.jpg"):
        assert np.abs(read_photo(saved(tmp_path, stripes, name), longest=100).astype(int) - 100).max() <= 4


def test_forty_eight_million_pixels_are_cheap_as_jpeg(tmp_path):
    path = tmp_path / "huge.jpg"
    huge = np.repeat(np.repeat(COLOURS, 3000, axis=0), 4000, axis=1)
    path.write_bytes(cv2.imencode(".jpg", huge[..., ::-1])[1].tobytes())
    del huge
    start = time.process_time()
    picture = read_photo(path)
    seconds = time.process_time() - start
    assert picture.shape == (1200, 1600, 3) and near(picture)
    assert seconds < 1.5, "a shrunk JPEG is not decoded in full"
    decoded, full = decode_photo(path, 1600)
    assert full == (8000, 6000) and decoded.width in range(3200, 4001)


def test_forty_eight_million_pixels_of_png_come_out_right(tmp_path):
    bits = np.zeros((6000, 8000), bool)
    bits[:, 4000:] = True
    path = saved(tmp_path, bits, "huge.png")
    picture = read_photo(path)
    assert picture.shape == (1200, 1600, 3)
    assert picture[:, :790].max() == 0 and picture[:, 810:].min() == 255


def test_too_many_pixels_are_told_before_anything_is_decoded(tmp_path):
    cases = {10_100: "10,100 × 10,100 pixels, at most 100 million", 14_000: "196000000 pixels"}
    for side, words in cases.items():
        path = saved(tmp_path, Image.new("1", (side, side)), "bomb.png")
        path.write_bytes(path.read_bytes()[:100])  # what is not there cannot be decoded
        with pytest.raises(ValueError, match=rf"bomb\.png is too large .*{words}.*fewer pixels"):
            read_photo(path)


def test_a_missing_empty_or_wrong_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file 我\.jpg in "):
        read_photo(tmp_path / "我.jpg")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileNotFoundError, match="a folder, not a file, folder"):
        read_photo(tmp_path / "folder")
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(ValueError, match=r"empty\.jpg is empty: it has 0 bytes"):
        read_photo(tmp_path / "empty.jpg")
    (tmp_path / "text.jpg").write_text("no picture")
    with pytest.raises(ValueError, match=r"text\.jpg cannot be read as a picture .*JPEG or PNG"):
        read_photo(tmp_path / "text.jpg")
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(50))
    with pytest.raises(ValueError, match=r"phone\.heic cannot be read.*export it as JPEG"):
        read_photo(tmp_path / "phone.heic")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.gif", "a.bmp", "a.tif", "a.webp"])
def test_a_file_cut_short_is_named(tmp_path, name):
    noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), dtype=np.uint8)
    whole = saved(tmp_path, noise, name).read_bytes()
    for share in (0.1, 0.5, 0.9):
        (tmp_path / name).write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(ValueError, match=rf"{name} cannot be read as a picture"):
            read_photo(tmp_path / name)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
def test_any_wrong_byte_gives_a_picture_or_a_clear_error(tmp_path, kind):
    whole, rng, path = io.BytesIO(), np.random.default_rng(0), tmp_path / "wrong"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(quarters(24, 32)).save(whole, kind, **({} if kind in ("GIF", "BMP") else {"exif": exif}))
    for _ in range(60):
        content = bytearray(whole.getvalue())
        for place in rng.integers(0, min(len(content), 300), 2):  # most of what matters stands in front
            content[place] = rng.integers(256)
        path.write_bytes(content)
        try:
            assert read_photo(path).shape[2] == 3
        except ValueError as error:
            assert "wrong cannot be read" in str(error) or "wrong is too large" in str(error)


def test_who_may_not_read_a_file_is_told_so(tmp_path, monkeypatch):
    path = saved(tmp_path, quarters())

    def refuse(*_, **__):
        raise PermissionError("not yours")

    monkeypatch.setattr(photo_files.Path, "open", refuse)
    with pytest.raises(PermissionError, match="not yours"):
        read_photo(path)
