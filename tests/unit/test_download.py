"""helpers.data.download and helpers.archives against a real server that fails in the ways real mirrors do."""

import errno
import functools
import gzip
import hashlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from collections import namedtuple
from pathlib import Path

import pytest
import tqdm.auto
from faulty_server import FaultyServer
from filelock import FileLock, Timeout

from helpers.data import download, locks
from helpers.data.archives import unpack_gzip, unpack_tar
from helpers.data.download import DownloadError, fetch

ROOT = Path(__file__).resolve().parents[2]
CONTENT = b"".join(hashlib.sha256(bytes([a, b])).digest() for a in range(64) for b in range(256))  # 512 kB
SHA = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
CHILD = "import sys; from helpers.data.download import fetch; fetch([sys.argv[1]], sys.argv[2], sys.argv[3])"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server():
    with FaultyServer({"set.bin": CONTENT}) as running:
        yield running


@pytest.fixture
def target(tmp_path):
    return tmp_path / "数据 folder" / "set.bin"


def url(server):
    return server.address + "set.bin"


def child(server, target, code=CHILD):
    command = [sys.executable, "-u", "-c", code, url(server), str(target), SHA]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


def part_of(target):
    return target.with_name("set.bin.part")


def test_a_file_arrives_whole_and_is_not_asked_for_again(server, target):
    assert fetch([url(server)], target, SHA) == target
    assert target.read_bytes() == CONTENT
    assert not part_of(target).exists()
    fetch([url(server)], target, SHA)
    assert server.ranges == [None]


def test_md5_serves_as_well(server, target):
    fetch([url(server)], target, "md5:" + hashlib.md5(CONTENT).hexdigest().upper())
    assert target.read_bytes() == CONTENT


def test_404_goes_to_the_next_mirror_at_once(server, target):
    fetch([server.address + "moved.bin", url(server)], target, SHA)
    assert target.read_bytes() == CONTENT
    assert len(server.ranges) == 2


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_after_longer_and_longer_waits(
    server, target, capsys, monkeypatch, status
):
    waits = []
    monkeypatch.setattr(download, "BACKOFF", 1.0)
    monkeypatch.setattr(time, "sleep", waits.append)
    server.script = [status, status]
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT
    assert len(server.ranges) == 3
    assert "Try 2 of 3" in capsys.readouterr().out
    assert waits == [1, 2]


def test_after_the_last_try_nobody_waits(server, target, monkeypatch):
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    server.script = [503] * 3
    with pytest.raises(DownloadError):
        fetch([url(server)], target, SHA)
    assert len(waits) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451, 501])
def test_what_will_not_pass_is_asked_once(server, target, status):
    server.script = [status]
    with pytest.raises(DownloadError, match=f"HTTP {status}"):
        fetch([url(server)], target, SHA)
    assert len(server.ranges) == 1


def test_all_mirrors_failing_says_what_each_answered_and_what_to_do(server, target):
    server.script = [404, 503, 503, 503]
    mirrors = [server.address + "first", server.address + "second"]
    with pytest.raises(DownloadError) as failure:
        fetch(mirrors, target, SHA)
    message = str(failure.value)
    assert f"{mirrors[0]}: HTTP 404" in message
    assert message.count(f"{mirrors[1]}: HTTP 503") == 3
    assert f"put it at {target}" in message and SHA.replace(":", " ") in message
    assert not target.exists()


