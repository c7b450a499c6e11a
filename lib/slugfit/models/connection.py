"""A URL: what of it may be shown, who is asked for it, and who gets its token.

Runs on every Python from 3.8: the slug carries it along for models that are fetched at boot.
"""

from __future__ import annotations

import base64
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from slugfit.base.urls import redact_url

if TYPE_CHECKING:
    from urllib.parse import SplitResult


_AUTHORIZATION = "Authorization"
_PORTS = {"http": 80, "https": 443}


def shown_address(url: str) -> str:
    """The address of a model as a log may show it; its fragment is not asked for, so it goes."""
    return redact_url(url.partition("#")[0])


def build_request(url: str, token: str, start: int) -> urllib.request.Request:
    """Asks for ``url`` from byte ``start`` on.

    ``token`` goes along as a bearer token, a user and password in the URL as basic authorisation.
    """
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    request = urllib.request.Request(  # noqa: S310 - the configuration allows three schemes
        urlunsplit(parts._replace(netloc=host, fragment=""))
    )
    request.add_header("User-Agent", "slugfit")
    if start:
        request.add_header("Range", f"bytes={start}-")
    # Not among the headers that urllib hands on when it follows a redirect.
    if token:
        request.add_unredirected_header(_AUTHORIZATION, f"Bearer {token}")
    elif at:
        packed = base64.b64encode(unquote(user).encode()).decode()
        request.add_unredirected_header(_AUTHORIZATION, f"Basic {packed}")
    return request


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Takes the authorisation along where scheme, host and port stay the same, nowhere else."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the base class's
        self,
        req: urllib.request.Request,
        fp: Any,  # noqa: ANN401
        code: int,
        msg: str,
        headers: Any,  # noqa: ANN401
        newurl: str,
    ) -> urllib.request.Request | None:
        """The request that follows ``req``."""
        try:
            same = _origin(urlsplit(req.full_url)) == _origin(urlsplit(newurl))
        except ValueError:
            fp.close()
            raise
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        authorization = req.unredirected_hdrs.get(_AUTHORIZATION)
        if following is not None and authorization is not None and same:
            following.add_unredirected_header(_AUTHORIZATION, authorization)
        return following


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)


def build_opener() -> urllib.request.OpenerDirector:
    """Files, and the web through the machine's proxies; no other scheme."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.FileHandler(),
        urllib.request.UnknownHandler(),
        _Redirects(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener
