"""Section ``faces``: who is recognised in clips, who is taken for another, and how many frames a second.

The scorer of ``projects/face_recognition.md``: our own entries, or the one that ``--entry`` names beside our
baseline, on our clips or on those in the folder that ``--clips`` names.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.face_clips import read_folder, write_made_clips
from benchmarks.face_entries import Score, load_entry, watch
from benchmarks.report import provenance, table
from benchmarks.sections import Options
from launcher.places import ROOT

ENTRIES = ROOT / "projects" / "face_recognition"
BASELINE = ENTRIES / "baseline.py"
OURS = (BASELINE, ENTRIES / "every_frame.py")
SEEDS = {"validation": 1, "test": 2}  # of our clips
COLUMNS = ("clips", "entry", "right", "false_accepts", "wrong_names", "fps", "ratio", "what")


def measure(options: Options) -> str:
    """The section's Markdown; ``--validate``: our other clips, ``--clips``: a folder of yours."""
    if options.clips:
        return _measured(options, options.clips, options.clips.name)
    which = "validation" if options.validate else "test"
    with TemporaryDirectory() as folder:
        return _measured(options, write_made_clips(Path(folder), SEEDS[which]), which)


def _measured(options: Options, folder: Path, name: str) -> str:
    people, clips = read_folder(folder)
    entries = {load_entry(path)[0]: path for path in ([options.entry] if options.entry else OURS)}
    beside = {"the baseline": BASELINE} if options.entry else {}
    found: dict[str, dict[str, Score]] = {said: {} for said in [*entries, *beside]}
    for clip in clips:  # by turns, for the machine may be faster now than later
        for said, path in (entries | beside).items():  # loaded anew: nothing is kept from clip to clip
            found[said][clip.path.stem] = watch(load_entry(path)[1], people, clip)
    base = total(found[next(iter(beside or entries))]).fps
    parts = [write(found, name, sorted(people), base), provenance(("torch", "opencv-python"))]
    if options.entry and not options.validate:
        lines = [leaderboard_line(name, said, total(found[said]), base) for said in entries]
        parts.insert(1, "For projects/face_recognition/leaderboard.csv:\n\n    " + "\n    ".join(lines))
    return "\n\n".join(parts)


def total(scores: dict[str, Score]) -> Score:
    """All clips together."""
    result = Score()
    for score in scores.values():
        result = result.plus(score)
    return result


def write(found: dict[str, dict[str, Score]], name: str, people: list[str], base: float) -> str:
    """Of each entry all clips together, and each clip; ``base``: the baseline's frames a second."""
    first = total(next(iter(found.values())))
    intro = (
        f"Clips: {name}; enrolled: {', '.join(people)}; {first.frames} frames, {first.known} sights of "
        f"enrolled people, {first.strange} of strangers. *right*: the right name, of all sights of enrolled "
        "people; *false accepts*: strangers with a name, of all their sights; *wrong names*: on another "
        "enrolled person, or where no face is. Frames a second: the entry alone, without reading the file; "
        "*ratio*: to the baseline's in this run."
    )
    head = ("entry", "right", "false accepts", "wrong names", "frames a second")
    rows = [
        (said, *_cells(total(scores)), f"{total(scores).fps / base:.2f}") for said, scores in found.items()
    ]
    each = [
        (f"{said.split(':')[0]}, {clip}", *_cells(score))
        for said, scores in found.items()
        for clip, score in scores.items()
    ]
    return "\n\n".join([intro, table((*head, "ratio"), rows), table(("entry, clip", *head[1:]), each)])


def _cells(score: Score) -> tuple[str, str, int, str]:
    return f"{score.accuracy:.1%}", f"{score.false_accepts:.1%}", score.wrong, f"{score.fps:.1f}"


def leaderboard_line(name: str, said: str, score: Score, base: float) -> str:
    """One line of ``leaderboard.csv``, with the columns ``COLUMNS``; ``base`` as in ``write``."""
    entry, _, what = said.replace("`", "").partition(": ")
    numbers = (
        f"{100 * score.accuracy:.1f}",
        f"{100 * score.false_accepts:.1f}",
        score.wrong,
        f"{score.fps:.1f}",
        f"{score.fps / base:.2f}",
    )
    return ",".join(map(str, (name, entry, *numbers, '"' + what.replace('"', "'") + '"')))
