"""A web server on the loopback address that fails in the ways real mirrors do, by script."""

import contextlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class FaultyServer:
    """Serves ``files`` (name -> bytes). Each request takes the next fault of ``script``, while there is one.

    Faults: an HTTP status as a number, ``"truncated"`` (closes after half), ``"garbled"`` (right length,
    wrong content), ``"hang"`` (never answers), ``"stall"`` (half, then waits), ``"whole"`` (ignores Range),
    ``"shifted"`` (answers another range), ``"chunked"`` (in pieces, its length not told beforehand).
    ``release`` lets what hangs go on; ``headers`` are sent with every file. It serves as a proxy too: of an
    address it reads the path only.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.script, self.ranges, self.headers = files, [], [], {}
        self.encodings: list[str | None] = []  # what each request would accept
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(ConnectionError):  # the client may be gone: that is the point
                    outer._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> "FaultyServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        fault = self.script.pop(0) if self.script else None
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        self.encodings.append(request.headers.get("Accept-Encoding"))
        content = self.files.get(urlsplit(request.path).path.lstrip("/"))
        if fault == "hang":
            self.release.wait()
            return
        if isinstance(fault, int) or content is None:
            request.send_error(fault or 404)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and fault != "whole" else 0
        if start >= len(content):
            request.send_error(416)
            return
        body = content[start:]
        request.send_response(206 if start else 200)
        if start:
            first = start + 1 if fault == "shifted" else start
            request.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        for name, value in self.headers.items():
            request.send_header(name, value)
        if fault == "chunked":
            request.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        else:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if fault == "garbled":
            body = bytes(len(body))
        half = len(body) // 2 if fault in ("truncated", "stall") else len(body)
        request.wfile.write(body[:half])
        if fault == "stall":
            self.release.wait()
            request.wfile.write(body[half:])
