"""Whole sets are decoded once: the file mapped afterwards, when it is made anew, and when it cannot be."""

import os
import sys

import psutil
import pytest
import torch

from helpers.data.decoded import decode_once, is_current


@pytest.fixture
def source(tmp_path):
    file = tmp_path / "images"
    file.write_bytes(b"pixels")
    return file


@pytest.fixture
def decode():
    """A decoder that counts its calls."""

    def decoder():
        decoder.calls += 1
        return (
            torch.arange(8, dtype=torch.uint8).view(2, 1, 2, 2),
            torch.tensor([decoder.calls, 0]),
            ("a", "b"),
        )

    decoder.calls = 0
    return decoder


def test_the_second_read_decodes_nothing_and_gives_the_same(tmp_path, source, decode):
    cache = tmp_path / "decoded" / "set.pt"
    first = decode_once(cache, [source], decode)
    second = decode_once(cache, [source], decode)
    assert decode.calls == 1
    assert torch.equal(first[0], second[0]) and torch.equal(first[1], second[1]) and first[2] == second[2]
    assert second[0].dtype == torch.uint8
    assert [file.name for file in cache.parent.iterdir()] == ["set.pt"]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS tells a process nothing about its mapped files")
def test_the_second_read_is_mapped(tmp_path, source, decode):
    cache = tmp_path / "set.pt"
    decode_once(cache, [source], decode)
    kept = decode_once(cache, [source], decode)
    assert str(cache) in {region.path for region in psutil.Process().memory_maps()}
    del kept


def test_changes_stay_in_memory(tmp_path, source, decode):
    cache = tmp_path / "set.pt"
    decode_once(cache, [source], decode)
    bytes_before = cache.read_bytes()
    pixels, _, _ = decode_once(cache, [source], decode)
    pixels.fill_(0)
    assert cache.read_bytes() == bytes_before


@pytest.mark.parametrize("change", [lambda f: f.write_bytes(b"other pixels"), lambda f: os.utime(f, (1, 1))])
def test_a_changed_source_is_decoded_again(tmp_path, source, decode, change):
    cache = tmp_path / "set.pt"
    decode_once(cache, [source], decode)
    change(source)
    assert decode_once(cache, [source], decode)[1][0] == 2
    assert decode_once(cache, [source], decode)[1][0] == 2


@pytest.mark.parametrize("damage", [lambda b: b[:100], lambda b: b"", lambda b: b"<html>" + b])
def test_a_damaged_cache_is_made_anew(tmp_path, source, decode, damage):
    cache = tmp_path / "set.pt"
    decode_once(cache, [source], decode)
    cache.write_bytes(damage(cache.read_bytes()))
    assert decode_once(cache, [source], decode)[1][0] == 2
    assert decode_once(cache, [source], decode)[1][0] == 2


def test_a_file_that_is_no_cache_is_replaced(tmp_path, source, decode):
    cache = tmp_path / "set.pt"
    torch.save({"pixels": torch.zeros(1)}, cache)
    assert decode_once(cache, [source], decode)[2] == ("a", "b")


def test_a_cache_of_the_first_edition_which_checked_nothing_is_made_anew(tmp_path, source, decode):
    cache = tmp_path / "set.pt"
    stamp = [[source.name, source.stat().st_size, source.stat().st_mtime_ns]]
    blank = {
        "pixels": torch.zeros(2, 1, 2, 2, dtype=torch.uint8),
        "labels": torch.zeros(2, dtype=torch.int64),
    }
    torch.save({**blank, "classes": ["a", "b"], "made_from": stamp}, cache)
    assert decode_once(cache, [source], decode)[0].sum() == sum(range(8))


def test_a_cache_is_current_until_a_source_changes(tmp_path, source, decode):
    cache = tmp_path / "set.pt"
    assert not is_current(cache, [source])
    decode_once(cache, [source], decode)
    assert is_current(cache, [source])
    os.utime(source, ns=(0, source.stat().st_mtime_ns + 1))
    assert not is_current(cache, [source])


@pytest.mark.parametrize("other", [lambda f: f.rename(f.with_name("labels")), lambda f: f.write_bytes(b"p")])
def test_name_size_and_time_all_tell_a_source_from_another(tmp_path, source, decode, other):
    cache, kept = tmp_path / "set.pt", source.stat()
    decode_once(cache, [source], decode)
    changed = other(source)
    changed = changed if isinstance(changed, os.PathLike) else source
    os.utime(changed, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert not is_current(cache, [changed])


def test_where_nothing_can_be_written_every_read_decodes(tmp_path, source, decode):
    (tmp_path / "decoded").write_text("a file where the folder should be")
    for calls in (1, 2):
        assert decode_once(tmp_path / "decoded" / "set.pt", [source], decode)[1][0] == calls


def test_what_the_decoder_raises_reaches_the_reader_and_leaves_no_file(tmp_path, source):
    def damaged():
        raise OSError("is damaged")

    with pytest.raises(OSError, match="is damaged"):
        decode_once(tmp_path / "decoded" / "set.pt", [source], damaged)
    assert not (tmp_path / "decoded").exists()
