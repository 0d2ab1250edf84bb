"""For authors: `python -m translations update` brings the catalogues in step with the English texts; `check`
tells what is missing; `pages` writes the Chinese pages, and what the launcher says in Chinese."""

from __future__ import annotations

import sys
from pathlib import Path

from launcher.errors import CourseError
from translations import catalogue, editions, figures, messages, pages
from translations.catalogue import Unit


def update() -> int:
    """Rewrite every catalogue; an edited sentence becomes fuzzy."""
    for place, units in catalogues():
        catalogue.write(place, catalogue.updated(catalogue.read(place), units))
    return check()


def catalogues() -> list[tuple[Path, list[Unit]]]:
    """[(a catalogue, what has to be in it)] of all."""
    found = [(editions.catalogue_of(path), editions.units(path)) for path in editions.editions()]
    return [*found, *((part.CATALOGUE, part.units()) for part in (messages, figures))]


def check() -> int:
    """Print what is missing or fuzzy; the exit code is 1 when something is."""
    bad = 0
    for place, units in catalogues():
        try:
            catalogue.translations(place, units)
        except CourseError as problem:
            print(problem)
            bad += 1
    if problem := messages.launcher_problem():
        print(problem)
        bad += 1
    return int(bad > 0)


COMMANDS = {"update": update, "check": check, "pages": pages.write_all}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"python -m translations {'|'.join(COMMANDS)}")
    sys.exit(COMMANDS[sys.argv[1]]())
