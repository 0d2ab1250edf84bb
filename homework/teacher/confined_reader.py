"""The process in which `homework.teacher.confined` reads hand-ins: it gets a homework, then their files."""

from __future__ import annotations

import json
import os
import sys
import traceback
import warnings

from homework.cells import Assignment, Cell, Kind
from homework.reading import Rejected
from homework.rebuild import rebuild

STUDENTS = (Kind.ANSWER, Kind.QUESTION, Kind.EXTRA)  # what is sent back; locked cells are known there
MOST_MEMORY = 1_500_000_000  # bytes of address space
MEMORY_AT_LEAST = 400_000_000  # for a small file
MEMORY_PER_BYTE = 8  # of the file: real characters take up to four bytes each, twice
CPU_SECONDS = 15
MOST_WRITTEN = 1_000_000  # bytes of a file, which is what it says on stderr


def main() -> None:
    """Serve until the pipe is closed."""
    warnings.simplefilter("ignore")  # what Python thinks of a student's code is not said here
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    set_limit("RLIMIT_CORE", 0)
    set_limit("RLIMIT_FSIZE", MOST_WRITTEN)
    homework = json.loads(receive(requests))
    source, copy = assignment_from(homework["source"]), assignment_from(homework["copy"])
    others = [assignment_from(other) for other in homework["others"]]
    send(replies, {"ready": True})
    while (data := receive(requests)) is not None:
        send(replies, reply_to(data, source, copy, others))


def receive(requests) -> bytes | None:
    """The next message: a line that says how long it is, and its bytes. None at the end."""
    header = requests.readline()
    if not header:
        return None
    length = int(header)
    limit_for(length)
    return requests.read(length)


def send(replies, reply: dict) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()


def reply_to(data: bytes, source: Assignment, copy: Assignment, others: list[Assignment]) -> dict:
    """What rebuilding gives, for JSON."""
    try:
        rebuilt = rebuild(source, copy, data, others)
    except Rejected as problem:
        return {"rejected": str(problem)}
    except MemoryError:
        return {"memory": True}
    except Exception:
        return {"failed": traceback.format_exc()}
    cells = [[cell.name, cell.source if cell.kind in STUDENTS else ""] for cell in rebuilt.assignment.cells]
    return {"cells": cells, "repairs": rebuilt.repairs, "texts": rebuilt.texts, "doubts": rebuilt.doubts}


def assignment_from(plain: dict) -> Assignment:
    """A homework from JSON."""
    cells = [Cell(**{**cell, "kind": Kind(cell["kind"])}) for cell in plain["cells"]]
    return Assignment(**{**plain, "cells": cells})


def limit_for(length: int) -> None:
    """Allow memory and time for a file of so many bytes."""
    set_limit("RLIMIT_AS", min(MOST_MEMORY, MEMORY_AT_LEAST + MEMORY_PER_BYTE * length))
    used = os.times()
    set_limit("RLIMIT_CPU", int(used.user + used.system) + 1 + CPU_SECONDS)


def set_limit(name: str, most: int) -> None:
    """Set a limit of this process, where the system has such limits."""
    if sys.platform != "linux":
        return
    import resource

    number = getattr(resource, name)
    hard = resource.getrlimit(number)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(number, (most, hard))


if __name__ == "__main__":
    main()
