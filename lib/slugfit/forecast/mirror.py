"""A package index on this machine's loopback, for one run of pip: what it needs and no more.

It lists only files that could fit, tells what each wheel requires (https://peps.python.org/pep-0658/)
whether the index behind it does or not, and reads ahead. pip still decides. Its address holds a
secret, for other people's programs on this machine can reach the loopback too.
"""

from __future__ import annotations

import json
import platform
import re
import secrets
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote, urlsplit

from slugfit.base.errors import SlugfitError
from slugfit.forecast.errors import WheelError
from slugfit.scan.distributions import normalise_name
from slugfit.scan.requirement_lines import requirement_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slugfit.forecast.lock_files import File
    from slugfit.forecast.stock import Stock

_HERE = "127.0.0.1"
_PAGE = "application/vnd.pypi.simple.v1+json"
_DATA = "application/octet-stream"
_METADATA = ".metadata"
_POLL = 0.05
"""Seconds after which the end is noticed."""
_INDEXES = re.compile(r"-i\b|--index-url|--extra-index-url|--no-index|-f\b|--find-links")


@dataclass(frozen=True)
class Mirror:
    """What is served, and under which names."""

    stock: Stock
    base: str
    """The URL of it all, without a slash at its end."""
    files: dict[str, File] = field(default_factory=dict)
    """The wheels that a page has listed, by their paths."""

    def variables(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """What leads pip here, and nowhere else; an empty page stands for further indexes."""
        proxies = {
            name: f"{environment[name]},{_HERE}" if environment.get(name) else _HERE
            for name in ("NO_PROXY", "no_proxy")
        }
        places = {"INDEX_URL": "simple", "EXTRA_INDEX_URL": "nothing"}
        return {
            **proxies,
            **{f"PIP_{name}": f"{self.base}/{place}/" for name, place in places.items()},
        }

    def real_url(self, url: str) -> str:
        """Where a file that pip found here really is; other URLs as they are."""
        file = self.files.get(urlsplit(url).path)
        return url if file is None else file.url

    def page(self, name: str) -> bytes:
        """The files of a package, as https://peps.python.org/pep-0691/ has them."""
        files = [self._listed(file) for file in self.stock.page(normalise_name(name))]
        return json.dumps({"meta": {"api-version": "1.0"}, "name": name, "files": files}).encode()

    def _listed(self, file: File) -> Mapping[str, Any]:
        kind, _, digest = file.digest.partition("=")
        told: dict[str, Any] = {
            "filename": file.name,
            "url": file.url,
            "hashes": {kind: digest} if digest else {},
            "yanked": False if file.yanked is None else file.yanked or True,
        }
        if file.requires_python:
            told["requires-python"] = file.requires_python
        if file.name.endswith(".whl"):
            number = len(self.files)
            path = f"{urlsplit(self.base).path}/files/{number}/{quote(file.name)}"
            self.files[path] = file
            told |= {"url": f"{self.base}/files/{number}/{quote(file.name)}"}
            told |= {"core-metadata": True, "dist-info-metadata": True}
        return told


def can_mirror(texts: Iterable[str]) -> bool:
    """Whether pip would ask here: not where a list names indexes, nor for another C library."""
    lines = (line for text in texts for _, line in requirement_lines(text))
    named = any(_INDEXES.match(line) for line in lines)
    return not named and platform.libc_ver()[0] == "glibc"


class _Server(ThreadingHTTPServer):
    """Serves one mirror."""

    daemon_threads = True

    def __init__(self, stock: Stock) -> None:
        super().__init__((_HERE, 0), _Answers)
        base = f"http://{_HERE}:{self.server_port}/{secrets.token_urlsafe()}"
        self.mirror = Mirror(stock, base)

    def handle_error(self, *_: object) -> None:
        """Say nothing: pip gets no answer, and is asked again without this index."""


@contextmanager
def mirroring(stock: Stock) -> Iterator[Mirror]:
    """Serve for as long as the block runs."""
    with _Server(stock) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True)
        thread.start()
        try:
            yield server.mirror
        finally:
            server.shutdown()
            thread.join()
            stock.close()


class _Answers(BaseHTTPRequestHandler):
    """Answers pip."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """A page, the metadata of a wheel, or a wheel."""
        mirror = self._mirror()
        page = self.path.removeprefix(f"{urlsplit(mirror.base).path}/simple/")
        try:
            if page != self.path:
                self._send(mirror.page(unquote(page.strip("/"))), _PAGE)
            elif self.path.removesuffix(_METADATA) in mirror.files:
                self._file(mirror.files[self.path.removesuffix(_METADATA)])
            else:
                self._refuse()
        except (SlugfitError, WheelError):
            self._refuse()

    def _file(self, file: File) -> None:
        if self.path.endswith(_METADATA):
            self._send(self._mirror().stock.metadata(file), _DATA)
        elif file.url.startswith("file:"):
            self._send_from_disk(unquote(urlsplit(file.url).path))
        else:
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", file.url)
            self._end(0)

    def _send_from_disk(self, path: str) -> None:
        try:
            with open(path, "rb") as content:
                length = content.seek(0, 2)
                content.seek(0)
                self._begin(_DATA, length)
                shutil.copyfileobj(content, self.wfile)
        except OSError:
            self.close_connection = True

    def _send(self, content: bytes, kind: str) -> None:
        self._begin(kind, len(content))
        self.wfile.write(content)

    def _begin(self, kind: str, length: int) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self._end(length)

    def _refuse(self) -> None:
        self.send_response(HTTPStatus.NOT_FOUND)
        self._end(0)

    def _end(self, length: int) -> None:
        # The address is another one the next time: pip's cache has no use for it.
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _mirror(self) -> Mirror:
        return cast("_Server", self.server).mirror
