"""Whole sets: small ones in the real formats, downloaded or put there by hand, and the real ones."""

import functools
import gzip
import hashlib
import os
import pickle
import shutil
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


def forget():
    """As in a new kernel."""
    data._load.cache_clear()
    data._channel_statistics.cache_clear()


@pytest.fixture
def folder(monkeypatch, tmp_path, fresh):
    """An empty data folder, and no other."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(whole_sets, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "data"


def idx_bytes(array):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


@functools.cache
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
    files = dict(archives_of(600, 200))
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
    assert whole.classes == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
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
    "damage",
    [
        lambda d: d[:-100],
        lambda d: b"<html>" + d,
        lambda d: d[:4] + d[8:],
        lambda d: b"",
        lambda d: d[: len(d) // 2].ljust(len(d), b"\0"),
    ],
)
def test_a_damaged_file_on_disk_is_named(served, folder, damage):
    load_images("mnist", full=True)
    forget()
    file = folder / "MNIST" / "raw" / "train-images-idx3-ubyte"
    good = file.read_bytes()
    file.write_bytes(damage(good))
    assert not is_downloaded("mnist")
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


# Known by their content


def in_turn(files, order):
    """The same set in another order: what ``archives_of`` gives, its pictures and labels moved alike."""
    moved = {}
    for name, content in files.items():
        raw = gzip.decompress(content)
        start = 16 if "images" in name else 8
        items = np.frombuffer(raw[start:], np.uint8).reshape(int.from_bytes(raw[4:8], "big"), -1)
        moved[name] = gzip.compress(raw[:start] + items[order(len(items))].tobytes())
    return moved


def put(files, place, spell=lambda name: name):
    """Unpack into a folder."""
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / spell(name.removesuffix(".gz"))).write_bytes(gzip.decompress(content))


@pytest.fixture
def backwards(served, monkeypatch):
    """A second known version of MNIST: the order turned round."""
    files = in_turn(served.files, lambda count: np.arange(count)[::-1])
    monkeypatch.setitem(idx.SUMS, "MNIST", [unpacked_sums(served.files), unpacked_sums(files)])
    return files


def test_course_data_comes_before_data(served, backwards, folder, tmp_path, monkeypatch):
    put(served.files, folder / "MNIST" / "raw")
    ours = load_images("mnist", full=True, dtype=torch.uint8)
    put(backwards, tmp_path / "shared" / "MNIST" / "raw")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "shared"))
    forget()
    theirs = load_images("mnist", full=True, dtype=torch.uint8)
    assert torch.equal(theirs.images, ours.images.flip(0)) and torch.equal(theirs.labels, ours.labels.flip(0))
    assert not torch.equal(theirs.labels, ours.labels)


def test_data_serves_where_course_data_has_nothing(served, folder, tmp_path, monkeypatch, offline):
    put(served.files, folder / "MNIST" / "raw")
    (tmp_path / "shared").mkdir()
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "shared"))
    assert is_downloaded("mnist") and len(load_images("mnist", full=True).images) == 600


def test_labels_of_another_order_are_refused(served, backwards, folder):
    put(served.files, folder / "MNIST" / "raw")
    put({name: file for name, file in backwards.items() if "labels" in name}, folder / "MNIST" / "raw")
    assert not is_downloaded("mnist")
    with pytest.raises(OSError, match=r"two versions of MNIST: the labels do not belong to the pictures"):
        load_images("mnist", full=True)


def test_one_set_under_the_name_of_another_is_told_by_its_own(served, backwards, folder, monkeypatch):
    monkeypatch.setitem(idx.SUMS, "FashionMNIST", [unpacked_sums(served.files)])
    monkeypatch.setitem(idx.SUMS, "MNIST", [unpacked_sums(backwards)])
    put(served.files, folder / "MNIST" / "raw")
    assert not is_downloaded("mnist")
    with pytest.raises(OSError, match=r"FashionMNIST's train-images-idx3-ubyte, not MNIST's train-images"):
        load_images("mnist", full=True)


def test_the_test_split_under_the_name_of_the_other_is_told(served, folder):
    raw = folder / "MNIST" / "raw"
    put(served.files, raw)
    (raw / "train-images-idx3-ubyte").write_bytes((raw / "t10k-images-idx3-ubyte").read_bytes())
    with pytest.raises(OSError, match=r"is MNIST's t10k-images-idx3-ubyte, not MNIST's train-images"):
        load_images("mnist", full=True)


def test_the_content_is_checked_once_not_at_every_start(served, folder, monkeypatch):
    put(served.files, folder / "MNIST" / "raw")
    load_images("mnist", full=True)
    load_images("mnist", "test", full=True)
    forget()
    monkeypatch.setattr(idx, "checksum", lambda *_: pytest.fail("hashed again"))
    assert is_downloaded("mnist")
    assert len(load_images("mnist", full=True).images) == 600


# Found where people have them


def dotted(name):
    """As 7-Zip and Kaggle name the files."""
    return name.replace("-idx", ".idx")


@pytest.mark.parametrize("spell", [str, dotted])
@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("FashionMNIST/raw", ""),
        ("FashionMNIST", ""),
        ("fashion_mnist/raw", ""),
        ("Fashion-MNIST", ""),
        ("FashionMNIST/raw", "FashionMNIST"),
        ("FashionMNIST/raw", "FashionMNIST/raw"),
        ("fashion-mnist", "fashion-mnist"),
    ],
)
def test_layouts_that_people_have(served, folder, offline, tmp_path, monkeypatch, place, named, spell):
    put(served.files, tmp_path / "shared" / place, spell)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "shared" / named))
    assert is_downloaded("fashion_mnist")
    assert len(load_images("fashion_mnist", full=True).images) == 600
    assert not is_downloaded("mnist")


def test_torchvisions_own_folder_comes_before_others(served, backwards, folder):
    put(backwards, folder / "MNIST-copy")  # no name of the set
    put(backwards, folder / "M-NIST")
    put(served.files, folder / "MNIST" / "raw")
    assert load_images("mnist", full=True).labels[:5].tolist() == load_images("mnist").labels[:5].tolist()


def test_archives_under_their_other_name_are_unpacked(served, folder, offline):
    (folder / "mnist").mkdir(parents=True)
    for name, content in served.files.items():
        (folder / "mnist" / dotted(name)).write_bytes(content)
    assert is_downloaded("mnist") and len(load_images("mnist", full=True).images) == 600


def test_kaggles_folders_named_like_the_files_are_not_taken_for_them(served, folder, offline):
    put(served.files, folder / "MNIST" / "raw", dotted)
    for name in served.files:
        (folder / "MNIST" / "raw" / name.removesuffix(".gz")).mkdir()
    assert is_downloaded("mnist") and len(load_images("mnist", full=True).images) == 600


def works_offline(name):
    """What ``is_downloaded`` promises, tried; the mirrors of the small sets are gone by then."""
    forget()
    try:
        return all(len(load_images(name, split, full=True).images) > 0 for split in ("train", "test"))
    except OSError:
        return False


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_nothing_there_is_not_downloaded(served, cifar, folder, name):
    served.files.clear(), cifar.files.clear()
    assert is_downloaded(name) is works_offline(name) is False


def test_is_downloaded_after_the_download(served, folder):
    load_images("mnist", full=True)
    assert is_downloaded("mnist") is False  # the test split is another two files
    load_images("mnist", "test", full=True)
    served.files.clear()
    assert is_downloaded("mnist") is works_offline("mnist") is True
    assert is_downloaded("fashion_mnist") is works_offline("fashion_mnist") is False


@pytest.mark.parametrize("tear", [None, "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz"])
def test_is_downloaded_when_only_the_archives_are_there(served, folder, capsys, tear):
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in served.files.items():
        (raw / name).write_bytes(content[: len(content) // 2] if name == tear else content)
    served.files.clear()
    assert is_downloaded("mnist") is (tear is None)
    said = capsys.readouterr().out
    assert said.count("checksum is wrong") == (tear is not None) and (tear is None or str(raw / tear) in said)
    assert works_offline("mnist") is (tear is None)


def test_is_downloaded_when_one_file_is_packed_and_its_partner_is_of_another_order(served, backwards, folder):
    raw = folder / "MNIST" / "raw"
    put(backwards, raw)
    (raw / "train-labels-idx1-ubyte").unlink()
    (raw / "train-labels-idx1-ubyte.gz").write_bytes(served.files["train-labels-idx1-ubyte.gz"])
    served.files.clear()
    assert is_downloaded("mnist") is works_offline("mnist") is False


def test_is_downloaded_of_a_set_that_is_none():
    with pytest.raises(
        ValueError, match=r"no whole set 'faces'; the names are: mnist, fashion_mnist, cifar10"
    ):
        is_downloaded("faces")


# CIFAR-10


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


@pytest.mark.parametrize("damage", ["none", "no archive", "torn archive", "torn batch", "batch gone"])
def test_is_downloaded_tells_of_cifar10_what_is_true(cifar, folder, damage):
    archive, batches = folder / "cifar-10-python.tar.gz", folder / "cifar-10-batches-py"
    load_images("cifar10", full=True)
    if damage == "no archive":
        archive.unlink()
    elif damage == "torn archive":
        shutil.rmtree(batches)
        archive.write_bytes(archive.read_bytes()[:-100])
    elif damage == "torn batch":
        (batches / "test_batch").write_bytes(b"torn")
    elif damage == "batch gone":
        (batches / "data_batch_3").unlink()
    cifar.files.clear()
    assert is_downloaded("cifar10") is works_offline("cifar10") is (damage in ("none", "no archive"))


def test_cifar10_packed_counts_as_downloaded(cifar, folder, offline):
    folder.mkdir()
    (folder / "cifar-10-python.tar.gz").write_bytes(cifar.files["cifar-10-python.tar.gz"])
    assert is_downloaded("cifar10") is works_offline("cifar10") is True


@pytest.mark.parametrize(("place", "named"), [("", ""), ("cifar-10-python", ""), ("", "cifar-10-batches-py")])
def test_layouts_of_cifar10_that_people_have(cifar, folder, offline, tmp_path, monkeypatch, place, named):
    shutil.copytree(tmp_path / "made", tmp_path / "shared" / place)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "shared" / named))
    assert is_downloaded("cifar10") is works_offline("cifar10") is True


def test_a_cifar10_that_was_read_is_not_hashed_again(cifar, folder, monkeypatch):
    assert is_downloaded("cifar10") is False
    assert works_offline("cifar10")
    monkeypatch.setattr("helpers.data.cifar.is_right", lambda *_: pytest.fail("hashed again"))
    assert is_downloaded("cifar10")


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
    assert is_downloaded("mnist")
    train, test = (load_images("mnist", split, full=True, dtype=torch.uint8) for split in ("train", "test"))
    assert train.images.shape == (60_000, 1, 28, 28) and test.images.shape == (10_000, 1, 28, 28)
    assert train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert round(float(train.mean), 4) == 0.1307 and round(float(train.std), 4) == 0.3081


def test_whole_fashion_mnist(shared_sets, offline):
    assert is_downloaded("fashion_mnist")
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


def test_a_course_data_that_is_no_folder_is_an_error(folder, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "no/such/folder")
    with pytest.raises(NotADirectoryError, match="COURSE_DATA names 'no/such/folder'"):
        load_images("fashion_mnist")


def test_a_course_data_below_a_home_that_nobody_has_is_an_error_in_words(folder, monkeypatch):
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # no HOME, and no such user
    monkeypatch.setenv("COURSE_DATA", "~/sets")
    with pytest.raises(NotADirectoryError, match="COURSE_DATA names '~/sets'"):
        load_images("fashion_mnist")


def test_a_course_data_below_the_home_is_found(served, folder, offline, tmp_path, monkeypatch):
    put(served.files, tmp_path / "home" / "sets" / "MNIST" / "raw")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path.replace("~", str(tmp_path / "home")))
    monkeypatch.setenv("COURSE_DATA", "~/sets")
    assert is_downloaded("mnist")
