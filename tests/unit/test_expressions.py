"""RAF-DB's and FER2013's folders, made small and then spoilt in each way that a student's may be."""

import hashlib
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.data import expressions, whole_sets
from helpers.data.expressions import expression_sets, load_expressions
from helpers.vision.drawn_faces import EXPRESSIONS, draw_face

LIST = "EmoLabel/list_patition_label.txt"


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """An empty data folder, and a memory in which nothing is kept."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(whole_sets, "data_folder", lambda: tmp_path / "data")
    expressions._read.cache_clear()
    expressions._statistics.cache_clear()
    yield tmp_path / "data"
    expressions._read.cache_clear()
    expressions._statistics.cache_clear()


def write_rafdb(root, level="RAF-DB/basic"):
    """Fourteen training and seven test pictures, each expression as often; the pixels tell the label."""
    base = root / level
    (base / "Image/aligned").mkdir(parents=True)
    (base / "EmoLabel").mkdir()
    lines = []
    for split, count in (("train", 14), ("test", 7)):
        for number in range(1, count + 1):
            label = (number - 1) % 7 + 1
            lines.append(f"{split}_{number:05}.jpg {label}")
            picture = Image.new("RGB", (100, 100), (30 * label, 10, 200))
            picture.save(base / f"Image/aligned/{split}_{number:05}_aligned.jpg", quality=95)
    (base / LIST).write_text("\n".join(lines) + "\n", encoding="ascii")
    return base


@pytest.fixture
def rafdb(folder):
    return write_rafdb(folder)


# ---------------------------------------------------------------- RAF-DB


def test_rafdb_is_read_with_labels_from_zero(rafdb):
    train = load_expressions("raf_db", size=48, grey=False, dtype=torch.uint8)
    assert train.images.shape == (14, 3, 48, 48) and train.images.dtype == torch.uint8
    assert train.labels.tolist() == [0, 1, 2, 3, 4, 5, 6] * 2 and train.classes == EXPRESSIONS
    red = train.images[:7, 0, 24, 24].int() - 30 * torch.arange(1, 8)
    assert red.abs().max() <= 3
    test = load_expressions("raf_db", "test")
    assert test.images.shape == (7, 1, 48, 48) and 0 <= test.images.min() <= test.images.max() <= 1
    assert repr(test) == "ImageSet raf_db/test: 7 images of 1x48x48, 7 classes"


def test_the_statistics_are_those_of_the_training_pictures(rafdb):
    train, test = (load_expressions("raf_db", split, grey=False) for split in ("train", "test"))
    assert torch.equal(train.mean, test.mean) and train.mean.shape == (3,)
    torch.testing.assert_close(train.mean, train.images.mean((0, 2, 3)))
    train.images.zero_()
    assert load_expressions("raf_db", grey=False).images.max() > 0, "a caller's tensor is the caller's"


@pytest.mark.parametrize("level", ["RAF-DB", "rafdb/RAF-DB/basic", "basic", "RAF_DB/a/basic"])
def test_levels_of_folders_from_unpacking_are_gone_through(folder, level):
    write_rafdb(folder, level)
    assert expression_sets() == ("drawn", "raf_db") and len(load_expressions("raf_db").labels) == 14


def test_course_data_is_looked_at_first(folder, rafdb, tmp_path, monkeypatch):
    other = write_rafdb(tmp_path / "other")
    (other / LIST).write_text("train_00003.jpg 3\n")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "other"))
    assert load_expressions("raf_db").labels.tolist() == [2]


@pytest.mark.parametrize("kind", ["bom", "crlf", "gbk", "utf16", "blank", "aligned names"])
def test_what_an_editor_does_to_the_list_does_no_harm(rafdb, kind):
    text = (rafdb / LIST).read_text()
    made = {
        "bom": text.encode("utf-8-sig"),
        "crlf": text.replace("\n", "\r\n").encode(),
        "gbk": text.encode("gbk"),
        "utf16": text.encode("utf-16"),
        "blank": (text + "\n  \n").encode(),
        "aligned names": text.replace(".jpg", "_aligned.jpg").encode(),
    }
    (rafdb / LIST).write_bytes(made[kind])
    assert len(load_expressions("raf_db").labels) == 14


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"train_00003.jpg 3", b"train_00003.jpg 8", "line 3: there is no label 8; they are 1 surprise"),
        (b"train_00001.jpg 1", b"train_00001.jpg 0", r"line 1: .*add 1 to each"),
        (b"train_00002.jpg 2", b"train_00002.jpg", r"line 2: expected a line such as 'train_00001.jpg 5'"),
        (b"train_00002.jpg 2", b"train_00002.jpg,2", r"got 'train_00002.jpg,2'"),
        (b"train_00002.jpg 2", b"train_00002.jpg happy", "got 'train_00002.jpg happy'"),
        (b"train_00002.jpg 2", "恐惧.jpg 2".encode("gbk"), r"got '恐惧.jpg 2'"),
        (b"train_00009.jpg 2", b"train_00001.jpg 2", "train_00001 has label 2, and 1 above"),
    ],
)
def test_a_wrong_line_is_shown_with_its_number(rafdb, old, new, words):
    raw = (rafdb / LIST).read_bytes()
    assert old in raw
    (rafdb / LIST).write_bytes(raw.replace(old, new, 1))
    with pytest.raises(ValueError, match=words):
        load_expressions("raf_db")


def spoil_list(base):
    (base / LIST).unlink()


def spoil_empty(base):
    shutil.rmtree(base)
    base.mkdir()


def spoil_one(base):
    (base / "Image/aligned/train_00004_aligned.jpg").unlink()


def spoil_originals(base):
    (base / "Image/aligned").rename(base / "Image/original")


def spoil_aligned(base):
    shutil.rmtree(base / "Image")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_list, r"RAF-DB's list is missing: .*list_patition_label.txt"),
        (spoil_empty, r"is empty\. Unpack RAF-DB's archives"),
        (spoil_one, r"1 of the 14 train pictures .* are missing .* train_00004_aligned\.jpg"),
        (spoil_originals, "Only the original pictures are here"),
        (spoil_aligned, "There is no .*aligned with pictures such as train_00001_aligned.jpg.$"),
    ],
)
def test_what_is_missing_is_named(rafdb, spoil, words):
    spoil(rafdb)
    with pytest.raises(FileNotFoundError, match=words):
        load_expressions("raf_db")


@pytest.mark.parametrize("text", ["", "\n\n", "test_00001.jpg 1\n"])
def test_a_list_without_the_split_is_told(rafdb, text):
    (rafdb / LIST).write_text(text)
    with pytest.raises(ValueError, match=r"is empty: expected 15,339 lines|no picture with train_ in front"):
        load_expressions("raf_db")


@pytest.mark.parametrize("kind", ["cut", "nothing", "no picture"])
def test_a_broken_picture_is_named(rafdb, kind):
    path = rafdb / "Image/aligned/train_00005_aligned.jpg"
    raw = path.read_bytes()
    path.write_bytes({"cut": raw[: len(raw) // 2], "nothing": b"", "no picture": b"<html>"}[kind])
    with pytest.raises(ValueError, match=r"train_00005_aligned\.jpg is no whole picture"):
        load_expressions("raf_db")


def test_a_picture_of_another_size_is_named(rafdb):
    Image.new("RGB", (320, 240)).save(rafdb / "Image/aligned/train_00006_aligned.jpg")
    with pytest.raises(ValueError, match=r"train_00006_aligned\.jpg has 320×240 pixels; .* has 100×100"):
        load_expressions("raf_db")


def test_without_the_folder_it_says_what_belongs_where(folder):
    with pytest.raises(
        FileNotFoundError, match=r"RAF-DB is not here\. Its folder belongs in .*data"
    ) as error:
        load_expressions("raf_db")
    assert str(folder) in str(error.value) and "load_expressions('drawn')" in str(error.value)
    with pytest.raises(FileNotFoundError, match="FER2013 is not here"):
        load_expressions("fer2013")
    assert expression_sets() == ("drawn",)


# ---------------------------------------------------------------- FER2013


def write_fer(root, monkeypatch, name="fer2013.csv", key="fer", header="emotion,pixels,Usage"):
    """Seven training and two test pictures, and torchvision's checksum made to fit."""
    (root / "fer2013").mkdir(parents=True)
    rows = [(label, "Training") for label in range(7)] + [(3, "PublicTest"), (6, "PrivateTest")]
    lines = [header]
    for label, usage in rows:
        cells = {"emotion": str(label), "pixels": " ".join([str(30 * label)] * 2304), "Usage": usage}
        lines.append(",".join(cells[column.strip()] for column in header.split(",")))
    raw = ("\n".join(lines) + "\n").encode()
    (root / "fer2013" / name).write_bytes(raw)
    from torchvision.datasets import FER2013

    md5 = hashlib.md5(raw).hexdigest()
    monkeypatch.setattr(FER2013, "_RESOURCES", FER2013._RESOURCES | {key: (name, md5)})


