"""The commands behind `course.py check`, `submit`, `release`, `grade` and `mark`: python -m homework
COMMAND …"""

from __future__ import annotations

import argparse
import datetime
import os
import subprocess
import sys
from pathlib import Path

from homework.cells import SECONDS
from homework.folders import COURSE, Folders
from launcher.errors import CourseError


def a_time(text: str) -> datetime.datetime:
    """A time in ISO form; without a zone, this machine's."""
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        problem = f"{text!r} is no time such as 2026-12-01T23:59 or 2026-12-01T23:59+08:00"
        raise argparse.ArgumentTypeError(problem) from None
    return time.astimezone(datetime.UTC)


def at_least_one(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number of jobs is needed, 1 or more")
    return int(text)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course.py", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="run the tests of a homework on your answers")
    check.add_argument("homework", help="such as hw3")
    check.add_argument("--task", help="look at one task alone, such as 2")
    submit = commands.add_parser("submit", help="make the file to hand in")
    submit.add_argument("homework", help="such as hw3")
    submit.add_argument("--student", required=True, help="your student's id")
    submit.add_argument("--to", type=Path, metavar="FOLDER", help="where the file goes; handins/ without it")
    release = commands.add_parser("release", help="make the student's copies out of homework/source")
    release.add_argument("homework", nargs="*", help="such as hw3; all without it")
    grade = commands.add_parser("grade", help="grade a folder of hand-ins")
    grade.add_argument("homework", help="such as hw3")
    grade.add_argument(
        "--inbox", type=Path, required=True, metavar="FOLDER", help="zips, notebooks, bulk downloads"
    )
    grade.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="marks, feedback and report go here"
    )
    grade.add_argument("--roster", type=Path, metavar="FILE", help="CSV with a line id,name for each student")
    grade.add_argument("--due", type=a_time, metavar="TIME", help="such as 2026-12-01T23:59+08:00")
    grade.add_argument("--jobs", type=at_least_one, default=max(1, (os.cpu_count() or 2) - 1), metavar="N")
    grade.add_argument("--dask", metavar="ADDRESS", help="let the workers of this Dask scheduler grade")
    grade.add_argument(
        "--cell-seconds", type=float, default=SECONDS, help="time limit of a cell that has none of its own"
    )
    grade.add_argument("--no-sandbox", action="store_true", help="run students' code with all your rights")
    mark = commands.add_parser("mark", help="open nbgrader's Formgrader to mark free-text answers")
    mark.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the folder that grade wrote")
    return parser


def mark_by_hand(out: Path, extra: tuple = ()) -> int:
    """Open JupyterLab with Formgrader on the gradebook of a graded folder."""
    folder = (out / "nbgrader").resolve()
    if not (folder / "gradebook.db").exists():
        raise CourseError(
            f"There is no gradebook in {out}. Run `grade --out {out}` first. Nothing was changed."
        )
    environment = {name: value for name, value in os.environ.items() if name != "JUPYTER_CONFIG_PATH"}
    environment["PATH"] = str(Path(sys.executable).parent) + os.pathsep + environment.get("PATH", "")
    enabled = {
        f"nbgrader.server_extensions.{name}": name == "formgrader"
        for name in ("formgrader", "validate_assignment", "assignment_list", "course_list")
    }
    options = [f"--ServerApp.jpserver_extensions={enabled!r}", "--LabApp.default_url=/formgrader"]
    print(
        "Formgrader opens in your browser. When you are done, stop it here with Ctrl-C and run grade again."
    )
    command = [sys.executable, "-m", "jupyter", "lab", "--notebook-dir", str(folder), *options]
    command += ["--ip=127.0.0.1", *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    return subprocess.call([*command, *extra], cwd=folder, env=environment)


def run_check(options: argparse.Namespace, folders: Folders) -> int:
    from homework.student.check import check

    text, passed = check(options.homework, options.task, folders)
    print(text)
    return 0 if passed else 1


def run_submit(options: argparse.Namespace, folders: Folders) -> int:
    from homework.student.submit import submit

    print(submit(options.homework, options.student, options.to, folders=folders))
    return 0


def run_release(options: argparse.Namespace, folders: Folders) -> int:
    from homework.release import release

    print("\n".join(release(options.homework, folders)))
    return 0


def run_grade(options: argparse.Namespace, folders: Folders) -> int:
    from homework.teacher.grade import grade
    from homework.teacher.pool import How

    how = How(options.jobs, not options.no_sandbox, options.dask, options.cell_seconds or SECONDS)
    due, roster = options.due, options.roster
    print(
        grade(options.homework, options.inbox, options.out, roster=roster, due=due, how=how, folders=folders)
    )
    return 0


def run_mark(options: argparse.Namespace, folders: Folders) -> int:
    return mark_by_hand(options.out)


# Each imports what it needs when it runs: `--help` must work before anything is installed.
COMMANDS = {
    "check": run_check,
    "submit": run_submit,
    "release": run_release,
    "grade": run_grade,
    "mark": run_mark,
}


def main(arguments: list[str], folders: Folders = COURSE) -> int:
    """Run one command on the homework in these folders; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    options = make_parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](options, folders)
    except CourseError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Nothing is lost: the same command goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
