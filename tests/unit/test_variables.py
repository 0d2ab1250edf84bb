"""What the course's programs inherit from the machine, and what stays outside."""

import os
import subprocess
import sys

import pytest
from course_project import ROOT, posix

from launcher.variables import jupyter_variables, pip_variables


@pytest.mark.parametrize(
    "name",
    [
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        "PYTHONOPTIMIZE",
        "PYTHONWARNINGS",
        "MPLBACKEND",
        "JUPYTER_CONFIG_PATH",
        "JUPYTER_PREFER_ENV_PATH",
        "IPYTHONDIR",
    ],
)
def test_what_would_change_the_course_stays_outside(name, monkeypatch):
    monkeypatch.setenv(name, "/somewhere/else")
    assert jupyter_variables(use_current=False).get(name) != "/somewhere/else"


def test_the_rest_goes_on_and_jupyters_state_is_the_courses_own(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "/data")
    env = jupyter_variables(use_current=False)
    assert env["COURSE_DATA"] == "/data" and env["PATH"] == os.environ["PATH"]
    for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        assert env[f"JUPYTER_{name}"].startswith(str(ROOT / ".jupyter"))
    assert env["JUPYTER_CONFIG_PATH"] == str(ROOT / "etc" / "jupyter")


def test_the_running_python_finds_the_course_and_then_its_users_own_folders(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/mine")
    assert jupyter_variables(use_current=True)["PYTHONPATH"] == os.pathsep.join([str(ROOT), "/mine"])
    monkeypatch.delenv("PYTHONPATH")
    assert jupyter_variables(use_current=True)["PYTHONPATH"] == str(ROOT)


@posix
def test_a_user_without_home_and_name_gets_both(monkeypatch, tmp_path):
    """As in a container that runs under a number: nothing in passwd, no HOME."""
    code = (
        "import os, pwd; from launcher import variables\n"
        "def unknown(*name): raise KeyError(name)\n"
        "pwd.getpwuid = unknown\n"
        "env = variables.jupyter_variables(False); print(env.get('HOME'), env.get('USER'))"
    )
    nobody = {name: value for name, value in os.environ.items() if name not in ("HOME", "USER", "LOGNAME")}
    for name in ("LNAME", "USERNAME"):
        nobody.pop(name, None)
    nobody["PYTHONPATH"] = str(ROOT)
    said = subprocess.check_output([sys.executable, "-c", code], env=nobody, text=True)
    assert said.split() == [str(ROOT / ".jupyter" / "home"), "student"]
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USER", "me")
    env = jupyter_variables(use_current=False)
    assert (env["HOME"], env["USER"]) == (str(tmp_path), "me")
    monkeypatch.setenv("HOME", str(tmp_path / "gone"))  # a home that nothing can be written into
    assert jupyter_variables(use_current=False)["HOME"] == str(ROOT / ".jupyter" / "home")


def test_pip_keeps_where_packages_come_from_and_forgets_where_else_they_would_go(monkeypatch):
    kept = {"INDEX_URL": "a", "FIND_LINKS": "b", "NO_INDEX": "1", "CERT": "c", "PROXY": "d", "CACHE_DIR": "e"}
    kept |= {"TRUSTED_HOST": "f", "EXTRA_INDEX_URL": "g", "CONFIG_FILE": "h", "RETRIES": "1", "TIMEOUT": "9"}
    dropped = ["REQUIRE_VIRTUALENV", "TARGET", "PREFIX", "ROOT", "PYTHON", "DRY_RUN", "CONSTRAINT", "NO_DEPS"]
    for name, value in kept.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    for name in dropped:
        monkeypatch.setenv(f"PIP_{name}", "1")
    monkeypatch.setenv("PIP_USER", "1")
    env = pip_variables()
    assert {name: env[f"PIP_{name}"] for name in kept} == kept
    assert not [name for name in dropped if f"PIP_{name}" in env]
    assert env["PIP_USER"] == "0"  # and not left out: pip.conf may say `user = true`
    assert env["TMPDIR"].startswith(str(ROOT))  # a small /tmp does not hold torch
