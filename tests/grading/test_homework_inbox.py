"""What comes in: manifests that do not fit, several files of one student, times, odd zips, damage."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import platform
import random
import struct
import zipfile

import pytest

from homework.student.submit import submit
from homework.teacher.grading import Grading, Status
from homework.teacher.inbox import collect
from homework.teacher.table import counting, late_seconds

UTC = datetime.UTC
ROSTER = {"1001": "Anna Beck", "1002": "Zoe Adams", "1003": "张三", "1004": "Jürgen Müller"}
TIME = datetime.datetime(2026, 11, 1, 10, tzinfo=UTC)
NAME = "hw99_1001_20261101T100000Z.zip"


def notebook(text: str) -> bytes:
    return json.dumps({"cells": [], "metadata": {"text": text}}).encode()


def manifest(data: bytes, student: str = "1001", **more: object) -> bytes:
    """As `submit` writes it, with changes; None takes an entry away."""
    plain = {"homework": "hw99", "student": student, "submitted": "2026-11-01T10:00:00Z"}
    plain |= {"notebook": "hw99.ipynb", "sha256": hashlib.sha256(data).hexdigest(), **more}
    return json.dumps({key: value for key, value in plain.items() if value is not None}).encode()


def zipped(files: dict[str, bytes], times: dict[str, tuple] | None = None) -> bytes:
    """A zip; `times` are (year, month, day, hour, minute, second) of its files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (times or {}).get(name, (1980, 1, 1, 0, 0, 0))), content)
    return data.getvalue()


def ours(data: bytes, **more: object) -> bytes:
    return zipped({"hw99.ipynb": data, "manifest.json": manifest(data, **more)})


@pytest.fixture
def taken(tmp_path):
    """Writes files into an inbox; returns the hand-ins."""

    def take(files: dict[str, bytes], roster: dict[str, str] = ROSTER, handed_out: list[str] | tuple = ()):
        for name, data in files.items():
            path = tmp_path / "inbox" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return collect(tmp_path / "inbox", roster, "hw99", handed_out)

    return take


def counted(handins: list, due: datetime.datetime | None = None) -> dict:
    """{student: the hand-in that counts, as `grade` chooses it}"""
    results = [Grading(Status.REJECTED if one.data is None else Status.GRADED, score=1.0) for one in handins]
    return {one.handin.student: one for one in counting(list(zip(handins, results, strict=True)), due)}


# ---------------------------------------------------------------- manifests


def test_what_submit_makes_fits(course, taken, tmp_path):
    submit("hw99", "1001", tmp_path / "inbox", TIME, course)
    (handin,) = taken({})
    assert (handin.student, handin.submitted, handin.doubt, handin.notes) == ("1001", TIME, "", [])


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        (NAME, {"sha256": "0" * 64}, "the hash in its manifest is not that of the notebook"),
        (NAME, {"sha256": 7}, "the hash in its manifest is not that of the notebook"),
        (NAME, {"homework": "hw98"}, "its manifest says hw98, not hw99"),
        (NAME.replace("hw99", "hw98"), {}, "the file's name says hw98, not hw99"),
        (NAME, {"submitted": "2026-10-01T10:00:00Z"}, "its manifest 2026-10-01 10:00:00"),
        (NAME, {"submitted": "yesterday"}, "the time in its manifest cannot be read"),
        (NAME, {"student": "1002"}, "the file's name says 1001, its manifest says 1002"),
        (NAME, {"student": "9999"}, "the file's name says 1001, its manifest says 9999"),
        ("upload.zip", {"sha256": "0" * 64}, "the hash in its manifest is not that of the notebook"),
    ],
)
def test_a_manifest_that_does_not_fit_is_a_doubt(taken, name, more, words):
    (handin,) = taken({name: ours(notebook("a"), **more)})
    assert words in handin.doubt
    assert "1001" in handin.candidates
    assert handin.problem == ""
    assert handin.data == notebook("a")


