"""Which proxy a download goes through, who named it, and what to type when it cannot be used."""

import os
import re
from typing import NamedTuple


class Proxy(NamedTuple):
    """A proxy as ``requests`` takes it from the environment, or from the system's settings.

    Attributes:
        names: the environment variables that hold it; none where the system's settings name it.
        address: its value, without a user's name and password.
    """

    names: tuple[str, ...]
    address: str

    def __str__(self) -> str:
        source = " and ".join(self.names) or "the system's network settings"
        return f"the proxy {self.address}, named by {source}"


def proxy_for(url: str) -> Proxy | None:
    """The proxy that ``requests`` uses for this address, if any."""
    from requests.utils import get_environ_proxies, select_proxy

    value = select_proxy(url, get_environ_proxies(url))
    if not value:
        return None
    names = [name for name, held in os.environ.items() if name.lower().endswith("_proxy") and held == value]
    return Proxy(tuple(sorted(names)), _without_password(value))


def _without_password(value: str) -> str:
    scheme, rest = re.fullmatch(r"(\w+://)?(.*)", value, re.DOTALL).groups()
    _, secret, host = rest.rpartition("@")
    return (scheme or "") + ("NAME:PASSWORD@" if secret else "") + host


def cure(proxy: Proxy) -> str:
    """What to type in a cell, on any system, to go without this proxy or to give it an address that works."""
    speaks_http = "http://" + proxy.address.split("://")[-1]
    without = [f"os.environ.pop({name!r}, None)" for name in proxy.names] or ["os.environ['NO_PROXY'] = '*'"]
    instead = [f"os.environ[{name!r}] = {speaks_http!r}" for name in proxy.names or ["HTTPS_PROXY"]]
    return (
        "Nothing is lost. Type one of these lines in a cell, and run this again:\n"
        f"  import os; {'; '.join(without)}\n"
        "      to do without the proxy, or\n"
        f"  import os; {'; '.join(instead)}\n"
        "      if the proxy speaks HTTP as well (its address starts with http://; the port may be another)."
    )
