"""Runs the cells of one hand-in, one at a time, in a process of its own. Started by `homework.session`.

Requests and replies are lines of JSON. What the student wrote runs in an IPython shell, as in JupyterLab.
Of a test comes only the part that builds inputs and calls answers; whether an answer is right is decided
elsewhere, from the values that go out with the reply. So nothing here has to be guarded against the student.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

COURSE = str(Path(__file__).resolve().parent.parent)
TEXT_LIMIT = 20_000  # characters of output kept of a cell


class Bounded(io.TextIOBase):
    """A text stream that keeps the first TEXT_LIMIT characters and drops the rest."""

    def __init__(self):
        self.parts, self.room = [], TEXT_LIMIT

    def writable(self):
        return True

    def write(self, text):
        if self.room > 0:
            self.parts.append(text[: self.room])
            self.room -= len(text)
            if self.room <= 0:
                self.parts.append("\n[the rest of the output was left out]\n")
        return len(text)

    def getvalue(self):
        return "".join(self.parts)


def make_shell():
    """An IPython shell that writes nothing to the disk, and can do the magics that students use."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            """There is no window to wait for: `%matplotlib inline` has nothing else to do."""

        def system(self, command):
            """`!ls`, without a terminal."""
            done = subprocess.run(
                self.var_expand(command, depth=1), shell=True, capture_output=True, text=True
            )
            print(done.stdout + done.stderr, end="")

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    return Shell.instance(config=config)


class Namespaces:
    """The names that tests see: what the homework gives, apart from what the student made of it, and the
    student's answers.

    Attributes:
        course: the given functions, and the given data as they were when the student got them.
        test: of the test that runs.
    """

    def __init__(self):
        from homework.steps import COURSE_MODULE

        self.course: dict = {"__name__": COURSE_MODULE}
        self.test: dict = {}
        self.kept: dict = {}
        self.inside = None

    def begin(self, answers: dict) -> None:
        """A new test, on these answers."""
        from homework.inside import Inside

        self.inside = Inside(list(answers.values()), self.kept, {})
        self.course |= {**answers, **self.inside.functions()}
        self.test = dict(self.course)


class Worker:
    """The student's namespace and what runs in it."""

    def __init__(self):
        self.shell = make_shell()
        import torch

        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        self.namespaces = Namespaces()
        self.main_thread = threading.get_ident()

    def interrupt(self):
        """Ctrl-C for the main thread."""
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(self.main_thread, signal.SIGINT)
        else:
            import _thread

            _thread.interrupt_main()

    def run(self, request):
        """Execute one request; returns the reply."""
        from homework.inside import describe

        output, reply = Bounded(), {"status": "ok"}
        timer = threading.Timer(request["seconds"], self.interrupt)
        timer.daemon = True
        timer.start()
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                error = self.execute(request, reply)
        except KeyboardInterrupt as interrupt:
            error = interrupt
        finally:
            timer.cancel()
        if error is not None:
            reply["status"] = "timeout" if isinstance(error, KeyboardInterrupt) else "error"
            reply["error"] = describe(error)
        return {**reply, "output": output.getvalue()}

    def execute(self, request, reply):
        """Run the source; returns the exception that it raised, or None."""
        if request["kind"] == "test":
            return self.test(request, reply)
        result = self.shell.run_cell(request["source"], store_history=False)
        error = result.error_before_exec or result.error_in_exec
        if request["kind"] == "given":
            try:
                self.take_given(request)
            except Exception as problem:  # of a cell that stopped half-way
                error = error or problem
        return error

    def take_given(self, request):
        """Keep what a given cell gives for the tests, before the student's code can change it."""
        from homework.steps import run

        names = self.shell.user_ns
        self.namespaces.course |= {name: names[name] for name in request.get("names", ()) if name in names}
        run(request.get("functions", ""), self.namespaces.course)

    def test(self, request, reply):
        """Run the inner program of a part of a test; what its steps gave goes into the reply."""
        import numpy as np

        from homework import steps

        spaces = self.namespaces
        if request["forget"]:
            steps.forget_results(spaces.course)
        if request["first"]:
            names = self.shell.user_ns
            spaces.begin({name: names[name] for name in request["live"] if name in names})
        spaces.inside.inputs = request.get("inputs", {})
        spaces.inside.notes, spaces.inside.missed = [], None
        try:
            with (
                steps.as_the_course_wants(seed=int(not request["first"])),
                np.errstate(all="warn"),
                warnings.catch_warnings(action="default"),
            ):
                steps.run(request["source"], spaces.test)
        except BaseException as error:  # SystemExit too: nothing that a test raises may end the worker
            return error
        finally:
            reply |= {"notes": spaces.inside.notes, "missed": spaces.inside.missed}
        return None


def main():
    if COURSE not in sys.path:
        # Behind the packages: a student's torch.py in the course's folder is not torch.
        sys.path.append(COURSE)
    sys.path.append(str(Path.cwd()))  # last of all: a student's own module is found, and shadows nothing
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    sys.stdin = io.StringIO()
    sys.stdout = sys.stderr = Bounded()
    worker = Worker()
    replies.write(json.dumps({"ready": True}) + "\n")
    replies.flush()
    for line in requests:
        request = json.loads(line)
        try:
            reply = worker.run(request)
        except KeyboardInterrupt:  # a late one
            reply = {"status": "timeout", "output": ""}
        replies.write(json.dumps({**reply, "id": request["id"]}) + "\n")
        replies.flush()
    os._exit(0)  # threads that the student left behind do not keep it


if __name__ == "__main__":
    main()