@pytest.mark.parametrize(
    ("name", "key", "header"),
    [
        ("fer2013.csv", "fer", "emotion,pixels,Usage"),
        ("icml_face_data.csv", "icml", "emotion, Usage, pixels"),
    ],
)
def test_fer2013_comes_in_our_order(folder, monkeypatch, name, key, header):
    write_fer(folder, monkeypatch, name, key, header)
    train, test = (load_expressions("fer2013", split) for split in ("train", "test"))
    names = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
    assert tuple(train.classes[label] for label in train.labels) == names
    assert torch.equal(train.images[:, 0, 0, 0].mul(255).round(), 30.0 * torch.arange(7))
    assert test.labels.tolist() == [3, 6] and test.images.shape == (2, 1, 48, 48)
    assert load_expressions("fer2013", size=32, grey=False).images.shape == (7, 3, 32, 32)
    assert expression_sets() == ("drawn", "fer2013")


def test_a_changed_file_of_fer2013_is_told(folder, monkeypatch):
    write_fer(folder, monkeypatch)
    with (folder / "fer2013/fer2013.csv").open("a") as file:
        file.write("1,2,Training\n")
    with pytest.raises(FileNotFoundError, match=r"should hold fer2013\.csv .* torchvision says: .*corrupted"):
        load_expressions("fer2013")


