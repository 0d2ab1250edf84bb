"""Packages that a killed pip left in pieces, or that went to another place."""

import pytest
from course_project import build_wheel

from launcher import whole
from launcher.errors import CourseError


@pytest.fixture
def packages(tmp_path):
    """A folder with one installed package, `thing`, of two files."""
    import zipfile

    wheel = build_wheel(tmp_path / "wheels", "thing", "1.0", {"thing.py": "x = 1\n", "more.py": "y = 2\n"})
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "packages")
    return tmp_path / "packages"


def info(packages):
    return packages / "thing-1.0.dist-info"


def test_a_package_is_whole_when_every_file_has_its_size(packages):
    assert whole.is_whole(info(packages))
    (packages / "thing.py").write_text("x =")
    assert not whole.is_whole(info(packages))
    (packages / "thing.py").write_text("x = 3\n")  # the student's own change of the same size is left alone
    assert whole.is_whole(info(packages))


@pytest.mark.parametrize(
    "lost", ["thing.py", "more.py", "thing-1.0.dist-info/RECORD", "thing-1.0.dist-info/WHEEL"]
)
def test_a_package_without_one_of_its_files_is_not_whole(packages, lost):
    (packages / lost).unlink()
    assert not whole.is_whole(info(packages))


@pytest.mark.parametrize("content", ["", "1"])
def test_a_file_without_its_size_in_the_record_is_not_trusted(packages, content):
    (packages / "extra.py").write_text(content)
    with (info(packages) / "RECORD").open("a", encoding="utf-8") as record:
        record.write("extra.py,,\n")
    assert not whole.is_whole(info(packages))


def test_compiled_files_do_not_count(packages):
    with (info(packages) / "RECORD").open("a", encoding="utf-8") as record:
        record.write("__pycache__/thing.cpython-311.pyc,,\n")
    assert whole.is_whole(info(packages))


def test_what_is_half_installed_goes_away_so_that_pip_installs_it(packages, capsys):
    (packages / "~hing").mkdir()
    whole.remove_half_installed(packages)
    assert info(packages).exists() and not (packages / "~hing").exists()
    (packages / "more.py").write_text("")
    whole.remove_half_installed(packages)
    assert not info(packages).exists() and "thing-1.0 was half installed" in capsys.readouterr().out


def test_a_package_that_went_elsewhere_is_named(packages, tmp_path, monkeypatch):
    monkeypatch.setattr(whole, "ROOT", tmp_path)
    lock = tmp_path / "lock.txt"
    lock.write_text("# made by hand\nThing==1.0   # via nobody\nappnope==1.0 ; sys_platform == 'darwin'\n")
    whole.check_place(packages, "lock.txt")
    lock.write_text(lock.read_text() + "other_thing==2.0\n")
    with pytest.raises(CourseError, match=r"other_thing is not in\n.*\n.*target") as problem:
        whole.check_place(packages, "lock.txt")
    assert str(packages) in str(problem.value)
