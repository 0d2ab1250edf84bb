"""What others build an environment from: Gradescope, Binder, VS Code's containers and Codespaces.

Versions come from the lock and from environment.yml. After a change of those: python3 -m launcher.image
"""

import json
import re

from launcher.builds import CUDA, INDEX, PAIR
from launcher.files import write_whole
from launcher.places import ROOT

LOCK = "requirements.txt"
MADE = "# Made by `python3 -m launcher.image` from requirements.txt. Do not edit.\n"
START = """#!/bin/bash
# Binder starts the server through this: with the course's settings.
{made}export JUPYTER_CONFIG_PATH="${{REPO_DIR:-$PWD}}/etc/jupyter"
exec "$@"
"""


def cpu_requirements() -> str:
    """The lock for a Linux machine without a card: PyTorch's own builds, and nothing of CUDA's."""
    lines = (ROOT / LOCK).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("#") and not CUDA.match(line)]
    return f"{MADE}--extra-index-url {INDEX}\n" + PAIR.sub(r"\1==\2+cpu", "".join(kept))


def python_version() -> str:
    """The Python of those environments, such as "3.12": that of environment.yml."""
    return re.search(r"^ *- python=(\S+)$", (ROOT / "environment.yml").read_text(encoding="utf-8"), re.M)[1]


def devcontainer() -> str:
    """A container in which `course.py` has installed the course, and proved that it works."""
    plan = {
        "name": "Deep learning, hands on",
        "image": f"mcr.microsoft.com/devcontainers/python:{python_version()}",
        "hostRequirements": {"cpus": 2, "memory": "8gb"},
        "postCreateCommand": "python3 course.py lab --cpu --check",
        "forwardPorts": [8888],
        "customizations": {
            "vscode": {
                "extensions": ["ms-python.python", "ms-toolsai.jupyter"],
                "settings": {"python.defaultInterpreterPath": "${containerWorkspaceFolder}/.venv/bin/python"},
            }
        },
    }
    return json.dumps(plan, indent=2) + "\n"


def files() -> dict[str, str]:
    """{path in the repository: what stands there}"""
    return {
        ".devcontainer/devcontainer.json": devcontainer(),
        "binder/requirements.txt": cpu_requirements(),
        "binder/runtime.txt": f"python-{python_version()}\n",
        "binder/start": START.format(made=MADE),
    }


def main() -> None:
    """Write these files."""
    for place, text in files().items():
        path = ROOT / place
        path.parent.mkdir(exist_ok=True)
        write_whole(path, text)
        path.chmod(0o755 if text.startswith("#!") else 0o644)


if __name__ == "__main__":
    main()
