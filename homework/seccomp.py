"""Which system calls the kernel refuses inside the sandbox: a filter in its own small language, made here.

The language is classic BPF (`man 2 seccomp`): the number of a call and the low half of each argument are
compared, and the first comparison that fits decides. What is refused is refused in one of three ways: "not
permitted"; "there is no such call", where programs know another way; and, for file locks, "done".
"""

from __future__ import annotations

import functools
import os
import platform
import struct
from errno import EAFNOSUPPORT, ENOSYS, EPERM

ALLOW, KILL, ANSWER = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, EQUAL, OVER, ANY_BIT, AND, RETURN = 0x20, 0x15, 0x25, 0x45, 0x54, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # where they stand in what the filter reads
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # its mark, its column below
NEWEST = 456  # later calls, and those of x32, which start at 2**30, do not exist inside

# name: its number on x86_64, on aarch64 (None: it has no such call).
FORBIDDEN = """
acct 163 89, add_key 248 217, adjtimex 159 171, bpf 321 280, chroot 161 51, clock_adjtime 305 266,
clock_settime 227 112, delete_module 176 106, fanotify_init 300 262, fanotify_mark 301 263,
finit_module 313 273, fsconfig 431 431, fsmount 432 432, fsopen 430 430, fspick 433 433,
init_module 175 105, ioperm 173 None, iopl 172 None, kcmp 312 272, kexec_file_load 320 294,
kexec_load 246 104, keyctl 250 219, lookup_dcookie 212 18, mbind 237 235, migrate_pages 256 238,
modify_ldt 154 None, mount 165 40, mount_setattr 442 442, move_mount 429 429, move_pages 279 239,
mq_open 240 180, msgctl 71 187, msgget 68 186, msgrcv 70 188, msgsnd 69 189, name_to_handle_at 303 264,
nfsservctl 180 42, open_by_handle_at 304 265, open_tree 428 428, perf_event_open 298 241, personality 135 92,
pidfd_getfd 438 438, pivot_root 155 41, process_madvise 440 440, process_mrelease 448 448,
process_vm_readv 310 270, process_vm_writev 311 271, ptrace 101 117, quotactl 179 60, quotactl_fd 443 443,
reboot 169 142, remap_file_pages 216 234, request_key 249 218, seccomp 317 277, semctl 66 191,
semget 64 190, semop 65 193, semtimedop 220 192, set_mempolicy 238 237, set_mempolicy_home_node 450 450,
setdomainname 171 162, sethostname 170 161, setns 308 268, settimeofday 164 170, shmat 30 196,
shmctl 31 195, shmdt 67 197, shmget 29 194, swapoff 168 225, swapon 167 224, syslog 103 116,
umount2 166 39, unshare 272 97, uselib 134 None, vhangup 153 58, vmsplice 278 75"""
# Calls whose users know another way when the kernel has them not. Memory in a memfd belongs to no process and
# to no file system, so nobody could count it; the flags of clone3 cannot be read here, those of clone can.
MISSING = """
clone3 435 435, inotify_init 253 None, inotify_init1 294 26, io_cancel 210 3, io_destroy 207 1,
io_getevents 208 4, io_pgetevents 333 292, io_setup 206 0, io_submit 209 2, io_uring_enter 426 426,
io_uring_register 427 427, io_uring_setup 425 425,
memfd_create 319 279, memfd_secret 447 447, userfaultfd 323 282"""
LOOKED_AT = """
clone 56 220, fcntl 72 25, flock 73 32, ioctl 16 29, mmap 9 222, socket 41 198, socketpair 53 199"""

NEW_NAMESPACES = 0x7E020000  # all flags CLONE_NEW… of clone
LOCKS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
MESSAGES = (1024, 1026, 1036)  # F_SETLEASE, F_NOTIFY, F_SET_RW_HINT
TYPED_FOR_OTHERS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: keys pressed in the teacher's terminal
KINDS_OF_MAP, SHARED, ANONYMOUS = 0x0F, (1, 3), 0x20
UNIX, INET, INET6 = 1, 2, 10
STREAM, DATAGRAM, PACKETS = 1, 2, 5
PROTOCOLS = (0, 1, 6, 17)  # the family's own, TCP, UDP

Step = tuple[int, int, int, int]  # operation, steps to skip when true, when false, value


