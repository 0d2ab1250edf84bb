"""The version ranges, the two locks and the conda file say the same thing."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PLATFORMS = [
    {"sys_platform": sys_platform, "platform_machine": machine, "platform_system": system, "os_name": os_name}
    for sys_platform, machine, system, os_name in [
        ("linux", "x86_64", "Linux", "posix"),
        ("linux", "aarch64", "Linux", "posix"),
        ("darwin", "arm64", "Darwin", "posix"),
        ("win32", "AMD64", "Windows", "nt"),
    ]
]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def read_lock(text: str) -> list[Requirement]:
    """Return the pins of a lock file; every line must be an exact pin."""
    lines = (re.sub(r"\s+#.*|^#.*", "", line).strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line]


def pins_for(lock: list[Requirement], platform: dict[str, str], python: str) -> dict[str, str]:
    """Return name → version of what pip would install on one platform."""
    environment = {
        **platform,
        "python_version": python,
        "python_full_version": f"{python}.5",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    chosen: dict[str, str] = {}
    for pin in lock:
        if pin.marker is None or pin.marker.evaluate(environment):
            name = canonicalize_name(pin.name)
            assert name not in chosen, f"{name} is pinned twice for {platform} and Python {python}"
            (specifier,) = pin.specifier
            chosen[name] = specifier.version
    return chosen


def disagreements(
    project: dict, lock: list[Requirement], extras: tuple[str, ...], platform, python
) -> list[str]:
    """Return the declared ranges that the lock breaks or forgets."""
    ranges = list(project["dependencies"])
    for extra in extras:
        ranges += project["optional-dependencies"][extra]
    pins = pins_for(lock, platform, python)
    problems = []
    for declared in map(Requirement, ranges):
        pinned = pins.get(canonicalize_name(declared.name))
        if pinned is None:
            problems.append(f"{declared.name} is not in the lock")
        elif not declared.specifier.contains(pinned, prereleases=True):
            problems.append(f"{declared.name} is locked at {pinned}, outside {declared.specifier}")
    return problems


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


LOCKS = [("requirements.txt", ()), ("requirements-test.txt", ("test",)), ("requirements-site.txt", ("site",))]


@pytest.mark.parametrize(("name", "extras"), LOCKS)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: f"{p['sys_platform']}-{p['platform_machine']}")
def test_the_lock_keeps_every_range(project, name, extras, platform, python):
    lock = read_lock((ROOT / name).read_text("utf-8"))
    assert disagreements(project, lock, extras, platform, python) == []


@pytest.mark.parametrize("name", [name for name, _ in LOCKS])
def test_every_line_of_a_lock_is_one_exact_pin(name):
    for pin in read_lock((ROOT / name).read_text("utf-8")):
        assert [specifier.operator for specifier in pin.specifier] == ["=="], f"{pin} is not an exact pin"
        assert pin.url is None


@pytest.mark.parametrize("name", [name for name, extras in LOCKS if extras])
def test_the_locks_pin_the_same_versions(name):
    course, test = (read_lock((ROOT / lock).read_text("utf-8")) for lock in ("requirements.txt", name))
    for platform in PLATFORMS:
        for python in PYTHONS:
            assert pins_for(course, platform, python).items() <= pins_for(test, platform, python).items()


def test_a_lock_that_disagrees_is_found(project):
    good = (ROOT / "requirements.txt").read_text("utf-8")
    old = re.sub(r"^jupyterlab==\S+", "jupyterlab==3.0.0", good, flags=re.M)
    missing = re.sub(r"^nbclient==.*\n", "", good, flags=re.M)
    assert disagreements(project, read_lock(old), (), PLATFORMS[0], "3.11") == [
        "jupyterlab is locked at 3.0.0, outside >=4.4"
    ]
    assert disagreements(project, read_lock(missing), (), PLATFORMS[0], "3.11") == [
        "nbclient is not in the lock"
    ]


def test_nothing_that_needs_linux_is_forced_on_the_others():
    lock = read_lock((ROOT / "requirements-test.txt").read_text("utf-8"))
    for platform in PLATFORMS[2:]:
        names = pins_for(lock, platform, "3.12")
        assert not [name for name in names if name.startswith(("nvidia", "cuda", "triton"))]


def test_every_direct_dependency_carries_its_reason():
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    is_dependency = re.compile(r'^    "[A-Za-z0-9_.-]+[><=]')
    found = [number for number, line in enumerate(lines) if is_dependency.match(line)]
    assert len(found) > 15
    assert [lines[n] for n in found if not lines[n - 1].strip().startswith("#")] == []


def test_conda_takes_its_versions_from_the_lock():
    # conda itself is not run here: this reads the file as text and holds it to its few lines.
    lines = [line.strip() for line in (ROOT / "environment.yml").read_text("utf-8").splitlines()]
    body = [line for line in lines if line and not line.startswith("#")]
    assert body[:4] == ["name: deep-learning-course", "channels:", "- conda-forge", "dependencies:"]
    python, *rest = body[4:]
    assert rest == ["- pip", "- pip:", "- -r requirements.txt"]
    assert re.fullmatch(r"- python=(\d+\.\d+)", python).group(1) in PYTHONS
