"""The filter of system calls: its rules on each machine, and that the kernel keeps them inside."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import struct
from pathlib import Path

import pytest
from sandbox_runs import command, run, said, started

from homework import sandbox, seccomp
from homework.seccomp import ALLOW, ANSWER, FORBIDDEN, KILL, MACHINES, MISSING, program

inside = pytest.mark.skipif(sandbox.problem() is not None, reason="no sandbox on this machine")

TRIED = """
import ctypes, json, mmap, os, socket
libc = ctypes.CDLL(None, use_errno=True)
found = {}

def call(name, *arguments):
    ctypes.set_errno(0)
    found[name] = ctypes.get_errno() if getattr(libc, name)(*arguments) == -1 else 0

def attempt(name, function, *arguments):
    try:
        function(*arguments)
        found[name] = 0
    except OSError as error:
        found[name] = error.errno

def system(name, number, *arguments):
    ctypes.set_errno(0)
    found[name] = ctypes.get_errno() if libc.syscall(number, *arguments) == -1 else 0

keyctl, add_key, mq_open = {numbers}
system("keyctl", keyctl, 0, -3, 1)
system("add_key", add_key, b"user", b"note", b"text", 4, -3)
system("mq_open", mq_open, b"note", os.O_CREAT | os.O_RDWR, 0o600, None)
attempt("memfd_create", os.memfd_create, "x")
attempt("shared memory of no file", mmap.mmap, -1, 4096)
call("shmget", 0, 4096, 0o600)
call("msgget", 0, 0o600)
call("inotify_init1", 0)
call("process_vm_readv", os.getpid(), None, 0, None, 0, 0)
call("personality", 0xFFFFFFFF)
attempt("netlink", socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, 0)
attempt("a new terminal key", __import__("fcntl").ioctl, os.open("/dev/ptmx", os.O_RDWR), 0x5412, b"x")
system("io_uring_setup", 425, 1, ctypes.create_string_buffer(200))
if os.fork() == 0:
    call("ptrace", 0, 0, 0, 0)
    os._exit(found["ptrace"])
found["ptrace"] = os.waitstatus_to_exitcode(os.wait()[1])
attempt("vsock", socket.socket, socket.AF_VSOCK, socket.SOCK_STREAM, 0)
for name, flags in (("users", 0x10000000), ("network", 0x40000000), ("mounts", 0x20000)):
    if os.fork() == 0:
        call("unshare", flags)
        os._exit(found["unshare"])
    found["new " + name] = os.waitstatus_to_exitcode(os.wait()[1])
print(json.dumps(found))
"""
UNAVAILABLE = {errno.ENOSYS: ("memfd_create", "inotify_init1", "io_uring_setup")}
UNAVAILABLE[errno.EAFNOSUPPORT] = ("netlink", "vsock")
OPEN_WITHOUT_FILTER = (
    "keyctl",
    "memfd_create",
    "shared memory of no file",
    "shmget",
    "msgget",
    "inotify_init1",
    "process_vm_readv",
    "personality",
    "netlink",
    "ptrace",
)
LOCK = """
import fcntl, os, sys, time
file = open(os.path.join(os.environ["COURSE_DATA"], "train.lock"))
fcntl.flock(file, fcntl.LOCK_EX)
try:
    fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    print("leased", end=" ")
except OSError:
    pass
fcntl.fcntl(file, fcntl.F_SETLK, __import__("struct").pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0))
print("locked", flush=True)
time.sleep(100)
"""
USED = """
import asyncio, concurrent.futures, multiprocessing, threading
import matplotlib.pyplot, torch

def main():
    batches = torch.utils.data.DataLoader(torch.arange(1000.0), batch_size=100, num_workers=2)
    print(int(sum(batch.sum() for batch in batches)))
    number = multiprocessing.Value("i", 3)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        print(sum(pool.map(abs, [-1, -number.value])))
    async def echo():
        child = await asyncio.create_subprocess_exec("echo", "said", stdout=-1)
        return (await child.communicate())[0].decode().strip()
    print(asyncio.run(echo()))
    matplotlib.pyplot.plot([1, 2])
    matplotlib.pyplot.savefig("plot.png")
    shared = torch.ones(3).share_memory_()
    child = multiprocessing.Process(target=shared.add_, args=(1,))
    child.start()
    child.join()
    print(shared.tolist())

if __name__ == "__main__":
    main()
