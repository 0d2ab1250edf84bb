"""The one writer of files: whole or not at all, and readable for those whom the umask lets read."""

import os
import stat

import pytest
from course_project import posix

from launcher.files import whole_file, write_whole


def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "marks.csv"
    write_whole(path, "old\n")
    with pytest.raises(RuntimeError), whole_file(path) as part:
        part.write_text("half of the n")
        raise RuntimeError
    assert path.read_text() == "old\n" and list(tmp_path.iterdir()) == [path]


def test_until_the_end_the_old_file_is_what_a_reader_finds(tmp_path):
    path = tmp_path / "marks.csv"
    write_whole(path, "old\n")
    with whole_file(path) as part:
        part.write_text("new\n")
        assert path.read_text() == "old\n" and part.parent == tmp_path
    assert path.read_text() == "new\n" and list(tmp_path.iterdir()) == [path]


def test_lines_end_alike_on_every_system(tmp_path):
    write_whole(tmp_path / "a", "一\ntwo\n")
    assert (tmp_path / "a").read_bytes() == "一\ntwo\n".encode()


@posix
@pytest.mark.parametrize("umask, mode", [(0o077, 0o600), (0o022, 0o644)])
def test_the_umask_says_who_may_read(umask, mode, tmp_path):
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "marks.csv", "1\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "marks.csv").stat().st_mode) == mode
