"""Clips frame by frame: whole, cut short, of odd size, of varying rate, with any name, and what is none."""

import tracemalloc
import warnings
from itertools import islice

import cv2
import numpy as np
import pytest

from helpers.vision.frames import ClipCutShort, frames_of, write_frames


def scene(number, height=48, width=64):
    """A picture whose brightness tells its number, red on the left and blue on the right."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2, 0], picture[:, width // 2 :, 2] = (
        40 + 10 * (number % 20),
        40 + 10 * (number % 20),
    )
    return picture


def number_of(picture):
    return round((picture[4:-4, 4:16, 0].mean() - 40) / 10)


def clip(path, count=12, fps=25, **size):
    return write_frames(path, (scene(number, **size) for number in range(count)), fps)


def noisy_clip(path, count=30):
    """Large enough to be cut."""
    rng = np.random.default_rng(0)
    return write_frames(path, (rng.integers(0, 255, (48, 64, 3), dtype=np.uint8) for _ in range(count)), 10)


def test_frames_come_back_one_by_one_with_their_times(tmp_path):
    path = clip(tmp_path / "new folder" / "clip.webm", fps=20)
    frames = list(frames_of(path))
    assert [number_of(frame.picture) for frame in frames] == list(range(12))
    assert [frame.seconds for frame in frames] == pytest.approx(np.arange(12) / 20, abs=1e-3)
    for number, (_, picture) in enumerate(frames):
        assert picture.shape == (48, 64, 3) and picture.dtype == np.uint8 and picture.flags["WRITEABLE"]
        assert np.abs(picture.astype(int) - scene(number)).mean() < 6, "VP8 loses little"


def test_only_each_third_and_smaller(tmp_path):
    frames = list(frames_of(clip(tmp_path / "clip.webm"), every=3, longest=32))
    assert [number_of(cv2.resize(frame.picture, (64, 48))) for frame in frames] == [0, 3, 6, 9]
    assert [frame.seconds for frame in frames] == pytest.approx([0, 0.12, 0.24, 0.36], abs=1e-3)
    assert {frame.picture.shape for frame in frames} == {(24, 32, 3)}
    for wrong in ({"every": 0}, {"longest": 0}):
        with pytest.raises(ValueError, match="at least 1, got 0"):
            frames_of(tmp_path / "clip.webm", **wrong)


def test_a_name_in_chinese(tmp_path):
    path = clip(tmp_path / "我的 视频" / "短片.webm")
    assert [number_of(frame.picture) for frame in frames_of(path)] == list(range(12))
    assert len(list(frames_of(str(path)))) == 12
    path.write_bytes(b"no video" * 99)
    with pytest.raises(ValueError, match=r"短片\.webm: no frame.*Latin letters"):
        frames_of(path)


def test_an_opencv_that_only_takes_latin_letters_reads_it_too(tmp_path, monkeypatch):
    path, original = clip(tmp_path / "短片.webm"), cv2.VideoCapture

    def old(source):
        return original(source if source.isascii() else "")

    monkeypatch.setattr(cv2, "VideoCapture", old)
    assert len(list(frames_of(path))) == 12


@pytest.mark.parametrize("size", [(49, 65), (48, 65), (49, 64), (1, 1), (3, 90), (16, 16), (17, 17)])
def test_any_size_can_be_written_and_nothing_of_it_is_lost(tmp_path, size):
    height, width = size
    rng = np.random.default_rng(0)
    grey = cv2.resize(rng.integers(60, 200, (3, 3), dtype=np.uint8), (width, height))
    picture = np.dstack([grey] * 3)  # of colours VP8 keeps one for four pixels
    path = write_frames(tmp_path / "odd.webm", [picture] * 3)
    frames = list(frames_of(path))
    assert len(frames) == 3
    found = frames[-1].picture
    assert found.shape == (max(16, height + height % 2), max(16, width + width % 2), 3)
    assert np.abs(found[:height, :width].astype(int) - picture).mean() < 6
    assert np.abs(found[-1, -1].astype(int) - picture[-1, -1]).max() < 25, "the last one is repeated"


def test_grey_and_transparent_pictures_can_be_written(tmp_path):
    grey = np.full((32, 32), 100, np.uint8)
    (frame,) = frames_of(write_frames(tmp_path / "grey.webm", [grey]))
    assert np.abs(frame.picture.astype(int) - 100).max() < 6
    clear = np.dstack([grey, grey, grey, 0 * grey])
    (frame,) = frames_of(write_frames(tmp_path / "clear.webm", [clear]))
    assert frame.picture.min() > 245


def test_a_file_of_odd_size_from_elsewhere(tmp_path):
    """VP8 itself knows odd sizes: the size is altered where the file and each key frame tell it."""
    path = clip(tmp_path / "odd.webm", height=48, width=64)
    content = path.read_bytes()
    for start, old, new in (
        (b"\x9d\x01\x2a", b"\x40\x00\x30\x00", b"\x3f\x00\x2f\x00"),  # of a key frame: 64 × 48 to 63 × 47
        (b"\xb0\x81", b"\x40", b"\x3f"),  # Matroska's PixelWidth
        (b"\xba\x81", b"\x30", b"\x2f"),  # and PixelHeight
    ):
        assert start + old in content
        content = content.replace(start + old, start + new)
    path.write_bytes(content)
    frames = list(frames_of(path))
    assert [number_of(frame.picture) for frame in frames] == list(range(12))
    assert {frame.picture.shape for frame in frames} == {(47, 63, 3)}


def blocks(content):
    """Where in a WebM file the time of each frame stands (two bytes, milliseconds within its cluster)."""
    found, place = [], content.index(b"\x1f\x43\xb6\x75")  # the first cluster
    while (place := content.find(b"\xa3", place + 1)) >= 0:  # SimpleBlock: its size, track 1, then the time
        size = 8 - content[place + 1].bit_length() + 1
        if size <= 8 and content[place + 1 + size] == 0x81 and content[place + 4 + size] in (0x00, 0x80):
            found.append(place + 2 + size)
    return found


def test_a_varying_rate_keeps_its_times(tmp_path):
    path = clip(tmp_path / "phone.webm")
    content, times = bytearray(path.read_bytes()), [0, 40, 55, 200, 210, 215, 220, 300, 350, 360, 390, 440]
    places = blocks(bytes(content))
    assert [int.from_bytes(content[place : place + 2], "big") for place in places] == list(range(0, 480, 40))
    for place, time in zip(places, times, strict=True):
        content[place : place + 2] = time.to_bytes(2, "big")
    path.write_bytes(content)
    frames = list(frames_of(path))
    assert [number_of(frame.picture) for frame in frames] == list(range(12))
    assert [1000 * frame.seconds for frame in frames] == pytest.approx(times, abs=1.5)


@pytest.mark.parametrize("share", [0.4, 0.8])
def test_a_clip_cut_short_gives_what_is_there_and_says_so(tmp_path, share):
    path = noisy_clip(tmp_path / "cut.webm")
    whole = [frame.picture for frame in frames_of(path)]
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    found = []
    with pytest.warns(ClipCutShort, match=r"cut\.webm ends after \d\.\d of 3\.0 seconds"):
        found.extend(frame.picture for frame in frames_of(path))
    assert share - 0.2 < len(found) / 30 < share + 0.1
    for picture, original in zip(found, whole[: len(found) - 1], strict=False):
        np.testing.assert_array_equal(picture, original)


def test_whole_clips_say_nothing(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for count, fps in ((1, 25), (2, 1), (5, 60), (40, 7)):
            path = clip(tmp_path / "clip.webm", count, fps)
            assert len(list(frames_of(path))) == count
            assert len(list(islice(frames_of(path), 1))) == 1, "nor does who stops early"


def test_what_is_no_clip_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file none\.webm in "):
        frames_of(tmp_path / "none.webm")
    (tmp_path / "empty.webm").touch()
    with pytest.raises(ValueError, match=r"empty\.webm is empty: it has 0 bytes"):
        frames_of(tmp_path / "empty.webm")
    (tmp_path / "text.webm").write_text("no video" * 100)
    with pytest.raises(ValueError, match=r"text\.webm: no frame can be read"):
        frames_of(tmp_path / "text.webm")
    head = clip(tmp_path / "head.webm").read_bytes()[:200]
    (tmp_path / "head.webm").write_bytes(head)
    with pytest.raises(ValueError, match=r"head\.webm: no frame can be read"):
        frames_of(tmp_path / "head.webm")
    with pytest.raises(OSError, match="camera 77 gives no picture"):
        frames_of(77)


def test_a_picture_is_a_clip_of_one_frame(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(cv2.imencode(".png", scene(3)[..., ::-1])[1].tobytes())
    (frame,) = frames_of(path)
    np.testing.assert_array_equal(frame.picture, scene(3))


def test_bad_frames_are_named_and_leave_no_file(tmp_path):
    path = tmp_path / "bad.webm"
    cases = [
        ([], ValueError, r"bad\.webm would have no frame"),
        ([scene(0), scene(1, height=50)], ValueError, "size of the first, 64 × 48; got 64 × 50"),
        ([scene(0), scene(1) / 255], TypeError, "uint8"),
        ([scene(0), None], TypeError, "NoneType"),
    ]
    for pictures, kind, words in cases:
        with pytest.raises(kind, match=words):
            write_frames(path, iter(pictures))
        assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match=r"ends in \.webm, got a\.mp4"):
        write_frames(tmp_path / "a.mp4", [scene(0)])
    with pytest.raises(ValueError, match="above 0, got 0"):
        write_frames(path, [scene(0)], fps=0)


def test_frames_are_never_all_in_memory(tmp_path):
    one = 240 * 320 * 3
    tracemalloc.start()
    path = clip(tmp_path / "long.webm", count=60, height=240, width=320)
    written = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    count = sum(1 for _ in frames_of(path))
    read = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60
    assert written < 8 * one and read < 8 * one


def test_the_file_is_let_go_when_a_loop_is_left(tmp_path, monkeypatch):
    path, released, original = clip(tmp_path / "clip.webm"), [], cv2.VideoCapture

    class Watched:
        def __init__(self, *arguments):
            self.video = original(*arguments)

        def __getattr__(self, name):
            return getattr(self.video, name)

        def release(self):
            released.append(True)
            self.video.release()

    monkeypatch.setattr(cv2, "VideoCapture", Watched)
    frames = frames_of(path)
    next(frames)
    assert not released
    frames.close()
    assert released
