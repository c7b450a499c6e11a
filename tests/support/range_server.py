"""A web server on the loopback interface that sends parts of files, or refuses to, or asks who."""

from __future__ import annotations

import base64
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass
class Served:
    """What is served, how, and what was asked for."""

    files: Mapping[str, bytes]
    """By path, with its slash."""
    ranges: bool = True
    user: str = ""
    """``name:password`` that is wanted, "" for nobody."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and range of each request."""
    sent: int = 0
    """Bytes of all answers."""


def _handler(served: Served) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            served.asked.append((self.path, wanted))
            login = f"Basic {base64.b64encode(served.user.encode()).decode()}"
            if served.user and self.headers.get("Authorization") != login:
                self.send_error(401)
            elif self.path not in served.files:
                self.send_error(404)
            else:
                self._send(served.files[self.path], wanted if served.ranges else "")

        def _send(self, content: bytes, wanted: str) -> None:
            match = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted)
            total = len(content)
            self.send_response(206 if match else 200)
            kind = "text/html" if self.path.endswith("/") else "application/octet-stream"
            self.send_header("Content-Type", kind)
            if match:
                tail = not match[1]
                start = max(total - int(match[2]), 0) if tail else int(match[1])
                end = total if tail else min(int(match[2]) + 1, total)
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{total}")
                content = content[start:end]
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
                served.sent += len(content)
            except OSError:
                # Who wants only the head closes the connection.
                pass

    return Handler


@contextmanager
def serving(served: Served) -> Iterator[str]:
    """The URL of the server, for as long as the context is open."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(served)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
