"""The command `export`: what it makes, by the kind that was asked for."""

from __future__ import annotations

import argparse

from homework.folders import Folders


def run_export(options: argparse.Namespace, folders: Folders) -> int:
    """Make what was asked for; returns the exit code."""
    print(EXPORTS[options.kind](options, folders))
    return 0


def export_quiz(options: argparse.Namespace, folders: Folders) -> str:
    from homework.quizzes.making import export_quizzes

    return export_quizzes(options.quizzes, options.to)


def marks(options: argparse.Namespace, folders: Folders) -> str:
    from homework.teacher.marks import export_marks

    return export_marks(options.sheet, options.to, options.roster, options.grades)


def gradescope(options: argparse.Namespace, folders: Folders) -> str:
    from homework.gradescope.pack import export

    return export(options, folders)


# kind: what makes it and returns what to print. Each imports what it needs when it runs.
EXPORTS = {
    "quiz": export_quiz,
    "marks": marks,
    "gradescope": gradescope,
}