"""


def decide(code: bytes, mark: int, number: int, *arguments: int) -> int:
    """What the kernel answers to a call, by the rules of `man 2 seccomp`."""
    whole = [value & 2**64 - 1 for value in (*arguments, *[0] * (6 - len(arguments)))]
    seen = struct.pack("<IIQ6Q", number, mark, 0, *whole)
    steps = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    at, held = 0, 0
    while True:
        operation, yes, no, value = steps[at]
        at += 1
        if operation == seccomp.RETURN:
            return value
        if operation == seccomp.LOAD:
            (held,) = struct.unpack_from("<I", seen, value)
        elif operation == seccomp.AND:
            held &= value
        else:
            true = {seccomp.EQUAL: held == value, seccomp.OVER: held > value, seccomp.ANY_BIT: held & value}
            at += yes if true[operation] else no


@pytest.fixture(params=MACHINES)
def judge(request):
    """Answers what the kernel says to a call, by its number on both machines and its arguments."""
    mark, column = MACHINES[request.param]
    code = program(request.param)

    def ask(numbers: tuple[int | None, int | None], *arguments: int) -> int | str:
        if numbers[column] is None:
            return "none"
        answer = decide(code, mark, numbers[column], *arguments)
        return {ALLOW: "allowed", KILL: "killed"}.get(answer, answer - ANSWER)

    return ask


def table(text: str) -> dict[str, tuple[int | None, int | None]]:
    rows = [entry.split() for entry in text.replace("\n", " ").split(",")]
    return {name: tuple(None if one == "None" else int(one) for one in pair) for name, *pair in rows}


def test_every_call_of_the_tables_is_refused(judge):
    for text, error in ((FORBIDDEN, errno.EPERM), (MISSING, errno.ENOSYS)):
        calls = table(text)
        assert len(calls) > 12
        for name, numbers in calls.items():
            assert judge(numbers) in (error, "none"), name


def test_ordinary_calls_are_allowed(judge):
    calls = {
        "read": (0, 63),
        "openat": (257, 56),
        "futex": (202, 98),
        "execve": (59, 221),
        "wait4": (61, 260),
    }
    calls |= {"setuid": (105, 146), "clock_gettime": (228, 113), "newest": (seccomp.NEWEST, seccomp.NEWEST)}
    assert {name: judge(numbers) for name, numbers in calls.items()} == dict.fromkeys(calls, "allowed")


def test_calls_that_are_newer_than_the_filter_and_those_of_x32_do_not_exist(judge):
    for number in (seccomp.NEWEST + 1, 2**30, 2**30 + 16, 2**32 - 1):
        assert judge((number, number)) == errno.ENOSYS


def test_calls_in_the_numbers_of_another_machine_end_the_process():
    for mark in (0x40000003, 0x40000028, 0):  # 32-bit x86 and ARM
        assert decide(program("x86_64"), mark, 20) == decide(program("aarch64"), mark, 20) == KILL


def test_what_depends_on_an_argument(judge):
    clone, socket, pair = (56, 220), (41, 198), (53, 199)
    lock, control, ioctl, mmap = (73, 32), (72, 25), (16, 29), (9, 222)
    assert judge(clone, 0x3D0F00) == judge(clone, 17) == "allowed"  # a thread, a process
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert judge(clone, 17 | flag) == errno.EPERM
    for family in (1, 2, 10):
        assert judge(socket, family, 1 | 0x80800, 0) == judge(socket, family, 2, 17) == "allowed"
        assert judge(socket, family, 3, 0) == judge(socket, family, 1, 262) == errno.EPERM  # raw, MPTCP
    for family in (0, 3, 16, 17, 29, 38, 40, 44, 45):
        assert judge(socket, family, 1, 0) == errno.EAFNOSUPPORT
    assert judge(pair, 1, 1, 0) == "allowed" and judge(pair, 30, 1, 0) == errno.EAFNOSUPPORT
    assert judge(lock, 3, 6) == 0
    assert [judge(control, 3, which) for which in (6, 7, 37, 38)] == [0, 0, 0, 0]
    assert [judge(control, 3, which) for which in (1024, 1026, 1036)] == [errno.EPERM] * 3
    assert [judge(control, 3, which) for which in (0, 2, 4, 5, 1030)] == ["allowed"] * 5
    assert judge(ioctl, 0, 0x5401) == "allowed"
    assert (
        judge(ioctl, 0, 0x5412) == judge(ioctl, 0, 2**32 + 0x541C) == errno.EPERM
    )  # the kernel reads 32 bits
    for flags, answer in ((0x22, "allowed"), (0x01, "allowed"), (0x21, errno.EPERM), (0x4023, errno.EPERM)):
        assert judge(mmap, 0, 4096, 3, flags, -1, 0) == answer


@inside
def test_the_kernel_keeps_the_rules_inside():
    """And without the filter most of these are open to a user without rights."""
    machine = MACHINES[os.uname().machine][1]
    numbers = tuple(table(FORBIDDEN)[name][machine] for name in ("keyctl", "add_key", "mq_open"))
    source = TRIED.replace("{numbers}", str(numbers))
    wanted = {name: error for error, names in UNAVAILABLE.items() for name in names}
    found = json.loads(said(source))
    assert len(found) == 18
    assert found == {name: wanted.get(name, errno.EPERM) for name in found}
    free = json.loads(said(source, "--seccomp", "9"))
    assert not {name: free[name] for name in OPEN_WITHOUT_FILTER if free[name] == found[name]}


@inside
def test_calls_of_32_bits_end_the_process():
    if os.uname().machine != "x86_64":
        pytest.skip("only x86_64 has a second way to call the kernel")
    code = bytes.fromhex("b814000000 cd80 c3".replace(" ", ""))  # getpid by interrupt 0x80
    call = f"""
import ctypes, mmap
page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
page.write({code!r})
print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))(), flush=True)
"""
    assert run(call).stdout == ""
    assert int(said(call, "--seccomp", "9")) != 0


@inside
def test_a_lock_inside_holds_nobody_outside(monkeypatch, tmp_path):
    """The read-only files inside are the host's own: others would wait, or read messages in the locks."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    tmp_path.chmod(0o755)
    (tmp_path / "train.lock").touch(0o644)
    with started(command(LOCK)) as holder, (tmp_path / "train.lock").open("rb") as lock:
        assert holder.stdout.readline() == "locked\n"
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with (tmp_path / "train.lock").open("r+") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@inside
def test_what_students_use_works_inside():
    """Workers of a DataLoader, pools, programs, pictures, shared tensors."""
    write = f"open('main.py', 'w').write({USED!r})\n"
    start = "import subprocess, sys\nprint(subprocess.run([sys.executable, 'main.py'], capture_output=True))"
    lines = said(write + start)
    assert "499500\\n4\\nsaid\\n[2.0, 2.0, 2.0]\\n" in lines, lines


@inside
def test_the_filter_cannot_be_changed():
    path = Path(seccomp.path())
    assert path.read_bytes() == program()
    with pytest.raises(PermissionError), path.open("r+b", buffering=0) as file:
        file.write(b"x")
