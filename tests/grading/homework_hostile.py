"""A catalogue of hostile and broken hand-ins of homework 3, each with what grading must make of it.

Each entry writes one file (or several) into an inbox. `EARNED` as expected score means: all points that tests
can give, since the answers in it are right.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import io
import itertools
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from homework.cells import ANSWER, QUESTION, kind_of
from homework.folders import COURSE, load_source, read_source
from homework.release import student_copy

NAME = "hw3"
SERIAL = itertools.count()
EARNED = "earned"
ANY = "any"
GRADED, REPAIRED, MANUAL = {"graded"}, {"graded-with-repairs"}, {"needs-manual"}
REJECTED, FAILED = {"rejected"}, {"failed"}
FINE = GRADED | REPAIRED


@dataclasses.dataclass
class Case:
    """One hand-in.

    Attributes:
        name: says what is hostile about it.
        write: (inbox, student id) -> None; writes it.
        status: the statuses that are right.
        score: EARNED, a number, ANY, or None when there must be no score.
        words: what the notes must say.
        student: the id that must stand in grades.csv; that of the case itself without it.
    """

    name: str
    write: Callable[[Path, str], None]
    status: set[str]
    score: object
    words: str = ""
    student: str | None = None


TEXT = "Because the gradient says so."


def solved() -> nbformat.NotebookNode:
    """The student's copy with right answers in it."""
    return copy.deepcopy(solved_once())


@functools.cache
def solved_once() -> nbformat.NotebookNode:
    source, _ = read_source(NAME)
    notebook = student_copy(source)
    for cell, ours in zip(notebook.cells, source.cells, strict=True):
        if kind_of(cell.metadata) == ANSWER:
            lines = ours.source.splitlines()
            cell.source = "\n".join(line for line in lines if not line.strip().startswith("### "))
        elif kind_of(cell.metadata) == QUESTION:
            cell.source += f"\n\n{TEXT}"
    return notebook


def blank() -> nbformat.NotebookNode:
    """The student's copy as it was handed out."""
    return nbformat.read(COURSE.copy(NAME), as_version=4)


def to_bytes(notebook: nbformat.NotebookNode) -> bytes:
    """The file of a notebook; no two are the same: one file from two students would be a doubt for both."""
    notebook.metadata["serial"] = next(SERIAL)
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode()


def answer_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if kind_of(cell.metadata) == ANSWER]


def locked_tests(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if kind_of(cell.metadata) == "test"]


def file(make: Callable[[], nbformat.NotebookNode | bytes], name: str = "hw3_{student}.ipynb") -> Callable:
    """A writer of a bare notebook."""

    def write(inbox: Path, student: str) -> None:
        content = make()
        data = content if isinstance(content, bytes) else to_bytes(content)
        target = inbox / name.format(student=student)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    return write


def with_code(code: str, base: Callable = blank) -> Callable:
    """A notebook with one more cell, before the first answer."""

    def make() -> nbformat.NotebookNode:
        notebook = base()
        at = notebook.cells.index(answer_cells(notebook)[0])
        notebook.cells.insert(at, new_code_cell(code))
        return notebook

    return file(make)


def in_first_answer(code: str) -> Callable:
    """Right answers, but for the first, which is this code."""

    def make() -> nbformat.NotebookNode:
        notebook = solved()
        answer_cells(notebook)[0].source = code
        return notebook

    return file(make)


def edited(change: Callable[[nbformat.NotebookNode], object], base: Callable = solved) -> Callable:
    """Right answers in a notebook that was edited."""

    def make() -> nbformat.NotebookNode:
        notebook = base()
        changed = change(notebook)
        return changed if isinstance(changed, bytes) else notebook

    return file(make)


def zipped(entries: Callable[[], dict[str, bytes]], name: str = "hw3_{student}.zip") -> Callable:
    """A writer of a zip with these files."""

    def write(inbox: Path, student: str) -> None:
        with zipfile.ZipFile(inbox / name.format(student=student), "w", zipfile.ZIP_DEFLATED) as archive:
            for entry, data in entries().items():
                archive.writestr(entry, data)

    return write


