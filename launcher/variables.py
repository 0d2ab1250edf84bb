"""The variables that the course's programs run under."""

import os

from launcher.places import ROOT, STATE


def jupyter_variables(use_current: bool) -> dict:
    """The variables that keep Jupyter's state inside the course, and the home folder's settings out."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON")) and name not in ("PYTHONHOME", "PYTHONPATH")
    }
    if use_current:
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        env["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return dict(
        env,
        PYTHONUTF8="1",
        JUPYTER_CONFIG_PATH=str(ROOT / "etc" / "jupyter"),
        JUPYTER_CONFIG_DIR=str(STATE / "config"),
        JUPYTER_DATA_DIR=str(STATE / "data"),
        JUPYTER_RUNTIME_DIR=str(STATE / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(STATE / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(STATE / "workspaces"),
        IPYTHONDIR=str(STATE / "ipython"),
    )