@functools.cache
def program(machine: str = platform.machine(), has_network: bool = False) -> bytes:
    """The filter for the kernel of this machine.

    Args:
        machine: its name, such as "x86_64".
        has_network: whether the walls leave a network, so that the filter has to refuse it.

    Raises:
        LookupError: its calls have numbers that are not known here.
    """
    mark, column = MACHINES[machine]

    def numbers(table: str) -> list[int]:
        columns = [entry.split()[1:] for entry in table.replace("\n", " ").split(",")]
        return [int(number[column]) for number in columns if number[column] != "None"]

    steps = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, mark), answer(KILL), (LOAD, 0, 0, NUMBER)]
    steps += [(OVER, 0, 1, NEWEST), refuse(ENOSYS)]
    for error, table in ((EPERM, FORBIDDEN), (ENOSYS, MISSING)):
        for number in numbers(table):
            steps += [(EQUAL, 0, 1, number), refuse(error)]
    looks = (clone(), fcntl(), [refuse(0)], ioctl(), mmap(), socket(has_network), socketpair())
    for number, look in zip(numbers(LOOKED_AT), looks, strict=True):
        steps += [(EQUAL, 0, len(look), number), *look]
    return b"".join(struct.pack("=HBBI", *step) for step in [*steps, answer(ALLOW)])


def answer(what: int) -> Step:
    return (RETURN, 0, 0, what)


def refuse(error: int) -> Step:
    """The call ends with this error; with 0 it does nothing and says that it did."""
    return answer(ANSWER | error)


def argument(number: int) -> Step:
    """Look at the low half of an argument; what the calls below read of it has no more."""
    return (LOAD, 0, 0, ARGUMENTS + 8 * number)


def only(number: int, values: tuple[int, ...], error: int, mask: int = 0xFFFFFFFF) -> list[Step]:
    """Refuse the call when this argument is none of these."""
    left = len(values)
    tests = [(EQUAL, left - at, 0, value) for at, value in enumerate(values)]
    return [argument(number), (AND, 0, 0, mask), *tests, refuse(error)]


def none_of(values: tuple[int, ...], error: int) -> list[Step]:
    """Refuse the call when what was looked at is one of these."""
    return [step for value in values for step in ((EQUAL, 0, 1, value), refuse(error))]


def clone() -> list[Step]:
    """New processes and threads, but no new namespaces."""
    return [argument(0), (ANY_BIT, 0, 1, NEW_NAMESPACES), refuse(EPERM), answer(ALLOW)]


def fcntl() -> list[Step]:
    """Locks do as if. What is read-only here is the same file outside: who locks it there stops the teacher's
    programs, or talks to the next sandbox."""
    return [argument(1), *none_of(LOCKS, 0), *none_of(MESSAGES, EPERM), answer(ALLOW)]


def ioctl() -> list[Step]:
    return [argument(1), *none_of(TYPED_FOR_OTHERS, EPERM), answer(ALLOW)]


def mmap() -> list[Step]:
    """Memory that processes share lies in files of /dev/shm, where it is counted even when nobody maps it."""
    look = [argument(3), (ANY_BIT, 0, 4, ANONYMOUS), (AND, 0, 0, KINDS_OF_MAP)]
    return [*look, (EQUAL, 1, 0, SHARED[0]), (EQUAL, 0, 1, SHARED[1]), refuse(EPERM), answer(ALLOW)]


def socket(has_network: bool) -> list[Step]:
    """Sockets of this machine, and those of a network that is not there, so that programs find none."""
    families = only(0, (UNIX,) if has_network else (UNIX, INET, INET6), EAFNOSUPPORT)
    kinds = only(1, (STREAM, DATAGRAM, PACKETS), EPERM, mask=0x0F)
    return [*families, *kinds, *only(2, PROTOCOLS, EPERM), answer(ALLOW)]


def socketpair() -> list[Step]:
    return [*only(0, (UNIX,), EAFNOSUPPORT), answer(ALLOW)]


@functools.cache
def file_of(process: int) -> int:
    """A file in the memory of this process with the filter. Nobody can change it, not even from inside."""
    import fcntl as files

    file = os.memfd_create("filter", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(file, program())
    files.fcntl(file, files.F_ADD_SEALS, files.F_SEAL_WRITE | files.F_SEAL_SHRINK | files.F_SEAL_GROW)
    return file


def path() -> str:
    """Where programs that this process starts find the filter."""
    return f"/proc/{os.getpid()}/fd/{file_of(os.getpid())}"
