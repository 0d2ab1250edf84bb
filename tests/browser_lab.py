"""The course opened by `course.py lab` in a real browser: what the browser tests share."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from course_project import ROOT
from playwright.sync_api import Browser, Page, expect, sync_playwright

from launcher.jupyter import Server

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
LOCAL = {"127.0.0.1", "localhost", None}  # None: data: and blob: addresses, which have no host

# Remembers every dialog and every notification that was ever there, however short.
WATCH_FOR_INTERRUPTIONS = """
window.interruptions = [];
const kinds = ".jp-Dialog, .Toastify__toast";
new MutationObserver(changes => {
  for (const change of changes) for (const node of change.addedNodes) {
    if (node.nodeType !== 1) continue;
    const found = node.matches(kinds) ? [node] : node.querySelectorAll(kinds);
    for (const one of found) window.interruptions.push(one.innerText.slice(0, 200));
  }
}).observe(document, {childList: true, subtree: true});
"""


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium or another of its kind; the test is skipped where there is none."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium, Chrome or Edge on this machine: install one to run the browser tests")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        running = playwright.chromium.launch(executable_path=program, args=arguments)
        yield running
        running.close()


class Lab:
    """The copy of the course that the browser works in, and its server."""

    def __init__(self, root: Path, address: str):
        self.root, self.address = root, address
        token = re.search(r"token=(\w+)", address).group(1)
        self.server = Server(None, urlsplit(address).port, token, None)

    def get(self, path: str) -> list | dict:
        """The server's answer, from JSON."""
        status, body = self.server.ask(path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def address_of(self, name: str) -> str:
        return self.address.replace("00_getting_started.ipynb", name)

    def kernel_states(self) -> list[str]:
        """What the kernel of each open notebook is doing."""
        return [session["kernel"]["execution_state"] for session in self.get("/api/sessions")]

    def start_afresh(self) -> None:
        """Close what an earlier test left open, so that its failure stays its own."""
        for kernel in self.get("/api/kernels"):
            self.server.ask(f"/api/kernels/{kernel['id']}", method="DELETE")
        assert self.get("/api/kernels") == []
        layout = (self.root / "etc" / "jupyter" / "workspace.json").read_bytes()
        status, body = self.server.ask("/lab/api/workspaces/default", method="PUT", body=layout)
        assert status == 204, (status, body)


def copy_course(root: Path, *folders: str) -> None:
    """A copy of the course to work in, whose notebooks look as if they had never run."""
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "zh")
    for folder in ("etc", "helpers", "launcher", "notebooks", *folders):
        shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
    (root / "data").mkdir()
    for name in ("course.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    for notebook in (root / "notebooks").glob("*.ipynb"):
        take_outputs_out(notebook)


@contextlib.contextmanager
def running_course(root: Path, *options: str) -> Iterator[Lab]:
    """`course.py lab` in a copy of the course, until the block ends."""
    command = [sys.executable, "course.py", "lab", "--current-env", "--no-browser", *options]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = ""
            while "Ctrl-C" not in said:
                line = process.stdout.readline()
                assert line, f"course.py lab ended: {said}"
                said += line
            yield Lab(root, re.search(r"http://\S+", said).group())
        finally:
            process.terminate()
            process.stdout.read()


def take_outputs_out(path: Path) -> None:
    """Make a notebook look as if it had never run."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    path.write_text(json.dumps(notebook), encoding="utf-8")


@contextlib.contextmanager
def new_page(browser: Browser, lab: Lab) -> Iterator[Page]:
    """A page that keeps the addresses it asked for in `page.asked`."""
    lab.start_afresh()
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.add_init_script(WATCH_FOR_INTERRUPTIONS)
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("websocket", lambda socket: page.asked.append(socket.url))
    yield page
    page.close()


def open_notebook(page: Page, lab: Lab, name: str) -> None:
    """Open a notebook and wait until its kernel is idle."""
    page.goto(lab.address_of(name))
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=60_000)
    wait_for(lambda: lab.kernel_states() == ["idle"], 120, lambda: f"kernels are {lab.kernel_states()}")
    expect(page.locator(".jp-Notebook-ExecutionIndicator").first).to_have_attribute(
        "data-status", "idle", timeout=60_000
    )


def wait_for(condition, seconds: float, found) -> None:
    """Poll a condition; fail with what was found instead."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, found()
        time.sleep(0.5)


def choose(page: Page, menu: str, item: str) -> None:
    """Choose an item of JupyterLab's menu bar."""
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{menu}$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{item}$")).click()