def test_test_pictures_without_labels_are_told(folder, monkeypatch):
    write_fer(folder, monkeypatch, "train.csv", "train", "emotion,pixels")
    assert len(load_expressions("fer2013").labels) == 9
    (folder / "fer2013/test.csv").write_bytes(raw := b"pixels\n" + b" ".join([b"7"] * 2304) + b"\n")
    from torchvision.datasets import FER2013

    md5 = hashlib.md5(raw).hexdigest()
    monkeypatch.setattr(FER2013, "_RESOURCES", FER2013._RESOURCES | {"test": ("test.csv", md5)})
    with pytest.raises(FileNotFoundError, match="no labels for the test pictures"):
        load_expressions("fer2013", "test")


# ---------------------------------------------------------------- drawn, and arguments


def test_drawn_faces_need_no_file(monkeypatch):
    monkeypatch.setattr(expressions, "DRAWN", {"train": (14, 1), "test": (7, 2)})
    train = load_expressions(size=32)
    assert train.images.shape == (14, 1, 32, 32) and np.bincount(train.labels).tolist() == [2] * 7
    torch.testing.assert_close(train.images, expressions.draw_faces(14, 1, 32)[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "ck"}, "no set of expressions 'ck'; the names are: drawn, raf_db, fer2013"),
        ({"split": "valid"}, "split must be 'train' or 'test', not 'valid'"),
        ({"size": 8}, "at least 16 pixels a side, got size=8"),
        ({"dtype": torch.int64}, "dtype must be torch.float32"),
    ],
)
def test_wrong_arguments_are_told(arguments, words):
    with pytest.raises(ValueError, match=words):
        load_expressions(**arguments)


def test_a_real_face_survives_the_way_through_a_file(rafdb):
    face = draw_face("fear", np.random.default_rng(0), 100)
    Image.fromarray(face).save(rafdb / "Image/aligned/train_00001_aligned.jpg", quality=95)
    seen = load_expressions("raf_db", size=100, grey=False).images[0].permute(1, 2, 0).numpy() * 255
    assert np.abs(seen - face).mean() < 8
