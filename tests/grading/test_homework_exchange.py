"""What comes from nbgrader: whose it is, of which homework and when, by the names of its folders."""

from __future__ import annotations

import datetime
import json

import pytest
from test_homework_inbox import ROSTER, UTC, counted, manifest, notebook, ours, zipped

from homework.teacher.inbox import collect
from launcher.errors import CourseError

STAMP, NAME = "2026-11-01 10:00:00.123456 UTC", "hw3_backpropagation.ipynb"
TIME = datetime.datetime(2026, 11, 1, 10, 0, 0, 123456, tzinfo=UTC)
DUE = datetime.datetime(2026, 11, 3, tzinfo=UTC)


@pytest.fixture
def taken(tmp_path):
    """Writes files into a folder; returns the hand-ins of hw3 in it."""

    def take(files: dict[str, bytes | str], roster=ROSTER, box: str = "inbox", homework: str = "hw3"):
        for name, data in files.items():
            path = tmp_path / box / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.encode() if isinstance(data, str) else data)
        return collect(tmp_path / box, roster, homework)

    return take


def tried(student: str, stamp: str = STAMP, text: str = "", name: str = NAME, homework: str = "hw3") -> dict:
    """One try in the exchange, as `nbgrader submit` writes it."""
    folder = f"inbound/{student}+{homework}+{stamp}+aB3_-1002xY_"
    return {
        f"{folder}/{name}": notebook(text or student),
        f"{folder}/timestamp.txt": stamp,
        f"{folder}/submission_secret.txt": "0123",
        f"{folder}/data.csv": "a,b",
    }


def collected(student: str, text: str = "", homework: str = "hw3", stamp: str = STAMP) -> dict:
    """What `nbgrader collect` makes of it."""
    folder = f"{student}/{homework}"
    return {f"{folder}/{NAME}": notebook(text or student), f"{folder}/timestamp.txt": stamp}


def below(folder: str, files: dict) -> dict:
    return {f"{folder}/{name}": data for name, data in files.items()}


@pytest.mark.parametrize("roster", [ROSTER, {}])
@pytest.mark.parametrize(
    "files",
    [
        tried("1001"),
        below("exchange/course", tried("1001")),
        tried("1001", STAMP.replace(":", "_")),
        tried("1001", STAMP.removesuffix(" UTC")),
        tried("1001", "2026-11-01 18:00:00.123456 +08"),
        below("submitted", collected("1001")),
        below("course/submitted", collected("1001")),
        collected("1001"),
    ],
)
def test_nbgraders_names_say_whose_it_is_and_when(taken, files, roster):
    """The random letters at the end and the fractions of seconds are nobody's id."""
    (handin,) = taken(files, roster)
    assert (handin.student, handin.submitted) == ("1001", TIME)
    assert (handin.problem, handin.doubt, handin.notes) == ("", "", [])
    assert handin.data == notebook("1001")


def test_the_folder_submitted_itself_may_be_the_inbox(taken):
    files = {f"1001/hw3/{NAME}": notebook("a"), f"1001/hw2/{NAME}": notebook("b")}
    (handin,) = taken(files, box="submitted")
    assert (handin.student, handin.data, handin.submitted) == ("1001", notebook("a"), None)


def test_of_several_assignments_only_the_one_that_is_graded_is_taken(taken):
    files = collected("1001") | collected("1001", "other", "hw2") | collected("1002", "x", "projects-a")
    files |= tried("1003") | tried("1003", "2026-11-02 10:00:00 UTC", "other", homework="hw13")
    assert {one.student: one.data for one in taken(files)} == {
        "1001": notebook("1001"),
        "1003": notebook("1003"),
    }


@pytest.mark.parametrize(
    "name", ["hw3", "HW03", "hw3_backpropagation", "Homework 3", "assignment-3", "作业3", "dl-hw3"]
)
def test_an_assignment_is_known_by_the_number_of_its_homework(taken, name):
    files = collected("1001", homework=name) | collected("1002", homework=name.replace("3", "4"))
    assert [one.student for one in taken(files)] == ["1001"]


def test_an_assignment_without_a_number_is_taken_where_none_has_the_homeworks(taken):
    (handin,) = taken(collected("1001", homework="chain-rule") | collected("1002", homework="hw2"))
    assert handin.student == "1001"


def test_an_inbox_of_other_assignments_alone_is_refused_with_their_names(taken):
    with pytest.raises(CourseError, match=r"nothing of hw3: nbgrader's assignments there are hw1, hw2\.\n"):
        taken(collected("1001", homework="hw2") | tried("1002", homework="hw1"))


