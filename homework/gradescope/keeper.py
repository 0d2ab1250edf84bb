"""Starts one program as another user, and ends all that it leaves behind: a program of its own, run by root.

It is what `homework.gradescope.lowered` starts in the place of bubblewrap. Orphans become its children (the
kernel calls that a subreaper), so whoever counts its family counts them as well. Standard library only.

    python -I keeper.py '{"user": 999, "folder": …, "filter": …, "lock": …, "room": …,
        "variables": …, "argv": […]}'
    python -I keeper.py end 999

Its folder lies in a file system in memory that is there for this user alone: all that it holds counts, files
without a name as well.
"""

import ctypes
import fcntl
import json
import os
import signal
import sys
import time

SET_SUBREAPER, SET_NO_NEW_RIGHTS, SET_FILTER = 36, 38, 22  # numbers of prctl(2)
FILTER_MODE = 2
LOOKS = 0.1  # seconds between two looks at the folder
ROUNDS = 200  # of ending processes
OWN = 1  # what is added to a user's number for the one who ends its processes; nobody has that number
FULL = "It wrote too much into its folder."


class Steps(ctypes.Structure):
    """The filter of system calls, as prctl takes it."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def control(option, *values):
    """Call prctl(2); raises OSError when the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    values = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in values]
    values += [ctypes.c_ulong(0)] * (4 - len(values))
    if libc.prctl(option, *values) != 0:
        raise OSError(ctypes.get_errno(), "prctl " + os.strerror(ctypes.get_errno()))


def become(task):
    """Turn this process into the program: it gains no rights any more, has the filter, and is the first that
    the kernel ends when memory is short."""
    os.setsid()
    with open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
        file.write("1000")
    with open(task["filter"], "rb") as file:  # noqa: PTH123
        steps = file.read()
    os.chdir(task["folder"])
    control(SET_NO_NEW_RIGHTS, 1)
    control(SET_FILTER, FILTER_MODE, ctypes.byref(Steps(len(steps) // 8, steps)))
    os.execvpe(task["argv"][0], task["argv"], task["variables"])


def start(task):
    """The process of the program."""
    child = os.fork()
    if child == 0:
        try:
            become(task)
        except BaseException as error:
            sys.stderr.write(f"the program did not start: {error}\n")
        finally:
            os._exit(127)
    return child


def watch(child, folder, room):
    """Wait for its end, which comes early when it writes too much; returns its exit code.

    The folder comes open: the program could put a link to another file system in the place of its name.
    """
    most, most_files = room
    while True:
        number, status = os.waitpid(-1, os.WNOHANG)
        if number == child:
            return os.waitstatus_to_exitcode(status)
        if number:
            continue
        disk = os.fstatvfs(folder)
        used, files = (disk.f_blocks - disk.f_bfree) * disk.f_frsize, disk.f_files - disk.f_ffree
        if used > most or files > most_files:
            sys.stderr.write(FULL + "\n")
            return 1
        time.sleep(LOOKS)


def processes_of(user):
    """The numbers of the processes of a user that have not ended."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208
        try:
            with open(f"/proc/{name}/status", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
                lines = dict(line.split(":", 1) for line in file if ":" in line)
        except OSError:
            continue  # it is gone
        if str(user) in lines["Uid"].split() and not lines["State"].strip().startswith(("Z", "X")):
            found.append(int(name))
    return found


def end_all(user):
    """End every process of a user; raises RuntimeError when some cannot be ended.

    One process that may end that user's ends all of them at one stroke: looking for them one by one, nobody
    would keep up with those that start new ones.
    """
    for _ in range(ROUNDS):
        if not processes_of(user):
            return
        strike(user)
        reap()
        time.sleep(0.02)
    raise RuntimeError(f"processes of user {user} do not end")


def strike(user):
    """End all of a user's processes that there are at this moment.

    Only its effective number is that user's, and it starts no program: so that user's processes may neither
    stop it nor write into its memory.
    """
    child = os.fork()
    if child == 0:
        try:
            own = user + OWN
            os.setgroups([])
            os.setresgid(own, own, own)
            os.setresuid(own, user, own)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def reap():
    """Let go of children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def guard(task):
    """Start a process that ends all that this user runs as soon as this process has ended, however it did.

    It holds a lock as long as it lives, for which the next keeper waits: it must not meet the next program.
    """
    lock = os.open(task["lock"], os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    alive, end = os.pipe()
    if os.fork() == 0:
        if os.fork() == 0:
            os.setsid()
            for number in (0, 1, 2, end):
                os.close(number)
            os.read(alive, 1)  # nothing comes; it returns when nobody can write any more
            end_all(task["user"])
        os._exit(0)
    os.wait()
    os.close(alive)
    os.close(lock)


def main():
    """Run the program that the only argument describes, and exit as it did; or end what a user runs."""
    if sys.argv[1] == "end":
        return end_all(int(sys.argv[2]))
    task = json.loads(sys.argv[1])
    guard(task)
    control(SET_SUBREAPER, 1)
    folder = os.open(task["folder"], os.O_RDONLY)
    child = start(task)
    for number in (0, 1):  # the pipes are the program's: its end must show in them
        os.close(number)
    code = watch(child, folder, task["room"])
    end_all(task["user"])
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 1)


if __name__ == "__main__":
    main()