def manifest(student: str, **more: str) -> bytes:
    return json.dumps({"homework": NAME, "student": student, **more}).encode()


# ---------------------------------------------------------------- broken notebooks


def split_first(notebook: nbformat.NotebookNode) -> None:
    cell = max(answer_cells(notebook), key=lambda cell: len(cell.source))
    lines = cell.source.splitlines()
    half = len(lines) // 2
    second = copy.deepcopy(cell)
    cell.source, second.source, second["id"] = "\n".join(lines[:half]), "\n".join(lines[half:]), "second-half"
    notebook.cells.insert(notebook.cells.index(cell) + 1, second)


def copy_cell(kind: Callable) -> Callable:
    def change(notebook: nbformat.NotebookNode) -> None:
        cell = kind(notebook)[0]
        twin = copy.deepcopy(cell)
        twin["id"] = "twin"
        notebook.cells.insert(notebook.cells.index(cell) + 1, twin)

    return change


def rename_ids(notebook: nbformat.NotebookNode) -> None:
    for cell in answer_cells(notebook):
        cell.metadata.nbgrader.grade_id = "renamed-" + cell.metadata.nbgrader.grade_id
        cell["id"] = "x" + cell["id"][:50]


def strip_metadata(notebook: nbformat.NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        cell.metadata = nbformat.NotebookNode()
        cell["id"] = f"cell{number}"


def set_points(notebook: nbformat.NotebookNode) -> None:
    for cell in locked_tests(notebook):
        cell.metadata.nbgrader.points = 100
    for cell in notebook.cells:
        cell.metadata.nbgrader.locked = False


def retype_answers(notebook: nbformat.NotebookNode) -> None:
    at = notebook.cells.index(answer_cells(notebook)[0])
    old = notebook.cells[at]
    notebook.cells[at] = new_markdown_cell(old.source, id=old["id"], metadata=old.metadata)


def delete_tests(notebook: nbformat.NotebookNode) -> None:
    gone = locked_tests(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell not in gone]


def only_answers(notebook: nbformat.NotebookNode) -> None:
    notebook.cells = answer_cells(notebook)


def empty_tests(notebook: nbformat.NotebookNode) -> None:
    for cell in locked_tests(notebook):
        cell.source = "pass"


def reverse(notebook: nbformat.NotebookNode) -> None:
    notebook.cells.reverse()


def format_three(notebook: nbformat.NotebookNode) -> bytes:
    old = nbformat.convert(copy.deepcopy(notebook), 3)
    return json.dumps(old).encode()


def format_five(notebook: nbformat.NotebookNode) -> None:
    notebook.nbformat = 5


def many_outputs(notebook: nbformat.NotebookNode) -> None:
    text = "x" * 1_000_000
    for _ in range(50):
        answer_cells(notebook)[0].outputs.append(nbformat.v4.new_output("stream", text=text))


def script_in_output(notebook: nbformat.NotebookNode) -> None:
    data = {"text/html": "<script>document.title='owned'</script>"}
    answer_cells(notebook)[0].outputs.append(nbformat.v4.new_output("display_data", data=data))


def script_in_text(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if kind_of(cell.metadata) == QUESTION:
            cell.source += "\n<script>document.title='owned'</script>"


def odd_sources(notebook: nbformat.NotebookNode) -> bytes:
    plain = json.loads(to_bytes(notebook))
    for cell in plain["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    plain["cells"].append({"cell_type": "code", "source": {"a": 1}, "metadata": [], "id": 7})
    plain["cells"].append("no cell at all")
    return json.dumps(plain).encode()


def cut_off(notebook: nbformat.NotebookNode) -> bytes:
    data = to_bytes(notebook)
    return data[: len(data) // 2]


def conflict_marks(notebook: nbformat.NotebookNode) -> bytes:
    lines = to_bytes(notebook).splitlines()
    half = len(lines) // 2
    return b"\n".join(
        [*lines[:half], b"<<<<<<< HEAD", b"=======", lines[half], b">>>>>>> main", *lines[half:]]
    )


def carriage_returns(notebook: nbformat.NotebookNode) -> bytes:
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    return to_bytes(notebook).replace(b"\n", b"\r\n")


def encoded(encoding: str) -> Callable:
    def change(notebook: nbformat.NotebookNode) -> bytes:
        notebook.cells.append(new_markdown_cell("反向传播"))
        return to_bytes(notebook).decode().encode(encoding)

    return change


def deep_json(_: nbformat.NotebookNode) -> bytes:
    return b'{"cells":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def another_homework() -> bytes:
    return COURSE.copy("hw1").read_bytes()


# ---------------------------------------------------------------- attacks on the tests

STRIP_ASSERTS = """
import ast
class NoTests(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
    def visit_Expr(self, node):
        if isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") in ("expect", "require"):
            return ast.Pass()
        return node
get_ipython().ast_transformers.append(NoTests())
"""
REPLACE_EXPECT = """
import homework.checks
homework.checks.expect = homework.checks.require = lambda *args, **more: None
"""
REPLACE_CODE = """
import homework.checks
def nothing(*args, **more): return None
homework.checks.expect.__code__ = nothing.__code__
homework.checks.require.__code__ = nothing.__code__
"""
EQUAL_TO_ALL = """
import torch
class Yes(torch.Tensor):
    def __eq__(self, other): return torch.tensor(True)
    def __sub__(self, other): return torch.zeros(())
def difference(*args): return None
import homework.checks
homework.checks.difference = difference
"""
RUN_CELL = """
shell = type(get_ipython())
class Fine:
    error_before_exec = error_in_exec = None
    success = True
shell.run_cell = lambda self, *args, **more: Fine()
"""
EXEC = "import builtins\nbuiltins.exec = lambda *args, **more: None\nbuiltins.compile = lambda *a, **k: None"
FORGE = """
import os, json
for number in range(3, 40):
    try:
        for k in range(400):
            os.write(number, (json.dumps({"id": k, "status": "ok", "output": ""}) + "\\n").encode())
    except OSError:
        pass
"""
NEVER_MIND = "import sys\nsys.settrace(lambda *args: None)\nimport gc\ngc.disable()"
SWALLOW = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
IGNORE_SIGNALS = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass"
THREADS = """
import threading
for _ in range(2):
    threading.Thread(target=lambda: [0 for _ in iter(int, 1)], daemon=True).start()
"""
C_LOOP = "import itertools, collections\ncollections.deque(itertools.repeat(0), maxlen=0)"
MEMORY = "hoard = []\nwhile True:\n    hoard.append(bytearray(200_000_000))"
FORKS = """
import os, time
for _ in range(300):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
"""
LEFT_BEHIND = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(4321)"], start_new_session=True)
"""
FLOOD = "for _ in range(3_000_000):\n    print('x' * 100)"
RAW_FLOOD = (
    "import os\nfor number in (1, 2):\n    for _ in range(2000):\n        os.write(number, b'x' * 100_000)"
)
KILL_PARENT = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos.kill(os.getpid(), signal.SIGKILL)"
KILL_ALL = "import os, signal\ntry:\n    os.kill(-1, signal.SIGKILL)\nexcept OSError:\n    pass"
SEGFAULT = "import ctypes\nctypes.string_at(0)"
RECURSION = "import sys\nsys.setrecursionlimit(10**9)\ndef down(): return down()\ndown()"
BIG_FILE = "with open('big', 'wb') as file:\n    for _ in range(100):\n        file.write(bytes(50_000_000))"
READ_SOURCE = """
import pathlib
import helpers
course = pathlib.Path(helpers.__file__).resolve().parents[1]
assert {path.name for path in course.iterdir()} <= {"helpers", "launcher", "data", "homework", ".venv"}
seen = "__init__ checks comparing inside relations sourcetext steps style values worker".split()
assert {path.name for path in (course / "homework").iterdir()} == {f"{name}.py" for name in seen}
for place in ("/home", "/root", "/mnt", "/var", "/etc", course.parent):
    place = pathlib.Path(place)
    names = {path.name for path in place.iterdir()} if place.is_dir() else set()
    assert not names & {"inbox", "out", "grades.csv", "passwd", ".ssh"}, (place, names)
"""
READ_NEIGHBOURS = """
import os
pids = [name for name in os.listdir("/proc") if name.isdigit()]
assert len(pids) < 12, pids
assert not any("TOKEN" in name or "SECRET" in name for name in os.environ), sorted(os.environ)
"""
NETWORK = """
import socket
for address in (("127.0.0.1", 22), ("127.0.0.1", {port})):
    try:
        socket.create_connection(address, timeout=2)
    except OSError:
        continue
    raise SystemError("the network was reached")
"""
WRITE_OUTSIDE = """
import os, pathlib
import helpers
places = ["/etc/owned", "/usr/owned", pathlib.Path(helpers.__file__).parent / "owned.py",
"/owned"]
for place in places:
    try:
        pathlib.Path(place).write_text("owned")
    except OSError:
        continue
    if os.path.exists("/usr"):
        print("written", place)
"""
BECOME_ROOT = """
import os
for attempt in (lambda: os.setuid(0), lambda: os.chroot("/"), lambda: os.unshare(os.CLONE_NEWUSER)):
    try:
        attempt()
    except (OSError, AttributeError):
        pass
assert os.geteuid() != 0 or open("/proc/self/uid_map").read().split()[2] == "1"
"""


def huge_zip() -> dict[str, bytes]:
    return {"hw3.ipynb": bytes(200_000_000)}


def write_encrypted(inbox: Path, student: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("hw3.ipynb", to_bytes(solved()))
    data = bytearray(buffer.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag "encrypted" in both headers
        data[data.index(mark) + offset] |= 1
    (inbox / f"hw3_{student}.zip").write_bytes(data)


def write_link_in_zip(inbox: Path, student: str) -> None:
    with zipfile.ZipFile(inbox / f"hw3_{student}.zip", "w") as archive:
        link = zipfile.ZipInfo("hw3.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")


def write_link(inbox: Path, student: str) -> None:
    (inbox / f"hw3_{student}.ipynb").symlink_to("/etc/passwd")


def write_many(inbox: Path, student: str) -> None:
    with zipfile.ZipFile(inbox / f"hw3_{student}.zip", "w") as archive:
        for number in range(12_000):
            archive.writestr(f"{number}.txt", "")


def write_two(inbox: Path, student: str) -> None:
    """A blank one first, a right one later: the later counts."""
    for time, make in (("20261101T100000Z", blank), ("20261102T100000Z", solved)):
        zipped(lambda make=make: {"hw3.ipynb": to_bytes(make())}, f"hw3_{{student}}_{time}.zip")(
            inbox, student
        )


def write_broken_after_good(inbox: Path, student: str) -> None:
    zipped(lambda: {"hw3.ipynb": to_bytes(solved())}, "hw3_{student}_20261101T100000Z.zip")(inbox, student)
    (inbox / f"hw3_{student}_20261102T100000Z.zip").write_bytes(b"PK\x03\x04 cut off")


def write_late(inbox: Path, student: str) -> None:
    """A right one on time, a blank one after the deadline: the one on time counts."""
    for time, make in (("20261101T100000Z", solved), ("20261231T100000Z", blank)):
        zipped(lambda make=make: {"hw3.ipynb": to_bytes(make())}, f"hw3_{{student}}_{time}.zip")(
            inbox, student
        )


def cases() -> list[Case]:
    """All of them; the students' ids are their numbers from 70001 on."""
    return broken() + attacks()


def some() -> list[Case]:
    """A part of each kind, those that tell by themselves what they reached among them."""
    chosen = [*broken()[::3], *attacks()[::2]]
    names = {case.name for case in chosen}
    return chosen + [case for case in cases() if case.name in QUIET and case.name not in names]


def good() -> dict[str, bytes]:
    """What a zip holds when nothing is wrong."""
    return {"hw3.ipynb": to_bytes(solved())}


def broken() -> list[Case]:
    """Honest ones, damaged ones and odd ones: no code in them has to run to see what they are."""
    return [
        # honest ones in between
        Case("honest notebook", file(solved), GRADED, EARNED),
        Case("honest zip", zipped(good), GRADED, EARNED),
        Case("nothing answered", file(blank), GRADED, 0),
        Case("honest, downloaded twice", file(solved, "hw3_{student} (1).ipynb"), GRADED, EARNED),
        Case("honest, own helper cell", with_code("LUCKY = 7\nprint(LUCKY)", solved), GRADED, EARNED),
        Case("honest, Canvas name", file(solved, "student{student}_11_70001_hw3.ipynb"), GRADED, EARNED),
        Case(
            "honest, Moodle folder",
            file(solved, "Student {student}_70001_assignsubmission_file_/hw3.ipynb"),
            GRADED,
            EARNED,
        ),
        # broken notebooks
        Case("split answer", edited(split_first), REPAIRED, EARNED, "split"),
        Case("copied answer", edited(copy_cell(answer_cells)), REPAIRED, EARNED, "split or copied"),
        Case("copied test", edited(copy_cell(locked_tests)), REPAIRED, EARNED, "2 times"),
        Case("renamed grade ids", edited(rename_ids), REPAIRED, EARNED, "without its id"),
        Case("all metadata lost", edited(strip_metadata), REPAIRED, EARNED),
        Case("points edited", edited(set_points), FINE, EARNED),
        Case("points edited, nothing answered", edited(set_points, blank), FINE, 0),
        Case("answer retyped to text", edited(retype_answers), REPAIRED, EARNED, "type"),
        Case("tests deleted", edited(delete_tests), REPAIRED, EARNED, "missing"),
        Case("tests deleted, nothing answered", edited(delete_tests, blank), REPAIRED, 0, "missing"),
        Case("only the answers left", edited(only_answers), REPAIRED, EARNED, "missing"),
        Case("tests emptied, nothing answered", edited(empty_tests, blank), REPAIRED, 0, "was changed"),
        Case("cells reversed", edited(reverse), REPAIRED, EARNED, "order"),
        Case("format 3", edited(format_three), REPAIRED, EARNED, "format 3"),
        Case("format 5", edited(format_five), REPAIRED, EARNED, "format"),
        Case("50 MB of outputs", edited(many_outputs), GRADED, EARNED),
        Case("script in an output", edited(script_in_output), GRADED, EARNED),
        Case("script in a free text", edited(script_in_text), GRADED, EARNED),
        Case("fields of wrong types", edited(odd_sources), FINE, EARNED),
        Case("byte order mark", edited(encoded("utf-8-sig")), REPAIRED, EARNED, "utf-8-sig"),
        Case("UTF-16", edited(encoded("utf-16")), REPAIRED, EARNED, "utf-16"),
        Case("GBK", edited(encoded("gb18030")), REPAIRED, EARNED, "gb18030"),
        Case("CRLF", edited(carriage_returns), FINE, EARNED),
        Case("cut off", edited(cut_off), REJECTED, None, "cut off"),
        Case("conflict marks", edited(conflict_marks), REJECTED, None, "conflict marks"),
        Case("empty file", file(lambda: b""), REJECTED, None, "empty"),
        Case("blanks only", file(lambda: b"  \n"), REJECTED, None, "empty"),
        Case("JSON, no notebook", file(lambda: b'{"a": 1}'), REJECTED, None, "no list of cells"),
        Case("a list", file(lambda: b"[1, 2]"), REJECTED, None, "not a notebook"),
        Case("nested without end", edited(deep_json), REJECTED, None),
        Case("random bytes", file(lambda: bytes(range(256)) * 50), REJECTED, None),
        Case("another homework", file(another_homework), REJECTED, None, "hw1"),
        Case(
            "an empty notebook",
            file(lambda: nbformat.v4.new_notebook()),
            REJECTED,
            None,
            "nothing in this notebook",
        ),
        Case("a Python file", file(lambda: b"print(1)", "hw3_{student}.py"), REJECTED, None, "neither"),
        Case("a PDF", file(lambda: b"%PDF-1.7", "hw3_{student}.pdf"), REJECTED, None, "neither"),
        Case("extension .txt", file(solved, "hw3_{student}.ipynb.txt"), FINE, EARNED, "extension"),
        # zips
        Case("zip cut off", file(lambda: b"PK\x03\x04cut", "hw3_{student}.zip"), REJECTED, None),
        Case("zip without notebook", zipped(lambda: {"a.doc": b"x"}), REJECTED, None, "no notebook"),
        Case("zip bomb", zipped(huge_zip), REJECTED, None, "bomb"),
        Case(
            "names outside",
            zipped(lambda: {"../../hw3.ipynb": to_bytes(solved())}),
            REJECTED,
            None,
            "outside",
        ),
        Case(
            "absolute name", zipped(lambda: {"/tmp/hw3.ipynb": to_bytes(solved())}), REJECTED, None, "outside"
        ),
        Case("encrypted zip", write_encrypted, REJECTED, None, "encrypted"),
        Case("link in zip", write_link_in_zip, REJECTED, None, "symbolic link"),
        Case("a link", write_link, REJECTED, None, "link"),
        Case("12,000 files in a zip", write_many, REJECTED, None, "files"),
        Case("damaged manifest", zipped(lambda: {**good(), "manifest.json": b"{"}), GRADED, EARNED),
        Case(
            "two ids",
            zipped(
                lambda: {**good(), "manifest.json": manifest("70001")}, "hw3_{student}_20261101T100000Z.zip"
            ),
            MANUAL,
            EARNED,
            "manifest says 70001",
            student="",
        ),
        Case(
            "two ids in a name",
            file(solved, "hw3_{student}_70001.ipynb"),
            MANUAL,
            EARNED,
            "two students",
            student="",
        ),
        Case("nobody's id", file(solved, "hw3_99999.ipynb"), REJECTED, None, "roster", student="99999"),
        Case("no id at all", file(solved, "homework.ipynb"), MANUAL, EARNED, "whose", student=""),
        Case(
            "a formula as id",
            file(solved, "hw3_=cmd1234.ipynb"),
            REJECTED,
            None,
            "roster",
            student="'=cmd1234",
        ),
        Case("two hand-ins", write_two, GRADED, EARNED, "also handed in"),
        Case("broken after good", write_broken_after_good, GRADED, EARNED, "also handed in"),
        Case("late after good", write_late, GRADED, EARNED, "also handed in"),
    ]


def attacks() -> list[Case]:
    """Code that attacks the tests or the machine."""
    return [
        # attacks on the tests, with nothing answered
        Case("asserts stripped", with_code(STRIP_ASSERTS), FINE, 0),
        Case(
            "torch.equal patched",
            with_code("import torch\ntorch.equal = torch.allclose = lambda *a, **k: True"),
            FINE,
            0,
        ),
        Case(
            "Tensor.__eq__ patched",
            with_code("import torch\ntorch.Tensor.__eq__ = lambda a, b: torch.tensor(True)"),
            FINE,
            0,
        ),
        Case(
            "assert_close patched",
            with_code("import torch\ntorch.testing.assert_close = lambda *a, **k: None"),
            FINE,
            0,
        ),
        Case("expect replaced", with_code(REPLACE_EXPECT), FINE, 0),
        Case("expect's code replaced", with_code(REPLACE_CODE), FINE, 0),
        Case("difference replaced", with_code(EQUAL_TO_ALL), FINE, 0),
        Case("run_cell replaced", with_code(RUN_CELL), FINE, 0),
        Case("exec replaced", with_code(EXEC), FINE, 0),
        Case(
            "builtins patched",
            with_code("import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.len = lambda x: 3"),
            FINE,
            0,
        ),
        Case("numpy patched", with_code("import numpy\nnumpy.allclose = lambda *a, **k: True"), FINE, 0),
        Case(
            "unittest patched",
            with_code("import unittest\nunittest.TestCase.assertEqual = lambda *a: None"),
            FINE,
            0,
        ),
        Case("replies forged", with_code(FORGE), FINE | REJECTED | FAILED, ANY),
        Case("tracing switched on", with_code(NEVER_MIND), FINE, 0),
        # attacks on the machine, with right answers otherwise
        Case("endless loop", with_code("while True:\n    pass", solved), GRADED, EARNED),
        Case("loop that swallows interrupts", with_code(SWALLOW, solved), GRADED, EARNED),
        Case("loop that ignores signals", with_code(IGNORE_SIGNALS, solved), GRADED, EARNED),
        Case("loops in threads", with_code(THREADS, blank), GRADED, 0),
        Case("loop in C", with_code(C_LOOP, solved), GRADED, EARNED),
        Case("memory bomb", with_code(MEMORY, solved), GRADED, EARNED),
        Case("300 processes", with_code(FORKS, solved), GRADED, EARNED),
        Case("process left behind", with_code(LEFT_BEHIND, solved), GRADED, EARNED),
        Case("output flood", with_code(FLOOD, solved), GRADED, EARNED),
        Case("flood below Python", with_code(RAW_FLOOD, solved), GRADED, EARNED),
        Case("os._exit", with_code("import os\nos._exit(0)", solved), GRADED, EARNED),
        Case("sys.exit", with_code("import sys\nsys.exit(0)", solved), GRADED, EARNED),
        Case("kernel killed", with_code(KILL_PARENT, solved), GRADED, EARNED),
        Case("everybody killed", with_code(KILL_ALL, solved), GRADED, EARNED),
        Case("segmentation fault", with_code(SEGFAULT, solved), GRADED, EARNED),
        Case("recursion", with_code(RECURSION, solved), GRADED, EARNED),
        Case("file without end", with_code(BIG_FILE, solved), GRADED, EARNED),
        Case("crash in the first answer", in_first_answer("import os\nos._exit(1)"), GRADED, ANY),
        Case("syntax error in the first answer", in_first_answer("def (:"), GRADED, ANY),
        Case("solutions looked for", with_code(READ_SOURCE, solved), GRADED, EARNED),
        Case("neighbours looked for", with_code(READ_NEIGHBOURS, solved), GRADED, EARNED),
        Case("network", with_code(NETWORK.format(port=8888), solved), GRADED, EARNED),
        Case("written outside", with_code(WRITE_OUTSIDE, solved), GRADED, EARNED),
        Case("become root", with_code(BECOME_ROOT, solved), GRADED, EARNED),
    ]


FIRST_ID = 70001
QUIET = {  # these must leave no error in their own cell: the cell itself asserts that the attack failed
    "solutions looked for",
    "neighbours looked for",
    "network",
    "become root",
}


def write_inbox(inbox: Path, chosen: list[Case]) -> dict[str, Case]:
    """Write the hand-ins; returns {student id: case}."""
    inbox.mkdir(parents=True, exist_ok=True)
    by_student = {}
    for number, case in enumerate(chosen):
        student = str(FIRST_ID + number)
        case.write(inbox, student)
        by_student[student] = case
    return by_student


def rows_by_case(rows: list[dict], by_student: dict[str, Case]) -> list[tuple[Case, dict | None]]:
    """Each case with its line of grades.csv; without an id, it is found by what the notes say."""
    by_id = {row["student"]: row for row in rows}
    found = []
    for student, case in by_student.items():
        row = by_id.get(student if case.student is None else case.student)
        if not row or case.student == "":
            row = next((row for row in rows if case.words in row["notes"] and not row["student"]), None)
        found.append((case, row))
    return found


def problems_of(case: Case, row: dict | None) -> list[str]:
    """What is wrong with the line of a case, but for its score."""
    if row is None:
        return [f"{case.name}: there is no line"]
    wrong = []
    if row["status"] not in case.status:
        wrong.append(f"{case.name}: {row['status']}, not {case.status}: {row['notes'][:300]}")
    if case.words not in row["notes"]:
        wrong.append(f"{case.name}: the notes do not say {case.words!r}: {row['notes'][:300]}")
    return wrong


def full_points() -> float:
    """What tests can give for right answers."""
    return sum(cell.points for cell in load_source(NAME).of_kind("test"))


def write_roster(path: Path, students: list[str]) -> None:
    rows = "".join(f"{student},Student {student}\n" for student in students)
    path.write_text("id,name\n" + rows, encoding="utf-8")


def unchanged_state(*folders: Path) -> dict[str, tuple]:
    """{file: (size, time of change)} of everything in these folders, to compare before and after."""
    state = {}
    for folder in folders:
        for where, _, names in os.walk(folder):
            for name in names:
                path = Path(where) / name
                about = path.lstat()
                state[str(path)] = (about.st_size, about.st_mtime_ns)
    return state
