"""``import helpers`` is quick because it loads nothing heavy, and it needs no network."""

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = [
    "cv2",
    "IPython",
    "ipywidgets",
    "matplotlib.pyplot",
    "mlxtend",
    "mnist1d",
    "pandas",
    "requests",
    "scipy",
    "skimage",
    "sklearn",
    "torchvision",
    "tqdm.auto",
]
PROBE = """
import json, sys
{before}
known, sockets = set(sys.modules), []
sys.addaudithook(lambda event, _: sockets.append(event) if event.startswith("socket.") else None)
import {module}
print(json.dumps({{"loaded": sorted(set(sys.modules) - known), "sockets": sockets}}))
"""


def probe(module, before=""):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE.format(module=module, before=before)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


NAMES = [found.name for found in pkgutil.walk_packages([str(ROOT / "helpers")], "helpers.")]
# Lessons 08 to 14 take these by their path, and every one of them works on pictures by these two.
FOR_PICTURES, BY_PICTURES = "helpers.vision.", {"cv2", "torchvision"}
COMMON = ", ".join(name for name in NAMES if not name.startswith(FOR_PICTURES))


@pytest.mark.parametrize(
    ("module", "allowed"),
    [("helpers", set()), (COMMON, set()), (", ".join(NAMES), BY_PICTURES)],
    ids=["helpers", "all but those for pictures", "every module"],
)
def test_importing_loads_nothing_heavy_and_opens_no_socket(module, allowed):
    seen = probe(module, before="import torch")
    assert [name for name in HEAVY if name in seen["loaded"] and name not in allowed] == []
    assert seen["sockets"] == []


def test_helpers_alone_does_not_even_load_torch():
    assert "torch" not in probe("helpers")["loaded"]


def test_the_probe_sees_what_it_looks_for():
    seen = probe("sklearn, socket; socket.socket(); import helpers")
    assert "sklearn" in seen["loaded"] and seen["sockets"]


def test_every_exported_name_is_there():
    import helpers

    for name in helpers.__all__:
        assert getattr(helpers, name) is not None
    with pytest.raises(AttributeError, match=r"helpers has no 'load_image'; it offers: .*load_images"):
        _ = helpers.load_image
