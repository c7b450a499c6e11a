"""One request for one file: the answer, and in words how it can fail.

Runs on every Python from 3.8: the slug carries it along for models that are fetched at boot.
"""

from __future__ import annotations

import email.utils
import http.client
import re
import ssl
import time
import urllib.error
from typing import TYPE_CHECKING, Any

from slugfit.models.connection import build_opener, build_request

if TYPE_CHECKING:
    from collections.abc import Iterator


SILENT_SECONDS = 30
"""How long a server may stay silent."""
_BLOCK = 1 << 18
_PASSING = frozenset({408, 425, 429})
"""Answers below 500 that another try may change: https://www.rfc-editor.org/rfc/rfc9110#section-15.5
(408), https://www.rfc-editor.org/rfc/rfc8470#section-5.2 (425) and
https://www.rfc-editor.org/rfc/rfc6585#section-4 (429)."""
_NOT_THAT_PART = 416
_DENIED = frozenset({401, 403, 407})
_NUMBER = re.compile(r"[0-9]{1,18}")
_RANGE = re.compile(rf"bytes ({_NUMBER.pattern})-[0-9]+/({_NUMBER.pattern}|\*)")
_UNUSABLE = "The url, or one that the server leads to, is not a valid address"


class TransferError(Exception):
    """Why nothing more came: a sentence without its stop, and without any part of a secret.

    ``again`` says whether another try may help, ``after`` how many seconds the server asks to
    wait, ``restart`` whether to ask from the first byte.
    """

    def __init__(
        self,
        reason: str,
        *,
        again: bool = True,
        after: float | None = None,
        restart: bool = False,
        denied: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.after = after
        self.restart = restart
        self.denied = denied


class Response:
    """A server's answer: its bytes from ``start`` on, of ``total`` (None if it does not say)."""

    def __init__(self, response: Any, start: int) -> None:  # noqa: ANN401 - any urllib response
        self._response = response
        self.start, self.total = _extent(response, start)
        self.is_page = str(response.headers.get("Content-Type", "")).startswith("text/html")

    def blocks(self) -> Iterator[bytes]:
        """What it sends, to its end; raise TransferError if that comes too early."""
        at = self.start
        while True:
            try:
                block = self._response.read(_BLOCK)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise transfer_error(error) from error
            if not block:
                break
            at += len(block)
            yield block
        if self.total is not None and at < self.total:
            raise TransferError(f"The connection ended after {at} of {self.total} bytes")

    def close(self) -> None:
        """End the connection."""
        self._response.close()


def request_file(url: str, token: str, start: int) -> Response:
    """Ask for the file at ``url`` from byte ``start`` on; raise TransferError.

    ``token`` goes along as a bearer token, a user and password in the URL as basic authorisation,
    to no other scheme, host or port than the URL's, wherever the server leads to.
    """
    try:
        response = build_opener().open(build_request(url, token, start), timeout=SILENT_SECONDS)
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused(error) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise transfer_error(error, is_file=url.startswith("file:")) from error
    try:
        return Response(response, start)
    except BaseException:
        response.close()
        raise


def transfer_error(error: Exception, *, is_file: bool = False) -> TransferError:
    """A failure of the network in words; never those of an address, which can hold a secret."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        why = f"The server's certificate is not accepted: {reason.verify_message}"
        return TransferError(why, again=False)
    if isinstance(reason, TimeoutError) or "timed out" in str(reason):
        return TransferError(f"The server was silent for {SILENT_SECONDS} seconds")
    if isinstance(reason, http.client.RemoteDisconnected):
        return TransferError("The server ended the connection without an answer")
    if isinstance(reason, http.client.HTTPException):
        again = not isinstance(reason, http.client.InvalidURL)
        return TransferError("The connection ended early" if again else _UNUSABLE, again=again)
    if not isinstance(reason, OSError):
        return TransferError(_UNUSABLE, again=False)
    what = "It cannot be read" if is_file else "The connection failed"
    return TransferError(f"{what}: {reason.strerror or reason}", again=not is_file)


def _refused(error: urllib.error.HTTPError) -> TransferError:
    reason = f"The server answered {error.code} {http.client.responses.get(error.code, '')}".strip()
    if error.code == _NOT_THAT_PART:
        return TransferError(reason, restart=True)
    return TransferError(
        reason,
        again=error.code >= http.client.INTERNAL_SERVER_ERROR or error.code in _PASSING,
        after=_seconds(error.headers.get("Retry-After", "") if error.headers else ""),
        denied=error.code in _DENIED,
    )


def _seconds(text: str) -> float | None:
    """What Retry-After says, a number of seconds or a date; None if it says nothing.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    if _NUMBER.fullmatch(text.strip()):
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def _extent(response: Any, asked: int) -> tuple[int, int | None]:  # noqa: ANN401
    """The first byte that an answer holds, and how many the whole file has.

    https://www.rfc-editor.org/rfc/rfc9110#field.content-range
    """
    length = str(response.headers.get("Content-Length", ""))
    # A file's answer has no status before Python 3.9.
    if getattr(response, "status", None) != http.client.PARTIAL_CONTENT:
        # Also a server that does not know parts: it sends the file from its start.
        return 0, int(length) if _NUMBER.fullmatch(length) else None
    extent = _RANGE.fullmatch(str(response.headers.get("Content-Range", "")).strip())
    if extent is None or int(extent[1]) != asked:
        raise TransferError("The server sent another part than it was asked for", restart=True)
    return asked, int(extent[2]) if extent[2] != "*" else None
