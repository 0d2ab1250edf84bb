"""Runs the cells of one hand-in, one at a time, in a process of its own. Started by `homework.session`.

Requests and replies are lines of JSON. What the student wrote runs in an IPython shell, as in
JupyterLab. Test cells run as plain Python in the same namespace, by functions kept from before the first
student's line: what that code does to IPython, to the syntax tree or to `builtins` does not reach them.

This file also runs inside the sandbox, where nothing else of `homework` but `checks` can be read.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import random
import signal
import sys
import threading
import traceback
from pathlib import Path

COURSE = str(Path(__file__).resolve().parent.parent)
TEXT_LIMIT = 20_000  # characters of output kept of a cell
GUARDED = """builtins math operator random statistics json unittest unittest.TestCase numpy numpy.testing
torch torch.Tensor torch.Generator torch.testing torch.linalg torch.autograd torch.autograd.gradcheck torch.nn
torch.nn.Module torch.nn.Parameter torch.nn.functional torch.nn.init torch.nn.utils torch.nn.Linear
torch.nn.Conv2d torch.nn.MaxPool2d torch.nn.BatchNorm2d torch.nn.Flatten torch.nn.ReLU torch.nn.Sequential
torch.nn.RNN torch.nn.LSTM torch.nn.GRU torch.nn.Embedding torch.nn.Dropout homework.checks
helpers.train.loop helpers.train.measuring"""
REPLACED_BY_TORCH = {"torch.manual_seed"}  # torch puts another in its place when the first optimiser is made

keep_exec, keep_compile = exec, compile
keep_dumps, keep_loads, keep_vars = json.dumps, json.loads, vars


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


def guarded_things():
    """(name, object) of the modules and classes that tests rely on, as far as they can be imported."""
    for name in GUARDED.split():
        parts = name.split(".")
        for cut in range(len(parts), 0, -1):
            try:
                thing = importlib.import_module(".".join(parts[:cut]))
            except ImportError:
                continue
            for part in parts[cut:]:
                thing = getattr(thing, part, None)
            if thing is not None:
                yield name, thing
            break


def take_snapshot():
    """{name of a module or class: (the thing, {attribute: its function or class})}"""
    return {
        name: (thing, {key: value for key, value in vars(thing).items() if callable(value)})
        for name, thing in guarded_things()
    }


def altered(snapshot):
    """What was replaced in the guarded modules since the snapshot: ["torch.equal", …]."""
    found = []
    for name, (thing, before) in snapshot.items():
        now = keep_vars(thing)
        replaced = (f"{name}.{key}" for key, value in before.items() if now.get(key) is not value)
        found += [place for place in replaced if place not in REPLACED_BY_TORCH]
    return found


def make_shell():
    """An IPython shell that writes nothing to the disk."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    return InteractiveShell.instance(config=config)


class Worker:
    """The student's namespace and what runs in it."""

    def __init__(self):
        self.shell = make_shell()
        self.namespace = self.shell.user_ns
        import torch

        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        from homework import checks

        self.checks = {name: getattr(checks, name) for name in ("expect", "require", "CheckFailed")}
        self.snapshot = take_snapshot()
        self.main_thread = threading.get_ident()
        self.seed_torch, self.seed_random = torch.manual_seed, random.seed

    def interrupt(self):
        """Ctrl-C for the main thread."""
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(self.main_thread, signal.SIGINT)
        else:
            import _thread

            _thread.interrupt_main()

    def run(self, request):
        """Execute one request; returns the reply."""
        kind = request["kind"]
        if kind == "altered":
            return {"status": "ok", "altered": altered(self.snapshot)}
        output, reply = Bounded(), {"status": "ok"}
        if kind in ("test", "without"):
            self.seed_torch(0)
            self.seed_random(0)
        timer = threading.Timer(request["seconds"], self.interrupt)
        timer.daemon = True
        timer.start()
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                error = self.execute(kind, request)
        except KeyboardInterrupt as interrupt:
            error = interrupt
        finally:
            timer.cancel()
        if error is not None:
            reply = describe(error)
        return {**reply, "output": output.getvalue()}

    def execute(self, kind, request):
        """Run the source; returns the exception that it raised, or None."""
        if kind in ("given", "answer", "extra"):
            result = self.shell.run_cell(request["source"], store_history=False)
            return result.error_before_exec or result.error_in_exec
        self.namespace.update((name, check) for name, check in self.checks.items() if name in self.namespace)
        namespace = self.namespace
        if kind == "without":
            namespace = {key: value for key, value in namespace.items() if key not in request["names"]}
        try:
            code = keep_compile(request["source"], f"<{request['name']}>", "exec")
            keep_exec(code, namespace)
        except BaseException as error:  # SystemExit too: nothing that a test raises may end the worker
            return error
        return None


def describe(error):
    """An exception as a reply: its type and words, a failed check's hint, the student's last line."""
    status = "timeout" if isinstance(error, KeyboardInterrupt) else "error"
    message, hint = "", None
    with contextlib.suppress(Exception):
        message = str(error)[:2000]
        hint = getattr(error, "hint", None)
    place = None
    with contextlib.suppress(Exception):
        frames = traceback.extract_tb(error.__traceback__)
        inner = [
            frame for frame in frames if "ipython-input" in frame.filename or "ipykernel" in frame.filename
        ]
        if inner:
            place = f"line {inner[-1].lineno}: {(inner[-1].line or '').strip()}"[:200]
    return {
        "status": status,
        "type": type(error).__name__,
        "message": message,
        "hint": hint if isinstance(hint, str) else None,
        "place": place,
        "failed_check": type(error).__name__ == "CheckFailed",
    }


def main():
    if COURSE not in sys.path:
        # Behind the packages: a student's torch.py in the course's folder is not torch.
        sys.path.append(COURSE)
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
        request = keep_loads(line)
        try:
            reply = worker.run(request)
        except KeyboardInterrupt:  # a late one
            reply = {"status": "timeout", "type": "KeyboardInterrupt", "message": "", "output": ""}
        replies.write(keep_dumps({**reply, "id": request["id"]}) + "\n")
        replies.flush()
    os._exit(0)  # threads that the student left behind do not keep it


if __name__ == "__main__":
    main()
