"""Decoded image sets on disk: a whole set is decoded once, and mapped into memory from then on.

A mapped file costs no time to open, and its pages are shared by every kernel that reads it.
"""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from launcher.files import whole_file

# The first edition cached what it had not checked, under the key "made_from": those files are made anew.
_FROM = "checked_sources"
Decoded = tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]


def decode_once(path: Path, sources: Sequence[Path], decode: Callable[[], Decoded]) -> Decoded:
    """Return what ``decode()`` gives, from ``path`` where that was made from these very sources.

    The sources are known by name, size and time, not by their content: hashing 47 MB at every start would
    cost what the cache saves. ``decode`` checks the content before anything is kept. So a source that changes
    later, its size and time kept, leaves the right pictures here, and a damaged one never brings in others.
    The cache itself appears in one step and ends with its table of contents: a copy that broke off is seen.

    Args:
        path: the cache file; its folder is made. Where it cannot be written, every call decodes.
        sources: the files that ``decode`` reads. When one changes, the cache is made anew.
        decode: checks the sources; reads pixels uint8 ``(N, C, H, W)``, labels int64 ``(N,)``, class names.

    Returns:
        The same three. Tensors from the file are mapped copy-on-write: changing them never changes the file.

    Raises:
        Whatever ``decode`` raises. A damaged cache is no error: it is made anew.
    """
    saved = _load(path, sources)
    if saved is None:
        pixels, labels, classes = decode()
        saved = {"pixels": pixels, "labels": labels, "classes": list(classes), _FROM: _stamps(sources)}
        # A full disk or a folder of somebody else costs the cache, not the lesson.
        with contextlib.suppress(OSError, RuntimeError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as part:
                torch.save(saved, part)
    return saved["pixels"], saved["labels"], tuple(saved["classes"])


def is_current(path: Path, sources: Sequence[Path]) -> bool:
    """Whether ``path`` holds what was made from these very sources: ``decode_once`` will only map it."""
    return _load(path, sources) is not None


def _stamps(sources: Sequence[Path]) -> list:
    return [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in sources]


def _load(path: Path, sources: Sequence[Path]) -> dict | None:
    """The saved set, mapped; None where there is none that can be read, or one of other sources."""
    if not path.is_file():
        return None
    try:
        saved = torch.load(path, mmap=True, weights_only=True)
        is_whole = {"pixels", "labels", "classes"} <= saved.keys()
        return saved if is_whole and saved[_FROM] == _stamps(sources) else None
    except Exception:  # damage shows as any of a dozen errors: zip, pickle, end of file, a missing key
        return None
