"""The variables that the course's programs run under: its own state inside, the machine's whims outside."""

import getpass
import os

from launcher.places import DOWNLOADS, ROOT, STATE

# What would change how Python runs the course, or where its figures go.
LEFT_OUT = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONWARNINGS", "MPLBACKEND")
# pip's settings of where packages come from. Others would lead them elsewhere than into `.venv`.
PIP_KEPT = ("CACHE_DIR", "CERT", "CLIENT_CERT", "CONFIG_FILE", "DEFAULT_TIMEOUT", "EXTRA_INDEX_URL")
PIP_KEPT += ("FIND_LINKS", "INDEX_URL", "KEYRING_PROVIDER", "NO_CACHE_DIR", "NO_INDEX", "PROGRESS_BAR")
PIP_KEPT += ("PROXY", "RETRIES", "TIMEOUT", "TRUSTED_HOST", "USE_DEPRECATED", "USE_FEATURE")


def jupyter_variables(use_current: bool) -> dict[str, str]:
    """The variables that keep Jupyter's state inside the course, and the home folder's settings out."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON")) and name not in LEFT_OUT
    }
    if use_current:
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        env["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return dict(
        env | user_variables(),
        PYTHONUTF8="1",
        JUPYTER_CONFIG_PATH=str(ROOT / "etc" / "jupyter"),
        JUPYTER_CONFIG_DIR=str(STATE / "config"),
        JUPYTER_DATA_DIR=str(STATE / "data"),
        JUPYTER_RUNTIME_DIR=str(STATE / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(STATE / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(STATE / "workspaces"),
        IPYTHONDIR=str(STATE / "ipython"),
    )


def user_variables() -> dict[str, str]:
    """A home to write in and a name, for a user without them as in a container: packages ask for both."""
    made = {}
    home = os.path.expanduser("~")  # noqa: PTH111 - Path raises where there is none
    if not os.access(home, os.W_OK):
        made["HOME"] = str(STATE / "home")
    try:
        getpass.getuser()
    except (ImportError, KeyError, OSError):
        made["USER"] = "student"
    return made


def pip_variables() -> dict[str, str]:
    """The variables that pip runs under: whatever the machine asks of pip, it installs into `.venv`."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("PIP_") or name.upper().removeprefix("PIP_") in PIP_KEPT
    }
    # The system's own temporary folder is often a small part of the memory: torch does not fit.
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(DOWNLOADS))
    return {**env, **temporary, "PIP_USER": "0"}
