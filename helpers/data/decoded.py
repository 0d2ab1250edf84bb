"""Decoded image sets on disk: a whole set is decoded once, and mapped into memory from then on.

A mapped file costs no time to open, and its pages are shared by every kernel that reads it.
"""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from launcher.files import whole_file

Decoded = tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]


def decode_once(path: Path, sources: Sequence[Path], decode: Callable[[], Decoded]) -> Decoded:
    """Return what ``decode()`` gives, from ``path`` where that was made from these very sources.

    Args:
        path: the cache file; its folder is made. Where it cannot be written, every call decodes.
        sources: the files that ``decode`` reads. When one changes, the cache is made anew.
        decode: reads the sources: pixels uint8 ``(N, C, H, W)``, labels int64 ``(N,)``, class names.

    Returns:
        The same three. Tensors from the file are mapped copy-on-write: changing them never changes the file.

    Raises:
        Whatever ``decode`` raises. A damaged cache is no error: it is made anew.
    """
    made_from = [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in sources]
    saved = _load(path)
    if saved is None or saved["made_from"] != made_from:
        pixels, labels, classes = decode()
        saved = {"pixels": pixels, "labels": labels, "classes": list(classes), "made_from": made_from}
        # A full disk or a folder of somebody else costs the cache, not the lesson.
        with contextlib.suppress(OSError, RuntimeError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as part:
                torch.save(saved, part)
    return saved["pixels"], saved["labels"], tuple(saved["classes"])


def _load(path: Path) -> dict | None:
    """The saved set, mapped; None where there is none that can be read."""
    if not path.is_file():
        return None
    try:
        saved = torch.load(path, mmap=True, weights_only=True)
        return saved if {"pixels", "labels", "classes", "made_from"} <= saved.keys() else None
    except Exception:  # damage shows as any of a dozen errors: zip, pickle, end of file, a missing key
        return None
