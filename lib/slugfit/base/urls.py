"""What of a URL may be shown, in whatever text it stands.

The rule, and cases for it, are in tests/redaction_cases.json; lib/redact.sh is the same rule for
bash. Runs on every Python from 3.8: slugs carry it for models that are fetched at boot.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from re import Match

# What sed's [:space:] is: a blank of another alphabet does not end a URL.
_BLANK = r" \t\n\v\f\r"
_WORD = re.compile(rf"://[^{_BLANK}]*@")
_RUN = re.compile(rf"://([^{_BLANK}'\"`]*)")
_UNCLEAR = re.compile(rf"://[^{_BLANK}]*[?#][^{_BLANK}]*@[^{_BLANK}'\"`]*")
_AUTHORITY = re.compile(r"(\[[^]/?#]*\]|[^:/?#\[]*)(:[0-9]*)?(?=[/?#]|\Z)")
_INNER = re.compile(rf"[{_BLANK}'\"`]")
_REFERENCE = re.compile(r"[A-Za-z0-9._/-]+")


def redact(text: str) -> str:
    """Return ``text`` with each URL in it as a log may show it.

    User, password, query and fragment go; a URL that cannot be taken apart becomes ``scheme://…``.
    The text may have any number of lines and URLs; one without a URL comes back as it is.
    """
    return _RUN.sub(_shown_run, _WORD.sub("://", _UNCLEAR.sub("://…", text)))


def redact_url(url: str) -> str:
    """Return one whole URL as a log may show it.

    A blank or a quote in it is part of it, which ``redact`` cannot know.
    """
    scheme, mark, rest = url.partition("://")
    if mark and _INNER.search(url) and ("@" in rest or "?" in rest):
        return f"{scheme}://…"
    return redact(url)


def _shown_run(match: Match[str]) -> str:
    rest = match[1]
    if not _AUTHORITY.match(rest):
        return "://…"
    place, mark, value = _divided(rest)
    if mark == "#" and _REFERENCE.fullmatch(value):
        return f"://{rest}"
    return f"://{place}{mark}…" if mark else f"://{place}"


def _divided(rest: str) -> tuple[str, str, str]:
    """What stands before the first ``?`` or ``#``, which of them it is, and what follows."""
    match = re.search(r"[?#]", rest)
    if match is None:
        return rest, "", ""
    return rest[: match.start()], match[0], rest[match.end() :]
