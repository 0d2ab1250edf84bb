#!/usr/bin/env python3
"""Open the course in JupyterLab, test it, and check, hand in and grade homework.

    python3 course.py                names every command
    python3 course.py lab            install what is missing, then open JupyterLab at the first notebook

On Windows write `py` in place of `python3`. What happens then is in launcher/. This file and its pythons.py
are written so that an old Python can still read them and say that it is too old.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120


def main():
    """Hand the command line to the launcher; returns the exit code."""
    sys.path.insert(0, HERE)
    from launcher.pythons import OLDEST_PYTHON, refusal

    # The launcher is found. Now a student's random.py in this folder must not stand in for Python's own.
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]  # noqa: PTH100
    if sys.version_info < OLDEST_PYTHON:
        sys.stderr.write("\n" + refusal(sys.version_info, sys.argv) + "\n")
        return 1
    from launcher.cli import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