def test_a_truncated_body_is_completed_not_started_again(server, target):
    server.script = ["truncated"]
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={len(CONTENT) // 2}-"]


def test_a_server_that_knows_no_ranges_starts_from_the_beginning(server, target):
    server.script = ["truncated", "whole"]
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT


def test_a_wrong_range_is_not_appended(server, target):
    server.script = ["truncated", "shifted"]
    with pytest.raises(DownloadError, match="another range"):
        fetch([url(server)], target, SHA)
    assert part_of(target).read_bytes() == CONTENT[: len(CONTENT) // 2]


def test_a_wrong_checksum_is_thrown_away_and_the_next_mirror_asked(server, target):
    server.script = ["garbled"]
    fetch([url(server), url(server)], target, SHA)
    assert target.read_bytes() == CONTENT
    assert server.ranges == [None, None]


def test_a_wrong_checksum_everywhere_leaves_nothing(server, target):
    server.script = ["garbled"]
    with pytest.raises(DownloadError, match="wrong checksum"):
        fetch([url(server)], target, SHA)
    assert not target.exists() and not part_of(target).exists()


def test_a_part_of_another_file_is_noticed_and_dropped(server, target):
    target.parent.mkdir()
    part_of(target).write_bytes(b"x" * 1000)
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT
    assert server.ranges == ["bytes=1000-", None]


def test_a_part_longer_than_the_file_is_dropped(server, target):
    target.parent.mkdir()
    part_of(target).write_bytes(CONTENT + b"more")
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT
    assert server.ranges == [f"bytes={len(CONTENT) + 4}-", None]


def test_a_part_that_is_whole_needs_no_network(server, target):
    target.parent.mkdir()
    part_of(target).write_bytes(CONTENT)
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT
    assert server.ranges == []


def test_a_damaged_file_is_replaced_only_by_a_good_one(server, target):
    target.parent.mkdir()
    target.write_bytes(b"damaged")
    server.script = [404]
    with pytest.raises(DownloadError, match="lies there now has a wrong checksum"):
        fetch([url(server)], target, SHA)
    assert target.read_bytes() == b"damaged"
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT


def test_a_mirror_that_hangs_is_left(server, target, monkeypatch):
    monkeypatch.setattr(download, "READ_TIMEOUT", 0.3)
    server.script = ["hang"] * 3
    with pytest.raises(DownloadError, match=r"[Tt]imed? ?out"):
        fetch([url(server)], target, SHA)
    assert len(server.ranges) == 3


def test_a_stall_in_the_middle_is_resumed(server, target, monkeypatch):
    monkeypatch.setattr(download, "READ_TIMEOUT", 0.3)
    server.script = ["stall"]
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT
    assert server.ranges[1].startswith("bytes=")


def test_without_a_network_the_answer_comes_without_waiting(target, monkeypatch):
    looked_up = []

    def no_network(host, *_, **__):
        looked_up.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(DownloadError, match="no network, or no such host"):
        fetch(["http://mirror.example/set.bin", "http://other.example/set.bin"], target, SHA)
    assert looked_up == ["mirror.example", "other.example"]


def test_a_gz_that_the_server_calls_packed_on_the_way_arrives_as_it_is(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(tqdm.auto, "tqdm", functools.partial(tqdm.auto.tqdm, disable=False))
    packed = gzip.compress(CONTENT, mtime=0)
    known = "sha256:" + hashlib.sha256(packed).hexdigest()
    with FaultyServer({"set.gz": packed}) as server:
        server.headers = {"Content-Type": "application/x-gzip", "Content-Encoding": "gzip"}
        server.script = ["truncated"]
        fetch([server.address + "set.gz"], tmp_path / "set.gz", known)
    assert (tmp_path / "set.gz").read_bytes() == packed
    assert server.ranges == [None, f"bytes={len(packed) // 2}-"]
    assert server.encodings == ["identity"] * 2  # packed once more on the way, no checksum would be right
    shown = capsys.readouterr().err
    assert shown.count("100%") == 1  # the bar counts what is sent, not what it unpacks to
    assert re.search(r"\d+k/\d+k", shown)


def test_a_file_whose_length_is_not_told_arrives_whole(server, target, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: pytest.fail("there is nothing to compare with"))
    server.script = ["chunked"]
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT


# Proxies


@pytest.fixture
def no_proxy(monkeypatch):
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


REMOTE = "http://mirror.example/set.bin"


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_a_proxy_that_works_is_used(server, target, monkeypatch, no_proxy, scheme):
    monkeypatch.setenv("HTTP_PROXY", scheme + server.address.removeprefix("http://").rstrip("/"))
    fetch([REMOTE], target, SHA)
    assert target.read_bytes() == CONTENT and server.ranges == [None]


@pytest.mark.parametrize(
    ("value", "shown", "reason"),
    [
        ("socks5://127.0.0.1:9", "socks5://127.0.0.1:9", "no SOCKS"),
        ("socks5h://me:secret@127.0.0.1:9", "socks5h://NAME:PASSWORD@127.0.0.1:9", "no SOCKS"),
        ("localhost:7890", "localhost:7890", "no valid address"),
        ("me:secret@localhost:7890", "NAME:PASSWORD@localhost:7890", "no valid address"),
        ("http://me:sec@ret@127.0.0.1:port", "http://NAME:PASSWORD@127.0.0.1:port", "no valid address"),
        ("ftp://127.0.0.1:9", "ftp://127.0.0.1:9", "no valid address"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_with_what_to_type(
    target, monkeypatch, no_proxy, capsys, value, shown, reason
):
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(DownloadError) as failure:
        fetch([REMOTE, "http://other.example/set.bin"], target, SHA)
    message = str(failure.value)
    assert message.count(f"the proxy {shown}, named by ALL_PROXY, cannot be used") == 2  # each mirror once
    assert reason in message
    assert "os.environ.pop('ALL_PROXY', None)" in message
    assert f"os.environ['ALL_PROXY'] = 'http://{shown.split('://')[-1]}'" in message
    assert "When you have a network again" not in message and f"put it at {target}" in message
    assert "sec" not in message and "me:" not in message
    assert "Try 1 of 3" not in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="Windows knows one spelling of a variable")
def test_both_spellings_of_a_proxy_are_named(target, monkeypatch, no_proxy):
    for name in ("ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "socks5://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(DownloadError) as failure:
        fetch([REMOTE], target, SHA)
    assert "named by ALL_PROXY and all_proxy," in str(failure.value)
    assert "os.environ.pop('ALL_PROXY', None); os.environ.pop('all_proxy', None)" in str(failure.value)
    assert "HTTPS_PROXY" not in str(failure.value)


def test_a_proxy_of_the_systems_settings_is_told_too(target, monkeypatch, no_proxy):
    monkeypatch.setattr("requests.utils.getproxies", lambda: {"http": "socks4://127.0.0.1:9"})
    with pytest.raises(
        DownloadError, match="named by the system's network settings, cannot be used"
    ) as failure:
        fetch([REMOTE], target, SHA)
    assert "os.environ['NO_PROXY'] = '*'" in str(failure.value)
    assert "os.environ['HTTPS_PROXY'] = 'http://127.0.0.1:9'" in str(failure.value)


def test_what_the_advice_says_to_type_helps(server, target, monkeypatch, no_proxy):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(DownloadError) as failure:
        fetch([url(server)], target, SHA)
    typed = next(line for line in str(failure.value).splitlines() if "import os;" in line)
    exec(typed.strip(), {})
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT


def test_a_proxy_that_does_not_answer_is_named(target, monkeypatch, no_proxy):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("http_proxy", f"http://me:secret@127.0.0.1:{closed.getsockname()[1]}")
    with pytest.raises(DownloadError) as failure:
        fetch([REMOTE], target, SHA)
    assert str(failure.value).count("(through the proxy http://NAME:PASSWORD@127.0.0.1:") == 3
    assert "secret" not in str(failure.value)


# Locks


@pytest.mark.skipif(os.name == "nt", reason="flock is Unix's")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_told_once_and_no_hindrance(
    server, target, monkeypatch, capsys, number
):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refuse)
    fetch([url(server)], target, SHA)
    fetch([url(server)], target.with_name("second.bin"), SHA)
    assert target.read_bytes() == target.with_name("second.bin").read_bytes() == CONTENT
    said = capsys.readouterr().out
    assert said.count("file system without locks") == 1
    assert str(target.parent) in said and os.strerror(number) in said and "waiting" not in said


def test_another_process_that_never_ends_is_waited_for_no_longer_than_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(locks, "LOCK_TIMEOUT", 0.2)
    with (
        FileLock(tmp_path / "set.bin.lock", is_singleton=False),
        pytest.raises(Timeout, match=r"set\.bin\.lock"),
        locks.alone(tmp_path / "set.bin"),
    ):
        pytest.fail("two at a time")
    assert capsys.readouterr().out == "Another process is making set.bin; waiting for it.\n"


@pytest.mark.skipif(os.name == "nt", reason="flock is Unix's")
def test_any_other_error_of_the_lock_is_passed_on(server, target, monkeypatch):
    def broken(*_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("fcntl.flock", broken)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        fetch([url(server)], target, SHA)
    assert server.ranges == []


# The disk


def test_too_little_room_is_said_before_anything_is_written(server, target, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 1000, 1000))
    with pytest.raises(OSError, match="disk is full") as failure:
        fetch([url(server)], target, SHA)
    assert failure.value.errno == errno.ENOSPC and not isinstance(failure.value, DownloadError)
    assert not target.exists() and not part_of(target).exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on a process's file size")
def test_a_disk_that_fills_up_keeps_what_arrived(server, target):
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); " + CHILD
    process = child(server, target, limited)
    errors = process.communicate()[1]
    assert process.returncode == 1
    assert "the disk is full" in errors and "what arrived is kept" in errors
    assert part_of(target).read_bytes() == CONTENT[:100_000]
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT
    assert server.ranges[-1] == "bytes=100000-"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, r"the disk is full \(3 MB free\)"),
        (errno.EDQUOT, r"the disk is full \(3 MB free\)"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_a_file_that_cannot_be_written_in_this_process(server, target, monkeypatch, number, said):
    class FullFile(io.BytesIO):
        def write(self, _):
            raise OSError(number, os.strerror(number))

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(9_000_000, 6_000_000, 3_000_000))
    monkeypatch.setattr(Path, "open", lambda *_, **__: FullFile())
    with pytest.raises(OSError, match=said) as failure:
        fetch([url(server)], target, SHA)
    assert failure.value.errno == number
    assert len(server.ranges) == 1


def test_room_for_just_what_is_missing_is_enough(server, target, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 0, len(CONTENT)))
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT


def test_a_folder_that_cannot_be_made_is_the_systems_own_error(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        fetch([url(server)], tmp_path / "file" / "set.bin", SHA)
    with pytest.raises(OSError, match=r"set\.bin\.part"):
        (tmp_path / "set.bin.part").mkdir()
        fetch([url(server)], tmp_path / "set.bin", SHA)


def test_a_killed_download_goes_on_where_it_stopped(server, target):
    server.script = ["stall"]
    process = child(server, target)
    half = len(CONTENT) // 2
    while process.poll() is None and not (part_of(target).exists() and part_of(target).stat().st_size):
        time.sleep(0.02)
    process.kill()
    assert process.wait() not in (0, 1)
    process.communicate()
    kept = part_of(target).stat().st_size
    assert 0 < kept <= half and not target.exists()
    fetch([url(server)], target, SHA)
    assert target.read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={kept}-"]


def test_two_processes_download_once(server, target):
    server.script = ["stall"]
    first = child(server, target)
    while first.poll() is None and not server.ranges:
        time.sleep(0.02)
    second = child(server, target)
    assert "waiting for it" in second.stdout.readline()
    server.release.set()
    for process in (first, second):
        assert process.communicate()[1].count("Traceback") == 0
        assert process.returncode == 0
    assert target.read_bytes() == CONTENT
    assert server.ranges == [None]


def test_unpacking_gzip(tmp_path):
    (tmp_path / "set.gz").write_bytes(gzip.compress(CONTENT))
    unpack_gzip(tmp_path / "set.gz", tmp_path / "new" / "raw" / "set")
    assert (tmp_path / "new" / "raw" / "set").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new" / "raw").iterdir()] == ["set"]


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


@pytest.mark.parametrize(
    "damage", [lambda d: d[:-5000], lambda d: flipped(d, len(d) - 6), lambda d: b"<html>" + d]
)
def test_a_damaged_gzip_leaves_no_file(tmp_path, damage):
    archive = tmp_path / "set.gz"
    archive.write_bytes(damage(gzip.compress(CONTENT)))
    with pytest.raises(OSError, match=r"set\.gz is damaged"):
        unpack_gzip(archive, tmp_path / "raw" / "set")
    assert list((tmp_path / "raw").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on a process's file size")
def test_a_disk_that_fills_up_while_unpacking_leaves_no_file(tmp_path):
    archive = tmp_path / "set.gz"
    archive.write_bytes(gzip.compress(CONTENT))
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));"
        "from pathlib import Path; from helpers.data.archives import unpack_gzip;"
        "unpack_gzip(*map(Path, sys.argv[1:]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(archive), str(tmp_path / "raw" / "set")],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1 and "the disk is full" in run.stderr
    assert list((tmp_path / "raw").iterdir()) == []


def test_any_other_error_while_unpacking_is_passed_on(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.gz"):
        unpack_gzip(tmp_path / "absent.gz", tmp_path / "set")


def tar_of(path, names):
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = 1000
            archive.addfile(entry, io.BytesIO(CONTENT[:1000]))
    return path


def test_unpacking_tar(tmp_path):
    archive = tar_of(tmp_path / "set.tar.gz", ["batches/one", "batches/two"])
    unpack_tar(archive, tmp_path / "new" / "data" / "batches")
    assert (tmp_path / "new" / "data" / "batches" / "two").read_bytes() == CONTENT[:1000]
    (tmp_path / "new" / "data" / "batches" / "one").write_bytes(b"mine")
    unpack_tar(archive, tmp_path / "new" / "data" / "batches")
    assert (tmp_path / "new" / "data" / "batches" / "one").read_bytes() == b"mine"


def test_a_damaged_or_wrong_tar_leaves_no_folder(tmp_path):
    archive = tar_of(tmp_path / "set.tar.gz", ["batches/one", "batches/two"])
    archive.write_bytes(archive.read_bytes()[:-100])
    with pytest.raises(OSError, match="is damaged"):
        unpack_tar(archive, tmp_path / "batches")
    with pytest.raises(OSError, match="batches"):
        unpack_tar(tar_of(tmp_path / "other.tar.gz", ["elsewhere/one"]), tmp_path / "batches")
    with pytest.raises(OSError, match="is damaged"):  # a path that leaves the folder
        unpack_tar(tar_of(tmp_path / "bad.tar.gz", ["../escape", "batches/one"]), tmp_path / "batches")
    assert not (tmp_path / "batches").exists() and not (tmp_path / "escape").exists()
