"""What pip and the system say when something fails, turned into words for the reader."""

import errno
import platform
import re
from pathlib import Path

from launcher.builds import Build, package_sizes, remembered
from launcher.errors import CourseError
from launcher.places import PYTHON, ROOT, this_command
from launcher.proxies import proxy_words

# What pip or the system say (any of these words), and what it means. The first that fits counts: a full disk
# shows as a broken download as well, and a broken download as a network that fails.
FAILURES = [
    (
        r"No space left on device|Errno 28\b|WinError 112|not enough space|Disk quota exceeded|Errno 122",
        """The disk is full, or your quota on it is used up.
Free some room (the packages take {size} GB; `{python} -m pip cache purge` empties pip's store).""",
    ),
    (
        r"Long Path support",
        """A file name became too long for Windows.
Move the course's folder nearer to the top of the disk (for example C:\\course), or switch long paths on:
https://docs.python.org/3/using/windows.html#removing-the-max-path-limitation""",
    ),
    (
        r"Permission denied|Errno 13\b|WinError 5\b|WinError 32\b|Access is denied|used by another process",
        """A file could not be written: it belongs to someone else, or another program uses it.
Close JupyterLab and every other window that uses this course. If you ever ran it with `sudo`, delete the
folder .venv first. On Windows a virus scanner or OneDrive can hold files: move the course out of it.""",
    ),
    (
        r"DO NOT MATCH THE HASHES|Hash ?Mismatch|BadZipFile|not a zip file|is invalid|IncompleteRead|"
        r"invalid package format|from zip file|Failed to extract",
        """A download arrived damaged and was thrown away.
If it happens twice, empty pip's store with `{python} -m pip cache purge` and try another network.""",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError|invalid peer certificate",
        """The package index could not prove who it is (certificate error).
Often the network (a school's, a company's, a hotel's login page) sits in between: open a web page in your
browser and log in, or use another network. Check that the computer's date is right.""",
    ),
    (
        r"Missing dependencies for SOCKS|unsupported scheme|Failed to parse: \w+://",
        """A proxy is set that pip cannot use:
    {proxies}
Most proxy programs offer an HTTP proxy too, often at the same address. Set that one:
    {set_proxy}
or go without a proxy in this window:
    {unset_proxies}""",
    ),
    (
        r"Cannot connect to proxy|Tunnel connection failed|ProxyError|tunnel error|socks proxy",
        """The proxy does not answer, or refuses:
    {proxies}
Start the proxy program, or correct its address:
    {set_proxy}
or go without a proxy in this window:
    {unset_proxies}""",
    ),
    (
        r"NewConnectionError|ConnectTimeout|ReadTimeout|Read timed out|Max retries exceeded|"
        r"getaddrinfo|Name or service not known|name resolution|Connection (refused|reset|aborted)|"
        r"RemoteDisconnected|Connection to \S+ timed out|Network is unreachable|HTTP error 5\d\d|"
        r"dns error|tcp connect error|operation timed out|Failed to fetch",
        """The package index does not answer: there is no network, or something blocks it.
Check that a web page opens in your browser. Behind a proxy, set HTTPS_PROXY.
A mirror may be faster:
    {python} -m pip config set global.index-url ADDRESS-OF-THE-MIRROR""",
    ),
    (
        r"No matching distribution found|Could not find a version|is not a supported wheel|No solution found",
        """The package index answers, but has no package for this computer and this Python.
The line below names it. If you use a mirror, it may be behind: `{python} -m pip config list` shows it.
On an old system (a Linux from before 2019, macOS before 14, Windows before 10) use a newer one.""",
    ),
]


def meaning(text: str) -> tuple[str, str]:
    """What a text says went wrong, with what to do; and the line of it that says so."""
    for pattern, advice in FAILURES:
        hit = re.search(pattern, text, re.IGNORECASE)
        if hit:
            line = text[text.rfind("\n", 0, hit.start()) + 1 :].split("\n", 1)[0]
            size = package_sizes(platform.system(), remembered() or Build.FULL)[1]
            return advice.format(size=f"{size:.1f}", python=PYTHON, **proxy_words()), line.strip()[:300]
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["no message"]
    return "The installation failed in a way that this program does not know.", lines[-1][:300]


def explain_failure(text: str, log: Path, program: str = "pip") -> str:
    """Turn pip's or uv's words into what happened, what to do, and what is kept."""
    advice, line = meaning(text)
    return f"""{advice}
Then run `{this_command("lab")}` again: it goes on where this run stopped; what was downloaded whole is kept.
    {program} said: {line}
    its whole log: {log}"""


FULL, DENIED = (errno.ENOSPC, errno.EDQUOT), (errno.EACCES, errno.EPERM, errno.EROFS)
WINDOWS_FULL, WINDOWS_DENIED = (112,), (5, 32)


def explain_system_error(error: OSError) -> CourseError | None:
    """The message for a full disk, a refused or a missing file; None for what is not known."""
    if error.errno == errno.ENOENT and str(error.filename).startswith(str(ROOT)):
        return CourseError(f"""A file of the course is missing: {error.filename}
Download the course again, or get the file back with `git checkout`. Your notebooks are untouched.""")
    windows = getattr(error, "winerror", None)
    if error.errno in FULL or windows in WINDOWS_FULL:
        advice, _ = meaning("No space left on device")
    elif error.errno in DENIED or windows in WINDOWS_DENIED:
        advice, _ = meaning("Permission denied")
    else:
        return None
    return CourseError(
        f"{advice}\nThen run the same command again. Nothing is lost.\n    the system said: {error}"
    )
