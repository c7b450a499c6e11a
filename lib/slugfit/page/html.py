"""The page itself: its parts put together, with a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib import resources

SCRIPTS = ("model.js", "layout.js", "drawing.js", "tables.js", "details.js", "page.js")
"""The parts of the script, in order; they share one scope that is theirs alone."""
_FOLDER = "parts"
_UNREAD = re.compile(r"^[ \t]*//.*\n|^[ \t]+", re.MULTILINE)
"""What only people read of a script or a style: a page is to be small."""


def page_html(data: bytes) -> bytes:
    """The page around its encoded document: one file, that asks nobody for anything."""
    style = _UNREAD.sub("", _part("page.css"))
    script = '"use strict";\n(() => {\n' + _UNREAD.sub("", "".join(map(_part, SCRIPTS))) + "})();\n"
    policy = (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _part("page.html")
    for name, text in {
        "policy": policy,
        "style": style,
        "script": script,
        # Base64 has no character that HTML could take for its own.
        "data": base64.b64encode(data).decode(),
    }.items():
        page = page.replace("{{" + name + "}}", text, 1)
    return page.encode()


def _part(name: str) -> str:
    return (resources.files("slugfit") / "page" / _FOLDER / name).read_text("utf-8")


def _source(text: str) -> str:
    """How a policy names a script or a style: https://www.w3.org/TR/CSP3/#grammardef-hash-source."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
