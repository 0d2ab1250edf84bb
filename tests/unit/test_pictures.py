"""helpers.data.pictures: photographs from the installed package, and files that OpenCV and PIL read back."""

import errno
import os
import socket
import tempfile
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data as skimage_data

from helpers import sample_image, write_samples
from helpers.data import pictures

NAMES = [*pictures.COLOUR, *pictures.GREY]


@pytest.mark.parametrize("name", NAMES)
def test_each_picture_is_rgb_and_needs_no_network(name, monkeypatch):
    def refuse(*_):
        raise AssertionError("something asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    picture = sample_image(name)
    assert picture.ndim == 3 and picture.shape[2] == 3 and picture.dtype == np.uint8
    assert picture.flags.c_contiguous and picture.flags.writeable
    assert np.ptp(picture) > 100
    same = (picture == picture[..., :1]).all()
    assert same == (name in pictures.GREY)


def test_the_colours_are_in_rgb_order():
    assert np.array_equal(sample_image("cat"), skimage_data.chelsea())
    red, _, blue = sample_image("coffee").reshape(-1, 3).mean(0)
    assert red > blue  # a brown table


def test_a_picture_can_be_changed_without_harm():
    before = sample_image("rocket").copy()
    sample_image("rocket")[:] = 0
    assert np.array_equal(sample_image("rocket"), before)


def test_an_unknown_name_lists_the_names():
    with pytest.raises(
        ValueError, match=r"no sample picture 'dog'; in colour: astronaut, cat, .* in grey: .*camera"
    ):
        sample_image("dog")


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    return write_samples(tmp_path_factory.mktemp("course") / "我的 数据")


def test_the_photograph_is_read_back_by_opencv_and_pil(samples):
    cat = sample_image("cat").astype(int)
    with Image.open(samples["cat.jpg"]) as picture:
        assert picture.format == "JPEG"
        by_pil = np.asarray(picture).astype(int)
    by_opencv = cv2.imdecode(np.fromfile(samples["cat.jpg"], np.uint8), cv2.IMREAD_COLOR)[..., ::-1].astype(
        int
    )
    for read in (by_pil, by_opencv):
        assert read.shape == cat.shape
        assert np.abs(read - cat).mean() < 3  # swapped channels would differ by more than 20


def frames_of(path):
    capture = cv2.VideoCapture(str(path))
    assert capture.isOpened()
    frames = []
    while True:
        there, frame = capture.read()
        if not there:
            capture.release()
            return frames
        frames.append(frame)


def test_the_clip_is_read_back_frame_by_frame(samples):
    capture = cv2.VideoCapture(str(samples["clip.webm"]))
    assert capture.get(cv2.CAP_PROP_FPS) == pytest.approx(25)
    capture.release()
    frames = frames_of(samples["clip.webm"])
    assert len(frames) == 75
    assert {frame.shape for frame in frames} == {(240, 320, 3)}
    cat = sample_image("cat")
    for number in (0, 40, 74):
        drawn = pictures._clip_frame(cat, number)[..., ::-1].astype(int)
        assert np.abs(frames[number] - drawn).mean() < 12
    changes = [np.abs(a.astype(int) - b).mean() for a, b in pairwise(frames)]
    assert min(changes) > 0.5  # no two frames are alike: something moves all the time
    assert samples["clip.webm"].stat().st_size < 1_500_000


def test_the_ball_crosses_the_picture(samples):
    def ball(frame):
        blue, green, red = frame.astype(int).transpose(2, 0, 1)
        orange = (red > 200) & (green > 130) & (green < 190) & (blue < 70)
        return np.median(np.nonzero(orange)[1])

    places = [ball(frame) for frame in frames_of(samples["clip.webm"])[::15]]
    assert places == sorted(places) and places[-1] - places[0] > 200


@pytest.mark.parametrize(
    ("number", "view", "ball"),
    [
        (0, np.s_[0:300, 0:400], (20, 220)),  # the whole height of the picture
        (37, np.s_[20:260, 33:353], (160, 100)),
        (74, np.s_[40:220, 106:346], (300, 220)),  # three fifths of it
    ],
)
def test_the_clip_closes_in_on_the_cat_while_a_ball_bounces(number, view, ball):
    frame = pictures._clip_frame(sample_image("cat"), number)
    orange = (frame == (230, 159, 0)).all(2)
    rows, columns = np.nonzero(orange)
    assert (round(columns.mean()), round(rows.mean())) == ball
    assert np.ptp(rows) + 1 == pytest.approx(2 * 14, abs=1.5)
    cat = cv2.resize(sample_image("cat")[view], (320, 240)).astype(int)
    behind = np.abs(frame - cat).max(2)
    x, y = ball
    behind[y - 16 : y + 17, max(x - 16, 0) : x + 17] = 0
    assert behind.max() == 0


def test_a_second_call_changes_nothing_and_mends_what_is_gone(samples):
    before = {name: path.stat().st_mtime_ns for name, path in samples.items()}
    folder = samples["cat.jpg"].parent
    assert write_samples(folder) == samples
    assert {name: path.stat().st_mtime_ns for name, path in samples.items()} == before
    content = samples["cat.jpg"].read_bytes()
    samples["cat.jpg"].unlink()
    write_samples(str(folder))
    assert samples["cat.jpg"].read_bytes() == content
    assert sorted(path.name for path in folder.iterdir()) == ["cat.jpg", "clip.webm"]


def test_nothing_is_printed_where_a_student_would_see_red(tmp_path, capfd):
    write_samples(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_without_a_folder_they_go_to_data(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr(pictures, "_encode_clip", lambda: b"not this time")
    assert write_samples()["cat.jpg"] == tmp_path / "data" / "cat.jpg"


def test_an_interrupted_write_leaves_no_half_file(tmp_path, monkeypatch):
    write = Path.write_bytes

    def nearly_full(path, content):
        write(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", nearly_full)
    with pytest.raises(OSError, match="No space"):
        write_samples(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        write_samples(tmp_path / "file" / "data")


def test_an_opencv_without_the_codec_says_so(tmp_path, monkeypatch):
    """A scratch folder that is not there makes the real VideoWriter fail as a missing encoder does."""

    class Absent(tempfile.TemporaryDirectory):
        def __enter__(self):
            return str(Path(super().__enter__()) / "absent")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", Absent)
    with pytest.raises(OSError, match=r"cannot write VP8 video; .*It said: \S"):
        write_samples(tmp_path)
    monkeypatch.setattr(cv2, "imencode", lambda *_: (False, None))
    with pytest.raises(OSError, match="cannot encode JPEG"):
        write_samples(tmp_path / "other")
    assert not (tmp_path / "clip.webm").exists() and not list((tmp_path / "other").iterdir())


def test_the_data_sheet_gives_the_terms_of_every_picture():
    sheet = Path(__file__).resolve().parents[2].joinpath("data", "README.md").read_text(encoding="utf-8")
    rows = sheet.split("## Sample pictures")[1].split("## ")[0]
    assert all(f"`{name}`" in rows for name in NAMES)
