"""The built website for its tests: built once for all of them, and served as a plain web server would."""

from __future__ import annotations

import functools
import html
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from course_project import ROOT

ATTRIBUTE = re.compile(
    r'<(a|img|script|link|form|video|source|iframe)\b[^>]*?\s(?:href|src|action)="([^"]*)"'
)
IDS = re.compile(r'\sid="([^"]+)"')


def built(folder: Path) -> Path:
    """The built site. COURSE_SITE names one that is there already."""
    if there := os.environ.get("COURSE_SITE"):
        return Path(there)
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine: install Node.js to test the website")
    command = [sys.executable, "-P", "-m", "website", "--out", str(folder / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


class Quiet(SimpleHTTPRequestHandler):
    """A plain web server that keeps its connections and prints nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *words: object) -> None:
        pass


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address under which a folder is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def names(site: Path) -> list[str]:
    """Every page, from the top of the site."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


def broken_links(site: Path) -> list[str]:
    """What leads to no file or to no place in a page, as "page: link"."""
    texts = {path.resolve(): path.read_text("utf-8") for path in site.rglob("*.html")}
    ids = {path: set(map(html.unescape, IDS.findall(text))) for path, text in texts.items()}
    broken = []
    for path, text in texts.items():
        for _, link in ATTRIBUTE.findall(text):
            parts = urlsplit(html.unescape(link))
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            if not target.is_file() or (place and target in ids and place not in ids[target]):
                broken.append(f"{path.relative_to(site.resolve())}: {link}")
    return broken


def asked_elsewhere(text: str) -> list[str]:
    """What a page would fetch from another server: all addresses but those of links."""
    found = [link for tag, link in ATTRIBUTE.findall(text) if tag != "a"]
    found += re.findall(r"url\(([^)]+)\)|@import\s+[\"']([^\"']+)", text)
    flat = [part for entry in found for part in ([entry] if isinstance(entry, str) else entry) if part]
    return [link for link in flat if re.match(r"[\"']?(https?:)?//", link)]
