"""The server's port and its start, and what `course.py lab` makes of its answers; without a JupyterLab."""

import json
import socket
import subprocess
import sys
import time

import pytest

from launcher import jupyter, lab
from launcher.errors import CourseError
from launcher.places import FIRST_NOTEBOOK


@pytest.fixture
def taken_port():
    """A port that a program listens on."""
    with socket.socket() as program:
        program.bind(("127.0.0.1", 0))
        program.listen()
        yield program.getsockname()[1]


def test_a_port_in_use_is_never_chosen(taken_port, monkeypatch):
    assert not jupyter.can_listen(taken_port)
    with pytest.raises(CourseError, match=f"Port {taken_port} cannot be used"):
        jupyter.choose_port(taken_port)
    monkeypatch.setattr(jupyter, "can_listen", lambda port: port != 8888)
    assert jupyter.choose_port(None) != 8888
    assert jupyter.choose_port(taken_port + 1) == taken_port + 1
    monkeypatch.setattr(jupyter, "can_listen", lambda port: True)
    assert jupyter.choose_port(None) == 8888  # the port that Jupyter's users know


@pytest.mark.parametrize(
    ("then", "limit", "words"),
    [
        ("raise SystemExit(1)", 60, "ended while it was starting"),
        ("time.sleep(600)", 0.5, "did not answer within 0.5 seconds"),
    ],
)
def test_a_server_that_does_not_start_shows_the_end_of_its_log(tmp_path, monkeypatch, then, limit, words):
    log = tmp_path / "server.log"
    monkeypatch.setattr(jupyter, "START_LIMIT", limit)
    code = f"import time; print('no module named x', flush=True); {then}"
    with log.open("w") as out, subprocess.Popen([sys.executable, "-c", code], stdout=out) as process:
        while not log.read_text():  # a slow machine gets its time
            time.sleep(0.05)
        with pytest.raises(CourseError, match=words) as problem:
            jupyter.Server(process, jupyter.free_port(), "token", log).wait_until_ready()
        process.kill()
    for part in (str(log), "    no module named x", "Your notebooks are untouched"):
        assert part in str(problem.value)


class Answers:
    """A server that answers from a table: path: (status, content with the token, status without it)."""

    def __init__(self, **paths):
        self.paths, self.sent = paths, []
        self.token = "t"

    def ask(self, path, method="GET", body=None, token=True):
        if method != "GET":
            self.sent.append((method, path, body))
            return 204, b""
        status, content, stranger = next(self.paths[name] for name in self.paths if f"/{name}" in path)
        return (status if token else stranger), content.encode()


GOOD = {
    "contents": (200, '{"type": "notebook"}', 403),
    "tree": (200, "jupyter-config-data", 302),
    "kernelspecs": (200, '{"kernelspecs": {"python3": {}}}', 403),
}


def test_what_the_check_asks_for_holds_for_a_good_server(capsys):
    lab.check_what_is_served(Answers(**GOOD), FIRST_NOTEBOOK)
    lab.check_strangers(Answers(**GOOD), FIRST_NOTEBOOK)
    assert capsys.readouterr().out.count("ok      ") == 5


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"contents": (404, "{}", 403)}, "serves notebooks/00_getting_started.ipynb"),
        ({"contents": (200, '{"type": "directory"}', 403)}, "serves notebooks/00_getting_started.ipynb"),
        ({"tree": (200, "another page", 302)}, "the page that opens the notebook"),
        ({"tree": (500, "jupyter-config-data", 302)}, "the page that opens the notebook"),
        ({"kernelspecs": (200, '{"kernelspecs": {"julia": {}}}', 403)}, "the kernel `python3`"),
        ({"contents": (200, '{"type": "notebook"}', 200)}, "without the token it gives no file away"),
        ({"tree": (200, "jupyter-config-data", 200)}, "without the token it opens no page"),
    ],
)
def test_the_check_fails_for_each_thing_that_does_not_hold(bad, words):
    server = Answers(**(GOOD | bad))
    with pytest.raises(CourseError, match=f"This does not hold: .*{words}"):
        lab.check_what_is_served(server, FIRST_NOTEBOOK)
        lab.check_strangers(server, FIRST_NOTEBOOK)


@pytest.mark.parametrize(("saved", "writes"), [({}, 1), ({"layout-restorer:data": {}}, 0)])
def test_the_courses_layout_is_laid_out_once_and_the_students_kept(saved, writes):
    server = Answers(workspaces=(200, json.dumps({"data": saved}), 403))
    lab.open_table_of_contents(server, "notebooks/zh")
    assert [sent[:2] for sent in server.sent] == [("PUT", "/lab/api/workspaces/default")] * writes
    for _, _, layout in server.sent:  # the files shown are those of the language
        assert json.loads(layout)["data"]["file-browser-filebrowser:cwd"] == {"path": "notebooks/zh"}


@pytest.mark.parametrize(
    ("system", "variable", "opens"), [("linux", "DISPLAY", 1), ("linux", "X", 0), ("darwin", "X", 1)]
)
def test_a_browser_is_opened_where_there_is_a_window(system, variable, opens, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, ":0")
    monkeypatch.setattr(lab.sys, "platform", system)
    opened = []
    monkeypatch.setattr(lab.webbrowser, "open", lambda address: opened.append(address) or True)
    lab.open_browser("http://127.0.0.1:8888/lab")
    assert opened == ["http://127.0.0.1:8888/lab"] * opens
    assert ("Copy the address" in capsys.readouterr().out) == (not opens)


@pytest.mark.parametrize(("code", "words"), [(0, "shut down from its menu"), (3, "ended unexpectedly")])
def test_the_servers_own_end_is_told(code, words, tmp_path, capsys):
    process = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({code})"])
    process.wait()
    server = jupyter.Server(process, 1, "token", tmp_path / "server.log")
    if code:
        with pytest.raises(CourseError, match=words):
            lab.stay_until_stopped(server)
    else:
        assert lab.stay_until_stopped(server) == 0
        assert words in capsys.readouterr().out
