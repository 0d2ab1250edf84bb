"""An autograder in a container as Gradescope's: real hand-ins, and what an attack reaches without walls."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from gradescope_box import DOCKERS, Box, problem
from homework_course import COPY, DOUBLE, HALF, answered

from homework.student.submit import submit

pytestmark = pytest.mark.skipif(problem() is not None, reason=f"no such container here: {problem()}")

DUE = {"due_date": "2026-12-01T23:59:00+08:00"}
ON_TIME, LATE = "2026-12-01T15:58:59.9+00:00", "2026-12-02T01:01:05+08:00"
ATTACK = (Path(__file__).with_name("attacks") / "gradescope.py").read_text(encoding="utf-8")
FILL = """
import os
here = os.getcwd()
os.rename(here, "/dev/shm/elsewhere")
os.symlink("/proc", here)  # a file system that is never full has the folder's name
kept = []
while True:
    kept.append(open("big", "wb"))
    kept[-1].write(bytes(50_000_000))
    os.unlink("big")  # it has no name any more, and takes its room
"""
FORKS = """
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        os.fork() or os.setsid()
    except OSError:
        pass
"""
STOPPERS = """
import contextlib, os, signal, time
os.fork() and os.fork()
time.sleep(0.3)
family = {name for name in os.listdir("/proc") if os.stat("/proc/" + name).st_uid == os.getuid()}
while True:
    for number in set(filter(str.isdigit, os.listdir("/proc"))) - family:
        with contextlib.suppress(OSError):
            os.kill(int(number), signal.SIGSTOP)
