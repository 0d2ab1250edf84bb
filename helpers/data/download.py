"""Download a file once, and whole: several mirrors, checksum, resume, and one kernel at a time."""

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

TRIES = 3  # at each mirror, when the failure may pass
BACKOFF = 1.0  # seconds before the second try; twice that before the third
CONNECT_TIMEOUT = 10.0  # seconds
READ_TIMEOUT = 30.0  # seconds between two pieces, not for the whole file
LOCK_TIMEOUT = 3600.0  # seconds to wait for another kernel that downloads the same file
_PIECE = 1 << 16
_MAY_PASS = {408, 425, 429, 500, 502, 503, 504}
DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DownloadError(OSError):
    """No mirror gave the file. The message says what each one answered, and where to put the file by hand."""


class _NextMirror(Exception):
    """This mirror will not help, and asking it again changes nothing."""


class _TryAgain(Exception):
    """This mirror failed in a way that may pass."""


def fetch(urls: Sequence[str], target: str | Path, known_hash: str) -> Path:
    """Have a file on disk: at once if it is there already, else from the first mirror that gives it.

    What arrives goes to ``<target>.part`` and is renamed only when its checksum is right, so ``target`` is
    never half a file. After an interruption the next call goes on where the last one stopped.

    Args:
        urls: mirrors of one and the same file, in the order to try.
        target: where it shall lie; its folder is made.
        known_hash: ``"sha256:..."`` or ``"md5:..."``, as ``hashlib`` names them.

    Returns:
        ``target`` as a ``Path``; its checksum is right.

    Raises:
        DownloadError: every mirror failed.
        OSError: the disk is full (what arrived is kept), or the folder cannot be written to.
    """
    target = Path(target)
    if is_right(target, known_hash):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with alone(target):
        if not is_right(target, known_hash):  # the one we waited for may have brought it
            _from_mirrors(urls, target, known_hash)
    return target


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Hold the target's lock. The system frees it when a process dies, however that happens."""
    from filelock import FileLock, Timeout

    lock = FileLock(_beside(target, ".lock"))
    try:
        held = lock.acquire(timeout=0.1)
    except Timeout:
        print(f"Another process is making {target.name}; waiting for it.")
        held = lock.acquire(timeout=LOCK_TIMEOUT)
    with held:
        yield


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(target.name + suffix)


def is_right(path: Path, known_hash: str) -> bool:
    """Whether there is a file, and it has this checksum (``"sha256:..."`` or ``"md5:..."``)."""
    algorithm, digest = known_hash.split(":")
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == digest.lower()


def _from_mirrors(urls: Sequence[str], target: Path, known_hash: str) -> None:
    part, answers = _beside(target, ".part"), []
    if is_right(part, known_hash):  # the last run ended between the last byte and the new name
        part.replace(target)
        return
    for url in urls:
        for attempt in range(1, TRIES + 1):
            try:
                resumed = _stream(url, part)
                _accept(part, target, known_hash, resumed)
                return
            except _NextMirror as problem:
                answers.append(f"  {url}: {problem}")
                break
            except _TryAgain as problem:
                answers.append(f"  {url}: {problem}")
                print(f"Try {attempt} of {TRIES} for {url}: {problem}")
                if attempt < TRIES:
                    time.sleep(BACKOFF * 2 ** (attempt - 1))
    algorithm, digest = known_hash.split(":")
    raise DownloadError(
        f"{target.name} could not be downloaded. What each try met:\n"
        + "\n".join(answers)
        + "\n"
        + ("The file that lies there now has a wrong checksum.\n" if target.is_file() else "")
        + "When you have a network again, run this once more: it goes on where it stopped.\n"
        + f"Or fetch {target.name} elsewhere ({algorithm} {digest}) and put it at {target}"
    )


def _accept(part: Path, target: Path, known_hash: str, resumed: bool) -> None:
    """Rename a part whose checksum is right; drop one whose checksum is wrong."""
    if is_right(part, known_hash):
        part.replace(target)
        return
    part.unlink()
    problem = "what it sent has the wrong checksum, so it was thrown away"
    # The first piece may have come from elsewhere. A mirror that sent all of it would send the same again.
    raise _TryAgain(problem) if resumed else _NextMirror(problem)


def _stream(url: str, part: Path) -> bool:
    """Append to ``part`` what is missing of it; True if there was something to append to."""
    import requests

    start = part.stat().st_size if part.is_file() else 0
    headers = {"Accept-Encoding": "identity"}  # an offset into a stream packed on the way would mean nothing
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        timeout = (CONNECT_TIMEOUT, READ_TIMEOUT)
        with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
            start = _start_of(response, part, start)
            length = response.headers.get("Content-Length")
            left = int(length) if length else None
            if left:
                _check_space(part, left)
            _copy(response, part, start, left)
            return start > 0
    except requests.RequestException as error:
        if "NameResolutionError" in str(
            error
        ):  # trying again would only keep a reader without a network waiting
            raise _NextMirror("no network, or no such host: its name could not be resolved") from error
        raise _TryAgain(f"{type(error).__name__}: {error}") from error
    except OSError as error:
        if error.errno in DISK_FULL:
            raise disk_full(error, part) from error
        raise


def _start_of(response, part: Path, start: int) -> int:
    """Where in the file the body begins: at ``start`` if the server resumes, else at 0."""
    status = response.status_code
    if status in _MAY_PASS:
        raise _TryAgain(f"HTTP {status} {response.reason}")
    if status == 416:  # nothing lies behind our part, and it was not whole: it is another file's
        part.unlink()
        raise _TryAgain("could not go on from the part on disk, which was thrown away")
    if status == 206:
        if response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            return start
        raise _NextMirror(f"sent another range than asked for: {response.headers.get('Content-Range')}")
    if status != 200:
        raise _NextMirror(f"HTTP {status} {response.reason}")
    return 0


def _copy(response, part: Path, start: int, left: int | None) -> None:
    from tqdm.auto import tqdm

    total = None if left is None else start + left
    bar = tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=part.stem)
    with part.open("ab" if start else "wb") as file, bar:
        for piece in response.iter_content(_PIECE):
            file.write(piece)
            file.flush()  # a kernel that dies keeps what it had
            bar.update(len(piece))


def _check_space(folder_of: Path, needed: int) -> None:
    """Say that the disk is full before it is."""
    if shutil.disk_usage(folder_of.parent).free < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def disk_full(error: OSError, path: Path) -> OSError:
    """The system's error, told so that a reader knows what to do."""
    free = shutil.disk_usage(path.parent).free / 1e6
    what = f"the disk is full ({free:.0f} MB free). Make room and run this again; what arrived is kept"
    return OSError(error.errno, what, str(path))
