"""The command line of the course: one parser for every command, and what runs each."""

import argparse
import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from launcher import arguments as kinds
from launcher.builds import Build
from launcher.children import bench, homework, site
from launcher.chinese import launcher_speaker
from launcher.errors import STOPPED, CourseError
from launcher.exports import export_options
from launcher.failures import explain_system_error
from launcher.lab import lab
from launcher.languages import language_option, spoken
from launcher.naming import homework_name
from launcher.places import TRANSLATION, say, told
from launcher.tests import test


def lab_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="prove that the course runs here, then stop")
    parser.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    parser.add_argument("--port", type=kinds.port_number, help="otherwise 8888, or any that is free")
    fetch = "first fetch the pre-trained networks of lessons 09 to 14 (20 MB), those that are not here"
    parser.add_argument("--weights", action="store_true", help=fetch)
    language_option(parser)


def test_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Every other argument is handed to pytest, for example: tests/unit/test_device.py -k cuda"
    parser.add_argument(
        "--thorough", action="store_true", help="all attacks, wrong answers and mutants, not a part of each"
    )


def check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("homework", type=homework_name, help="such as hw3")
    parser.add_argument("--task", help="look at one task alone, such as 2")
    language_option(parser)


def submit_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("homework", type=homework_name, help="such as hw3")
    parser.add_argument("--student", type=kinds.student_id, required=True, help="your student's id")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where the file goes; handins/ without it")
    language_option(parser)


def release_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("homework", nargs="*", type=homework_name, help="such as hw3; all without it")


def grade_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("homework", type=homework_name, help="such as hw3")
    add("--inbox", type=Path, required=True, metavar="FOLDER", help="zips, notebooks, bulk downloads")
    add("--out", type=Path, required=True, metavar="FOLDER", help="marks, feedback and report go here")
    add("--roster", type=Path, metavar="FILE", help="CSV: id,name, or as Moodle, Canvas or nbgrader give it")
    add(
        "--due", type=kinds.a_time, metavar="TIME", help="such as 2026-12-01T23:59+08:00; a day means its end"
    )
    add("--jobs", type=kinds.at_least_one, default=max(1, (os.cpu_count() or 2) - 1), metavar="N")
    add("--dask", metavar="ADDRESS", help="let the workers of this Dask scheduler grade")
    add("--cell-seconds", type=kinds.seconds, help="time limit of a cell that has none of its own")
    add("--regrade", nargs="*", metavar="ID", help="grade these students' hand-ins anew; all without an id")
    add("--format", choices=kinds.PLATFORMS, help="write the marks as this platform imports them, too")
    add("--column", default="", metavar="NAME", help="what the assignment is called there")
    add("--no-sandbox", action="store_true", help="run students' code with all your rights")
    language_option(parser)


def mark_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="the folder that grade wrote"
    )


def bench_options(parser: argparse.ArgumentParser) -> None:
    names, add = ", ".join(kinds.BENCHMARKS), parser.add_argument
    sections = "\n".join(f"{name:12}{title}" for name, title in kinds.BENCHMARKS.items())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter  # one section a line
    parser.epilog = (
        "All sections take one to two hours; close other programs first. The packages that the course\n"
        "is compared with go into .venv-bench, never into .venv."
    )
    add("sections", nargs="*", type=kinds.section_name, metavar="SECTION", help=f"{names}; all without it")
    add("--rounds", type=kinds.at_least_one, metavar="N", help="measured rounds (otherwise 3 to 33)")
    add("--hand-ins", type=kinds.at_least_one, default=20, metavar="N", help="to grade (default: 20)")
    add("--entry", type=Path, metavar="FILE", help="what mnist, expressions or faces scores: see projects/")
    add("--validate", action="store_true", help="mnist, expressions and faces ask data kept apart")
    add("--set", choices=kinds.EXPRESSION_SETS, help="the faces of expressions (default: drawn)")
    add("--clips", type=Path, metavar="FOLDER", help="what faces is scored on (default: clips that it makes)")
    add("--list", action="version", version=sections, help="name the sections and stop")