def test_only_what_a_manifest_says_is_held_against_it(taken):
    (handin,) = taken({"upload.zip": ours(notebook("a"), sha256=None, submitted=None, homework=None)})
    assert (handin.student, handin.doubt) == ("1001", "")


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b"\xff\xfe", b"[" * 10**5, b'{"student": ' + b"[" * 900 + b"]" * 900 + b"}"]
)
def test_a_damaged_manifest_costs_nobody_anything(taken, data):
    (handin,) = taken({NAME: zipped({"hw99.ipynb": notebook("a"), "manifest.json": data})})
    assert handin.data == notebook("a") or handin.problem
    assert "1001" in (handin.student, *handin.candidates)


def test_a_manifest_goes_with_its_notebook_in_an_unpacked_folder(taken):
    files = {f"{NAME[:-4]}/hw99.ipynb": notebook("a"), f"{NAME[:-4]}/manifest.json": manifest(notebook("a"))}
    files |= {
        "x/a.ipynb": notebook("b"),
        "x/b.ipynb": notebook("c"),
        "x/manifest.json": manifest(notebook("c"), "1002"),
    }
    handins = {one.file: one for one in taken(files)}
    assert set(handins) == {f"{NAME[:-4]}/hw99.ipynb", "x/a.ipynb", "x/b.ipynb"}
    assert handins[f"{NAME[:-4]}/hw99.ipynb"].submitted == TIME
    assert [handins[f"x/{name}.ipynb"].student for name in "ab"] == ["", "1002"]


def test_a_manifest_without_its_notebook_says_so(taken):
    files = {"a.ipynb": notebook("a"), "b.ipynb": notebook("b"), "manifest.json": manifest(notebook("c"))}
    handins = {one.file: one for one in taken(files)}
    assert "the notebook that it was made for is not here" in handins["manifest.json"].problem
    assert not any(handins[name].student for name in ("a.ipynb", "b.ipynb"))


# ---------------------------------------------------------------- one student's marks are not another's


def test_a_manifest_that_names_another_student_takes_no_mark_from_them(taken):
    """The blank file comes later, and states the other's id."""
    mine = {"Anna Beck_11_assignsubmission_file_/" + NAME: ours(notebook("good"))}
    theirs = "Zoe Adams_12_assignsubmission_file_/hw99_1001_20261102T100000Z.zip"
    later = {"submitted": "2026-11-02T10:00:00Z"}
    for name in (theirs, "adamszoe_12_13_upload.zip"):
        handins = {one.file: one for one in taken({**mine, name: ours(notebook("blank"), **later)})}
        assert handins[name].doubt.startswith("it lies under the name")
        assert set(handins[name].candidates) == {"1001", "1002"}
        chosen = counted(list(handins.values()))["1001"].handin
        assert chosen.data == notebook("good") or chosen.doubt
        assert f"may be theirs as well: {name}" in handins[next(iter(mine))].notes


@pytest.mark.parametrize("roster", [ROSTER, {}])
def test_two_accounts_that_hand_in_as_one_student_are_a_doubt_for_both(taken, roster):
    files = {
        f"Anna Beck_{number}_assignsubmission_file_/hw99_1001_2026110{day}T100000Z.zip": zipped(
            {"hw99.ipynb": notebook(str(number))}
        )
        for number, day in ((11, 1), (12, 2))
    }
    for handin in taken(files, roster):
        assert handin.doubt == "two users of the platform handed in as 1001: Anna Beck 11, Anna Beck 12"


def test_without_a_roster_two_names_with_one_id_are_a_doubt_for_both(taken):
    files = {
        "a/Anna Beck_11_assignsubmission_file_/" + NAME: ours(notebook("good")),
        "b/Zoe Adams_77_assignsubmission_file_/" + NAME: ours(notebook("blank")),
    }
    assert all("Anna Beck 11, Zoe Adams 77" in handin.doubt for handin in taken(files, {}))


