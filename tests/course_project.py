"""A small copy of the project, and wheels for it, so that real venvs and a real pip run in seconds.

The wheels stand in for PyTorch and JupyterLab, 5 GB of them; where a test says so, the real JupyterLab runs.
"""

import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and users")
ROOT = Path(__file__).resolve().parent.parent

# A stand-in for JupyterLab: answers what course.py asks, and only with the token.
LAB = """
import http.server, json, os, sys, threading
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.headers.get("Authorization") == "token " + os.environ["JUPYTER_TOKEN"]
        body = {"data": {}, "type": "notebook", "kernelspecs": {"python3": {}}}
        text = "jupyter-config-data" if self.path.startswith("/lab/tree") else json.dumps(body)
        self.send_response(200 if known else 403)
        self.end_headers()
        self.wfile.write(text.encode())
    def do_POST(self):
        self.do_GET()
        threading.Thread(target=self.server.shutdown).start()
    def log_message(self, *args):
        pass
port = next(int(a.rpartition("=")[2]) for a in sys.argv if a.startswith("--ServerApp.port="))
with http.server.HTTPServer(("127.0.0.1", port), Answer) as server:
    server.serve_forever()
"""
# A stand-in for nbclient's command: imports helpers, from the folder of the notebook.
RUN_NOTEBOOK = """
def main():
    import helpers, pathlib, sys
    assert pathlib.Path(sys.argv[-1]).exists()
"""
# Stand-ins for pytest and ruff: say how they were called; the browser tests fail.
SAY = (
    'import sys\nprint(__file__.split("/")[-2], sys.argv[1:], flush=True)\nsys.exit("browser" in sys.argv)\n'
)

COURSE_FILES = {
    "jupyterlab/__init__.py": "",
    "jupyterlab/__main__.py": LAB,
    "nbclient/__init__.py": "",
    "nbclient/cli.py": RUN_NOTEBOOK,
}
TEST_FILES = {f"{name}/__init__.py": "" for name in ("pytest", "ruff")}
TEST_FILES |= {f"{name}/__main__.py": SAY for name in ("pytest", "ruff")}


def build_wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """A wheel of pure Python with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {**files, f"{info}/METADATA": head, f"{info}/WHEEL": tags}
    rows = [f"{path},,{len(text)}\n" for path, text in files.items()]
    record = "".join(rows) + f"{info}/RECORD,,\n"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(path, text)
    return wheel


def write_notebook(path: Path, *sources: str) -> None:
    """A notebook of code cells that have not run."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


class Project:
    """A small copy of the course in a folder, and the ways to run its course.py."""

    def __init__(self, parent: Path):
        self.root = parent / "课程 with space"
        self.wheels = parent / "wheels"
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "JUPYTER", "COURSE_", "PYTHON"))
        }
        self.env.update(
            PIP_NO_INDEX="1",
            PIP_FIND_LINKS=self.wheels.as_uri(),
            PIP_CONFIG_FILE=os.devnull,
            PIP_NO_CACHE_DIR="1",
        )

    @classmethod
    def create(cls, parent: Path) -> "Project":
        """A fresh copy with no .venv; the wheels of version 1.0 and 2.0 lie beside it."""
        project = cls(parent)
        project.root.mkdir()
        for name in ("course.py", "pyproject.toml"):
            shutil.copy(ROOT / name, project.root)
        for folder in ("etc", "helpers", "launcher"):
            shutil.copytree(
                ROOT / folder, project.root / folder, ignore=shutil.ignore_patterns("__pycache__")
            )
        for version in ("1.0", "2.0"):
            files = dict(COURSE_FILES, **{"course_standin.py": f"version = {version!r}\n"})
            build_wheel(project.wheels, "course_standin", version, files)
        build_wheel(project.wheels, "test_standin", "1.0", TEST_FILES)
        # helpers imports torch where it needs it; the stand-in environment has none
        (project.root / "helpers" / "__init__.py").write_text("")
        write_notebook(project.root / "notebooks" / "00_getting_started.ipynb", "import helpers", "1 + 1")
        project.lock("1.0")
        return project

    def copy_to(self, parent: Path) -> "Project":
        """The same project, .venv included, at another place."""
        shutil.copytree(self.root.parent, parent, symlinks=True, dirs_exist_ok=True)
        return Project(parent)

    def lock(self, version: str, *more: str) -> None:
        """Pin the stand-in for the course's packages to a version; `more` are further lines."""
        pins = "".join(f"{line}\n" for line in (f"course_standin=={version}", *more))
        (self.root / "requirements.txt").write_text(pins)
        (self.root / "requirements-test.txt").write_text(pins + "test_standin==1.0\n")

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def marker(self) -> Path:
        return self.venv / "course.json"

    @property
    def pip_log(self) -> Path:
        return self.root / ".venv.logs" / "pip.log"

    @property
    def python(self) -> Path:
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def packages(self) -> Path:
        """The folder that pip installs into."""
        return next(self.venv.rglob("site-packages"))

    def command(self, *arguments: str, before: str = "") -> list[str]:
        """The command line of course.py; `before` is code to run first in the same process."""
        if not before:
            return [sys.executable, "course.py", *arguments]
        start = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path('course.py', run_name='__main__')"
        return [sys.executable, "-c", f"{before}\n{start}", "course.py", *arguments]

    def run(self, *arguments: str, before: str = "", **env: str | None) -> subprocess.CompletedProcess:
        """Run course.py to its end and return what it said; a variable that is None is left out.

        A traceback of course.py itself is never right.
        """
        variables = {name: value for name, value in {**self.env, **env}.items() if value is not None}
        done = subprocess.run(
            self.command(*arguments, before=before),
            cwd=self.root,
            env=variables,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
        )
        assert "Traceback" not in done.stderr.replace("    Traceback", ""), done.stderr
        return done


@contextlib.contextmanager
def serving(folder: Path, fetched: list[str]) -> Iterator[str]:
    """The address of a folder on this machine; the paths that are asked for are noted."""

    class Noting(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            fetched.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Noting, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def from_index(port: int) -> dict[str, str]:
    """pip's settings for an index on a loopback port."""
    return {
        "PIP_NO_INDEX": "0",
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": f"http://127.0.0.1:{port}/simple",
        "PIP_RETRIES": "0",
    }


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def allow_interrupts() -> None:
    """A test run that was started in the background ignores Ctrl-C, and its children would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
