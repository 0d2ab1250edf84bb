"""The kernel that runs notebooks outside JupyterLab, for the benchmarks and for the tests."""

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default


class ThisPython(AsyncKernelManager):
    """Starts the kernel with the interpreter that runs now, whatever kernels the user has installed
    elsewhere."""

    @default("kernel_spec_manager")
    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[], parent=self)
