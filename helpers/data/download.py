"""Download a file once, and whole: several mirrors, checksum, resume, and one kernel at a time."""

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

from helpers.data.disk import DISK_FULL, check_space, disk_full
from helpers.data.locks import alone
from helpers.data.proxies import Proxy, cure, proxy_for

TRIES = 3  # at each mirror, when the failure may pass
BACKOFF = 1.0  # seconds before the second try; twice that before the third
CONNECT_TIMEOUT = 10.0  # seconds
READ_TIMEOUT = 30.0  # seconds between two pieces, not for the whole file
_PIECE = 1 << 16
_MAY_PASS = {408, 425, 429, 500, 502, 503, 504}


class DownloadError(OSError):
    """No mirror gave the file. The message says what each one answered, and where to put the file by hand."""


class _NextMirror(Exception):
    """This mirror will not help, and asking it again changes nothing."""


class _UnusableProxy(_NextMirror):
    """The way to this mirror leads through a proxy that cannot be used; waiting changes nothing."""

    def __init__(self, proxy: Proxy, reason: str) -> None:
        super().__init__(f"{proxy}, cannot be used: {reason}")
        self.proxy = proxy


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


def is_right(path: Path, known_hash: str) -> bool:
    """Whether there is a file, and it has this checksum (``"sha256:..."`` or ``"md5:..."``)."""
    algorithm, digest = known_hash.split(":")
    return path.is_file() and checksum(path, algorithm) == digest.lower()


def checksum(path: Path, algorithm: str) -> str:
    """The file's checksum in hexadecimal digits: against damage, not against malice where it is MD5."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def _from_mirrors(urls: Sequence[str], target: Path, known_hash: str) -> None:
    part, answers, advice = target.with_name(target.name + ".part"), [], ""
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
                if isinstance(problem, _UnusableProxy):
                    advice = cure(problem.proxy)
                break
            except _TryAgain as problem:
                answers.append(f"  {url}: {problem}")
                print(f"Try {attempt} of {TRIES} for {url}: {problem}")
                if attempt < TRIES:
                    time.sleep(BACKOFF * 2 ** (attempt - 1))
    raise DownloadError(_all_failed(answers, advice, target, known_hash))


def _all_failed(answers: list[str], advice: str, target: Path, known_hash: str) -> str:
    algorithm, digest = known_hash.split(":")
    return (
        f"{target.name} could not be downloaded. What each try met:\n"
        + "\n".join(answers)
        + "\n"
        + ("The file that lies there now has a wrong checksum.\n" if target.is_file() else "")
        + (advice or "When you have a network again, run this once more: it goes on where it stopped.")
        + f"\nOr fetch {target.name} elsewhere ({algorithm} {digest}) and put it at {target}"
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
    import urllib3

    start = part.stat().st_size if part.is_file() else 0
    headers = {"Accept-Encoding": "identity"}  # an offset into a stream packed on the way would mean nothing
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        timeout = (CONNECT_TIMEOUT, READ_TIMEOUT)
        with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
            start = _start_of(response, part, start)
            _copy(response, part, start)
            return start > 0
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise _problem(url, error) from error
    except OSError as error:
        if error.errno in DISK_FULL:
            raise disk_full(error, part) from error
        raise


def _problem(url: str, error: Exception) -> _NextMirror | _TryAgain:
    """What a failed request means for the next one."""
    from requests.exceptions import InvalidSchema, InvalidURL

    proxy = proxy_for(url)
    if proxy and isinstance(error, (InvalidSchema, InvalidURL)):  # the error's own text may hold a password
        socks = "SOCKS support" in str(error)
        return _UnusableProxy(
            proxy, "Python's downloads know no SOCKS" if socks else "it is no valid address"
        )
    through = f" (through {proxy})" if proxy else ""
    if "NameResolutionError" in str(error):  # trying again would only keep a reader waiting
        return _NextMirror(f"no network, or no such host: its name could not be resolved{through}")
    return _TryAgain(f"{type(error).__name__}: {error}{through}")


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


def _copy(response, part: Path, start: int) -> None:
    """Write the body as it was sent: a ``.gz`` that the server calls packed on the way stays a ``.gz``."""
    from tqdm.auto import tqdm

    length = response.headers.get("Content-Length")
    left = int(length) if length else None
    if left:
        check_space(part, left)
    total = None if left is None else start + left
    bar = tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=part.stem)
    with part.open("ab" if start else "wb") as file, bar:
        for piece in response.raw.stream(_PIECE, decode_content=False):
            file.write(piece)
            file.flush()  # a kernel that dies keeps what it had
            bar.update(len(piece))
