"""The command `export`: what it makes, by the kind that was asked for."""

from __future__ import annotations

import argparse

from homework.folders import Folders


def run_export(options: argparse.Namespace, folders: Folders) -> int:
    """Make what was asked for; returns the exit code."""
    print(EXPORTS[options.kind](options, folders))
    return 0


def gradescope(options: argparse.Namespace, folders: Folders) -> str:
    from homework.gradescope.pack import export

    return export(options, folders)


# kind: what makes it and returns what to print. Each imports what it needs when it runs.
EXPORTS = {
    "gradescope": gradescope,
}