def test_of_several_tries_the_newest_on_time_counts(taken):
    days = {day: f"2026-11-0{day} 10:00:00.000001 UTC" for day in (1, 2, 4)}
    files = {}
    for day in (2, 4, 1):
        files |= tried("1001", days[day], f"day {day}")
    handins = taken(files)
    assert len(handins) == 3 and not any(one.doubt for one in handins)
    assert counted(handins, DUE)["1001"].handin.data == notebook("day 2")
    assert counted(handins)["1001"].handin.data == notebook("day 4")


def test_the_servers_time_counts_before_the_students_clock(taken):
    data = notebook("a")
    early = {"homework": "hw3", "submitted": "2026-10-01T10:00:00Z"}
    files = {
        **tried("1001", "2026-11-04 10:00:00 UTC", "a"),
        "inbound/1001+hw3+2026-11-04 10:00:00 UTC+aB3_-1002xY_/manifest.json": manifest(data, **early),
    }
    (handin,) = taken(files)
    assert handin.submitted == datetime.datetime(2026, 11, 4, 10, tzinfo=UTC)
    assert "by the student's clock it is of 2026-10-01 10:00" in handin.notes[0]
    (zipped_one,) = taken(
        {"1002/hw3/work.zip": ours(data, student="1002", **early), "1002/hw3/timestamp.txt": STAMP}, box="b"
    )
    assert (zipped_one.student, zipped_one.submitted, zipped_one.doubt) == ("1002", TIME, "")


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01 10:00:00 UTC", "2026-11-01 10:00:00 CST", b"\xff\xfe\0"]
)
def test_a_time_that_cannot_be_read_is_no_time(taken, text):
    (handin,) = taken(collected("1001", stamp=text))
    assert (handin.student, handin.submitted, handin.problem, handin.doubt) == ("1001", None, "", "")
    assert handin.notes == ["nbgrader's timestamp.txt has no time that can be read"]


# ---------------------------------------------------------------- what speaks against a claim is told


def test_two_times_of_the_server_that_differ_are_a_doubt(taken):
    files = tried("1001")
    files[next(name for name in files if name.endswith("timestamp.txt"))] = "2026-11-02 10:00:00 UTC"
    (handin,) = taken(files)
    assert handin.doubt == (
        "nbgrader's folder says 2026-11-01 10:00:00, its timestamp.txt 2026-11-02 10:00:00"
    )
    assert handin.candidates == ["1001"]


@pytest.mark.parametrize("roster", [ROSTER, {}])
def test_another_students_manifest_or_file_name_in_a_folder_is_a_doubt(taken, roster):
    folder = next(iter(tried("1001"))).rpartition("/")[0]
    (handin,) = taken(
        {
            f"{folder}/{NAME}": notebook("a"),
            f"{folder}/manifest.json": manifest(notebook("a"), "1002", homework="hw3"),
        },
        roster,
    )
    assert "nbgrader's folder says 1001, its manifest says 1002" in handin.doubt
    assert set(handin.candidates) == {"1001", "1002"}
    (handin,) = taken(tried("1001", name="hw3_1002_20261101T100000Z.ipynb"), roster, "b")
    assert "nbgrader's folder says 1001, the file's name says 1002" in handin.doubt


def test_a_name_on_the_file_of_another_student_is_a_doubt(taken):
    (handin,) = taken(tried("1001", name="Zoe Adams_5_assignsubmission_file_hw3.ipynb"))
    assert "under the name Zoe Adams" in handin.doubt and "1001" in handin.candidates


def test_an_account_called_by_a_name_is_that_students_and_a_stranger_is_turned_away(taken):
    handins = {one.file.split("+")[0]: one for one in taken(tried("zoeadams") | tried("bob"))}
    assert (handins["inbound/zoeadams"].student, handins["inbound/zoeadams"].doubt) == ("1002", "")
    assert handins["inbound/bob"].problem == "the student 'bob' is not on the roster"


def test_two_accounts_of_one_student_are_a_doubt_for_both(taken):
    for handin in taken(tried("1001", text="a") | tried("01001", text="b")):
        assert "two users of the platform handed in as 1001" in handin.doubt


