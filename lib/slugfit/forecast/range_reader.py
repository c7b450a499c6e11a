"""Parts of a file at a URL: by range requests, or from the disk for file: URLs.

Ranges are those of https://www.rfc-editor.org/rfc/rfc9110#name-range-requests. A server may ignore
them and send the whole file (200); then only its size is taken, and nothing is downloaded.
"""

from __future__ import annotations

import base64
import netrc
import os
import re
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import unquote, urlsplit, urlunsplit

from slugfit.base.urls import redact, redact_url
from slugfit.forecast.errors import RangeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPResponse

_SECONDS = 30
_TOTAL = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a file."""

    start: int
    """Where in the file they stand."""
    content: bytes
    """The bytes; b"" if the server sends whole files only."""
    total: int
    """Bytes of the whole file, 0 if the server does not say."""
    refused: bool = False
    """Whether the server does not know ranges."""


def read_tail(url: str, length: int) -> Part:
    """The last ``length`` bytes; raises RangeError."""
    return _read(url, f"bytes=-{length}", (-length, length))


def read_part(url: str, start: int, length: int) -> Part:
    """The ``length`` bytes from ``start`` on; raises RangeError."""
    return _read(url, f"bytes={start}-{start + length - 1}", (start, length))


def read_whole(url: str, accept: str = "*/*") -> tuple[bytes, str]:
    """A small file, such as a page of an index, and its type; raises RangeError."""
    if url.startswith("file:"):
        with _opened_file(url) as file:
            return file.read(), ""
    with _answer(url, {"Accept": accept}) as answer:
        return answer.read(), answer.headers.get_content_type()


def _read(url: str, header: str, place: tuple[int, int]) -> Part:
    if url.startswith("file:"):
        return _read_file(url, *place)
    with _answer(url, {"Range": header, "Accept-Encoding": "identity"}) as answer:
        if answer.status != HTTPStatus.PARTIAL_CONTENT:
            return Part(0, b"", int(answer.headers.get("Content-Length") or 0), refused=True)
        match = _TOTAL.fullmatch(answer.headers.get("Content-Range", ""))
        if match is None:
            raise _failure(url, "The server does not say which part of the file it sent.")
        first, last, total = (int(number) for number in match.groups())
        content = answer.read(last - first + 1)
    if len(content) != last - first + 1:
        raise _failure(url, "The answer ended early.")
    return Part(first, content, total)


def _read_file(url: str, start: int, length: int) -> Part:
    with _opened_file(url) as file:
        total = os.fstat(file.fileno()).st_size
        first = max(total + start, 0) if start < 0 else start
        file.seek(first)
        return Part(first, file.read(length), total)


def _opened_file(url: str) -> BinaryIO:
    try:
        return open(unquote(urlsplit(url).path), "rb")
    except OSError as error:
        raise _failure(url, error.strerror or str(error)) from error


def _answer(url: str, headers: Mapping[str, str]) -> HTTPResponse:
    bare, credentials = without_credentials(url)
    request = urllib.request.Request(bare, headers={**headers, **credentials})  # noqa: S310 - below
    if urlsplit(bare).scheme not in ("http", "https"):
        raise _failure(url, "Only https:, http: and file: URLs can be read.")
    try:
        opened = urllib.request.urlopen(request, timeout=_SECONDS, context=_context())  # noqa: S310 - the line above
        return cast("HTTPResponse", opened)
    except urllib.error.HTTPError as error:
        error.close()
        raise _failure(url, f"The server answered {error.code} {error.reason}.") from error
    except (OSError, ValueError) as error:
        raise _failure(url, redact(str(error))) from error


@cache
def _context() -> ssl.SSLContext:
    """One for all connections: it takes longer to read the certificates than to connect."""
    return ssl.create_default_context()


def without_credentials(url: str) -> tuple[str, dict[str, str]]:
    """The URL without its user, and the header for that user or the one that ~/.netrc names."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    pair = (unquote(parts.username or ""), unquote(parts.password or ""))
    if not any(pair):
        pair = _from_netrc(parts.hostname or "")
    bare = urlunsplit(parts._replace(netloc=place))
    if not any(pair):
        return bare, {}
    return bare, {"Authorization": f"Basic {base64.b64encode(':'.join(pair).encode()).decode()}"}


def _from_netrc(host: str) -> tuple[str, str]:
    try:
        found = netrc.netrc(os.environ.get("NETRC")).authenticators(host)
    except (OSError, netrc.NetrcParseError):
        return "", ""
    return (found[0], found[2] or "") if found else ("", "")


def _failure(url: str, why: str) -> RangeError:
    return RangeError(f"{redact_url(url)} could not be read.", why)
