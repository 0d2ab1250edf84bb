"""A container as Gradescope's, as far as its folders and rights go, in which an autograder grades.

Not Gradescope itself: the folders lie as it documents them, root runs `run_autograder` with the rights that
Docker gives, and students' files come as the server lays them.
"""

from __future__ import annotations

import dataclasses
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from homework.gradescope.pack import contents, packed

# What Docker leaves to root: no new namespaces, no looking into others' processes.
DOCKERS = "CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT"
DOCKERS += " MKNOD AUDIT_WRITE SETFCAP"
ENVIRONMENT = "/opt/deep-learning-course"  # as setup.sh makes it


LEFT = "left behind:"
AND_THEN = """bash /autograder/run_autograder
code=$?
echo "left behind:" $(grep -Ls "^Uid:.0" /proc/[0-9]*/status) $(find /dev/shm /tmp /autograder ! -user 0)
exit $code"""


def problem() -> str | None:
    """Why there can be no such container here; None when there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux can make a container as Gradescope's"
    try:
        tried = subprocess.run([*walls("ALL"), "true"], capture_output=True, text=True)
    except FileNotFoundError:
        return "bubblewrap, which makes the container, is not there"
    return tried.stderr.strip() if tried.returncode else None


def walls(rights: str) -> list[str]:
    """The command that makes a container of this machine's programs, with a memory for files."""
    argv = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--clearenv", "--tmpfs", "/"]
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        if Path("/" + name).is_symlink():
            argv += ["--symlink", str(Path("/" + name).readlink()), "/" + name]
        elif Path("/" + name).is_dir():
            argv += ["--ro-bind", "/" + name, "/" + name]
    for name in ("/usr", "/etc"):
        argv += ["--ro-bind", name, name]
    argv += ["--proc", "/proc", "--dev", "/dev", "--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin"]
    for name in ("/tmp", "/var/tmp", "/dev/shm"):
        argv += ["--perms", "1777", "--size", str(2_000_000_000), "--tmpfs", name]
    argv += ["--cap-drop", "ALL"]
    return argv + [part for name in rights.split() for part in ("--cap-add", capability(name))]


def opened(place: str) -> list[str]:
    """The folders above a place, open to everybody."""
    folders = [str(folder) for folder in reversed(Path(place).parents) if folder != Path("/")]
    return [word for folder in folders for word in ("--perms", "0755", "--dir", folder)]


def capability(name: str) -> str:
    return name if name == "ALL" else f"CAP_{name}"


@dataclasses.dataclass(frozen=True)
class Graded:
    """What became of a hand-in: what Gradescope would show, what the teacher reads, the exit code, and what
    the student's code left behind: processes and files."""

    results: dict
    log: str
    code: int
    left: str

    @property
    def tests(self) -> dict[str, dict]:
        """{the name of a test before its title: its entry}"""
        return {test["name"].split(" ")[0]: test for test in self.results["tests"]}


class Box:
    """The folder /autograder of one homework."""

    def __init__(self, folder: Path, homework: str, folders, rights: str = DOCKERS):
        self.base, self.rights = folder / "autograder", rights
        archive = zipfile.ZipFile(io.BytesIO(packed(contents(homework, folders))))
        archive.extractall(self.base / "source")
        (self.base / "run_autograder").write_bytes(archive.read("run_autograder"))
        for name in ("submission", "results"):
            (self.base / name).mkdir()
        self.has_python = True  # where setup.sh puts it

    def metadata(self, **told: object) -> None:
        """Write what the server says."""
        (self.base / "submission_metadata.json").write_text(json.dumps(told))

    def hand_in(self, files: dict[str, str]) -> None:
        """Upload these: {name: what is in it}."""
        for name, text in files.items():
            (self.base / "submission" / name).write_text(text, encoding="utf-8")

    def unzip(self, path: Path) -> None:
        """Upload a zip, which the server takes apart."""
        with zipfile.ZipFile(path) as archive:
            archive.extractall(self.base / "submission")

    def inside(self, *program: str, **options) -> subprocess.CompletedProcess:
        """Run a program in the container."""
        argv = walls(self.rights)
        for python in {Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent}:
            if not python.is_relative_to("/usr"):
                argv += [*opened(str(python)), "--ro-bind", str(python), str(python)]
        if self.has_python:
            argv += [*opened(ENVIRONMENT), "--ro-bind", sys.prefix, ENVIRONMENT]
        argv += ["--bind", str(self.base), "/autograder", "--chdir", "/autograder"]
        return subprocess.run([*argv, *program], capture_output=True, text=True, errors="replace", **options)

    def grade(self) -> Graded:
        """Grade what was handed in."""
        ran = self.inside("bash", "-c", AND_THEN)
        results = json.loads((self.base / "results" / "results.json").read_text(encoding="utf-8"))
        left = [line for line in ran.stdout.splitlines() if line.startswith(LEFT)]
        return Graded(
            results, ran.stdout + ran.stderr, ran.returncode, "".join(left).removeprefix(LEFT).strip()
        )
