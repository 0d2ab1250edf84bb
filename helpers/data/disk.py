"""A disk that is full, said before it is where that can be known, and in words."""

import errno
import os
import shutil
from pathlib import Path

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def check_space(folder_of: Path, needed: int) -> None:
    """Say that the disk is full before it is."""
    if shutil.disk_usage(folder_of.parent).free < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def disk_full(error: OSError, path: Path) -> OSError:
    """The system's error, told so that a reader knows what to do."""
    free = shutil.disk_usage(path.parent).free / 1e6
    what = f"the disk is full ({free:.0f} MB free). Make room and run this again; what arrived is kept"
    return OSError(error.errno, what, str(path))
