"""The files that a package index has.

https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import json
import os
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit

from slugfit.forecast.lock_files import File, digest_of, table_of, tables_of, text_of
from slugfit.forecast.pylock import last_part, whole
from slugfit.forecast.range_reader import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2"
_ACCEPT += ", text/html;q=0.1"


def find_files(index: str, name: str) -> tuple[File, ...]:
    """All files of a package, by its normalised name; raises RangeError."""
    page = f"{index.rstrip('/')}/{name}/"
    if page.startswith("file:") and os.path.isdir(unquote(urlsplit(page).path)):
        page += "index.html"
    content, kind = read_whole(page, _ACCEPT)
    return parse_page(content, kind, page)


def parse_page(content: bytes, kind: str, page: str) -> tuple[File, ...]:
    """The files that a page lists, with whole URLs."""
    text = content.decode("utf-8", "replace")
    if kind.endswith("json"):
        try:
            return _of_json(table_of(json.loads(text)), page)
        except ValueError:
            return ()
    parser = _Links()
    parser.feed(text)
    return tuple(_of_link(link, page) for link in parser.links)


def _of_json(document: Mapping[str, object], page: str) -> tuple[File, ...]:
    return tuple(
        File(
            text_of(item.get("filename")),
            _with_user(_joined(page, text_of(item.get("url"))), page),
            digest_of(item.get("hashes")),
            whole(item.get("size")),
            text_of(item.get("requires-python")),
            _yanked(item.get("yanked")),
        )
        for item in tables_of(document.get("files"))
    )


def _joined(page: str, link: str) -> str:
    """A whole URL; urljoin takes most of the time of a page, and most links are whole."""
    return link if link.startswith("https://") else urljoin(page, link)


def _yanked(value: object) -> str | None:
    """False, true or a reason: https://peps.python.org/pep-0691/#project-detail."""
    return text_of(value) if value else None


def _of_link(link: Mapping[str, str | None], page: str) -> File:
    url, fragment = urldefrag(_joined(page, link["href"] or ""))
    match = re.fullmatch(r"(\w+=[0-9a-fA-F]+)", fragment)
    yanked = (link["data-yanked"] or "") if "data-yanked" in link else None
    return File(
        last_part(url),
        _with_user(url, page),
        match[1] if match else "",
        requires_python=link.get("data-requires-python") or "",
        yanked=yanked,
    )


def _with_user(url: str, page: str) -> str:
    """The URL with the credentials of the index, if it is on the same host and has none."""
    if "@" not in page:
        return url
    own, other = urlsplit(url), urlsplit(page)
    if "@" in own.netloc or "@" not in other.netloc:
        return url
    same = (own.scheme, own.netloc) == (other.scheme, other.netloc.rpartition("@")[2])
    return urlunsplit(own._replace(netloc=other.netloc)) if same else url


def with_credentials(url: str, indexes: Iterable[str]) -> str:
    """The URL with the credentials of the first of these indexes that is on the same host."""
    for index in indexes:
        found = _with_user(url, index)
        if found != url:
            return found
    return url


class _Links(HTMLParser):
    """The links on a page, by their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[Mapping[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a link leads, and what is said of it."""
        link = dict(attrs)
        if tag == "a" and link.get("href"):
            self.links.append(link)
