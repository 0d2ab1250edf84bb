"""The commands behind `course.py check`, `submit`, `release`, `grade` and `mark`: python -m homework
COMMAND …"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from homework.assignments import SECONDS
from launcher.cli import make_parser
from launcher.errors import CourseError
from launcher.proxies import without_proxies


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
    return subprocess.call([*command, *extra], cwd=folder, env=without_proxies(environment))


def run(arguments: list[str]) -> int:
    options = make_parser().parse_args(arguments)
    if options.command == "check":
        from homework.check import check

        text, passed = check(options.homework, options.task)
        print(text)
        return 0 if passed else 1
    if options.command == "submit":
        from homework.submit import submit

        print(submit(options.homework, options.student, options.to))
    elif options.command == "release":
        from homework.release import release

        print("\n".join(release(options.homework)))
    elif options.command == "mark":
        return mark_by_hand(options.out)
    else:
        from homework.grade import grade

        summary = grade(
            options.homework,
            options.inbox,
            options.out,
            roster=options.roster,
            due=options.due,
            jobs=options.jobs,
            sandboxed=not options.no_sandbox,
            dask=options.dask,
            cell_seconds=options.cell_seconds or SECONDS,
        )
        print(summary)
    return 0


def main(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    try:
        return run(arguments)
    except CourseError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Nothing is lost: the same command goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
