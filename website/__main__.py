"""`course.py site`: builds the website, and an archive of it for a release."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from filelock import FileLock

from launcher.cli import make_parser
from launcher.errors import CourseError
from website.building import build
from website.places import SITE, WORK, repository


def main(arguments: list[str]) -> int:
    """Build; returns the exit code."""
    options = make_parser().parse_args(["site", *arguments])
    out, started = options.out or SITE, time.monotonic()
    try:
        WORK.mkdir(exist_ok=True)
        with FileLock(WORK / "one-at-a-time.lock"):
            build(out, repository(), options.drafts)
    except CourseError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    print(
        f"The site is in {out} ({len(list(out.rglob('*.html')))} pages, {time.monotonic() - started:.0f} s)."
    )
    if options.zip:
        print(f"Its archive: {shutil.make_archive(str(Path(out).with_suffix('')), 'zip', out)}")
    print(f"To read it: {sys.executable} -m http.server --bind 127.0.0.1 --directory {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
