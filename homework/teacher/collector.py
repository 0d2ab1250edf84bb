"""Takes files and zips apart into hand-ins, each with its student, its time and its problem or doubt."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from homework.teacher.archives import (
    MOST_PACKED_BYTES,
    Unsafe,
    check_archive,
    entry_time,
    platform_times,
    read_entry,
)
from homework.teacher.exchange import Shelf
from homework.teacher.identity import Handin, Roster, identified
from homework.teacher.manifest import MANIFEST, claim_of, meant_by, misfits, other_python, read_manifest
from homework.teacher.naming import read_path, read_time
from homework.teacher.people import People
from homework.teacher.texts import shown
from homework.teacher.versions import version_of

NOTEBOOKS = (".ipynb", ".json", ".txt")
CLOCKS_DIFFER = datetime.timedelta(minutes=10)  # more is worth a note


@dataclasses.dataclass
class Part:
    """A file of the inbox or of an archive: its path, what reads it, and what its archive says of its time.

    Attributes:
        at_platform: when the learning platform got it.
        written: when the student's computer wrote it; None but in a zip that a student made.
    """

    path: str
    read: Callable[[], bytes]
    at_platform: datetime.datetime | None = None
    written: datetime.datetime | None = None
    archive: str = ""

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def is_manifest(self) -> bool:
        return self.path.rpartition("/")[2] == MANIFEST


class Collector:
    """What is looked for: whose the hand-ins are, and of which homework ("" for any)."""

    def __init__(self, roster: Roster, homework: str = ""):
        self.people, self.homework, self.shelf = People(roster), homework, Shelf(homework)

    def problem(self, path: str, error: Exception | str) -> Handin:
        """A hand-in that cannot be read."""
        text = str(error)
        if not isinstance(error, Unsafe | str):
            text = f"it cannot be read: {type(error).__name__}, {shown(text)[:100]}"
        handin = Handin(shown(path), problem=text)
        return identified(handin, self.people, path, place=self.shelf.place(path))

    def sorted_out(self, parts: list[Part], is_archive: bool = False) -> tuple[list[Part], list[Handin]]:
        """The files that may be hand-ins, and the problems of nbgrader's folders that have none."""
        kept, empty = self.shelf.sort(parts, is_archive)
        return kept, [self.problem(place.folder, "there is no notebook in it") for place in empty]

    def of_file(self, name: str, path: Path, time: datetime.datetime | None = None) -> Iterator[Handin]:
        """The hand-ins of a zip in the inbox; `time` as below."""
        if path.stat().st_size > MOST_PACKED_BYTES:
            raise Unsafe(f"it is larger than {MOST_PACKED_BYTES // 10**6} MB")
        if not zipfile.is_zipfile(path):
            raise Unsafe("it is called .zip, but is no zip file, or is cut off")
        with zipfile.ZipFile(path) as archive:
            yield from self.of_archive(name, archive, time)

    def of_archive(
        self, name: str, archive: zipfile.ZipFile, time: datetime.datetime | None = None, depth: int = 0
    ) -> Iterator[Handin]:
        """The hand-ins of a zip: ours, somebody's with one notebook or more, or a bulk download.

        Args:
            time: when the learning platform got this zip itself.
        """
        entries = check_archive(archive)
        times = platform_times(entries)
        parts = [
            Part(
                f"{name}/{entry.filename}",
                lambda entry=entry: read_entry(archive, entry),
                times.get(at, time),
                None if read_path(entry.filename).platform else entry_time(entry),
                name,
            )
            for at, entry in enumerate(entries)
        ]
        if not depth and not self.shelf.place(name):
            every, (parts, empty) = parts, self.sorted_out(parts, is_archive=True)
            yield from empty
            if every and not parts:
                return
        zips = [part for part in parts if part.path.lower().endswith(".zip")]
        parts = [part for part in parts if part.path.lower().endswith(NOTEBOOKS)]
        parts = [part for part in parts if not is_attachment(part, parts)]
        notebooks = [part for part in parts if not part.is_manifest]
        if not notebooks and not zips:
            raise Unsafe("there is no notebook in it")
        yield from self.of_parts(parts, name if len(notebooks) == 1 and not zips else "")
        for part in zips:
            yield from guarded(self, part.path, lambda part=part: self.of_inner_zip(part, depth))

    def of_inner_zip(self, part: Part, depth: int) -> Iterator[Handin]:
        """The hand-ins of a zip in a zip, as bulk downloads have them."""
        if depth:
            raise Unsafe("a zip in a zip in a zip is not opened")
        with zipfile.ZipFile(io.BytesIO(part.read())) as archive:
            yield from self.of_archive(part.path, archive, part.at_platform, depth + 1)

    def of_parts(self, parts: list[Part], own_zip: str = "") -> Iterator[Handin]:
        """The hand-ins among loose files; a manifest goes with the notebooks in its folder.

        Args:
            parts: notebooks and manifests.
            own_zip: the archive that holds a single notebook, and goes by its name.
        """
        folders = collections.defaultdict(list)
        for part in parts:
            folders[part.folder].append(part)
        for found in folders.values():
            notebooks = [part for part in found if not part.is_manifest]
            manifests = [part for part in found if part.is_manifest]
            yield from self.of_folder(notebooks, manifests, own_zip)

    def of_folder(self, notebooks: list[Part], manifests: list[Part], own_zip: str) -> Iterator[Handin]:
        """The hand-ins of one folder."""
        told: dict[int, list[dict]] = collections.defaultdict(list)
        for part in manifests:
            try:
                manifest = read_manifest(part.read())
                meant = meant_by(manifest, notebooks)
            except Exception as error:
                yield self.problem(part.path, error)
                continue
            for at in meant:
                told[at].append(manifest)
            if not meant:
                yield self.problem(
                    part.path, "it is a manifest, and the notebook that it was made for is not here"
                )
        for at, part in enumerate(notebooks):
            yield from guarded(
                self, part.path, lambda at=at, part=part: [self.notebook(part, told[at], own_zip)]
            )

    def notebook(self, part: Part, manifests: list[dict], own_zip: str) -> Handin:
        """The hand-in of one notebook."""
        handin = Handin(shown(own_zip or part.path), data=part.read())
        if not part.path.lower().endswith(".ipynb"):
            if b'"cells"' not in handin.data and b'"worksheets"' not in handin.data:
                return self.problem(part.path, "it is neither a notebook (.ipynb) nor a zip of one")
            handin.notes.append("the file's extension is wrong")
        manifest, data = (manifests or [{}])[0], handin.data
        place = self.shelf.place(part.path)
        identified(handin, self.people, part.path, claim_of(manifest), place)
        wrong = misfits(manifest, data, read_path(part.path, place), self.homework)
        wrong += filter(None, [place.doubt if place else ""])
        handin.notes += filter(None, [other_python(manifest), place.note if place else ""])
        wrong += ["two manifests lie beside it"] if len(manifests) > 1 else []
        if wrong and not handin.problem:
            handin.candidates = handin.candidates or [handin.student]
            handin.doubt, handin.misfits = "; ".join(filter(None, [handin.doubt, *wrong])), wrong
        self.date(handin, part, manifest, own_zip)
        return handin

    def date(self, handin: Handin, part: Part, manifest: dict, own_zip: str) -> None:
        """Say when a hand-in came, and what tells whether it is newer than another one."""
        handin.submitted = read_time(str(manifest.get("submitted", ""))) or handin.submitted
        clock = handin.submitted
        if part.at_platform:
            handin.submitted = part.at_platform
            if clock and abs(clock - part.at_platform) > CLOCKS_DIFFER:
                handin.notes.append(
                    f"the platform got it at {part.at_platform:%Y-%m-%d %H:%M} UTC, by the student's clock "
                    f"it is of {clock:%Y-%m-%d %H:%M}"
                )
        if own_zip:
            handin.version = version_of(own_zip, read_path(own_zip))
        handin.version.archive, handin.version.written = part.archive, part.written
        handin.version.is_meant = bool(manifest) and not own_zip


def is_attachment(part: Part, parts: list[Part]) -> bool:
    """Whether a file of an archive, such as readme.txt, only lies beside a notebook in its folder."""
    base = part.path.rpartition("/")[2].lower()
    return not (part.is_manifest or ".ipynb" in base or read_path(base).platform) and any(
        other.folder == part.folder and other.path.lower().endswith(".ipynb") for other in parts
    )


def guarded(collector: Collector, path: str, make: Callable[[], Iterable[Handin]]) -> Iterator[Handin]:
    """Hand-ins, and the problem of the one at which making them failed, whatever that was."""
    try:
        yield from make()
    except Exception as error:
        yield collector.problem(path, error)
