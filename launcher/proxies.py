"""Proxy variables: who gets them, and which of them nothing in the course can use.

JupyterLab does not start where one names a SOCKS proxy or has no scheme, and it talks to this machine only.
So the server gets none; its kernels and terminals, which download, get them back from
etc/jupyter/jupyter_server_config.py.
"""

import json
import os
import re
from collections.abc import Mapping

from launcher.places import PYTHON

KEPT = "COURSE_PROXIES"  # the variable that brings the others through the server, as JSON


def is_proxy(name: str) -> bool:
    """Whether a variable of this name is about proxies."""
    return name.lower().endswith("_proxy")


def without_proxies(env: Mapping[str, str]) -> dict[str, str]:
    """The variables of a server that uses no proxy, and keeps them for those that do."""
    kept = {name: value for name, value in env.items() if is_proxy(name)}
    rest = {name: value for name, value in env.items() if not is_proxy(name)}
    # Without any variable, Python asks the settings of Windows or macOS, where a SOCKS proxy may stand too.
    return {**rest, "NO_PROXY": "*", KEPT: json.dumps(kept)}


def proxies_to_blame() -> dict[str, str]:
    """The proxy variables that pip cannot use; all of them when it could use each."""
    names = [name for name in sorted(os.environ) if is_proxy(name) and name.lower() != "no_proxy"]
    found = {name: os.environ[name] for name in names if os.environ[name]}
    return {name: text for name, text in found.items() if re.match(r"(?!https?:)\w+://", text)} or found


def proxy_words() -> dict[str, str]:
    """What a message about proxies says on this machine: which are set, and what to type; no passwords."""
    found = proxies_to_blame()
    if not found:
        shown = f"a setting of pip's own: `{PYTHON} -m pip config list` shows it"
        return {"proxies": shown, "set_proxy": "in pip's settings", "unset_proxies": "by taking it out there"}
    shown = "\n    ".join(f"{name}={re.sub('//.*@', '//', text)}" for name, text in found.items())
    if os.name == "nt":  # the Command Prompt, then PowerShell
        unset = "\n    ".join(f"set {name}=       or  $env:{name} = ''" for name in found)
        return {"proxies": shown, "set_proxy": "set HTTPS_PROXY=http://ADDRESS:PORT", "unset_proxies": unset}
    unset = "unset " + " ".join(found)
    return {"proxies": shown, "set_proxy": "export HTTPS_PROXY=http://ADDRESS:PORT", "unset_proxies": unset}