def test_one_student_in_two_downloads_of_a_platform_is_no_doubt(taken):
    """Each of Moodle's assignments numbers its users anew."""
    files = {
        "first/Anna Beck_11_assignsubmission_file_/" + NAME: ours(notebook("a")),
        "again/Anna Beck_77_assignsubmission_file_/hw99_1001_20261102T100000Z.zip": zipped(
            {"a.ipynb": notebook("b")}
        ),
    }
    handins = taken(files)
    assert not any(handin.doubt for handin in handins)
    assert counted(handins)["1001"].handin.data == notebook("b")


def test_the_same_file_from_two_students_has_to_be_looked_at_for_both(taken):
    files = {
        "hw99_1001.ipynb": notebook("a"),
        "hw99_1002.ipynb": notebook("a"),
        "hw99_1003.ipynb": notebook("b"),
    }
    suspect = {one.student: one.suspect for one in taken(files)}
    assert suspect == {
        "1001": "the same file came from 1002",
        "1002": "the same file came from 1001",
        "1003": "",
    }
    digest = hashlib.sha256(notebook("a")).hexdigest()
    assert not any(one.suspect for one in taken(files, handed_out=[digest]))


# ---------------------------------------------------------------- several files of one student

NOBODY_KNOWS = None


@pytest.mark.parametrize(
    ("files", "newest"),
    [
        (["hw1_1001.ipynb", "hw1_1001 (1).ipynb"], 1),
        (["hw1_1001 (2).ipynb", "hw1_1001 (10).ipynb"], 1),
        (["hw1_1001.ipynb", "hw1_1001-1.ipynb"], 1),
        (["hw1_1001_v2.ipynb", "hw1_1001_v1.ipynb", "hw1_1001_v3.ipynb"], 2),
        (["hw1_1001_old.ipynb", "hw1_1001.ipynb"], 1),
        (["1001/old/hw1.ipynb", "1001/hw1.ipynb"], 1),
        (["beckanna_5_700_hw1.ipynb", "beckanna_5_699_final.ipynb", "beckanna_5_701_hw1.ipynb"], 2),
        (["beckanna_5_699_hw1.ipynb", "beckanna_5_700_hw1-1.ipynb", "beckanna_5_701_hw1-2.ipynb"], 2),
        (["Anna Beck_5_assignsubmission_file_/a.ipynb", "Anna Beck_5_assignsubmission_file_/a (1).ipynb"], 1),
        (["hw99_1001_20261101T100000Z.zip", "hw99_1001_20261101T100000Z-2.zip"], 1),
        (["hw99_1001_20261103T100000Z.zip", "hw99_1001_20261102T100000Z-2.zip"], 0),
        (["week.zip:beckanna_5_9_hw1.ipynb", "week.zip:beckanna_5_10_hw1.ipynb"], 1),
        # nothing says it, or not all say the same
        (["beckanna_5_699_hw1-1.ipynb", "beckanna_5_701_hw1.ipynb"], NOBODY_KNOWS),
        (["hw1_1001.ipynb", "homework_1001.ipynb"], NOBODY_KNOWS),
        (["hw1_1001.ipynb", "hw1_1001-Copy1.ipynb"], NOBODY_KNOWS),
        (["hw1_1001 (1).ipynb", "hw1_1001_v2.ipynb"], NOBODY_KNOWS),
        (["a/hw1_1001.ipynb", "b/hw1_1001 (1).ipynb"], NOBODY_KNOWS),
        (["hw1_1001.ipynb", "hw99_1001_20261101T100000Z.zip"], NOBODY_KNOWS),
        (
            ["beckanna_5_700_hw1.ipynb", "beckanna_5_699_hw1_old.ipynb", "beckanna_5_698_hw1 (1).ipynb"],
            NOBODY_KNOWS,
        ),
    ],
)
def test_the_newest_counts_where_the_names_say_which(taken, files, newest):
    """Whatever the order of their names: the blank one is often the first that a student handed in."""
    written: dict = {}
    for name in files:
        data = notebook(name)
        if ":" in name:
            written.setdefault(name.split(":")[0], {})[name.split(":")[1]] = data
        else:
            written[name] = zipped({"hw1.ipynb": data}) if name.endswith(".zip") else data
    written = {name: zipped(data) if isinstance(data, dict) else data for name, data in written.items()}
    (chosen,) = counted(taken(written)).values()
    assert chosen.handin.student == "1001"
    assert len(chosen.others) == len(files) - 1
    if newest is NOBODY_KNOWS:
        assert chosen.result.status == Status.MANUAL
        assert chosen.result.reason.startswith(f"nothing says which is the newest of {len(files)}: ")
        assert chosen.result.score == 1.0
    else:
        assert (chosen.handin.data, chosen.result.status) == (notebook(files[newest]), Status.GRADED)