def all_exports(parser: argparse.ArgumentParser) -> None:
    """Each kind takes the options of the environment too: nobody knows that they belong before it.

    What is wrong is told with the usage of the kind.
    """
    for kind in export_options(parser):
        environment_options(kind, default=argparse.SUPPRESS)  # what stood before the kind stays
        kind.set_defaults(fail=kind.error)


def site_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "The packages that make the pages go into .venv-site; KaTeX comes from npm, into .site."
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where the site goes; site/ without it")
    parser.add_argument("--zip", action="store_true", help="also make an archive of it, for a release")
    text = "show English where a translation is unfinished, instead of stopping there"
    parser.add_argument("--drafts", action="store_true", help=text)


# name: (what runs it, what adds its options)
COMMANDS: dict[str, tuple[Callable, str, Callable]] = {
    "lab": (lab, "open the course in JupyterLab; installs what is missing first", lab_options),
    "test": (
        test,
        "lint, unit tests, browser tests and every notebook; with arguments, only pytest",
        test_options,
    ),
    "check": (homework, "run the tests of a homework on your answers", check_options),
    "submit": (homework, "make the file to hand in", submit_options),
    "release": (homework, "for teachers: make the student's copies out of the sources", release_options),
    "grade": (homework, "for teachers: grade a folder of hand-ins", grade_options),
    "mark": (homework, "for teachers: mark free-text answers in nbgrader's Formgrader", mark_options),
    "export": (homework, "for teachers: Gradescope, quizzes, the mark of the course", all_exports),
    "bench": (bench, "measure how fast the course is, beside other libraries", bench_options),
    "site": (site, "build the website of the course, in both languages", site_options),
}


def environment_options(parser: argparse.ArgumentParser, **default: object) -> None:
    """Where the packages come from; what is chosen is remembered with `.venv`."""
    add = functools.partial(parser.add_mutually_exclusive_group().add_argument, **default)
    add("--current-env", action="store_true", help="use the running Python (conda, JupyterHub), not .venv")
    for build, text in (
        (Build.CPU, "on Linux, PyTorch's build for processors (2 GB instead of 6.6)"),
        (Build.FULL, "on Linux, the build with CUDA, for NVIDIA cards"),
    ):
        add(f"--{build}", action="store_const", dest="build", const=build, help=text)


class Parser(argparse.ArgumentParser):
    """Says in the reader's language what is wrong with a command line."""

    def error(self, message: str) -> NoReturn:
        super().error(told(message))


def make_parser() -> argparse.ArgumentParser:
    """The command line: one subcommand for each entry of COMMANDS."""
    parser = Parser(
        prog="course.py",
        description="Open the course in JupyterLab, test it, do and grade homework.",
        epilog="Each command tells more with --help.",
        allow_abbrev=False,
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, text, add_options) in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=text, description=text, allow_abbrev=False)
        environment_options(subparser)
        add_options(subparser)
        subparser.set_defaults(fail=subparser.error)
    return parser


def read_arguments(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options, and what is left for pytest. What cannot be right ends the program, with the reason."""
    options, rest = make_parser().parse_known_args(arguments)
    if rest and options.command != "test":
        options.fail("unrecognized arguments: " + " ".join(rest))
    if problem := kinds.problem_of(options):
        options.fail(problem)
    return options, rest


def stop_on_signal(number: int, frame: object) -> None:
    """A closed window ends the course as Ctrl-C does."""
    raise KeyboardInterrupt


def run_command(arguments: list[str]) -> int:
    """Run one subcommand; returns its exit code. Without one, the commands are named."""
    if not arguments:
        make_parser().print_help()
        return 0
    options, rest = read_arguments(arguments)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop_on_signal)
    run = COMMANDS[options.command][0]
    return run(options, rest if options.command == "test" else arguments[1:])


def main(arguments: list[str]) -> int:
    """Run the command line and turn what can go wrong into words."""
    for stream in (sys.stdout, sys.stderr):  # a console that knows no Chinese still gets its message
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    TRANSLATION.set(launcher_speaker(spoken(arguments)))
    try:
        return run_command(arguments)
    except CourseError as error:
        problem = error
    except KeyboardInterrupt:
        say(STOPPED)
        return 130
    except OSError as error:
        problem = explain_system_error(error)
        if problem is None:
            raise
    sys.stdout.flush()
    print(told(f"\n{problem}"), file=sys.stderr, flush=True)
    return 1
