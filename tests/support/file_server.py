"""A web server on the loopback interface that sends files as well, or as badly, as a test says."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.models.boot_script import CARRIED_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Behaviour = Callable[["Handler", bytes], None]


@dataclass(frozen=True)
class Asked:
    """One request that came in; "" for a header that was not sent."""

    path: str
    range: str
    authorization: str


@dataclass
class Server:
    """``files`` by path; ``script`` is how the next requests are answered, then all is well."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    script: deque[Behaviour] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def ranges(self) -> list[str]:
        return [asked.range for asked in self.asked]


class Handler(http.server.BaseHTTPRequestHandler):
    server_state: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        state = self.server_state
        headers = self.headers
        state.asked.append(
            Asked(self.path, headers.get("Range", ""), headers.get("Authorization", ""))
        )
        data = state.files.get(self.path.partition("?")[0])
        if state.script:
            state.script.popleft()(self, data or b"")
        elif data is None:
            self.answer(404, b"none here")
        else:
            part(self, data)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def first(self) -> int:
        """The first byte that is asked for."""
        asked = self.headers.get("Range", "")
        return int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0


def part(handler: Handler, data: bytes) -> None:
    """The bytes that were asked for, as a good server sends them."""
    start = handler.first()
    if not start:
        handler.answer(200, data)
    elif start >= len(data):
        handler.answer(416, b"", Content_Range=f"bytes */{len(data)}")
    else:
        extent = f"bytes {start}-{len(data) - 1}/{len(data)}"
        handler.answer(206, data[start:], Content_Range=extent)


def whole(handler: Handler, data: bytes) -> None:
    """The whole file, whatever part was asked for."""
    handler.answer(200, data)


def unsized(handler: Handler, data: bytes) -> None:
    """The whole, without saying how much that is."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(data)


def status(code: int, **headers: str) -> Behaviour:
    return lambda handler, _: handler.answer(code, b"no", **headers)


def sends(body: bytes, **headers: str) -> Behaviour:
    return lambda handler, _: handler.answer(200, body, **headers)


def drops_after(count: int) -> Behaviour:
    """The connection ends after ``count`` bytes of what was asked for."""

    def drop(handler: Handler, data: bytes) -> None:
        start = handler.first()
        left = len(data) - start
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(left))
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        handler.end_headers()
        handler.wfile.write(data[start : start + count])

    return drop


def drops_and_ignores_ranges(count: int) -> Behaviour:
    def drop(handler: Handler, data: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[:count])

    return drop


def another_part(handler: Handler, data: bytes) -> None:
    """Bytes from 1 on, whatever was asked for."""
    extent = f"bytes 1-{len(data) - 1}/{len(data)}"
    handler.answer(206, data[1:], Content_Range=extent)


def hangs_up(handler: Handler, _: bytes) -> None:
    handler.close_connection = True


def redirects(url: str, code: int = 302) -> Behaviour:
    return status(code, Location=url)


def waits_for(event: threading.Event, count: int) -> Behaviour:
    """Sends ``count`` bytes of what was asked for at once, and the rest when the event is set."""

    def wait(handler: Handler, data: bytes) -> None:
        start = handler.first()
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(data) - start))
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        handler.end_headers()
        with contextlib.suppress(OSError):
            handler.wfile.write(data[start : start + count])
            handler.wfile.flush()
            event.wait(60)
            handler.wfile.write(data[start + count :])

    return wait


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """A server on a port of its own, until the end of the test."""
    state = Server()
    handler = type("Bound", (Handler,), {"server_state": state})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        state.port = web.server_port
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            web.shutdown()
            thread.join()


def carried(root: Path) -> list[str]:
    """What a slug carries to fetch models at boot, sorted."""
    folder = root / CARRIED_FOLDER
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
