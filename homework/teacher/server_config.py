"""Settings of the server that `course.py mark` starts. Jupyter reads this file.

Pages that show students' work can ask this server for marks, and for nothing else: no kernel, no terminal, no
file that is written. Nothing is loaded from elsewhere, so formulas stand there as they were typed.
"""

from jupyter_server.auth import Authorizer

HARMLESS = {"events", "csp"}  # what JupyterLab itself listens to and reports
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'"
)


class MarksOnly(Authorizer):
    """Everything can be read. Formgrader's own pages, which do not ask here, write the marks."""

    def is_authorized(self, handler, user, action, resource):
        return action == "read" or resource in HARMLESS


c = get_config()  # noqa: F821 - Jupyter defines it
c.ServerApp.authorizer_class = MarksOnly
c.ServerApp.terminals_enabled = False
c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": POLICY}}
c.KernelSpecManager.ensure_native_kernel = False
c.KernelSpecManager.allowed_kernelspecs = {"none"}
