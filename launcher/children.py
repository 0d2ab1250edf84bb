"""The Python that a command of the course runs in, and the commands that are programs of their own."""

import argparse
import subprocess

from launcher.environment import check_current_environment
from launcher.install import prepare_environment
from launcher.machine import check_writable
from launcher.places import ROOT
from launcher.shadows import name_shadows
from launcher.variables import jupyter_variables


def choose_environment(options: argparse.Namespace, extras: str) -> tuple:
    """The Python to run the course with, and the variables it runs under."""
    check_writable(ROOT)
    name_shadows(options.current_env)
    if options.current_env:
        return check_current_environment(extras), jupyter_variables(True)
    return prepare_environment(extras, options.build), jupyter_variables(False)


def homework(options: argparse.Namespace, arguments: list[str]) -> int:
    """Check and submit for students; release, grade and mark for teachers."""
    return run_module("homework", options, [options.command, *arguments])


def bench(options: argparse.Namespace, arguments: list[str]) -> int:
    """Measure how fast the course is, and write benchmarks/RESULTS.md."""
    return run_module("benchmarks", options, arguments)


def site(options: argparse.Namespace, arguments: list[str]) -> int:
    """Build the website of the course."""
    return run_module("website", options, arguments)


def run_module(name: str, options: argparse.Namespace, arguments: list[str]) -> int:
    """Run a package of the course's as a program, where the reader is; returns its exit code."""
    python, env = choose_environment(options, "")
    return subprocess.call([str(python), "-P", "-m", name, *arguments], env=env)