@pytest.mark.parametrize(
    "around",
    ["Anna Beck_1_assignsubmission_file_", "hw3_1001_20261101T100000Z", "hw3_1001_20261101T100000Z.zip"],
)
def test_a_students_own_folders_are_no_word_of_the_server(taken, around):
    """Neither the time in them nor whose they say it is."""
    files = collected("1002", stamp="2026-10-01 10:00:00 UTC")
    if around.endswith(".zip"):
        handins = taken(
            {
                around: zipped(
                    {name: data if isinstance(data, bytes) else data.encode() for name, data in files.items()}
                )
            }
        )
    else:
        handins = taken(below(around, files))
    for handin in handins:
        assert handin.student != "1002" or handin.doubt
        assert handin.submitted != datetime.datetime(2026, 10, 1, 10, tzinfo=UTC)


def test_a_folder_within_a_students_folder_is_not_another_students(taken):
    (handin,) = taken(
        {
            f"submitted/1001/hw3/submitted/1002/hw3/{NAME}": notebook("a"),
            "submitted/1001/hw3/submitted/1002/hw3/timestamp.txt": STAMP,
        }
    )
    assert "1002" not in (handin.student, "") or handin.doubt
    assert handin.submitted is None


def test_a_zip_of_one_student_with_nbgraders_folders_has_no_time(taken):
    files = {
        name: data if isinstance(data, bytes) else data.encode() for name, data in collected("1001").items()
    }
    assert all(one.submitted is None for one in taken({"work.zip": zipped(files)}) if one.data)


# ---------------------------------------------------------------- what else lies there


def test_a_folder_without_a_notebook_is_told_once(taken):
    (handin,) = taken({"1001/hw3/timestamp.txt": STAMP, "1001/hw3/notes.txt": "x"})
    assert (handin.student, handin.problem) == ("1001", "there is no notebook in it")


def test_a_zip_of_the_whole_exchange_is_read_as_the_folder(taken):
    files = (
        tried("1001")
        | tried("1002")
        | tried("1002", "2026-11-02 10:00:00 UTC", "new")
        | tried("1003", homework="hw1")
    )
    made = zipped(
        {
            name.removeprefix("inbound/"): data if isinstance(data, bytes) else data.encode()
            for name, data in files.items()
        }
    )
    handins = taken({"download.zip": made})
    assert len(handins) == 3  # and nothing of hw1
    assert counted(handins)["1002"].handin.data == notebook("new")
    assert counted(handins)["1001"].handin.submitted == TIME


def test_beside_nbgraders_folders_other_files_are_taken_as_ever(taken):
    files = collected("1001") | {
        "Zoe Adams_5_assignsubmission_file_/hw3.ipynb": notebook("z"),
        "hw3_1003.ipynb": notebook("c"),
    }
    assert sorted(one.student for one in taken(files)) == ["1001", "1002", "1003"]


def test_a_graded_notebook_needs_cells(taken):
    """An odd name of an account stops nothing."""
    for name in ("a+b", "..", " ", "x" * 200, "=1+1"):
        for handin in taken(tried(name), {}, box=f"box {name[:3]}"):
            assert handin.file.isprintable() and json.dumps(handin.student)


def test_the_name_of_a_download_does_not_make_a_file_late(taken):
    (handin,) = taken(tried("1001", name="beckanna_LATE_5_6_hw3.ipynb"))
    assert (handin.student, handin.late, handin.notes, handin.doubt) == ("1001", False, [], "")


@pytest.mark.parametrize(
    ("path", "student"),
    [("submitted/hw3/1001/hw3.ipynb", "1001"), ("submitted/week 3/Zoe Adams/hw3.ipynb", "1002")],
)
def test_a_folder_that_is_only_called_submitted_is_not_nbgraders(taken, path, student):
    (handin,) = taken({path: notebook("a")})
    assert (handin.student, handin.problem, handin.doubt) == (student, "", "")


def test_a_zip_of_another_assignment_leaves_nothing_behind(taken):
    files = tried("1002", homework="hw1") | tried("1003", homework="hw1")
    old = zipped({name: data if isinstance(data, bytes) else data.encode() for name, data in files.items()})
    assert [one.student for one in taken(collected("1001") | {"old.zip": old})] == ["1001"]


def test_in_a_zip_that_was_handed_in_no_folder_changes_whose_it_is_or_when_it_came(taken):
    files = tried("1001", "2026-10-01 10:00:00 UTC") | tried("1002", "2026-10-01 10:00:00 UTC")
    made = zipped({name: data if isinstance(data, bytes) else data.encode() for name, data in files.items()})
    handins = taken({"1001/hw3/work.zip": made, "1001/hw3/timestamp.txt": STAMP})
    assert [one.submitted for one in handins if one.data] == [TIME, TIME]
    assert not any(one.student == "1002" and not one.doubt for one in handins)
