"""`course.py lab`: opens the course in JupyterLab, or proves that it would work."""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
import webbrowser
from pathlib import Path

from launcher.children import choose_environment
from launcher.errors import CourseError
from launcher.jupyter import Server, choose_port, free_port, running_server
from launcher.languages import (
    CHINESE,
    CHINESE_EDITION,
    ENGLISH,
    build_edition,
    choose_language,
    first_notebook,
)
from launcher.machine import check_writable
from launcher.places import FIRST_NOTEBOOK, ROOT, STATE, say, this_command, told

BACK = {
    ENGLISH: "get it back with `git checkout {name}`",
    CHINESE: "give {name} another name: then it is built anew",
}
NOTEBOOK_FAILS = """{name} does not run here. The end of what it said:
{tail}
If a file of the course was changed, {back}. If a package cannot be loaded,
delete the folder .venv and run `{command}` again. Your notebooks are untouched."""


def open_table_of_contents(server: Server, folder: str) -> None:
    """On the first start, lay JupyterLab out as the course wants it; later the student's layout counts."""
    _, saved = server.ask("/lab/api/workspaces/default")
    if not json.loads(saved)["data"]:
        layout = json.loads((ROOT / "etc" / "jupyter" / "workspace.json").read_text(encoding="utf-8"))
        layout["data"]["file-browser-filebrowser:cwd"] = {"path": folder}
        layout = json.dumps(layout).encode()
        status, answer = server.ask("/lab/api/workspaces/default", method="PUT", body=layout)
        if status >= 300:
            say(f"JupyterLab's layout could not be set ({status}): {answer.decode(errors='replace')[:200]}")


def open_browser(address: str) -> None:
    """Open the address in the reader's browser where there is one with a window."""
    has_window = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if not (has_window and webbrowser.open(address)):
        say("No browser could be opened from here. Copy the address into one.")


def notebook_path(notebook: Path) -> str:
    """A notebook's path as it stands in the server's addresses."""
    return urllib.request.pathname2url(notebook.relative_to(ROOT).as_posix())


def lab(options: argparse.Namespace, arguments: list[str]) -> int:
    """Open the course in JupyterLab."""
    if not FIRST_NOTEBOOK.exists():
        raise CourseError(f"""The first notebook is missing:
    {FIRST_NOTEBOOK}
Download the course again, or get the file back with `git checkout notebooks`. Nothing has been changed.""")
    if options.port is not None:
        choose_port(options.port)  # before minutes of installing
    check_writable(ROOT)  # the language is written down
    language = choose_language(options)
    python, env = choose_environment(options, "")
    if language == CHINESE:
        build_edition(python, env)
    first = first_notebook(language)
    if options.weights:
        fetch_weights(python, env)
    if options.check:
        return check_course(python, env, options.port, first)
    say("Starting JupyterLab (5 to 30 seconds; the first start is the slowest).")
    with running_server(python, env, choose_port(options.port)) as server:
        open_table_of_contents(server, first.parent.relative_to(ROOT).as_posix())
        address = server.address(f"/lab/tree/{notebook_path(first)}?token={server.token}")
        say(f"\nThe course is open at\n    {address}\n\nKeep this window open. Ctrl-C in it ends JupyterLab.")
        if not options.no_browser:
            open_browser(address)
        return stay_until_stopped(server)


def fetch_weights(python: Path, env: dict[str, str]) -> None:
    """Bring what lessons 09 to 14 open; without it they run as well, and say what they leave out."""
    if subprocess.call([str(python), "-P", "-m", "helpers.vision.weights"], cwd=ROOT, env=env):
        say("Not all of it is here. Run this again with a network: what is here is not fetched anew.")


def stay_until_stopped(server: Server) -> int:
    """Wait for Ctrl-C, or for JupyterLab's own end."""
    try:
        while server.process.poll() is None:
            time.sleep(0.3)  # on Windows a plain wait() would not see Ctrl-C
    except KeyboardInterrupt:
        say("\nEnding JupyterLab and its kernels. Saved notebooks are kept.")
        return 0
    if server.process.returncode:
        raise CourseError(server.failure("JupyterLab ended unexpectedly."))
    say("JupyterLab was shut down from its menu.")
    return 0


def check_course(python: Path, env: dict[str, str], port: int | None, first: Path) -> int:
    """Prove that the course runs here: what holds is printed, the first thing that does not ends it."""
    execute_notebook(python, env, first)
    # Not 8888: a JupyterLab that starts at the same time may want that one.
    with running_server(python, env, choose_port(port) if port else free_port()) as server:
        verify(True, f"JupyterLab answers at {server.address('/')} with the token")
        check_what_is_served(server, first)
        check_strangers(server, first)
    say("All of it works.")
    return 0


def check_what_is_served(server: Server, first: Path) -> None:
    """The first notebook, the page around it, and the kernel that runs it."""
    name, path = first.relative_to(ROOT).as_posix(), notebook_path(first)
    status, body = server.ask(f"/api/contents/{path}?content=0")
    served = status == 200 and json.loads(body)["type"] == "notebook"
    verify(served, f"it serves {name} from this folder", status)
    status, body = server.ask(f"/lab/tree/{path}")
    shown = status == 200 and b"jupyter-config-data" in body
    verify(shown, "the page that opens the notebook is there", status)
    status, body = server.ask("/api/kernelspecs")
    kernels = json.loads(body)["kernelspecs"] if status == 200 else {}
    claim = "the kernel `python3`, which every notebook uses, is there"
    verify("python3" in kernels, claim, sorted(kernels))


def check_strangers(server: Server, first: Path) -> None:
    """Nothing is given away without the token."""
    status, _ = server.ask("/api/contents", token=False)
    verify(status == 403, "without the token it gives no file away", status)
    status, _ = server.ask(f"/lab/tree/{notebook_path(first)}", token=False)
    verify(status in (302, 403), "without the token it opens no page", status)


def verify(is_true: bool, claim: str, found: object = "") -> None:
    """Print a claim that holds; raise for one that does not."""
    if not is_true:
        raise CourseError(f"""This does not hold: {claim}. Found: {found}
The log of the server is {STATE / "server.log"}.
Delete the folders .venv and .jupyter (never your notebooks) and run
`{this_command("lab --check")}` again; if it still fails, report it with this text.""")
    say(f"ok      {told(claim)}")


def execute_notebook(python: Path, env: dict[str, str], notebook: Path) -> None:
    """Run every cell of the notebook in its own folder, saving nothing."""
    name = notebook.relative_to(ROOT).as_posix()
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    count = sum(cell["cell_type"] == "code" for cell in cells)
    say(f"Running {name} ({count} code cells; up to a minute).")
    command = [str(python), "-P", "-c", "from nbclient.cli import main; main()"]
    command += ["--timeout=600", "--kernel_name=python3", notebook.name]
    options = {"cwd": notebook.parent, "env": env, "encoding": "utf-8", "errors": "replace"}
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, check=False, **options)
    if done.returncode:
        tail = "\n".join("    " + line for line in done.stderr.splitlines()[-25:])
        back = BACK[CHINESE if notebook.parent == CHINESE_EDITION else ENGLISH].format(name=name)
        more = {"back": back, "command": this_command("lab --check")}
        raise CourseError(NOTEBOOK_FAILS.format(name=name, tail=tail, **more))
    seconds = time.monotonic() - started
    verify(True, f"all {count} code cells of {name} ran without an error ({seconds:.0f} s)")