@pytest.mark.parametrize(
    ("times", "more", "newest"),
    [
        ({"hw1.ipynb": (2026, 11, 2, 9, 0, 0), "mine.ipynb": (2026, 11, 1, 9, 0, 0)}, {}, "hw1.ipynb"),
        ({"hw1.ipynb": (2026, 11, 1, 9, 0, 0), "mine.ipynb": (2026, 11, 2, 9, 0, 0)}, {}, "mine.ipynb"),
        ({"hw1.ipynb": (2026, 11, 1, 9, 0, 0), "mine.ipynb": (2026, 11, 1, 9, 0, 2)}, {}, None),
        ({}, {"hw1.ipynb": b"", "mine.ipynb": b""}, None),
        ({"hw1.ipynb": (2026, 11, 2, 9, 0, 0)}, {"mine.ipynb": b""}, None),  # a zip without a time says 1980
        ({"hw1.ipynb": (2026, 11, 2, 9, 0, 0), "hw1 (1).ipynb": (2026, 11, 1, 9, 0, 0)}, {}, None),
        ({"hw1.ipynb": (2026, 11, 1, 9, 0, 0), "hw1 (1).ipynb": (2026, 11, 2, 9, 0, 0)}, {}, "hw1 (1).ipynb"),
    ],
)
def test_of_two_notebooks_in_a_students_zip_the_newer_counts(taken, times, more, newest):
    files = {name: notebook(name) for name in (*times, *more)}
    (chosen,) = counted(taken({"hw1_1001.zip": zipped(files, times)})).values()
    assert (chosen.result.status == Status.MANUAL) == (newest is None)
    assert newest is None or chosen.handin.data == notebook(newest)


def test_of_two_notebooks_in_a_zip_the_one_of_the_manifest_counts(taken):
    files = {name: notebook(name) for name in ("a.ipynb", "b.ipynb")}
    files["manifest.json"] = manifest(notebook("a.ipynb"))
    (chosen,) = counted(taken({NAME: zipped(files)})).values()
    assert (chosen.handin.data, chosen.result.status) == (notebook("a.ipynb"), Status.GRADED)


def test_what_lies_beside_a_notebook_in_a_zip_is_no_hand_in(taken):
    names = ("hw1_1001.zip", "hw1_1001 (1).zip")
    handins = taken(
        {name: zipped({"hw1.ipynb": notebook(name), "readme.txt": b"x", "a.json": b"{}"}) for name in names}
    )
    assert {one.file for one in handins} == set(names)
    assert counted(handins)["1001"].handin.data == notebook(names[1])
    (only,) = taken({"hw1_1002.zip": zipped({"notes.txt": b"all my answers"})})[2:]
    assert (only.student, only.problem) == ("1002", "it is neither a notebook (.ipynb) nor a zip of one")


def test_the_time_of_a_download_does_not_say_which_upload_is_newer(taken):
    files = {name: notebook(name) for name in ("beckanna_5_9_a.ipynb", "beckanna_5_10_b.ipynb")}
    times = {"beckanna_5_9_a.ipynb": (2026, 12, 1, 9, 9, 0), "beckanna_5_10_b.ipynb": (2026, 12, 1, 9, 0, 0)}
    (chosen,) = counted(taken({"week.zip": zipped(files, times)})).values()
    assert (chosen.handin.data, chosen.result.status) == (files["beckanna_5_10_b.ipynb"], Status.GRADED)


