"""One process at a time makes a file; the system frees the lock when a process dies, however that happens."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

LOCK_TIMEOUT = 3600.0  # seconds to wait for another kernel that downloads the same file
# What a file system without locks answers: NFS, Lustre, some shares of Windows. Busy is never among these.
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Hold the target's lock. On a file system without locks it says so, once a folder, and goes on.

    Raises:
        filelock.Timeout: another process held the lock for ``LOCK_TIMEOUT``.
        OSError: the lock's file cannot be made.
    """
    from filelock import FileLock, Timeout

    # Its own way out, a file that merely exists, would outlive a killed kernel: the next would wait an hour.
    lock = FileLock(target.with_name(target.name + ".lock"), fallback_to_soft=False)
    try:
        held = lock.acquire(timeout=0.1)
    except Timeout:
        print(f"Another process is making {target.name}; waiting for it.")
        held = lock.acquire(timeout=LOCK_TIMEOUT)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        _say_once(target.parent, error.strerror)
        held = nullcontext()
    with held:
        yield


@cache
def _say_once(folder: Path, answer: str) -> None:
    print(
        f"{folder} lies on a file system without locks ({answer}); it goes on without one. "
        "Let only one notebook at a time download a data set."
    )
