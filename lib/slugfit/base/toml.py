"""The ``[tool.slugfit]`` table of pyproject.toml, on every Python from 3.10.

Python 3.11 and newer read TOML themselves (https://docs.python.org/3/library/tomllib.html). 3.10
does not, so there the one table that Slugfit needs is read by hand: strings, whole numbers,
booleans and lists of these, the tables of ``[[tool.slugfit.models]]`` and the one of
``[tool.slugfit.doctor]``, nothing else. The syntax is that of https://toml.io/en/v1.0.0.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_PIECE = re.compile(
    r"""
    [ \t]+ | \#[^\n]*
    | (?P<long>  \"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} )
    | (?P<text>  "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
    | (?P<mark>  [][{},=\n] )
    | (?P<word>  [^][{},=\s"'\#]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_KEY = re.compile(r"[A-Za-z0-9_-]+")
_NUMBER = re.compile(r"[+-]?(?:0|[1-9](?:_?[0-9])*)")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\n\s*|.)", re.DOTALL)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_TABLE = "tool.slugfit"
_LIST = "models"
_INNER = "doctor"
_INNER_HEADER = f"{_TABLE}.{_INNER}"
_LIST_HEADER = f"[{_TABLE}.{_LIST}]"
"""What is left of the header of a list's table without its outer brackets."""


def slugfit_table(text: str) -> Mapping[str, object]:
    """The ``[tool.slugfit]`` table, {} if there is none; raise ValueError on malformed TOML."""
    try:
        tomllib = importlib.import_module("tomllib")
    except ModuleNotFoundError:
        return slugfit_table_by_hand(text)
    try:
        tool = tomllib.loads(text).get("tool", {})
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    table = tool.get("slugfit", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise ValueError("[tool.slugfit] is not a table")  # noqa: TRY004 - it is bad input
    return table


def slugfit_table_by_hand(text: str) -> Mapping[str, object]:
    """The same for Python 3.10; raise ValueError, naming the line, for what it cannot read.

    No error repeats the text: a value can hold credentials.
    """
    table: dict[str, object] = {}
    listed: list[dict[str, object]] = []
    inner: dict[str, object] = {}
    header, begun = "", set[str]()
    for number, line in _lines(text.replace("\r\n", "\n")):
        if line[0] == "[":
            header = _header(number, line)
            if header in (_TABLE, _INNER_HEADER):
                if header in begun:
                    raise ValueError(f"line {number} begins [{header}] again")
                begun.add(header)
            if header == _INNER_HEADER and table.setdefault(_INNER, inner) is not inner:
                raise ValueError(f"line {number} sets {_INNER} again")
            if header == _LIST_HEADER:
                listed.append({})
                if table.setdefault(_LIST, listed) is not listed:
                    raise ValueError(f"line {number} sets {_LIST} again")
        elif header in (_TABLE, _LIST_HEADER, _INNER_HEADER):
            lists = {_TABLE: table, _INNER_HEADER: inner}
            _set(lists[header] if header in lists else listed[-1], number, line)
        elif f"{header}.{line[0]}.".lstrip(".").startswith(_TABLE + "."):
            raise ValueError(f"line {number}: settings must stand below [{_TABLE}]")
    return table


def _set(table: dict[str, object], number: int, line: list[str]) -> None:
    key, value = _pair(number, line)
    if key in table:
        raise ValueError(f"line {number} sets {key} again")
    table[key] = value


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The pieces of each logical line, with its number; brackets join lines."""
    pieces: list[str] = []
    depth, at, number, start = 0, 0, 1, 1
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            raise ValueError(f"line {number} cannot be read")
        at, piece = match.end(), match[0]
        if piece == "\n" and pieces and not depth:
            yield start, pieces
            pieces = []
        elif match.lastgroup and piece != "\n":
            start = start if pieces else number
            pieces.append(piece)
            depth += (piece in "[{") - (piece in "]}")
        number += piece.count("\n")
    if depth:
        raise ValueError(f"line {start} opens or closes a bracket too many")
    if pieces:
        yield start, pieces


def _header(number: int, line: list[str]) -> str:
    """The name in ``[name]``, with its inner brackets if it is our list; "" for another list."""
    name = "".join(piece.strip("\"'") for piece in line[1:-1])
    if name in (_LIST_HEADER, _INNER_HEADER) and line[-1] == "]":
        return name
    if line[-1] != "]" or name == f"[{_TABLE}]" or name.lstrip("[").startswith(_TABLE + "."):
        raise ValueError(f"line {number} is not the header of a simple table")
    return "" if name.startswith("[") else name


def _pair(number: int, line: list[str]) -> tuple[str, object]:
    try:
        key = line[0].strip("\"'")
        value, rest = _value(line[2:])
    except (IndexError, ValueError, RecursionError) as error:
        raise ValueError(f"line {number} has a value that cannot be read") from error
    if not _KEY.fullmatch(key) or line[1] != "=" or rest:
        raise ValueError(f"line {number} is not of the form name = value")
    return key, value


def _value(pieces: list[str]) -> tuple[object, list[str]]:
    """The value that ``pieces`` begin with, and the pieces after it."""
    first, rest = pieces[0], pieces[1:]
    if first != "[":
        return _scalar(first), rest
    items: list[object] = []
    while rest[0] != "]":
        item, rest = _value(rest)
        items.append(item)
        if rest[0] == ",":
            rest = rest[1:]
        elif rest[0] != "]":
            raise ValueError("no comma")
    return items, rest[1:]


def _scalar(piece: str) -> object:
    if piece in ("true", "false"):
        return piece == "true"
    if _NUMBER.fullmatch(piece):
        return int(piece.replace("_", ""))
    if piece[0] not in "\"'":
        raise ValueError("no simple value")
    long = len(piece) > 5 and piece[:3] in ('"""', "'''")  # noqa: PLR2004 - both ends
    body = piece[3:-3].removeprefix("\n") if long else piece[1:-1]
    return body if piece[0] == "'" else _ESCAPE.sub(_unescaped, body)


def _unescaped(escape: re.Match[str]) -> str:
    what = escape[1]
    if what[0] in "uU" and len(what) > 1:
        # Unlike chr this refuses what is not a character, with a ValueError.
        return int(what[1:], 16).to_bytes(4, "big").decode("utf-32-be")
    if what.strip(" \t").startswith("\n"):
        return ""
    if what not in _ESCAPES:
        raise ValueError("no such escape")
    return _ESCAPES[what]
