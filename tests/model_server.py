"""A real HTTP server on the loopback that serves files well and badly."""

import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ModelServer:
    """Serves ``files`` by path. The switches make it a bad server.

    ``cut_after``: close the connection after so many bytes, once. ``ranges``: whether parts are
    served. ``etag`` False: no validators. ``lies``: says another length of the whole in a part.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.cut_after: int | None = None
        self.ranges = True
        self.etag = True
        self.lies = False
        self.requests: list[tuple[str, str | None]] = []
        self.url = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range")
        self.requests.append((handler.path, asked))
        if handler.path in self.redirects:
            handler.send_response(302)
            handler.send_header("Location", self.redirects[handler.path])
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        content = self.files.get(handler.path)
        if content is None:
            handler.send_error(404)
            return
        self._send(handler, content, asked)

    def _send(self, handler: BaseHTTPRequestHandler, content: bytes, asked: str | None) -> None:
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if_range = handler.headers.get("If-Range", etag)
        start = 0
        if asked and self.ranges and if_range == etag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                handler.send_error(416)
                return
        handler.send_response(206 if start else 200)
        if start:
            first = start + 1 if self.lies else start
            handler.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        if self.etag:
            handler.send_header("ETag", etag)
        handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        body = content[start:]
        if self.cut_after is not None:
            body, self.cut_after = body[: self.cut_after], None
            handler.close_connection = True
        handler.wfile.write(body)


@contextmanager
def running_server():
    server = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
