"""What Binder, development containers and Gradescope build from says what the lock says."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from launcher import image

ROOT = Path(__file__).resolve().parents[2]
RENEW = "run `python3 -m launcher.image`"


def pins(text: str) -> dict[tuple[str, str], str]:
    """{(name, marker): version}"""
    lines = [
        line.partition(" #")[0].strip() for line in text.splitlines() if not line.startswith(("#", "--"))
    ]
    found = [Requirement(line) for line in lines if line]
    return {(one.name, str(one.marker)): str(one.specifier).removeprefix("==") for one in found}


@pytest.mark.parametrize("place", image.files())
def test_what_is_committed_is_what_the_lock_makes(place):
    assert (ROOT / place).read_text(encoding="utf-8") == image.files()[place], RENEW


def test_binder_gets_the_versions_of_the_lock_and_nothing_of_cuda():
    lock = pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    text = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8")
    binder = {key: version.removesuffix("+cpu") for key, version in pins(text).items()}
    assert binder.items() <= lock.items()
    gone = {name for name, _ in lock.keys() - binder.keys()}
    assert gone and all(name.startswith(("nvidia-", "cuda-", "triton")) for name in gone)
    assert {name for (name, _), version in pins(text).items() if version.endswith("+cpu")} == {
        "torch",
        "torchvision",
    }
    assert "\n--extra-index-url https://download.pytorch.org/whl/cpu\n" in text


def test_all_of_them_have_the_python_of_the_conda_file():
    line = "python=" + image.python_version()
    assert line in (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert (ROOT / "binder" / "runtime.txt").read_text() == line.replace("=", "-") + "\n"
    made = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert made["image"].endswith(":" + image.python_version())


@pytest.mark.skipif(os.name == "nt", reason="Binder's containers run Linux")
def test_binder_starts_the_server_with_the_courses_settings():
    command = [str(ROOT / "binder" / "start"), "bash", "-c", "echo $JUPYTER_CONFIG_PATH"]
    told = subprocess.run(
        command, env={"PATH": os.environ["PATH"], "REPO_DIR": str(ROOT)}, capture_output=True, text=True
    )
    assert (Path(told.stdout.strip()) / "jupyter_server_config.json").is_file()
