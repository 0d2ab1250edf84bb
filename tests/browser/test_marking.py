"""A teacher opens a hostile answer in Formgrader, in a real browser: nothing that the student wrote runs.

The same answer as the student wrote it shows two things more: the server of `course.py mark` refuses what
a script asks for; and, under Jupyter's own settings, that this test notices a script that runs.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from course_project import ROOT
from playwright.sync_api import Page, expect
from test_browser import browser  # noqa: F401 - the fixture

sys.path.insert(0, str(ROOT / "tests" / "grading"))
from homework_course import COPY, HALF, answered, hand_in, make_course, share_torch

from homework.teacher.grade import grade
from homework.teacher.pool import How
from launcher.jupyter import Server

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]  # warnings of nbgrader's own code

# What a student's script does: remembers that it ran, writes a file, starts a kernel and calls out.
RUN = (
    "(function(name){"
    "top.ran=(top.ran||[]).concat(name);"
    "var x=(document.cookie.match('_xsrf=([^;]*)')||[])[1]||'';"
    "function ask(kind,path,body){"
    "fetch(path,{method:kind,headers:{'X-XSRFToken':x},body:JSON.stringify(body)})}"
    "ask('PUT','/api/contents/owned.txt',{type:'file',format:'text',content:'x'});"
    "ask('POST','/api/kernels',{});"
    "new Image().src='http://localhost:PORT/called';"
    "})"
).replace("'", "&#39;")
HOSTILE = f"""
An honest sentence: a < b, and `if a<b:` in code.

| way | seen |
|---|---|
| table | yes |

<script>{RUN.replace("&#39;", "'")}('script')</script>

<img src=x onerror="{RUN}('onerror')">

<svg onload="{RUN}('svg')"></svg>

<iframe srcdoc="<script>{RUN}('srcdoc')</script>"></iframe>

<object data="data:text/html,<script>{RUN}('object')</script>"></object>

<meta http-equiv="refresh" content="0;url=http://localhost:PORT/away">

<base href="http://localhost:PORT/">

<details open ontoggle="{RUN}('toggle')">x</details>

[a link](javascript:alert(1)) <javascript:alert(2)> [another][far] ![a picture](http://localhost:PORT/picture.png)

![an attachment](attachment:x.svg)

[far]: jav&#x61;script:alert(3)

$\\href{{javascript:alert(4)}}{{x}} \\unicode{{x3c}} \\require{{html}}$

```mermaid
<img src=x onerror="{RUN}('mermaid')">
```

# task3-comment
"""
LEADS_AWAY = ("<meta", "<base", "![an attachment]")  # taken out where the rest is to run
TAGS = {"a", "code", "div", "em", "h1", "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr"}
JUPYTERS_OWN = """
call = command.subprocess.call
ours = lambda option: option.startswith("--config")
command.subprocess.call = lambda line, **more: call([part for part in line if not ours(part)], **more)
"""


@pytest.fixture(scope="module")
def called() -> Iterator[tuple[int, list[str]]]:
    """A server that a script may call: its port, and what it was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *parts):
            pass

    with http.server.ThreadingHTTPServer(("localhost", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, asked
        server.shutdown()


@pytest.fixture(scope="module")
def graded(tmp_path_factory, called) -> Path:
    """A graded folder with the hostile text as an answer in words, as an error and as an output."""
    folder, text = tmp_path_factory.mktemp("class"), HOSTILE.replace("PORT", str(called[0]))
    course = make_course(folder)
    double = f"print({text!r})\n\n\ndef double(x):\n    raise ValueError({text!r})"
    hand_in(
        folder / "inbox", "1001", "20261101T100000Z", answered(course, task1=double, task2=HALF, text=text)
    )
    with pytest.MonkeyPatch.context() as patch:
        share_torch(patch)
        grade("hw99", folder / "inbox", folder / "out", how=How(sandboxed=False), folders=course)
    return folder / "out"


@pytest.fixture
def raw(graded, tmp_path) -> Path:
    """The graded folder with the answer as the student wrote it."""
    out = tmp_path / "out"
    shutil.copytree(graded, out)
    for path in (out / "nbgrader").rglob("nbgrader_config.py"):
        path.write_text(path.read_text().replace(str(graded), str(out)))
    text = next(json.loads(path.read_text()) for path in out.glob("results/*/*.json"))["texts"]["task3"]
    copy = out / "nbgrader" / "autograded" / "1001" / "hw99" / COPY
    notebook = json.loads(copy.read_text(encoding="utf-8"))
    lines = (line for line in text.splitlines(keepends=True) if not line.startswith(LEADS_AWAY))
    notebook["cells"][-1]["source"] = "".join(lines)
    copy.write_text(json.dumps(notebook), encoding="utf-8")
    return out


class Marking:
    """A server with Formgrader on a graded folder."""

    def __init__(self, out: Path, address: str):
        self.folder, self.address = out / "nbgrader", address
        token = re.search(r"token=(\w+)", address).group(1)
        self.server = Server(None, urlsplit(address).port, token, None)

    def open(self, page: Page) -> None:
        """The page of the only submission, as a teacher comes to it."""
        page.goto(self.address)
        page.goto(re.sub(r"/formgrader.*", "/formgrader/gradebook/hw99/hw99_doubling", self.address))
        page.locator("#main-table a").first.click()
        expect(page.locator("textarea.comment").first).to_be_visible()
        page.wait_for_timeout(1500)  # for whatever would run

    def kernels(self) -> list:
        status, body = self.server.ask("/api/kernels")
        assert status == 200
        return json.loads(body)

    def has_written(self) -> bool:
        return (self.folder / "owned.txt").exists()


@contextlib.contextmanager
def marking(out: Path, before: str = "") -> Iterator[Marking]:
    """The server of `course.py mark`, with these lines of Python run before it."""
    code = f"from pathlib import Path\nfrom homework import __main__ as command\n{before}\n"
    code += f"command.mark_by_hand(Path({str(out)!r}), ('--no-browser',))"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True, start_new_session=True, **pipes
    ) as process:
        try:
            said = ""
            while not (found := re.search(r"http://127\S+token=\w+", said)):
                line = process.stdout.readline()
                assert line, f"the server ended: {said}"
                said += line
            wait_until_it_listens(urlsplit(found.group()).port, process)
            yield Marking(out, found.group())
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # the server is a child, and ends its kernels
            process.stdout.read()


def wait_until_it_listens(port: int, process: subprocess.Popen) -> None:
    """The server prints its address before it listens there."""
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)


