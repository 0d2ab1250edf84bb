"""The commands behind `course.py check`, `submit`, `release`, `grade`, `mark` and `export`:
python -m homework COMMAND …"""

from __future__ import annotations

import argparse
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

from homework.cells import SECONDS
from homework.exporting import run_export
from homework.folders import COURSE, Folders
from launcher.cli import make_parser
from launcher.errors import STOPPED, CourseError
from launcher.failures import explain_system_error
from launcher.languages import language_of
from launcher.proxies import without_proxies
from translations.speaking import speaker


def mark_by_hand(out: Path, extra: tuple = ()) -> int:
    """Open JupyterLab with Formgrader on the gradebook of a graded folder."""
    folder = (out / "nbgrader").resolve()
    if not (folder / "gradebook.db").exists():
        raise CourseError(
            f"There is no gradebook in {out}. Run `grade --out {out}` first. Nothing was changed."
        )
    check_copies(folder, out)
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
    command += [f"--config={Path(__file__).parent / 'teacher' / 'server_config.py'}"]
    command += ["--ip=127.0.0.1", *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    return subprocess.call([*command, *extra], cwd=folder, env=without_proxies(environment))


def check_copies(folder: Path, out: Path) -> None:
    """Refuse a folder whose copies another version of the course wrote: what students wrote may run in those.

    Raises:
        CourseError: it has to be graded again first; marks by hand stay.
    """
    from homework.teacher.gradebook import configuration

    settings = folder / "nbgrader_config.py"
    if not settings.exists() or settings.read_text(encoding="utf-8") != configuration(folder):
        raise CourseError(
            f"{out} was graded by another version of this course, or moved. Run `grade --out {out}` again "
            "first; marks given by hand stay. Nothing was changed."
        )


def run_check(options: argparse.Namespace, folders: Folders) -> int:
    from homework.session import Session

    with Session() as session:
        session.begin()  # the worker imports torch while this process imports what it needs
        from homework.student.check import check

        text, passed = check(options.homework, options.task, folders, session, speaker(folders.language))
    print(text)
    return 0 if passed else 1


def run_submit(options: argparse.Namespace, folders: Folders) -> int:
    from homework.student.submit import submit

    say = speaker(folders.language)
    print(submit(options.homework, options.student, options.to, folders=folders, say=say))
    return 0


def run_release(options: argparse.Namespace, folders: Folders) -> int:
    from homework.release import release

    print("\n".join(release(options.homework, folders)))
    return 0


def run_grade(options: argparse.Namespace, folders: Folders) -> int:
    from homework.teacher.forms import Form
    from homework.teacher.grade import grade
    from homework.teacher.pool import How

    how = How(options.jobs, not options.no_sandbox, options.dask, options.cell_seconds or SECONDS)
    more = {"roster": options.roster, "due": options.due, "regrade": options.regrade}
    more["form"] = Form(options.format, options.column, options.roster) if options.format else None
    more["say"] = speaker(folders.language)
    print(grade(options.homework, options.inbox, options.out, how=how, folders=folders, **more))
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
    "export": run_export,
}


def main(arguments: list[str], folders: Folders = COURSE) -> int:
    """Run one command on the homework in these folders; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    options = make_parser().parse_args(arguments)
    language = language_of(options)
    say = speaker(language)
    try:
        return COMMANDS[options.command](options, dataclasses.replace(folders, language=language))
    except CourseError as problem:
        print(say(str(problem)), file=sys.stderr)
        return 1
    except OSError as error:
        if not (told := explain_system_error(error)):
            raise
        print(say(str(told)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(say(STOPPED), file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