def test_a_manifest_does_not_make_its_zip_newer_than_a_notebook_beside_it(taken):
    files = {"hw99_1001.ipynb": notebook("a"), NAME: ours(notebook("b"))}
    assert counted(taken(files))["1001"].result.status == Status.MANUAL


def test_two_manifests_of_one_notebook_are_a_doubt(taken):
    data = io.BytesIO(ours(notebook("a")))
    with zipfile.ZipFile(data, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("manifest.json", manifest(notebook("a")))
    (handin,) = taken({NAME: data.getvalue()})
    assert handin.doubt == "two manifests lie beside it"


def test_the_same_bytes_twice_are_no_doubt(taken):
    files = {"hw1_1001.ipynb": notebook("a"), "x_1001.ipynb": notebook("a")}
    assert counted(taken(files))["1001"].result.status == Status.GRADED


def test_a_broken_newer_file_leaves_the_good_one(taken):
    handins = taken({"hw1_1001.ipynb": notebook("a"), "hw1_1001 (1).zip": b"PK\3\4 cut"})
    assert counted(handins)["1001"].handin.data == notebook("a")


# ---------------------------------------------------------------- times


def test_canvas_says_late_also_of_our_zips(taken):
    data = ours(notebook("a"))
    for name in (f"beckanna_LATE_5_6_{NAME}", f"week.zip/beckanna_LATE_5_6_{NAME}"):
        inner = zipped({name.split("/")[1]: data, "x.ipynb": notebook("x")}) if "/" in name else data
        handin = next(one for one in taken({name.split("/")[0]: inner}) if one.student == "1001")
        assert (handin.late, handin.notes) == (True, ["Canvas marks it as late"])
        assert handin.submitted == TIME


def test_what_the_platform_calls_late_is_late_whatever_the_students_clock_says(taken):
    files = {
        f"beckanna_LATE_5_9_{NAME}": ours(notebook("late")),
        f"beckanna_5_6_{NAME}": ours(notebook("early")),
    }
    handins, due = taken(files), TIME + datetime.timedelta(days=9)
    assert counted(handins, due)["1001"].handin.data == notebook("early")
    late = next(one for one in handins if one.late)
    assert late_seconds(late, due) is None  # by how much is not known
    assert late_seconds(late, TIME - datetime.timedelta(seconds=5)) == 5


def local(hour: int, day: int = 2) -> tuple:
    """A time as zips have it, without a zone; and the same with this machine's."""
    return 2026, 12, day, hour, 0, 0


def test_the_platforms_time_beats_the_students_clock(taken, tmp_path):
    """An old Moodle's bulk download has the time of each upload."""
    names = {
        f"Anna Beck_1_assignsubmission_file_/{NAME}": local(9),
        "Zoe Adams_2_assignsubmission_file_/hw99.ipynb": local(11),
    }
    data = zipped(dict.fromkeys(names, ours(notebook("a"))) | {list(names)[1]: notebook("b")}, names)
    handins = {one.student: one for one in taken({"week.zip": data})}
    for student, when in (("1001", local(9)), ("1002", local(11))):
        assert handins[student].submitted == datetime.datetime(*when).astimezone(UTC)
    (note,) = handins["1001"].notes
    assert "by the student's clock it is of 2026-11-01 10:00" in note


def test_the_time_of_a_download_is_no_time_of_a_hand_in(taken):
    """Canvas and today's Moodle give all entries the time at which the teacher downloads them."""
    names = {
        "Anna Beck_1_assignsubmission_file_/" + NAME: local(9),
        "Zoe Adams_2_assignsubmission_file_/a.ipynb": (2026, 12, 2, 9, 14, 0),
    }
    data = zipped(dict.fromkeys(names, ours(notebook("a"))) | {list(names)[1]: notebook("b")}, names)
    canvas = {f"beckanna_1_2_{NAME}": local(9), "adamszoe_3_4_a.ipynb": local(18)}
    for content in (
        data,
        zipped(dict.fromkeys(canvas, ours(notebook("a"))) | {list(canvas)[1]: notebook("b")}, canvas),
    ):
        handins = {one.student: one for one in taken({"week.zip": content})}
        assert (handins["1001"].submitted, handins["1002"].submitted) == (TIME, None)


def test_a_zip_that_has_its_times_in_utc_is_read_so(taken):
    data = io.BytesIO()
    stamps = {
        "Anna Beck_1_assignsubmission_file_/a.ipynb": 1_790_000_000,
        "Zoe Adams_2_assignsubmission_file_/b.ipynb": 1_790_100_000,
    }
    with zipfile.ZipFile(data, "w") as archive:
        for name, stamp in stamps.items():
            entry = zipfile.ZipInfo(name, local(9))
            entry.extra = struct.pack("<HHBi", 0x5455, 5, 1, stamp)
            archive.writestr(entry, notebook(name))
    times = sorted(one.submitted.timestamp() for one in taken({"week.zip": data.getvalue()}))
    assert times == sorted(stamps.values())


# ---------------------------------------------------------------- names in zips


class Coded(zipfile.ZipInfo):
    """A file whose name is written in some encoding without the flag for UTF-8."""

    encoding = "gb18030"

    def _encodeFilenameFlags(self):
        return self.filename.encode(self.encoding), self.flag_bits


@pytest.mark.parametrize(
    ("encoding", "name", "student"),
    [
        ("gb18030", "张三_1_assignsubmission_file_/作业.ipynb", "1003"),
        ("gbk", "hw99_张三.ipynb", "1003"),
        ("utf-8", "张三_1_assignsubmission_file_/作业.ipynb", "1003"),
        ("utf-8", "Jürgen Müller_1_assignsubmission_file_/a.ipynb", "1004"),
        ("cp437", "Jürgen Müller_1_assignsubmission_file_/a.ipynb", "1004"),
    ],
)
def test_names_without_the_flag_are_read_as_utf8_then_gb18030(taken, encoding, name, student):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for part in (name, "Zoe Adams_2_assignsubmission_file_/b.ipynb"):
            entry = Coded(part)
            entry.encoding = encoding
            archive.writestr(entry, notebook(part))
    handins = {one.student: one for one in taken({"week.zip": data.getvalue()})}
    assert handins[student].file == f"week.zip/{name}"


def test_two_files_of_one_name_are_two_hand_ins(taken):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        for k in range(3):
            archive.writestr("work.ipynb", notebook(str(k)))
    names = [one.file for one in taken({"week.zip": data.getvalue()})]
    assert names == ["week.zip/work.ipynb", "week.zip/work.ipynb [2]", "week.zip/work.ipynb [3]"]


# ---------------------------------------------------------------- damage


def test_one_damaged_file_in_a_bulk_download_leaves_the_others(taken):
    names = ["Anna Beck_1_assignsubmission_file_/a.ipynb", "Zoe Adams_2_assignsubmission_file_/b.ipynb"]
    data = bytearray(
        zipped({name: notebook(name) for name in names} | {"张三_3_assignsubmission_file_/c.zip": b"PK\3\4"})
    )
    at = data.index(b'{"cells"')
    data[at : at + 8] = b"########"
    handins = {one.student: one for one in taken({"week.zip": bytes(data)})}
    assert handins["1001"].problem.startswith("it cannot be read: BadZipFile, Bad CRC-32")
    assert handins["1003"].problem.startswith("it cannot be read: BadZipFile")
    assert handins["1002"].data == notebook(names[1])


def odd_zip(seed: int) -> bytes:
    """One of several kinds of zip, with 200 bytes changed at random."""
    pick = random.Random(seed)
    data = notebook("x" * pick.choice((10, 3000)))
    deflated = io.BytesIO()
    kinds = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    with zipfile.ZipFile(deflated, "w", pick.choice(kinds)) as archive:
        for name in (
            "Anna Beck_1_assignsubmission_file_/hw99.ipynb",
            "张三_2_assignsubmission_file_/a.ipynb",
            "manifest.json",
        ):
            archive.writestr(name, data if name.endswith("ipynb") else manifest(data))
        archive.writestr(f"adamszoe_5_6_{NAME}", ours(data))
    made = bytearray(pick.choice((deflated.getvalue(), ours(data), zipped({"hw99.ipynb": data}))))
    for _ in range(pick.choice((1, 20, 200))):
        made[pick.randrange(len(made))] = pick.randrange(256)
    return bytes(made[: pick.choice((len(made), len(made), pick.randrange(len(made))))])


@pytest.mark.parametrize("roster", [ROSTER, {}])
def test_damage_anywhere_is_that_hand_ins_problem(tmp_path, roster):
    """Each damaged zip has a sentence or its data, and the whole file beside it is taken as ever."""
    for seed in range(400):
        box = tmp_path / str(seed)
        box.mkdir()
        (box / "hw99_1004_20261101T100000Z.zip").write_bytes(odd_zip(seed))
        (box / "hw99_1002.ipynb").write_bytes(notebook("whole"))
        handins = collect(box, roster, "hw99")
        assert len(handins) > 1, seed
        for handin in handins:
            assert (handin.data is None) == bool(handin.problem), seed
            assert handin.file.isprintable() and handin.student.isprintable(), seed
        whole = next(one for one in handins if one.file == "hw99_1002.ipynb")
        assert (whole.student, whole.data) == ("1002", notebook("whole")), seed


BLANK = [
    "",
    " ",
    ".",
    "..",
    "...",
    "\x00",
    "\n",
    "\t",
    "-",
    "_",
    "__",
    "~",
    "|",
    "'",
    "()",
    "（1）",
    "\\",
    "\\\\",
]
SIGNS = [
    "\ud83d",
    "a\ud83d",
    "\u202e",
    "\u0308",
    "\uffff",
    "😀" * 50,
    "🤷\u200d♀️",
    "%s{0}",
    "=1+1",
    "<script>",
    "con",
]
LONG = ["x" * 5000, "_1" * 9000, "hw1_" * 9000, "1" * 30000, "a/" * 9000]
FORMS = [
    "_1_1_",
    "_LATE_1_2_",
    "_5_assignsubmission_file_",
    "hw3__20261101T100000Z",
    "hw3_1_99999999T999999Z",
]


def test_absurd_names_stop_nothing(taken):
    """Names that only a program writes into a zip; the file system has none of them."""
    for roster in (ROSTER, {}):
        for name in (*BLANK, *SIGNS, *LONG, *FORMS):
            for whole in (f"{name}.ipynb", f"{name}/hw3.ipynb", f"hw3_{name}_20261101T100000Z.zip"):
                data = io.BytesIO()
                with zipfile.ZipFile(data, "w") as archive:
                    entry = zipfile.ZipInfo("?" * len(whole.encode("utf-8", "surrogatepass")))
                    archive.writestr(entry, notebook("a"))
                    archive.writestr("other.ipynb", notebook("b"))
                raw = data.getvalue().replace(entry.filename.encode(), whole.encode("utf-8", "surrogatepass"))
                for handin in taken({"week.zip": raw}, roster):
                    assert handin.file.isprintable()
                    assert handin.student.isprintable()


@pytest.mark.parametrize(
    "name", ["hw99_1001.ipynb", "hw99_1001.zip", NAME, "Anna Beck_1_assignsubmission_file_/manifest.json"]
)
def test_nothing_at_all_in_a_file(taken, name):
    (handin,) = taken({name: b""})
    assert handin.student == "1001"
    assert handin.data == b"" or handin.problem


@pytest.mark.parametrize(("python", "told"), [("2.7.18", True), (platform.python_version(), False)])
def test_another_python_than_the_graders_is_told(taken, python, told):
    (handin,) = taken({NAME: ours(notebook("a"), python=python)})
    assert any("checked with Python 2.7" in note for note in handin.notes) is told
    assert not handin.doubt