@pytest.fixture
def page(browser, called) -> Iterator[Page]:  # noqa: F811 - pytest's way to take a fixture
    """A page that keeps the addresses that it asked for."""
    called[1].clear()
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    yield page
    page.close()


def take_picture(page: Page, name: str) -> None:
    """Keep a screenshot where the reader of the tests asked for it."""
    if folder := os.environ.get("COURSE_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def server(graded) -> Iterator[Marking]:
    with marking(graded) as running:
        yield running


def test_nothing_of_an_answer_runs_when_a_teacher_opens_it(page, server, called):
    server.open(page)
    take_picture(page, "marking")
    assert page.evaluate("window.ran || []") == []
    assert not server.has_written()
    assert server.kernels() == []
    assert called[1] == []
    assert {urlsplit(url).hostname for url in page.asked} <= {"127.0.0.1", "cdnjs.cloudflare.com"}
    answer = page.locator(".nbgrader_cell .rendered_html").last
    tags = answer.evaluate("it => [...it.querySelectorAll('*')].map(one => one.localName)")
    assert set(tags) <= TAGS
    links = answer.evaluate("it => [...it.querySelectorAll('a')].map(one => one.protocol)")
    assert set(links) <= {"http:", "https:"}
    expect(answer).to_contain_text("a < b")
    expect(answer.locator("td")).to_have_text(["table", "yes"])
    expect(page.locator("#task3-comment")).to_have_count(1)  # the field, and no heading of the student's


def test_a_teacher_can_still_give_points(page, server):
    server.open(page)
    with page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
        page.locator("#task3").fill("1")
        page.locator("#task3").press("Tab")
    assert saved.value.status == 200
    status, body = server.server.ask("/formgrader/api/submissions/hw99")
    assert status == 200
    assert [submission["written_score"] for submission in json.loads(body)] == [1]


def test_behind_it_the_server_gives_a_script_nothing(page, raw, called):
    with marking(raw) as server:
        server.open(page)
        assert "onerror" in page.evaluate("window.ran || []")
        assert not server.has_written()
        assert server.kernels() == []
    assert called[1] == []


def test_a_script_that_runs_is_noticed(page, raw, called):
    with marking(raw, JUPYTERS_OWN) as server:
        server.open(page)
        assert {"script", "onerror", "svg", "srcdoc"} <= set(page.evaluate("window.ran || []"))
        assert server.has_written()
        assert server.kernels() != []
    assert "/called" in called[1]