"""
NEARLY = "def double(x):\n    return abs(2 * x)"


@pytest.fixture
def box(course, tmp_path):
    """Of hw99, with no more rights than Docker leaves to root: bubblewrap cannot start in it."""
    box = Box(tmp_path, "hw99", course, DOCKERS)
    box.metadata(created_at=ON_TIME, assignment=DUE, users=[{"name": "Ann", "email": "ann@school.example"}])
    return box


def notebook(course, **answers) -> str:
    return nbformat.writes(answered(course, **answers))


def test_our_zip_with_right_answers_gets_all_points_and_the_servers_time_counts(course, box):
    """Gradescope takes zips apart: the notebook and its manifest, with the time of the student, lie there."""
    (course.copies / COPY).write_text(notebook(course, task1=DOUBLE, task2=HALF, text="Because."))
    made = Path(submit("hw99", "1001", folders=course).splitlines()[0].partition(": ")[2])
    box.metadata(created_at=LATE, assignment=DUE, users=[{"name": "Ann"}, {"name": "Bob"}])
    box.unzip(made)
    graded = box.grade()
    assert (graded.code, graded.results["score"]) == (0, 3), graded.log
    tests = graded.tests
    assert [(tests[name]["score"], tests[name]["status"]) for name in ("task1-values", "task2-values")] == [
        (1, "passed"),
        (2, "passed"),
    ]
    assert tests["task3"]["output"] == "Because."
    assert "score" not in tests["task3"]
    assert (
        "LATE by 1 hour 2 minutes (due 2026-12-01 23:59:00 UTC+08:00). No points" in graded.results["output"]
    )
    assert "marked by your teacher by hand (points: 1): task3" in graded.results["output"]
    assert graded.results["stdout_visibility"] == "hidden"
    assert "a user of its own, without bubblewrap's walls" in graded.log
    assert "Ann, Bob" in graded.log


def test_in_bubblewrap_a_hidden_test_tells_only_its_hint_and_a_stub_gets_nothing(course, box):
    box.rights = "ALL"
    box.hand_in({COPY: notebook(course, task1=NEARLY)})
    graded = box.grade()
    assert (graded.code, graded.results["score"]) == (0, 0), graded.log
    assert "Students' code runs in bubblewrap." in graded.log
    hidden, stub = (graded.tests[name] for name in ("task1-values", "task2-values"))
    assert hidden["output"].splitlines() == [
        "It tries: double(x)",
        "a hidden test did not pass (it tries other values of the same kind)",
        "Hint: Negative numbers count as well.",
    ]
    assert stub["output"].splitlines() == ["It tries: half(3.0)", "not answered yet"]
    assert (stub["score"], stub["max_score"], stub["status"]) == (0, 2, "failed")
    assert "in time" in graded.results["output"]
    assert "Not answered: task3" in graded.results["output"]


def test_without_walls_an_attack_reaches_nothing_and_leaves_nothing(course, box):
    box.hand_in({COPY: notebook(course, task1=ATTACK, task2=HALF)})
    (box.base / "submission" / "link.ipynb").symlink_to(
        "/autograder/source/course/homework/hw99/source.ipynb"
    )
    graded = box.grade()
    assert "RuntimeError: it could: nothing\n" in graded.results["output"], graded.log
    assert (graded.code, graded.results["score"], graded.left) == (0, 2, "")
    assert "link.ipynb: it is a link" in graded.results["output"]
    assert "BEGIN" not in str(graded.results)
    modes = [box.base / name for name in ("", "source", "submission", "results", "submission_metadata.json")]
    assert {path.stat().st_mode & 0o077 for path in modes} == {0o055, 0o044}  # as the server left them


def test_those_that_stop_whoever_ends_them_are_ended(box):
    """A family that stops every process it may, again and again; started as the keeper starts programs."""
    (box.base / "stoppers.py").write_text(STOPPERS)
    keeper = "/autograder/source/course/homework/gradescope/keeper.py"
    lowered = "setpriv --reuid 20001 --regid 20001 --clear-groups --no-new-privs"
    script = f"""{lowered} python3 /autograder/stoppers.py &
        sleep 2
        grep -ls "^Uid:.20001" /proc/[0-9]*/status | wc -l
        timeout -s KILL 30 python3 -I {keeper} end 20001 && echo ended
        grep -Ls "^Uid:.0" /proc/[0-9]*/status"""
    done = box.inside("bash", "-c", script)
    assert done.stdout == "3\nended\n", done.stderr


def test_without_walls_a_full_folder_and_forks_without_end_cost_their_own_task(course, box):
    box.hand_in({COPY: notebook(course, task1=FILL, task2=FORKS + HALF, text="Because.")})
    graded = box.grade()
    assert (graded.code, graded.results["score"], graded.left) == (0, 0, ""), graded.log
    assert "task1: Python ended in the middle of the cell" in graded.results["output"]
    assert "It wrote too much into its folder." in graded.results["output"]
    assert "task2: " in graded.results["output"]
    assert graded.tests["task3"]["output"] == "Because."


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("lowered.py", "0o700)", "0o755)", "/autograder/source can be read"),
        ("lowered.py", "ismount(walls.SHARED)", "ismount('/dev/shm/x')", "is no file system in memory"),
        ("run.py", 'TRIAL = "', 'TRIAL = "1 / 0\\n', "No worker starts here: ZeroDivisionError"),
    ],
    ids=["what is secret stays open", "nowhere to write", "a worker does not work"],
)
def test_a_grader_that_does_not_work_gives_no_zero(course, box, file, old, new, words):
    box.hand_in({COPY: notebook(course, task1=DOUBLE, task2=HALF)})
    code = box.base / "source" / "course" / "homework" / "gradescope" / file
    (box.base / "results").chmod(0o777)
    text = code.read_text(encoding="utf-8")
    assert old in text
    code.write_text(text.replace(old, new), encoding="utf-8")
    graded = box.grade()
    assert graded.code == 1
    assert words in graded.log
    assert not {"score", "tests"} & graded.results.keys()
    assert graded.results["output"].startswith("Not graded yet: grading itself did not work")
    assert (box.base / "results").stat().st_mode & 0o777 == 0o777, "the server's programs come back to it"
    assert graded.left == ""


def test_without_a_python_there_is_no_zero_either(box):
    box.has_python = False
    graded = box.grade()
    assert graded.code != 0
    assert "score" not in graded.results
    assert graded.results["output"].startswith("Not graded yet")
