"""Signs drawn by code, and the folder of the real ones."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.vision.gtsrb import load_gtsrb
from helpers.vision.signs import SIGNS, draw_sign, seen_sign, sign_set


def test_no_two_signs_look_alike():
    drawn = [draw_sign(name)[0].astype(int) for name in SIGNS]
    for number, one in enumerate(drawn):
        assert all(np.abs(one - other).mean() > 2 for other in drawn[:number])


def test_a_sign_comes_with_the_place_where_it_is():
    for name in SIGNS:
        image, mask = draw_sign(name, 64)
        assert image.shape == (64, 64, 3) and mask.shape == (64, 64) and image.dtype == np.uint8
        assert image[mask == 0].max() < 60 and 0.4 < (mask > 127).mean() < 0.95


@pytest.mark.parametrize(("name", "colour"), [("stop", 0), ("no entry", 0), ("turn left", 2)])
def test_a_sign_has_its_colour(name: str, colour: int):
    image, mask = draw_sign(name)
    assert image[mask == 255].mean(axis=0).argmax() == colour


def test_arrows_are_mirror_images():
    assert np.array_equal(draw_sign("turn left")[0][:, ::-1], draw_sign("turn right")[0])


def test_views_differ_and_a_seed_repeats_them():
    one, two = (seen_sign("stop", np.random.default_rng(0)) for _ in range(2))
    assert one.shape == (32, 32, 3) and one.dtype == np.uint8 and np.array_equal(one, two)
    rng = np.random.default_rng(0)
    views = [seen_sign("stop", rng, 48) for _ in range(40)]
    light = [view.mean() for view in views]
    assert views[0].shape == (48, 48, 3) and max(light) > 1.8 * min(light)


def test_every_second_sign_or_so_is_covered_in_part():
    def view(cover: float, seed: int) -> np.ndarray:
        return seen_sign("no entry", np.random.default_rng(seed), 64, cover)

    differs = sum(not np.array_equal(view(0.1001, seed), view(0.6, seed)) for seed in range(60))
    assert 18 <= differs <= 42


def test_a_set_has_every_class_equally_often():
    pictures, labels = sign_set(40, seed=3, side=24)
    assert pictures.shape == (40, 3, 24, 24) and pictures.min() >= 0 and pictures.max() <= 1
    assert labels.dtype == torch.int64 and labels.bincount().tolist() == [4] * len(SIGNS)
    assert torch.equal(pictures, sign_set(40, seed=3, side=24)[0])
    assert not torch.equal(pictures, sign_set(40, seed=4, side=24)[0])


def test_bad_input_is_told():
    with pytest.raises(ValueError, match=f"no sign 'yield'; there are: {SIGNS[0]}"):
        draw_sign("yield")
    with pytest.raises(ValueError, match="count=0"):
        sign_set(0)
    for cover in (0.05, 1.5):
        with pytest.raises(ValueError, match=f"between 0.1 and 1, got {cover}"):
            seen_sign("stop", np.random.default_rng(0), cover=cover)


@pytest.fixture
def gtsrb(tmp_path: Path) -> Path:
    """The layout that torchvision's download makes, with a few pictures of one colour."""
    base = tmp_path / "gtsrb"
    for label in (0, 7, 42):
        folder = base / "GTSRB" / "Training" / f"{label:05d}"
        folder.mkdir(parents=True)
        for number in range(3):
            Image.new("RGB", (30 + label, 40), (label, 10 * number, 200)).save(
                folder / f"00000_{number:05d}.ppm"
            )
    images = base / "GTSRB" / "Final_Test" / "Images"
    images.mkdir(parents=True)
    for number in range(2):
        Image.new("RGB", (25, 25), (100, 50 * number, 0)).save(images / f"{number:05d}.ppm")
    rows = ["Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId", "00000.ppm;25;25;1;1;20;20;16"]
    (base / "GT-final_test.csv").write_text("\n".join([*rows, "00001.ppm;25;25;1;1;20;20;1"]) + "\n")
    return tmp_path


def test_real_signs_are_read_as_torchvision_lays_them_out(gtsrb: Path):
    pictures, labels = load_gtsrb(gtsrb, side=16)
    assert pictures.shape == (9, 3, 16, 16) and labels.tolist() == 3 * [0] + 3 * [7] + 3 * [42]
    torch.testing.assert_close(pictures[:, 2], torch.full((9, 16, 16), 200 / 255))
    few, of = load_gtsrb(gtsrb, side=16, limit=3)
    assert len(few) == 3 and len(set(of.tolist())) == 3, "a few are taken evenly over the set"
    shown, classes = load_gtsrb(gtsrb, "test")
    assert shown.shape == (2, 3, 32, 32) and classes.tolist() == [16, 1]


def test_a_wrong_folder_is_told(gtsrb: Path):
    with pytest.raises(FileNotFoundError, match="download=True"):
        load_gtsrb(gtsrb / "elsewhere")
    with pytest.raises(ValueError, match="'train' or 'test'"):
        load_gtsrb(gtsrb, "valid")
    with pytest.raises(ValueError, match="at least 1, or None for all, got 0"):
        load_gtsrb(gtsrb, limit=0)
    (gtsrb / "gtsrb" / "GT-final_test.csv").unlink()
    with pytest.raises(FileNotFoundError, match=re.escape("GT-final_test.csv")):
        load_gtsrb(gtsrb, "test")


@pytest.mark.parametrize("name", ["00043", "stop"])
def test_a_folder_that_is_no_class_is_told(gtsrb: Path, name: str):
    training = gtsrb / "gtsrb" / "GTSRB" / "Training"
    (training / "00042").rename(training / name)
    with pytest.raises(ValueError, match=f"0 to 42; .* is of '{name}'"):
        load_gtsrb(gtsrb)


def test_a_folder_without_pictures_is_told(gtsrb: Path):
    for picture in (gtsrb / "gtsrb" / "GTSRB" / "Training" / "00007").iterdir():
        picture.unlink()
    with pytest.raises(FileNotFoundError, match="00007"):
        load_gtsrb(gtsrb)
