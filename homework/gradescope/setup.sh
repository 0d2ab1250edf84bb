#!/usr/bin/env bash
# Prepares the container in which Gradescope grades: Gradescope runs this once, as root, when it builds it.
set -euo pipefail
umask 022

source_folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
environment=/opt/deep-learning-course # run_autograder looks for Python there

# What grading knows is root's alone.
chmod 0700 "$source_folder"

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends bubblewrap findutils util-linux

# A Python that the exact versions in requirements.txt are made for; else one of Ubuntu's packages.
serves() {
    "$1" - "$source_folder/course" <<'END' 2>/dev/null
import ensurepip, sys
sys.path.insert(0, sys.argv[1])
from launcher.pythons import NEWEST_PYTHON, OLDEST_PYTHON
sys.exit(not OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON)
END
}
find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3.14 python3; do
        if serves "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}
if ! python="$(find_python)"; then
    for name in python3.13 python3.12 python3.11; do
        if apt-get install -y --no-install-recommends "$name" "$name-venv"; then
            break
        fi
    done
    if ! python="$(find_python)"; then
        echo "This container has no Python that the course runs with, and Ubuntu's packages have none." >&2
        echo "Choose Ubuntu 24.04 or 22.04 as the base image, and upload the autograder again." >&2
        exit 1
    fi
fi

"$python" -m venv "$environment"
"$environment/bin/python" -m pip install --no-cache-dir -r "$source_folder/requirements.txt"
chmod -R go+rX "$environment"

"$environment/bin/python" -c 'import torch; print("PyTorch", torch.__version__, "is installed")'
