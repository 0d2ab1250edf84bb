"""Gives kernels and terminals the proxy variables that the server must not have: see launcher/proxies.py."""

import json
import os

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server_terminals.terminalmanager import TerminalManager

c = get_config()  # noqa: F821 - Jupyter reads this file and defines it
KEPT = json.loads(os.environ.pop("COURSE_PROXIES", "{}"))


def with_proxies(env):
    """The variables as the student's own window has them."""
    rest = {name: value for name, value in env.items() if not name.lower().endswith("_proxy")}
    return {**rest, **KEPT}


class Kernels(AsyncMappingKernelManager):
    async def _async_start_kernel(self, *, env=None, **more):
        return await super()._async_start_kernel(env=with_proxies(env or os.environ), **more)

    start_kernel = _async_start_kernel


class Terminals(TerminalManager):
    def make_term_env(self, *sizes, **more):
        return with_proxies(super().make_term_env(*sizes, **more))


c.ServerApp.kernel_manager_class = Kernels
c.TerminalsExtensionApp.terminal_manager_class = Terminals
